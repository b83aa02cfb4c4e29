import FedRLFederation
import FedRLNumerics
import Testing

@Suite struct CoordinatorTests {
  static let members = (0..<4).map { MemberID($0) }

  func make(
    members: Int = 4, features: Int? = nil, queueLimit: Int = 1,
    _ change: (inout FederationConfiguration) -> Void = { _ in }
  ) -> Coordinator {
    var configuration = FederationConfiguration()
    configuration.rounds = 3
    configuration.seed = 5
    change(&configuration)
    var coordinator = Coordinator(
      configuration: configuration, initial: ParameterVector(layout: layout),
      observationFeatures: features, queueLimit: queueLimit)
    for member in 0..<members {
      #expect(coordinator.handle(.memberAvailable(MemberID(member)), at: .zero).isEmpty)
    }
    return coordinator
  }

  /// A member's whole side: an update that moves every parameter by `change`.
  func encoded(_ change: Float, base: Int = 0, samples: Int = 10, sums: NormalizerSums? = nil)
    -> EncodedUpdate
  {
    Float32Codec().encode(
      ModelUpdate(
        metadata: UpdateMetadata(
          baseVersion: ModelVersion(base), layoutDigest: shared.digest, sampleCount: samples,
          environmentSteps: samples),
        delta: [Float](repeating: change, count: 18), sums: sums))
  }

  func report(
    _ coordinator: inout Coordinator, _ member: Int, _ change: Float, base: Int = 0,
    at seconds: Double = 1
  ) -> [CoordinatorCommand] {
    coordinator.handle(
      .updateReceived(from: MemberID(member), encoded(change, base: base)),
      at: FleetTime(seconds: seconds))
  }

  func summary(_ commands: [CoordinatorCommand]) -> RoundSummary? {
    for case .roundClosed(let summary) in commands { return summary }
    return nil
  }

  func rejection(_ commands: [CoordinatorCommand]) -> Rejection? {
    for case .rejected(_, let reason) in commands { return reason }
    return nil
  }

  @Test func updatesThatWaitForOthersGetTheirVerdictBeforeTheRoundCloses() throws {
    var together = make(queueLimit: 3) { $0.maximumNorm = 10 }
    var single = make { $0.maximumNorm = 10 }
    _ = together.handle(.beginRound, at: .zero)
    _ = single.handle(.beginRound, at: .zero)
    // The second is too large, the third is not even an update.
    var singleCommands = report(&single, 0, 1) + report(&single, 1, 9)
    #expect(report(&together, 0, 1).isEmpty)
    #expect(report(&together, 1, 9).isEmpty)
    let nonsense = CoordinatorEvent.updateReceived(from: MemberID(2), EncodedUpdate([1, 2, 3]))
    singleCommands += single.handle(nonsense, at: FleetTime(seconds: 1))
    let refused = together.handle(nonsense, at: FleetTime(seconds: 1))
    #expect(refused.count == 1)
    #expect(rejection(refused) != nil)
    // A second update of one that waits is a duplicate.
    #expect(rejection(report(&together, 0, 1)) == .duplicate(round: 1))
    let last = report(&together, 3, 2)
    singleCommands += report(&single, 3, 2)
    guard case .accepted(MemberID(0), 1, _) = last[0],
      case .rejected(MemberID(1), .refused(.norm)) = last[1],
      case .accepted(MemberID(3), 1, _) = last[2]
    else {
      Issue.record("\(last)")
      return
    }
    #expect(summary(last)?.reported == [MemberID(0), MemberID(3)])
    #expect(summary(last)?.rejected == [MemberID(1), MemberID(2)])
    #expect(summary(last)?.outcome == summary(singleCommands)?.outcome)
    #expect(together.model == single.model)
  }

  @Test func aDeadlineWaitsForNobodyButCountsWhatWaits() throws {
    var coordinator = make(queueLimit: 100) { $0.deadlineSeconds = 60 }
    _ = coordinator.handle(.beginRound, at: .zero)
    #expect(report(&coordinator, 2, 1).isEmpty)
    let closing = coordinator.handle(
      .deadline(round: 1, phase: .training), at: FleetTime(seconds: 60))
    #expect(summary(closing)?.reported == [MemberID(2)])
    #expect(summary(closing)?.late.count == 3)
  }

