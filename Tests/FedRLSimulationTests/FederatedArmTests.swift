import FedRLCore
import FedRLFederation
import FedRLNumerics
import FedRLSimulation
import Testing

@Suite struct FederatedArmTests {
  /// What every agent's parameters are after its first turn alone, from the common start.
  func trainedAlone(_ fleet: TestFleet) throws -> (initial: [Float], trained: [[Float]]) {
    let plan = try fleet.plan()
    let initial = fleet.learner.initialParameters(
      RandomStream(seed: fleet.seed).split("initialization"))
    let alone = try ArmRun(IndependentArm(plan: plan), rounds: 1)
    return (initial.values, alone.policies.map(\.parameters.values))
  }

  func mean(_ rows: [[Float]], weights: [Double]) -> [Double] {
    rows[0].indices.map { column in
      zip(rows, weights).reduce(0) { $0 + Double($1.0[column]) * $1.1 } / weights.reduce(0, +)
    }
  }

  func expectNear(
    _ values: [Float], _ expected: [Double], sourceLocation: SourceLocation = #_sourceLocation
  ) {
    for (value, wanted) in zip(values, expected) {
      // Deltas are rounded to Float and the sum is exact to 2⁻³².
      #expect(abs(Double(value) - wanted) < 1e-6, sourceLocation: sourceLocation)
    }
  }

  @Test func aUniformRoundGivesTheMeanOfWhatAgentsLearnedAlone() throws {
    var fleet = TestFleet(rounds: 1)
    fleet.steps = [2: 20]
    let run = try ArmRun(FederatedArm(plan: fleet.plan()))
    let alone = try trainedAlone(fleet)
    expectNear(
      run.policies[0].parameters.values,
      mean(alone.trained, weights: [1, 1, 1, 1, 1]))
    #expect(run.policies[0].parameters.values != alone.initial)
  }

  @Test func aSampleWeightedRoundWeighsAgentsByTheirSteps() throws {
    var fleet = TestFleet(rounds: 1)
    fleet.steps = [2: 20]
    fleet.federation.weighting = .samples
    // Weights take digits from the exact sum: 2⁻²⁷ are left of 2⁻³².
    fleet.federation.maximumSampleCount = 20
    let run = try ArmRun(FederatedArm(plan: fleet.plan()))
    expectNear(
      run.policies[0].parameters.values,
      mean(try trainedAlone(fleet).trained, weights: [8, 8, 20, 8, 8]))
  }

  @Test func stragglersAreLateNotMergedAndBusyUntilTheyArrive() throws {
    var fleet = TestFleet()
    fleet.steps = [2: 20]
    fleet.federation.deadlineSeconds = 5
    let run = try ArmRun(FederatedArm(plan: fleet.plan()))
    // The straggler needs 10 s. The others need 4 s and a little: rounds 2 and 3 open at 5 and 9 s.
    #expect(run.status(of: 2) == [.late, .busy, .busy, .late])
    #expect(run.status(of: 0) == [.reported, .reported, .reported, .reported])
    #expect(run.rounds.map(\.agentsReported) == [4, 4, 4, 4])
    #expect(run.rounds.map(\.agentsSelected) == [5, 4, 4, 5])
    #expect(run.rounds[0].fleetTimeSeconds == 5)
    #expect(run.rounds[1].fleetTimeSeconds > 9 && run.rounds[1].fleetTimeSeconds < 9.1)

    fleet.federation.rounds = 1
    let first = try ArmRun(FederatedArm(plan: fleet.plan()))
    expectNear(
      first.policies[0].parameters.values,
      mean(try trainedAlone(fleet).trained, weights: [1, 1, 0, 1, 1]))
  }

  @Test func aRoundTakesTheSlowestAgentsHandComputedTime() throws {
    var fleet = TestFleet(rounds: 3)
    fleet.steps = [2: 20]
    let run = try ArmRun(FederatedArm(plan: fleet.plan()))
    let agent = run.rounds[0].agents[2]
    // 20 steps of 0.5 s; 20 MFLOP at 1.2 GFLOP/s; 5 ms of round trip and 8 bits per byte at 80 and
    // 50 Mbit/s with 0.5 % sent again.
    let transfer =
      0.005 + 8 / 0.995 * (Double(agent.bytesDown) / 80e6 + Double(agent.bytesUp) / 50e6)
    #expect(agent.collectSeconds == 10)
    #expect(abs(agent.trainSeconds - 20e6 / 1.2e9) < 1e-12)
    #expect(abs(agent.transferSeconds - transfer) < 1e-12)
    let round = 10 + 20e6 / 1.2e9 + transfer
    for (index, record) in run.rounds.enumerated() {
      // Fleet time counts whole microseconds.
      #expect(abs(record.fleetTimeSeconds - Double(index + 1) * round) < 2e-6 * Double(index + 1))
    }
    // 7.2 W while training, 1.2 nJ per multiply-accumulate, a session of 0.1 J and the bytes.
    let radio = (Double(agent.bytesDown) * 1.1e-6 + Double(agent.bytesUp) * 2.3e-6) / 0.995
    let energy = 20e6 / 1.2e9 * 7.2 + 20 * 50 * 1.2e-9 + 0.1 + radio
    #expect(abs(agent.energyJoules - energy) < 1e-9)
  }

  @Test func bytesCountedEqualThoseOfTheLedger() throws {
    var fleet = TestFleet()
    fleet.federation.participation = .count(3)
    let run = try ArmRun(FederatedArm(plan: fleet.plan()))
    #expect(run.messages.count == 12)
    for record in run.rounds {
      let messages = run.messages.filter { $0.round == record.round }
      let reporting = record.agents.filter { $0.status == .reported }
      #expect(messages.map(\.agent).sorted() == reporting.map(\.agent))
      #expect(record.bytesUp == messages.map(\.bytes).reduce(0, +))
      #expect(record.bytesUp == record.agents.map(\.bytesUp).reduce(0, +))
      #expect(record.bytesDown == record.agents.map(\.bytesDown).reduce(0, +))
      #expect(Set(reporting.map(\.bytesDown)).count == 1)
      #expect(record.agents.filter { $0.status == .idle }.allSatisfy { $0.bytesDown == 0 })
    }
    for message in run.messages {
      #expect(message.bytes == message.fields.map(\.bytes).reduce(0, +))
      // Seven weights, and the sums of two features.
      #expect(message.fields.contains { $0.type == "float32" && $0.shape == [7] })
      #expect(message.bytes == 52 + 7 * 4 + 8 + 2 * 2 * 8)
    }
  }

  @Test func environmentStepsAddUpOverAgentsAndRounds() throws {
    var fleet = TestFleet()
    fleet.steps = [2: 20, 4: 2]
    let run = try ArmRun(FederatedArm(plan: fleet.plan()))
    #expect(run.rounds.map(\.environmentSteps) == [46, 92, 138, 184])
    #expect(run.rounds[3].agents.map(\.environmentSteps) == [8, 8, 20, 8, 2])
  }

  @Test(arguments: [1, 2, 4])
  func theAgentThatFailedFirstInOrderIsNamed(workers: Int) throws {
    var fleet = TestFleet()
    fleet.learner.failingSteps = 12
    fleet.steps = [1: 12, 3: 12]
    let arm = FederatedArm(plan: try fleet.plan())
    #expect {
      try ArmRun(arm, workers: workers)
    } throws: {
      "\($0)" == "agent drift/2, round 1: reward became nan at step 3"
    }
  }
}
