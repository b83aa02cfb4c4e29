import FedRLNumerics

extension EnvironmentChecker {
  /// Looks at spaces, clock and metrics. Returns whether the environment can be stepped at all.
  mutating func checkSpecification() -> Bool {
    let before = violations.count
    checkBox(specification.observations, "observations", mayBeInfinite: true)
    switch specification.actions {
    case .discrete(let count):
      if count < 1 { report(.specification, "actions", "\(count) choices", "at least 1") }
    case .box(let box):
      checkBox(box, "actions", mayBeInfinite: false)
      if specification.masksActions {
        report(.specification, "masksActions", "a mask over a box", "discrete actions")
      }
    }
    let period = specification.controlPeriodSeconds
    if !(period > 0 && period.isFinite) {
      report(.specification, "controlPeriodSeconds", "\(period)", "a positive number")
    }
    if let limit = specification.maximumEpisodeSteps, limit < 1 {
      report(.specification, "maximumEpisodeSteps", "\(limit)", "at least 1, or nil")
    }
    checkNames(specification.metrics.map(\.name), "metrics")
    if specification.name.isEmpty { report(.specification, "name", "\"\"", "a name") }
    return violations.count == before
  }

  private mutating func checkBox(_ box: BoxSpace, _ place: String, mayBeInfinite: Bool) {
    if box.shape.contains(where: { $0 < 1 }) || box.shape.isEmpty {
      report(.specification, place, "shape \(box.shape)", "positive sizes")
    }
    for index in 0..<box.count {
      let (low, high) = (box.low[index], box.high[index])
      let bounds = mayBeInfinite ? "" : "finite "
      if !(low < high) || (!mayBeInfinite && !(low.isFinite && high.isFinite)) {
        report(
          .specification, "\(place) \(index) (\(box.names[index]))", "\(low)...\(high)",
          "\(bounds)bounds with low < high")
      }
    }
    checkNames(box.names, place)
  }

  private mutating func checkNames(_ names: [String], _ place: String) {
    var seen: Set<String> = []
    for name in names where name.isEmpty || !seen.insert(name).inserted {
      report(.specification, "\(place)' names", "\"\(name)\" twice or empty", "names that differ")
    }
  }

  /// Plays the main trajectory and looks at every number in it.
  mutating func checkValues() -> EnvironmentTrace {
    var run = makeRun()
    run.reset(seed: options.seed)
    var elements: Set<Int> = []
    checkObservations(run.trace.observations[0], step: 0, "observation", seen: &elements)
    for step in 1...steps {
      run.run(steps: 1)
      checkObservations(run.trace.observations[step], step: step, "observation", seen: &elements)
      for copy in 0..<options.copies where run.trace.ends[step - 1][copy] != .none {
        checkMetrics(run.batch, copy: copy, step: step, final: true)
      }
      if step == 1 {
        for copy in 0..<options.copies {
          checkMetrics(run.batch, copy: copy, step: step, final: false)
        }
      }
      checkMasks(run.batch, step: step)
      checkRewards(run.trace, step: step)
    }
    return run.trace
  }

  private mutating func checkRewards(_ trace: EnvironmentTrace, step: Int) {
    guard !violations.contains(where: { $0.rule == .rewardFinite }) else { return }
    for copy in 0..<trace.copies where !trace.rewards[step - 1][copy].isFinite {
      report(
        .rewardFinite, "copy \(copy), step \(step)", "\(trace.rewards[step - 1][copy])",
        "a finite reward")
      return
    }
  }

  /// - Parameters:
  ///   - rows: `[copies, observations]`, from `firstCopy` on.
  ///   - seen: elements that were reported before.
  mutating func checkObservations(
    _ rows: [Float], firstCopy: Int = 0, step: Int, _ what: String, seen: inout Set<Int>
  ) {
    for position in rows.indices {
      let index = position % names.count
      let value = rows[position]
      guard let fault = fault(of: value, at: index), seen.insert(index).inserted else { continue }
      let copy = firstCopy + position / names.count
      report(
        fault.rule,
        "copy \(copy), step \(step), \(what) \(index) (\(names[index]))",
        fault.rule == .observationWritten ? "nothing" : "\(value)", fault.expected)
    }
  }

  func fault(of value: Float, at index: Int)
    -> (rule: EnvironmentViolation.Rule, expected: String)?
  {
    if value.bitPattern == EnvironmentTrace.unwritten.bitPattern {
      return (.observationWritten, "every element written")
    }
    if !value.isFinite { return (.observationFinite, "a finite number") }
    let (low, high) = (
      specification.observations.low[index], specification.observations.high[index]
    )
    let span = high - low
    let slack = options.boundsTolerance * (span.isFinite ? span : 1)
    return value < low - slack || value > high + slack
      ? (.observationBounds, "\(low)...\(high)") : nil
  }

  private mutating func checkMetrics(
    _ batch: any BatchEnvironment, copy: Int, step: Int, final: Bool
  ) {
    guard !specification.metrics.isEmpty,
      !violations.contains(where: { $0.rule == .metricsWritten })
    else { return }
    var values = [Double](
      repeating: EnvironmentTrace.unwrittenDouble, count: specification.metrics.count)
    var row = values.mutableSpan
    if final {
      batch.writeFinalMetrics(ofCopy: copy, into: &row)
    } else {
      batch.writeMetrics(ofCopy: copy, into: &row)
    }
    checkMetrics(values, "copy \(copy), step \(step), \(final ? "final" : "running") metric")
  }

  mutating func checkMetrics(_ values: [Double], _ place: String) {
    for (index, value) in values.enumerated() {
      let isUnwritten = value.bitPattern == EnvironmentTrace.unwrittenDouble.bitPattern
      guard isUnwritten || value.isInfinite else { continue }
      report(
        .metricsWritten, "\(place) \(index) (\(specification.metrics[index].name))",
        isUnwritten ? "nothing" : "\(value)", "a finite number, or NaN for none")
      return
    }
  }

  private mutating func checkMasks(_ batch: any BatchEnvironment, step: Int) {
    guard specification.masksActions else { return }
    let choices = specification.actions.policyOutputs
    var masks = [Float](
      repeating: EnvironmentTrace.unwritten, count: options.copies * choices)
    var rows = masks.mutableSpan
    batch.writeActionMasks(into: &rows)
    for copy in 0..<options.copies {
      checkMask(Array(masks[copy * choices..<(copy + 1) * choices]), "copy \(copy), step \(step)")
    }
  }

  mutating func checkMask(_ mask: [Float], _ place: String) {
    guard !violations.contains(where: { $0.rule == .actionMask }) else { return }
    if let choice = mask.firstIndex(where: { $0 != 0 && $0 != 1 }) {
      report(.actionMask, "\(place), choice \(choice)", "\(mask[choice])", "0 or 1")
    } else if !mask.contains(1) {
      report(.actionMask, place, "no possible action", "at least one")
    }
  }
}
