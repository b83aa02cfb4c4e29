import FedRLFederation
import FedRLSimulation
import Testing

/// Batteries over rounds: agents rest, charge and come back.
@Suite struct BatteryRoundsTests {
  /// A battery that one turn takes to 5 %.
  func smallBattery(_ fleet: TestFleet, agent: Int) throws -> [String: Double] {
    let run = try ArmRun(FederatedArm(plan: fleet.plan()), rounds: 1)
    return ["battery_wh": run.rounds[0].agents[agent].energyJoules / 0.95 / 3600]
  }

  @Test func anEmptyBatteryRestsAndTheAgentComesBackCharged() throws {
    var fleet = TestFleet(rounds: 7)
    fleet.hasBattery = true
    // Rounds of 2,000 s and a little.
    fleet.count = 3
    fleet.steps = [0: 4000, 1: 4000, 2: 4000]
    fleet.device[1] = try smallBattery(fleet, agent: 1)
    let run = try ArmRun(FederatedArm(plan: fleet.plan()))
    // Charging from 5 % to 90 % at two hours for all takes 6,120 s: four rounds.
    #expect(
      run.status(of: 1)
        == [.reported, .resting, .resting, .resting, .resting, .reported, .resting])
    #expect(run.status(of: 0) == [TurnStatus](repeating: .reported, count: 7))
    #expect(run.rounds.map(\.agentsSelected) == [3, 2, 2, 2, 2, 3, 2])
    let levels = run.rounds.map { $0.agents[1].batteryLevel! }
    #expect(abs(levels[0] - 0.05) < 1e-3)
    #expect(levels[1] > 0.3 && levels[1] < levels[2] && levels[2] < levels[3])
    #expect(levels[4] >= 0.9)
    #expect(run.rounds[1].agents[1].environmentSteps == 0)
    let mains = run.rounds.map { $0.agents[0].batteryLevel! }
    #expect(mains[0] < 1 && mains[6] < mains[0])
  }

  @Test func aFleetOfEmptyBatteriesWaitsUntilOneIsCharged() throws {
    var fleet = TestFleet(rounds: 2)
    fleet.count = 1
    fleet.hasBattery = true
    fleet.device[0] = try smallBattery(fleet, agent: 0)
    let run = try ArmRun(FederatedArm(plan: fleet.plan()))
    #expect(run.status(of: 0) == [.reported, .reported])
    let turn = run.rounds[0].fleetTimeSeconds
    let rest = run.rounds[1].fleetTimeSeconds - 2 * turn
    let level = run.rounds[0].agents[0].batteryLevel!
    #expect(abs(rest - (0.9 - level) * 7200) < 1e-3)
  }

  @Test func anAgentOnMainsHasNoBattery() throws {
    let run = try ArmRun(FederatedArm(plan: TestFleet().plan()), rounds: 1)
    #expect(run.rounds[0].agents.allSatisfy { $0.batteryLevel == nil })
  }
}