  @Test func aRoundInWhichAllReport() throws {
    var coordinator = make()
    let opening = coordinator.handle(.beginRound, at: .zero)
    guard case .send(let message, let receivers, 1, .training) = opening.first else {
      Issue.record("no model was sent: \(opening)")
      return
    }
    #expect(opening.count == 1 && receivers == Self.members)
    #expect(try message.decode(shared) == coordinator.model)
    for member in 0..<3 {
      let commands = report(&coordinator, member, Float(member + 1))
      let norm = Double(member + 1) * 18.0.squareRoot()
      #expect(commands.count == 1)
      guard case .accepted(MemberID(member), round: 1, norm: let got) = commands[0] else {
        Issue.record("\(commands)")
        return
      }
      #expect(abs(got - norm) < 1e-12)
    }
    let closing = report(&coordinator, 3, 6, at: 8)
    let round = try #require(summary(closing))
    #expect(closing.count == 3)
    #expect(round.outcome == .merged && round.round == 1 && round.version == ModelVersion(1))
    #expect(round.selected == Self.members && round.reported == Self.members)
    #expect(round.rejected.isEmpty && round.failed.isEmpty && round.late.isEmpty)
    #expect(round.openedAt == .zero && round.closedAt == FleetTime(seconds: 8))
    #expect(round.bytesDown == 4 * message.byteCount && round.bytesUp == 4 * (52 + 72))
    #expect(round.sampleCount == 40 && round.environmentSteps == 40)
    #expect(abs(round.updateNorm - 3 * 18.0.squareRoot()) < 1e-12)
    #expect(closing[2] == .modelPublished(coordinator.model))
    #expect(coordinator.model.parameters.values == [Float](repeating: 3, count: 18))
    #expect(coordinator.state == .idle && coordinator.round == 2)
  }

  @Test func allRoundsEndInFinished() {
    var coordinator = make()
    for base in 0..<3 {
      _ = coordinator.handle(.beginRound, at: .zero)
      for member in 0..<4 {
        let commands = report(&coordinator, member, 1, base: base)
        #expect(commands.contains(.finished) == (base == 2 && member == 3))
      }
    }
    #expect(coordinator.state == .finished)
    #expect(coordinator.model.version == ModelVersion(3))
    #expect(coordinator.model.parameters.values == [Float](repeating: 3, count: 18))
    #expect(rejection(report(&coordinator, 0, 1, base: 2)) == .late(round: 3))
    #expect(coordinator.handle(.memberAvailable(MemberID(9)), at: .zero).isEmpty)
  }

  @Test func theOrderOfArrivalDoesNotMatter() {
    var hashes: Set<String> = []
    for order in [[0, 1, 2, 3], [3, 1, 0, 2], [2, 3, 1, 0]] {
      var coordinator = make { $0.weighting = .samples }
      _ = coordinator.handle(.beginRound, at: .zero)
      for member in order {
        let update = encoded(0.1 * Float(member) + 0.03, samples: 3 + 7 * member)
        _ = coordinator.handle(.updateReceived(from: MemberID(member), update), at: .zero)
      }
      #expect(coordinator.model.version == ModelVersion(1))
      hashes.insert(coordinator.model.parameters.sha256)
    }
    #expect(hashes.count == 1)
  }

  @Test func aFailedMemberIsLeftOut() throws {
    var coordinator = make()
    _ = coordinator.handle(.beginRound, at: .zero)
    #expect(coordinator.handle(.memberFailed(MemberID(2), round: 1), at: .zero).isEmpty)
    // A failure of another round and of somebody who reported change nothing.
    #expect(coordinator.handle(.memberFailed(MemberID(1), round: 2), at: .zero).isEmpty)
    _ = report(&coordinator, 0, 1)
    #expect(coordinator.handle(.memberFailed(MemberID(0), round: 1), at: .zero).isEmpty)
    #expect(rejection(report(&coordinator, 2, 9)) == .withdrawn(round: 1))
    _ = report(&coordinator, 1, 2)
    let round = try #require(summary(report(&coordinator, 3, 3)))
    #expect(round.failed == [MemberID(2)])
    #expect(round.reported == [MemberID(0), MemberID(1), MemberID(3)])
    #expect(coordinator.model.parameters.values[0] == 2)
    #expect(coordinator.available.count == 4)
  }

