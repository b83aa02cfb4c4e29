import FedRLCore
import FedRLFederation
import FedRLNumerics
import FedRLSimulation
import Testing

/// Both arms give the same bits for any number of workers, and resumed.
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
    let plan = try fleet(setting).plan()
    return switch arm {
    case .federated: FederatedArm(plan: plan)
    case .independent: IndependentArm(plan: plan)
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
      var encoder = StateEncoder()
      first.encodeState(into: &encoder)
      let second = try makeArm(arm, setting)
      var decoder = StateDecoder(encoder.bytes)
      try second.decodeState(from: &decoder)
      #expect(decoder.isAtEnd)
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
      var encoder = StateEncoder()
      saved.encodeState(into: &encoder)
      for length in stride(from: 0, to: encoder.bytes.count, by: 13) {
        let other = try makeArm(arm, .everythingPrivate)
        var decoder = StateDecoder(Array(encoder.bytes.prefix(length)))
        #expect(throws: (any Error).self) { try other.decodeState(from: &decoder) }
      }
    }
  }

  @Test func anotherSeedGivesAnotherRun() throws {
    var fleet = TestFleet()
    let first = try ArmRun(FederatedArm(plan: fleet.plan())).policies[0].parameters
    fleet.seed = 12
    #expect(try ArmRun(FederatedArm(plan: fleet.plan())).policies[0].parameters != first)
  }
}
