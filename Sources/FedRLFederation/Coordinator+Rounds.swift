private import FedRLNumerics

extension Coordinator {
  /// The members of a round: those with the lowest tickets, a ticket being a random number named by
  /// seed, round and member alone.
  ///
  /// So the choice depends neither on order nor on what was drawn before, and a member that joins or
  /// leaves does not reshuffle the others.
  /// - Returns: in order of members.
  /// - Complexity: O(n log n).
  public static func sample(
    _ count: Int, of available: some Collection<MemberID>, round: Int, seed: UInt64
  ) -> [MemberID] {
    if count >= available.count { return available.sorted() }
    let tickets = RandomStream(seed: seed).seeds("participation", UInt64(round))
    return available.map { (ticket: tickets[UInt64($0.index)], member: $0) }
      .sorted { ($0.ticket, $0.member) < ($1.ticket, $1.member) }
      .prefix(max(count, 0)).map(\.member).sorted()
  }

  /// Opens a round if one is wanted and a quorum is there.
  mutating func openRoundIfPossible(at time: FleetTime) -> [CoordinatorCommand] {
    guard state == .waiting, available.count >= configuration.quorum else { return [] }
    let wanted = configuration.participation.members(of: available.count)
    let selected = Self.sample(
      min(max(wanted, configuration.quorum), configuration.maximumUpdates), of: available,
      round: round, seed: configuration.seed)
    let message = EncodedModel(model, digest: shared.digest)
    let open = OpenRound(
      round: round, phase: .training, openedAt: time, selected: selected,
      bytesDown: message.byteCount * selected.count)
    aggregator = WeightedMean(
      parameters: shared.count, center: expectsSums ? model.moments?.mean : nil,
      weighting: configuration.weighting, fractionBits: configuration.fractionBits,
      maximumUpdates: configuration.maximumUpdates,
      maximumSampleCount: configuration.maximumSampleCount,
      maximumNorm: configuration.maximumNorm)
    state = .round(open)
    var commands = [
      CoordinatorCommand.send(message, to: selected, round: round, phase: .training)
    ]
    if let seconds = configuration.deadlineSeconds {
      commands.append(.scheduleDeadline(round: round, phase: .training, at: time + seconds))
    }
    return commands
  }

  /// Whether members of the present round send observation sums.
  public var expectsSums: Bool {
    model.moments != nil && configuration.sendsObservationSums(inRound: round)
  }

  /// Takes or refuses a message.
  mutating func receive(_ update: EncodedUpdate, from member: MemberID, at time: FleetTime)
    -> [CoordinatorCommand]
  {
    guard case .round(var open) = state else {
      return [.rejected(member, lateOr(.noRound, update))]
    }
    guard let turn = open.turns[member] else {
      return [.rejected(member, lateOr(.notSelected(round: open.round), update))]
    }
    // Moved out and back, so that the bookkeeping is changed in place.
    state = .idle
    open.bytesUp += update.byteCount
    var commands: [CoordinatorCommand] = []
    let late = lateOr(.noRound, update)
    switch (turn, late) {
    case (_, .late): commands = [.rejected(member, late)]
    case (.reported, _), (.rejected, _):
      commands = [.rejected(member, .duplicate(round: open.round))]
    case (.failed, _): commands = [.rejected(member, .withdrawn(round: open.round))]
    case (.pending, _):
      do throws(Rejection) {
        queue.append((member, try self.open(update)))
        open.end(member, as: .reported)
      } catch {
        open.end(member, as: .rejected)
        commands = [.rejected(member, error)]
      }
    }
    state = .round(open)
    if queue.count >= queueLimit { commands += addQueued() }
    return commands + (open.pendingCount == 0 ? closeRound(at: time) : [])
  }

  /// `late` for an update of an earlier round, which costs its sender nothing now; else `other`.
  private func lateOr(_ other: Rejection, _ update: EncodedUpdate) -> Rejection {
    guard let base = try? update.baseVersion(), base < model.version else { return other }
    return .late(round: base.number + 1)
  }

