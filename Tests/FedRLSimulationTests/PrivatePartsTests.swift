import FedRLCore
import FedRLFederation
import FedRLNumerics
import FedRLSimulation
import Testing

/// What stays with an agent: its critic, its statistics.
@Suite struct PrivatePartsTests {
  func diagnostic(_ name: String, of run: ArmRun, agent: Int) -> [Double] {
    run.rounds.map { record in
      record.agents[agent].diagnostics.first { $0.name == name }!.value
    }
  }

  @Test func aPersonalCriticNeverLeavesAndGoesOnWhereItEnded() throws {
    var fleet = TestFleet()
    fleet.federation.sharedParts = [.trunk, .actor]
    let arm = FederatedArm(plan: try fleet.plan())
    let run = try ArmRun(arm)
    #expect(arm.model.parameters.layout.segments.map(\.name) == ["trunk", "actor"])
    for message in run.messages {
      #expect(message.fields.contains { $0.type == "float32" && $0.shape == [4] })
      #expect(message.bytes == 52 + 4 * 4 + 8 + 2 * 2 * 8)
    }
    var last: Set<Double> = []
    for agent in 0..<5 {
      let before = diagnostic("critic_before", of: run, agent: agent)
      let after = diagnostic("critic_after", of: run, agent: agent)
      #expect(before.dropFirst().elementsEqual(after.dropLast()))
      last.insert(after[3])
    }
    #expect(last.count == 5)
  }

  @Test func aSharedCriticIsTheSameForAllAtTheStartOfARound() throws {
    let run = try ArmRun(FederatedArm(plan: TestFleet().plan()))
    for round in 0..<4 {
      let values = (0..<5).map { diagnostic("critic_before", of: run, agent: $0)[round] }
      #expect(Set(values).count == 1)
    }
  }

  @Test func sharedStatisticsCountEveryAgentsObservations() throws {
    let run = try ArmRun(FederatedArm(plan: TestFleet().plan()))
    for agent in 0..<5 {
      #expect(diagnostic("statistics", of: run, agent: agent) == [0, 40, 80, 120])
    }
    #expect(run.policies.count == 1)
    #expect(run.policies[0].observationMoments?.count == 160)
  }

  @Test func localStatisticsStayWithTheirAgents() throws {
    var fleet = TestFleet()
    fleet.federation.normalizer = .local
    fleet.steps = [2: 20]
    let arm = FederatedArm(plan: try fleet.plan())
    let run = try ArmRun(arm)
    #expect(arm.model.moments == nil)
    #expect(run.messages.allSatisfy { $0.bytes == 52 + 7 * 4 })
    #expect(
      run.messages.allSatisfy { $0.fields.allSatisfy { !$0.name.hasPrefix("observation") } })
    #expect(diagnostic("statistics", of: run, agent: 0) == [0, 8, 16, 24])
    #expect(diagnostic("statistics", of: run, agent: 2) == [0, 20, 40, 60])
    #expect(run.policies.map(\.agent) == [0, 1, 2, 3, 4])
    #expect(run.policies.map { $0.observationMoments?.count } == [32, 32, 80, 32, 32])
    #expect(Set(run.policies.map { $0.parameters.sha256 }).count == 1)
    #expect(Set(run.policies.map { $0.observationMoments!.mean }).count == 5)
  }

  @Test func frozenStatisticsStayAsTheyAreAfterTheWarmUp() throws {
    var fleet = TestFleet(rounds: 5)
    fleet.federation.normalizer = .frozen
    fleet.federation.normalizerWarmupRounds = 2
    let run = try ArmRun(FederatedArm(plan: fleet.plan()))
    #expect(diagnostic("statistics", of: run, agent: 3) == [0, 40, 80, 80, 80])
    for message in run.messages {
      #expect(message.bytes == 52 + 7 * 4 + (message.round <= 2 ? 8 + 2 * 2 * 8 : 0))
    }
    #expect(run.policies[0].observationMoments?.count == 80)
    fleet.federation.rounds = 2
    let short = try ArmRun(FederatedArm(plan: fleet.plan()))
    // Progress, and with it the weights, differ; the first round's observations do not.
    #expect(short.policies[0].observationMoments?.count == 80)
  }

  @Test func aLearnerThatDoesNotNormaliseSendsNoStatistics() throws {
    var fleet = TestFleet()
    fleet.learner.normalizesObservations = false
    let run = try ArmRun(FederatedArm(plan: fleet.plan()))
    #expect(run.messages.allSatisfy { $0.bytes == 52 + 7 * 4 })
    #expect(run.policies.count == 1 && run.policies[0].observationMoments == nil)
    #expect(diagnostic("statistics", of: run, agent: 0) == [-1, -1, -1, -1])
  }
}
