import FedRLNumerics

extension EnvironmentChecker {
  /// Looks at how episodes end: limits, final observations, untouched rows.
  mutating func checkEnds(_ trace: EnvironmentTrace) {
    checkLimit(trace)
    var ended = 0
    var sameAsNext = 0
    var seen: Set<Int> = []
    for step in 1...trace.steps {
      for copy in 0..<trace.copies {
        let range = copy * trace.width..<(copy + 1) * trace.width
        let final = trace.finalObservations[step - 1][range].map(\.bitPattern)
        let untouched = final.filter { $0 == EnvironmentTrace.unwritten.bitPattern }.count
        if trace.ends[step - 1][copy] == .none {
          guard untouched < trace.width else { continue }
          reportOnce(
            .finalObservationKept, "copy \(copy), step \(step)",
            "a final observation of an episode that goes on", "the row left alone")
          continue
        }
        ended += 1
        if untouched > 0 {
          reportOnce(
            .finalObservationKept, "copy \(copy), step \(step)",
            "\(untouched) of \(trace.width) elements not written", "the last observation")
        }
        if final == trace.observations[step][range].map(\.bitPattern) { sameAsNext += 1 }
        checkObservations(
          Array(trace.finalObservations[step - 1][range]), firstCopy: copy, step: step,
          "final observation", seen: &seen)
      }
    }
    let varies = trace.observations.contains { $0 != trace.observations[0] }
    if ended > 0, sameAsNext == ended, varies {
      reportOnce(
        .finalObservationKept, "all \(ended) ends",
        "the new episode's first observation as the final one", "the ended episode's last")
    }
    if ended == 0 {
      report(
        .episodeEnds, "\(trace.steps) steps of \(trace.copies) copies", "no end of an episode",
        "at least one, so that ends can be checked", isWarning: true)
    }
  }

  private mutating func checkLimit(_ trace: EnvironmentTrace) {
    guard let limit = specification.maximumEpisodeSteps else { return }
    for copy in 0..<trace.copies {
      var length = 0
      for step in 1...trace.steps {
        length += 1
        if trace.ends[step - 1][copy] != .none {
          length = 0
        } else if length >= limit {
          reportOnce(
            .truncationAtLimit, "copy \(copy), step \(step)",
            "an episode that goes on after \(length) steps", "an end after \(limit)")
        }
      }
    }
  }

  /// Same seeds, other seeds, resets of used batches.
  mutating func checkRepetition(_ expected: EnvironmentTrace) {
    compare(trace(), expected, .sameSeedSameTrajectory)
    var used = makeRun(otherActionsFrom: 0)
    used.reset(seed: options.seed &+ 7)
    used.run(steps: min(steps, 100))
    var again = EnvironmentRun(used.batch, actionSeed: { _ in options.seed })
    again.reset(seed: options.seed)
    again.run(steps: steps)
    compare(again.trace, expected, .resetEqualsFresh)
    let other = trace(seed: options.seed &+ 1)
    let differs = (0..<options.copies).contains {
      other.firstDifference(from: expected, copy: $0, names: names) != nil
    }
    if !differs {
      report(
        .otherSeedDiffers, "seeds \(options.seed) and \(options.seed &+ 1)",
        "the same trajectory", "another one, where anything is random", isWarning: true)
    }
  }

  /// Other batch sizes, other copies' actions, other ways into an episode.
  mutating func checkIndependence(_ expected: EnvironmentTrace) {
    let alone = trace(copies: 1)
    compare(alone, expected, .copiesIndependent, copies: 1)
    compare(trace(copies: options.copies + 2), expected, .copiesIndependent)
    compare(trace(otherActionsFrom: 1), expected, .copiesIndependent, copies: 1)
    checkStarts(trace(otherActionsFrom: 0), expected)
  }

  /// Episode e of copy b must start alike in two runs with different actions.
  private mutating func checkStarts(_ other: EnvironmentTrace, _ expected: EnvironmentTrace) {
    for copy in 0..<expected.copies {
      let starts = zip(other.endings(ofCopy: copy), expected.endings(ofCopy: copy))
      for (episode, (first, second)) in starts.enumerated() {
        for index in 0..<expected.width {
          let got = other.observations[first + 1][copy * expected.width + index]
          let wanted = expected.observations[second + 1][copy * expected.width + index]
          if got.bitPattern == wanted.bitPattern { continue }
          reportOnce(
            .episodeStartsFromItsSeed,
            "copy \(copy), first observation \(index) (\(names[index])) of episode \(episode + 1)",
            "\(got) after other actions", "\(wanted)")
        }
      }
    }
  }

