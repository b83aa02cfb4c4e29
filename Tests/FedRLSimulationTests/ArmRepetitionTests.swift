import FedRLCore
import FedRLFederation
import FedRLNumerics
import FedRLSimulation
import Testing

/// All arms give the same bits for any number of workers, and resumed.
@Suite struct ArmRepetitionTests {
  enum Setting: CaseIterable { case plain, partial, everythingPrivate }

  func fleet(_ setting: Setting) throws -> TestFleet {
    var fleet = TestFleet(rounds: 6)
    fleet.steps = [2: 20, 4: 2]
    switch setting {
    case .plain: break
    case .partial:
      fleet.federation.participation = .fraction(0.5)
      fleet.federation.weighting = .samples
      fleet.federation.normalizer = .frozen
      fleet.federation.normalizerWarmupRounds = 2
    case .everythingPrivate:
      fleet.federation.sharedParts = [.actor]
      fleet.federation.normalizer = .local
      fleet.federation.deadlineSeconds = 5
      fleet.hasBattery = true
      // A tenth of a joule and more a turn: rests after a few.
      fleet.device[1] = ["battery_wh": 0.3 / 3600]
    }
    return fleet
  }

  func makeArm(_ arm: Arm, _ setting: Setting) throws -> any ArmSimulation {
    var fleet = try fleet(setting)
    // Budgets of 4, 4, 10, 4 and 1 rollouts.
    if arm == .pooled { fleet.learner = fleet.learner.pooled(23) as! NudgeKind }
    let plan = try fleet.plan()
    return switch arm {
    case .federated: FederatedArm(plan: plan)
    case .independent: IndependentArm(plan: plan)
    case .pooled: PooledArm(plan: plan)
    case .finetuned: FinetunedArm(plan: plan, roundsAlone: 2)
    }
  }

  @Test(arguments: Arm.allCases, Setting.allCases)
  func resultsDoNotDependOnWorkers(arm: Arm, setting: Setting) throws {
    let expected = try ArmRun(makeArm(arm, setting), workers: 1).trace
    #expect(expected.rounds.count == 6)
    for workers in [2, 4] {
      #expect(try ArmRun(makeArm(arm, setting), workers: workers).trace == expected)
    }
  }

  @Test(arguments: Arm.allCases, Setting.allCases)
  func aRunThatIsSavedAndReadBackAfterAnyRoundGoesOnToTheSameBits(arm: Arm, setting: Setting)
    throws
  {
    let whole = try ArmRun(makeArm(arm, setting)).trace
    for pause in 0...6 {
      let first = try makeArm(arm, setting)
      let before = try ArmRun(first, rounds: pause).trace
      let saved = try first.encodeState(pool: WorkerPool(count: 2))
      let second = try makeArm(arm, setting)
      #expect(try read(saved, into: second) == saved.count)
      #expect(second.round == pause)
      let after = try ArmRun(second, workers: 3).trace
      #expect(before.rounds + after.rounds == whole.rounds, "paused after \(pause)")
      #expect(before.messages + after.messages == whole.messages)
      #expect(after.policies == whole.policies)
    }
  }

  @Test func aStateThatEndsTooSoonIsRefused() throws {
    for arm in Arm.allCases {
      let saved = try makeArm(arm, .everythingPrivate)
      _ = try ArmRun(saved, rounds: 2)
      let pieces = try saved.encodeState(pool: WorkerPool(count: 1))
      for (index, piece) in pieces.enumerated() {
        // Cut off at many places, and one byte too long.
        let lengths = Array(stride(from: 0, to: piece.count, by: 13)) + [piece.count + 1]
        for length in lengths {
          var changed = pieces
          changed[index] = Array((piece + [0]).prefix(length))
          let other = try makeArm(arm, .everythingPrivate)
          #expect(throws: (any Error).self) { try read(changed, into: other) }
        }
      }
    }
  }

  /// Gives an arm its state back.
  /// - Returns: how many pieces it took.
  @discardableResult
  func read(_ pieces: [[UInt8]], into arm: any ArmSimulation) throws -> Int {
    var index = 0
    try arm.decodeState {
      defer { index += 1 }
      return pieces[index]
    }
    return index
  }

  @Test func anotherSeedGivesAnotherRun() throws {
    var fleet = TestFleet()
    let first = try ArmRun(FederatedArm(plan: fleet.plan())).policies[0].parameters
    fleet.seed = 12
    #expect(try ArmRun(FederatedArm(plan: fleet.plan())).policies[0].parameters != first)
  }
}
