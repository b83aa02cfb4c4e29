import FedRLCore
import FedRLFederation
import FedRLNumerics
import FedRLSimulation
import Testing

@Suite struct PooledArmTests {
  /// Same weights, worlds, random numbers: the stack of one batch and its learner add nothing.
  @Test func aFleetOfOneLearnsAsItDoesAlone() throws {
    var fleet = TestFleet(rounds: 5)
    fleet.count = 1
    let alone = try ArmRun(IndependentArm(plan: fleet.plan()))
    let pooled = try ArmRun(PooledArm(plan: fleet.plan()))
    #expect(pooled.policies[0].parameters.sha256 == alone.policies[0].parameters.sha256)
    #expect(pooled.policies[0].observationMoments == alone.policies[0].observationMoments)
    #expect(pooled.rounds.map(\.returnMean) == alone.rounds.map(\.returnMean))
  }

  @Test func everyAgentGivesAsManyStepsAsItsBudget() throws {
    var fleet = TestFleet(rounds: 3)
    fleet.steps = [2: 20, 4: 2]
    let together = try ArmRun(FederatedArm(plan: fleet.plan()))
    fleet.learner = fleet.learner.pooled(23) as! NudgeKind
    let pooled = try ArmRun(PooledArm(plan: fleet.plan()))
    #expect(pooled.rounds.map(\.environmentSteps) == together.rounds.map(\.environmentSteps))
    #expect(pooled.rounds.map(\.environmentSteps) == [46, 92, 138])
    #expect(pooled.policies.count == 1 && pooled.policies[0].agent == nil)
    // All observations enter the statistics once.
    #expect(pooled.policies[0].observationMoments?.count == 138)
    #expect(pooled.messages.isEmpty && pooled.rounds.allSatisfy { $0.bytesUp == 0 })
  }

  /// Agents whose worlds differ all leave their mark.
  @Test func everyWorldTakesPart() throws {
    var fleet = TestFleet(rounds: 2)
    fleet.learner = fleet.learner.pooled(5) as! NudgeKind
    let all = try ArmRun(PooledArm(plan: fleet.plan()))
    var smaller = TestFleet(rounds: 2)
    smaller.count = 4
    smaller.learner = smaller.learner.pooled(4) as! NudgeKind
    let four = try ArmRun(PooledArm(plan: smaller.plan()))
    #expect(all.policies[0].parameters.sha256 != four.policies[0].parameters.sha256)
    #expect(all.policies[0].observationMoments?.count == 80)
    #expect(four.policies[0].observationMoments?.count == 64)
  }
}

@Suite struct FinetunedArmTests {
  @Test func theFirstRoundsAreTheFederations() throws {
    let fleet = TestFleet(rounds: 6)
    let together = try ArmRun(FederatedArm(plan: fleet.plan()), rounds: 4)
    let tuned = try ArmRun(FinetunedArm(plan: fleet.plan(), roundsAlone: 2))
    #expect(tuned.rounds.count == 6)
    for (one, other) in zip(together.rounds, tuned.rounds) {
      #expect(one.returnMean == other.returnMean)
      #expect(one.agents.map(\.bytesUp) == other.agents.map(\.bytesUp))
    }
    #expect(tuned.rounds.map(\.round) == [1, 2, 3, 4, 5, 6])
    #expect(tuned.rounds.allSatisfy { $0.arm == .finetuned })
    #expect(tuned.messages.allSatisfy { $0.round <= 4 })
    #expect(tuned.rounds.suffix(2).allSatisfy { $0.bytesUp == 0 && $0.bytesDown == 0 })
  }

  @Test func everyAgentEndsWithAPolicyThatBeganWithTheFleets() throws {
    let fleet = TestFleet(rounds: 4)
    let arm = try FinetunedArm(plan: fleet.plan(), roundsAlone: 1)
    let together = try ArmRun(arm, rounds: 3)
    let fleetPolicy = together.policies
    #expect(fleetPolicy.count == 1)
    let tuned = try ArmRun(arm)
    #expect(tuned.policies.map(\.agent) == [0, 1, 2, 3, 4])
    #expect(Set(tuned.policies.map(\.parameters.sha256)).count == 5)
    for policy in tuned.policies {
      #expect(
        policy.observationMoments!.count == fleetPolicy[0].observationMoments!.count + 8)
    }
    #expect(tuned.rounds[0].environmentSteps == 4 * 5 * 8)
  }
}