  /// Box actions beyond the ends act as the ends.
  mutating func checkActions() {
    guard case .box = specification.actions else { return }
    var inside = makeRun()
    inside.reset(seed: options.seed)
    inside.run(steps: steps) { $0 < 0 ? -1 : 1 }
    var beyond = makeRun()
    beyond.reset(seed: options.seed)
    beyond.run(steps: steps) { $0 < 0 ? -3 : 2 }
    compare(beyond.trace, inside.trace, .actionClipping)
  }

  mutating func checkDrawing(_ expected: EnvironmentTrace) {
    compare(trace(drawing: true), expected, .drawingHasNoEffect)
    var run = makeRun()
    run.reset(seed: options.seed)
    run.run(steps: min(steps, 10))
    var drawing = Drawing()
    run.batch.draw(copy: 0, into: &drawing)
    if let fault = drawing.firstFault {
      report(.drawingFinite, "copy 0, step \(min(steps, 10))", fault.actual, fault.expected)
    }
  }

  /// Saves in the middle, restores into new and used batches, and compares what follows.
  mutating func checkSnapshots(_ expected: EnvironmentTrace) {
    for half in [0, 1, steps / 3, steps / 2] {
      var first = makeRun()
      first.reset(seed: options.seed)
      first.run(steps: half)
      var encoder = StateEncoder()
      first.batch.encodeState(into: &encoder)
      var used = makeRun(otherActionsFrom: 0)
      used.reset(seed: options.seed &+ 5)
      used.run(steps: min(steps, 37))
      for (batch, kind) in [(makeBatch(options.copies), "new"), (used.batch, "used")] {
        continueFrom(encoder.bytes, in: batch, kind, at: half, expected)
      }
      if half == steps / 2 { checkRefusal(encoder.bytes) }
    }
  }

  private mutating func continueFrom(
    _ bytes: [UInt8], in batch: any BatchEnvironment, _ kind: String, at half: Int,
    _ expected: EnvironmentTrace
  ) {
    var second = EnvironmentRun(batch, actionSeed: { _ in 0 })
    do {
      let read = try second.restore(bytes)
      if read != bytes.count {
        reportOnce(
          .snapshotContinues, "restoring step \(half) in a \(kind) batch",
          "\(read) of \(bytes.count) bytes read", "all of them")
      }
    } catch {
      reportOnce(
        .snapshotContinues, "restoring step \(half) in a \(kind) batch", "\(error)",
        "no error")
      return
    }
    second.run(repeating: expected.actions[half...])
    var rest = EnvironmentTrace(copies: expected.copies, width: expected.width)
    rest.observations = Array(expected.observations[half...])
    rest.rewards = Array(expected.rewards[half...])
    rest.ends = Array(expected.ends[half...])
    compare(
      second.trace, rest, .snapshotContinues, " after restoring step \(half) in a \(kind) batch")
  }

  private mutating func checkRefusal(_ bytes: [UInt8]) {
    guard !bytes.isEmpty else {
      report(.snapshotContinues, "encodeState", "no bytes", "the running episodes")
      return
    }
    var run = makeRun()
    do {
      _ = try run.restore(Array(bytes[..<(bytes.count / 2)]))
      report(.snapshotRefused, "half of a snapshot", "no error", "an error")
    } catch {}
  }

  private mutating func compare(
    _ trace: EnvironmentTrace, _ expected: EnvironmentTrace, _ rule: EnvironmentViolation.Rule,
    _ addition: String = "", copies: Int? = nil
  ) {
    for copy in 0..<(copies ?? options.copies) {
      guard let found = trace.firstDifference(from: expected, copy: copy, names: names) else {
        continue
      }
      reportOnce(rule, found.place + addition, found.actual, found.expected)
    }
  }

  private mutating func reportOnce(
    _ rule: EnvironmentViolation.Rule, _ place: String, _ actual: String, _ expected: String
  ) {
    if violations.contains(where: { $0.rule == rule }) { return }
    report(rule, place, actual, expected)
  }
}