  /// Opens an update and checks everything but its vector.
  private func open(_ update: EncodedUpdate) throws(Rejection) -> ReceivedUpdate {
    let opened: ReceivedUpdate
    do throws(FrameError) {
      opened = try ReceivedUpdate(update, codec: pipeline.codec)
    } catch {
      throw .malformed(error)
    }
    let check = AdmissionCheck(
      shared: shared, version: model.version,
      maximumSampleCount: configuration.maximumSampleCount,
      maximumNorm: configuration.maximumNorm,
      features: expectsSums ? model.moments?.mean.count : nil)
    do throws(AdmissionError) {
      try check.check(opened.metadata, parameters: opened.parameters)
      try check.check(opened.sums)
    } catch {
      throw .refused(error)
    }
    return opened
  }

  /// Adds the updates that wait for it.
  /// - Returns: the verdict about each.
  private mutating func addQueued() -> [CoordinatorCommand] {
    guard !queue.isEmpty, case .round(var open) = state else { return [] }
    let added = queue
    queue.removeAll(keepingCapacity: true)
    state = .idle
    let verdicts = aggregator!.add(added.map(\.update), parallel: parallel)
    let commands = zip(added, verdicts).map { entry, verdict -> CoordinatorCommand in
      switch verdict {
      case .success(let norm):
        return .accepted(entry.member, round: open.round, norm: norm)
      case .failure(let reason):
        open.reject(entry.member)
        return .rejected(entry.member, .refused(reason))
      }
    }
    state = .round(open)
    return commands
  }

  /// Ends a member's turn without an update.
  mutating func withdraw(_ member: MemberID, at time: FleetTime) -> [CoordinatorCommand] {
    guard case .round(var open) = state, open.turns[member] == .pending else { return [] }
    state = .idle
    open.end(member, as: .failed)
    state = .round(open)
    return open.pendingCount == 0 ? closeRound(at: time) : []
  }

  /// Merges what was admitted and publishes the next version.
  mutating func closeRound(at time: FleetTime) -> [CoordinatorCommand] {
    let verdicts = addQueued()
    guard case .round(let open) = state else { preconditionFailure("no round is open") }
    let reported = open.members(.reported)
    var merged: Aggregate?
    if let sum = aggregator.take(), reported.count >= configuration.quorum {
      // Cannot fail: the quorum is at least one, so there is at least one update.
      merged = try? sum.finish(parallel: parallel)
    }
    let norm = merged.map { merge($0) } ?? 0
    model.version = model.version.next
    let isLast = model.version.number >= configuration.rounds
    state = isLast ? .finished : .idle
    let summary = RoundSummary(
      round: open.round, version: model.version,
      outcome: merged == nil ? .quorumMissed : .merged, openedAt: open.openedAt, closedAt: time,
      selected: open.selected, reported: reported, rejected: open.members(.rejected),
      failed: open.members(.failed), late: open.members(.pending), bytesDown: open.bytesDown,
      bytesUp: open.bytesUp, sampleCount: merged?.sampleCount ?? 0,
      environmentSteps: merged?.environmentSteps ?? 0, updateNorm: norm)
    return verdicts + [.roundClosed(summary), .modelPublished(model)] + (isLast ? [.finished] : [])
  }

  /// Applies a round's aggregate to the model.
  /// - Returns: the norm of the merged change.
  private mutating func merge(_ sum: Aggregate) -> Double {
    var aggregate = sum
    pipeline.restore(&aggregate, for: RoundContext(round: round, seed: configuration.seed))
    optimizer.apply(aggregate.meanDelta, to: &model.parameters)
    precondition(
      model.parameters.firstNonFinite == nil,
      "round \(round): parameter \(model.parameters.firstNonFinite!) is not finite after merging")
    if let moments = aggregate.moments {
      model.moments?.merge(moments)
      model.moments?.capCount(configuration.normalizerCountLimit)
    }
    return aggregate.norm
  }
}
