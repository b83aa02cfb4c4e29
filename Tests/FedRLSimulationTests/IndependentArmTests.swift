import FedRLCore
import FedRLFederation
import FedRLNumerics
import FedRLSimulation
import Testing

@Suite struct IndependentArmTests {
  @Test func everyAgentSpendsTheStepsItSpendsInTheFederation() throws {
    var fleet = TestFleet(rounds: 6)
    fleet.count = 7
    fleet.steps = [2: 20, 4: 2]
    fleet.federation.participation = .fraction(0.5)
    let together = try ArmRun(FederatedArm(plan: fleet.plan()))
    let alone = try ArmRun(IndependentArm(plan: fleet.plan()))
    #expect(together.rounds.count == 6 && alone.rounds.count == 6)
    for (one, other) in zip(together.rounds, alone.rounds) {
      #expect(one.agents.map(\.environmentSteps) == other.agents.map(\.environmentSteps))
      #expect(one.agents.map(\.status) == other.agents.map(\.status))
      #expect(one.environmentSteps == other.environmentSteps)
      #expect(one.agentsSelected == 4 && other.agentsSelected == 4)
    }
  }

  @Test func nothingLeavesAnAgent() throws {
    let run = try ArmRun(IndependentArm(plan: TestFleet().plan()))
    #expect(run.messages.isEmpty)
    #expect(run.rounds.allSatisfy { $0.bytesUp == 0 && $0.bytesDown == 0 })
    #expect(run.rounds.allSatisfy { $0.agents.allSatisfy { $0.transferSeconds == 0 } })
  }

  @Test func everyAgentHasAPolicyAndStatisticsOfItsOwn() throws {
    let run = try ArmRun(IndependentArm(plan: TestFleet().plan()))
    #expect(run.policies.map(\.agent) == [0, 1, 2, 3, 4])
    #expect(Set(run.policies.map(\.parameters.sha256)).count == 5)
    #expect(run.policies.map { $0.observationMoments?.count } == [32, 32, 32, 32, 32])
  }

  /// Both arms begin the first round with the same weights, worlds and random numbers.
  @Test func theFirstRoundIsTheFederationsFirstRound() throws {
    let together = try ArmRun(FederatedArm(plan: TestFleet().plan()), rounds: 1)
    let alone = try ArmRun(IndependentArm(plan: TestFleet().plan()), rounds: 1)
    for (one, other) in zip(together.rounds[0].agents, alone.rounds[0].agents) {
      #expect(one.returnMean == other.returnMean)
      #expect("\(one.diagnostics)" == "\(other.diagnostics)")
    }
  }

  @Test func agentsOfAFleetOfOneLearnTheSameInBothArms() throws {
    var fleet = TestFleet(rounds: 5)
    fleet.count = 1
    let together = try ArmRun(FederatedArm(plan: fleet.plan()))
    let alone = try ArmRun(IndependentArm(plan: fleet.plan()))
    let one = together.policies[0].parameters.values
    let other = alone.policies[0].parameters.values
    // A delta is rounded to Float, and to 2⁻³² in the sum.
    for (a, b) in zip(one, other) { #expect(abs(a - b) < 1e-5) }
  }

  @Test func aRoundTakesTheSlowestAgentsTimeWithoutTransfers() throws {
    var fleet = TestFleet(rounds: 2)
    fleet.steps = [2: 20]
    let run = try ArmRun(IndependentArm(plan: fleet.plan()))
    #expect(abs(run.rounds[1].fleetTimeSeconds - 2 * (10 + 20e6 / 1.2e9)) < 4e-6)
  }
}