  @Test func aMemberThatLeavesEndsItsTurnAndIsNotSelectedAgain() throws {
    var coordinator = make()
    _ = coordinator.handle(.beginRound, at: .zero)
    for member in 0..<3 { _ = report(&coordinator, member, 1) }
    let round = try #require(
      summary(coordinator.handle(.memberUnavailable(MemberID(3)), at: FleetTime(seconds: 2))))
    #expect(round.failed == [MemberID(3)] && round.reported.count == 3)
    let commands = coordinator.handle(.beginRound, at: .zero)
    guard case .send(_, let receivers, 2, _) = commands.first else {
      Issue.record("\(commands)")
      return
    }
    #expect(receivers == Array(Self.members[0..<3]))
  }

  @Test func theDeadlineClosesTheRoundWithoutTheLate() throws {
    var coordinator = make { $0.deadlineSeconds = 60 }
    let opening = coordinator.handle(.beginRound, at: FleetTime(seconds: 100))
    #expect(
      opening.last == .scheduleDeadline(round: 1, phase: .training, at: FleetTime(seconds: 160)))
    _ = report(&coordinator, 1, 4)
    #expect(coordinator.handle(.deadline(round: 2, phase: .training), at: .zero).isEmpty)
    let round = try #require(
      summary(
        coordinator.handle(.deadline(round: 1, phase: .training), at: FleetTime(seconds: 160))))
    #expect(round.reported == [MemberID(1)] && round.outcome == .merged)
    #expect(round.late == [MemberID(0), MemberID(2), MemberID(3)])
    #expect(coordinator.model.parameters.values[0] == 4)
    // A second deadline of the round, and the late update, between rounds and in the next one.
    #expect(coordinator.handle(.deadline(round: 1, phase: .training), at: .zero).isEmpty)
    #expect(rejection(report(&coordinator, 0, 1, base: 0)) == .late(round: 1))
    _ = coordinator.handle(.beginRound, at: FleetTime(seconds: 160))
    #expect(rejection(report(&coordinator, 0, 1, base: 0)) == .late(round: 1))
    // It cost its sender nothing in this round.
    #expect(rejection(report(&coordinator, 0, 1, base: 1)) == nil)
  }

  @Test func aMissedQuorumLeavesTheModelAndStepsTheVersion() throws {
    var coordinator = make(features: 1) {
      $0.quorum = 3
      $0.deadlineSeconds = 1
    }
    let before = coordinator.model
    _ = coordinator.handle(.beginRound, at: .zero)
    let sums = NormalizerSums(count: 2, first: [3], second: [5])
    for member in 0..<2 {
      let commands = coordinator.handle(
        .updateReceived(from: MemberID(member), encoded(1, sums: sums)), at: .zero)
      #expect(rejection(commands) == nil)
    }
    let round = try #require(
      summary(coordinator.handle(.deadline(round: 1, phase: .training), at: .zero)))
    #expect(round.outcome == .quorumMissed && round.reported.count == 2 && round.updateNorm == 0)
    #expect(coordinator.model.parameters == before.parameters)
    #expect(coordinator.model.moments == before.moments)
    #expect(coordinator.model.version == ModelVersion(1))
  }

  @Test func aRoundWaitsForItsQuorum() {
    var coordinator = make(members: 1) { $0.quorum = 2 }
    #expect(coordinator.handle(.beginRound, at: .zero).isEmpty)
    #expect(coordinator.state == .waiting)
    #expect(coordinator.handle(.memberAvailable(MemberID(0)), at: .zero).isEmpty)
    let commands = coordinator.handle(.memberAvailable(MemberID(8)), at: FleetTime(seconds: 3))
    guard case .send(_, let receivers, 1, _) = commands.first,
      case .round(let open) = coordinator.state
    else {
      Issue.record("\(commands)")
      return
    }
    #expect(receivers == [MemberID(0), MemberID(8)])
    #expect(open.openedAt == FleetTime(seconds: 3))
    // Who comes now waits for the next round.
    #expect(coordinator.handle(.memberAvailable(MemberID(3)), at: .zero).isEmpty)
    #expect(rejection(report(&coordinator, 3, 1)) == .notSelected(round: 1))
  }

  @Test func strangersAndDuplicatesAreRefused() throws {
    var coordinator = make { $0.participation = .count(2) }
    #expect(rejection(report(&coordinator, 0, 1)) == .noRound)
    let opening = coordinator.handle(.beginRound, at: .zero)
    guard case .send(_, let selected, _, _) = opening.first else { return }
    #expect(selected.count == 2)
    let stranger = Self.members.first { !selected.contains($0) }!
    #expect(rejection(report(&coordinator, stranger.index, 50)) == .notSelected(round: 1))
    #expect(rejection(report(&coordinator, selected[0].index, 2)) == nil)
    #expect(rejection(report(&coordinator, selected[0].index, 70)) == .duplicate(round: 1))
    let round = try #require(summary(report(&coordinator, selected[1].index, 4)))
    #expect(round.reported == selected)
    #expect(coordinator.model.parameters.values[0] == 3)
  }

  @Test func aRejectedUpdateCostsItsSenderTheRoundAndStopsNobody() throws {
    var coordinator = make { $0.maximumNorm = 100 }
    _ = coordinator.handle(.beginRound, at: .zero)
    func send(_ member: Int, _ update: EncodedUpdate) -> Rejection? {
      rejection(coordinator.handle(.updateReceived(from: MemberID(member), update), at: .zero))
    }
    #expect(send(0, encoded(.nan)) == .refused(.notFinite(index: 0)))
    #expect(send(0, encoded(1)) == .duplicate(round: 1))
    #expect(send(1, EncodedUpdate([1, 2, 3])) == .malformed(.truncated(got: 3, needed: 52)))
    let tooLarge = send(2, encoded(50))
    guard case .refused(.norm(_, limit: 100)) = tooLarge else {
      Issue.record("\(String(describing: tooLarge))")
      return
    }
    let round = try #require(summary(report(&coordinator, 3, 7)))
    #expect(round.rejected == Array(Self.members[0..<3]) && round.reported == [MemberID(3)])
    #expect(coordinator.model.parameters.values == [Float](repeating: 7, count: 18))
  }

  @Test func anUpdateOfAFutureVersionIsRefused() {
    var coordinator = make()
    _ = coordinator.handle(.beginRound, at: .zero)
    let zero = ModelVersion(0)
    #expect(
      rejection(report(&coordinator, 0, 1, base: 1))
        == .refused(.baseVersion(got: ModelVersion(1), expected: zero...zero)))
  }

  @Test func aRoundWithNothingAdmittedEnds() throws {
    var coordinator = make()
    _ = coordinator.handle(.beginRound, at: .zero)
    for member in 0..<3 {
      _ = coordinator.handle(.memberFailed(MemberID(member), round: 1), at: .zero)
    }
    let round = try #require(summary(report(&coordinator, 3, .infinity)))
    #expect(round.outcome == .quorumMissed && round.reported.isEmpty)
    #expect(coordinator.model.version == ModelVersion(1))
    #expect(coordinator.model.parameters.values == [Float](repeating: 0, count: 18))
  }

  @Test func observationStatisticsFollowTheirMode() {
    for mode in NormalizerMode.allCases {
      var coordinator = make(members: 1, features: 1) {
        $0.normalizer = mode
        $0.normalizerWarmupRounds = 2
        $0.normalizerCountLimit = 5
      }
      #expect((coordinator.model.moments == nil) == (mode == .local))
      var counts: [Double?] = []
      for base in 0..<3 {
        _ = coordinator.handle(.beginRound, at: .zero)
        let expects = coordinator.expectsSums
        let wrong = encoded(
          1, base: base, sums: expects ? nil : .init(count: 3, first: [0], second: [0]))
        var probe = make(members: 1, features: 1) { $0.normalizer = mode }
        if base == 0 {
          _ = probe.handle(.beginRound, at: .zero)
          #expect(
            rejection(probe.handle(.updateReceived(from: MemberID(0), wrong), at: .zero))
              == .refused(expects ? .sumsMissing : .sumsUnexpected))
        }
        let sums = expects ? NormalizerSums(count: 3, first: [3], second: [9]) : nil
        let commands = coordinator.handle(
          .updateReceived(from: MemberID(0), encoded(1, base: base, sums: sums)), at: .zero)
        #expect(rejection(commands) == nil)
        counts.append(coordinator.model.moments?.count)
      }
      switch mode {
      case .shared: #expect(counts == [3, 5, 5])
      case .local: #expect(counts == [nil, nil, nil])
      case .frozen:
        #expect(counts == [3, 5, 5] && !coordinator.configuration.sendsObservationSums(inRound: 3))
      }
      if mode == .frozen { #expect(coordinator.model.moments?.mean == [1.5]) }
    }
  }

  @Test func trainingMayStartFromGivenStatistics() {
    let given = Moments(count: 10, mean: [1], m2: [4])
    for mode in NormalizerMode.allCases {
      var configuration = FederationConfiguration()
      configuration.normalizer = mode
      let coordinator = Coordinator(
        configuration: configuration, initial: ParameterVector(layout: layout),
        observationFeatures: 1, initialMoments: given)
      #expect(coordinator.model.moments == (mode == .local ? nil : given))
    }
  }

  @Test func aSavedStateContinuesToTheSameBits() throws {
    var straight = make(features: 2) { $0.participation = .fraction(0.5) }
    var resumed = make(members: 0, features: 2) { $0.participation = .fraction(0.5) }
    for base in 0..<3 {
      var encoder = StateEncoder()
      straight.encodeState(into: &encoder)
      resumed = make(members: 0, features: 2) { $0.participation = .fraction(0.5) }
      var decoder = StateDecoder(encoder.bytes)
      try resumed.decodeState(from: &decoder)
      #expect(decoder.isAtEnd)
      #expect(resumed.available == straight.available && resumed.state == straight.state)
      #expect(resumed.handle(.beginRound, at: .zero) == straight.handle(.beginRound, at: .zero))
      for member in 0..<4 {
        let update = encoded(
          Float(member) + 0.3, base: base, sums: .init(count: 2, first: [1, 3], second: [1, 6]))
        let event = CoordinatorEvent.updateReceived(from: MemberID(member), update)
        #expect(resumed.handle(event, at: .zero) == straight.handle(event, at: .zero))
      }
      #expect(resumed.model == straight.model)
    }
    #expect(straight.state == .finished)
    #expect(straight.model.moments!.count == 12)
  }

  @Test func damagedStatesAreRefused() {
    let coordinator = make(features: 2)
    var encoder = StateEncoder()
    coordinator.encodeState(into: &encoder)
    let bytes = encoder.bytes
    for length in 0..<bytes.count {
      #expect(throws: StateDecoder.Failure.self) {
        var other = make(members: 0, features: 2)
        var decoder = StateDecoder(Array(bytes[0..<length]))
        try other.decodeState(from: &decoder)
      }
    }
    for index in [0, 5, 12] {
      #expect(throws: StateDecoder.Failure.self) {
        var damaged = bytes
        damaged[index] ^= 0x40
        var other = make(members: 0, features: 2)
        var decoder = StateDecoder(damaged)
        try other.decodeState(from: &decoder)
      }
    }
  }

  @Test func anySequenceOfEventsKeepsTheBooks() {
    var random = RandomStream(seed: 51)
    for _ in 0..<200 {
      var coordinator = make(members: 0) {
        $0.rounds = 5
        $0.quorum = 1 + random.integer(below: 3)
        $0.participation = .fraction(0.6)
        $0.deadlineSeconds = 10
      }
      var summaries: [RoundSummary] = []
      for step in 0..<200 {
        let member = MemberID(random.integer(below: 6))
        let time = FleetTime(seconds: Double(step))
        let event: CoordinatorEvent
        switch random.integer(below: 12) {
        case 0..<3: event = .memberAvailable(member)
        case 3: event = .memberUnavailable(member)
        case 4: event = .memberFailed(member, round: random.integer(below: 6))
        case 5: event = .deadline(round: random.integer(below: 6), phase: .training)
        case 6: event = .updateReceived(from: member, EncodedUpdate([0]))
        case 7 where coordinator.state == .idle: event = .beginRound
        default:
          event = .updateReceived(
            from: member, encoded(Float(random.normal()), base: random.integer(below: 6)))
        }
        for case .roundClosed(let summary) in coordinator.handle(event, at: time) {
          summaries.append(summary)
        }
        if case .round(let open) = coordinator.state {
          #expect(open.pendingCount == open.members(.pending).count && open.pendingCount > 0)
          #expect(open.selected.count >= coordinator.configuration.quorum)
        }
      }
      #expect(summaries.map(\.round) == Array(1..<(summaries.count + 1)))
      for round in summaries {
        #expect(
          (round.reported + round.rejected + round.failed + round.late).sorted() == round.selected)
        #expect(
          (round.outcome == .merged) == (round.reported.count >= coordinator.configuration.quorum))
      }
    }
  }
}
