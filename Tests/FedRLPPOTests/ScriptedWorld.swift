import FedRLCore
import FedRLNumerics

/// A world that does what a test says: everything is a function of copy and step.
final class ScriptedWorld: BatchEnvironment {
  let specification: EnvironmentSpecification
  let count: Int
  /// Steps taken since the reset, by all copies together.
  private(set) var steps = 0
  /// What each step was given, `[B, width]`.
  private(set) var actions: [[Float]] = []
  /// What is seen before step `step`.
  var observe: (_ copy: Int, _ step: Int) -> [Float]
  /// What is seen last in an episode that step `step` ended.
  var observeLast: (_ copy: Int, _ step: Int) -> [Float]
  var outcome: (_ copy: Int, _ step: Int, _ action: Float) -> StepOutcome = { _, _, _ in
    StepOutcome(reward: 0)
  }
  var mask: (_ copy: Int, _ step: Int, _ choice: Int) -> Bool = { _, _, _ in true }

  init(observations: Int, actions: ActionSpace, count: Int, masksActions: Bool = false) {
    specification = EnvironmentSpecification(
      name: "scripted",
      observations: BoxSpace(shape: [observations], low: -100, high: 100, name: "x"),
      actions: actions, controlPeriodSeconds: 0.1, maximumEpisodeSteps: nil,
      metrics: [MetricDefinition("length", unit: "1", higherIsBetter: nil, "steps so far")],
      masksActions: masksActions)
    self.count = count
    observe = { copy, step in
      (0..<observations).map { Float((copy * 31 + step * 17 + $0 * 7) % 23) / 11 - 1 }
    }
    observeLast = { copy, step in
      (0..<observations).map { Float((copy * 13 + step * 5 + $0 * 3) % 19) / 9 - 1 }
    }
  }

  private func write(_ values: [Float], _ copy: Int, _ rows: inout MutableSpan<Float>) {
    for (index, value) in values.enumerated() { rows[copy * values.count + index] = value }
  }

  func reset(random: RandomStream, into observations: inout MutableSpan<Float>) {
    steps = 0
    actions = []
    for copy in 0..<count { write(observe(copy, 0), copy, &observations) }
  }

  func step(
    _ actions: Span<Float>, into observations: inout MutableSpan<Float>,
    rewards: inout MutableSpan<Float>, ends: inout MutableSpan<EpisodeEnd>,
    finalObservations: inout MutableSpan<Float>
  ) {
    self.actions.append(actions.indices.map { actions[$0] })
    for copy in 0..<count {
      let result = outcome(copy, steps, actions[copy * specification.actions.width])
      rewards[copy] = result.reward
      ends[copy] = result.end
      if result.end != .none { write(observeLast(copy, steps), copy, &finalObservations) }
      write(observe(copy, steps + 1), copy, &observations)
    }
    steps += 1
  }

  func writeFinalMetrics(ofCopy index: Int, into values: inout MutableSpan<Double>) {
    values[0] = Double(index)
  }

  func writeActionMasks(into masks: inout MutableSpan<Float>) {
    guard case .discrete(let choices) = specification.actions else { return }
    for copy in 0..<count {
      for choice in 0..<choices {
        masks[copy * choices + choice] = mask(copy, steps, choice) ? 1 : 0
      }
    }
  }

  func encodeState(into encoder: inout StateEncoder) { encoder.encode(UInt64(steps)) }
  func decodeState(
    from decoder: inout StateDecoder, into observations: inout MutableSpan<Float>
  ) throws { steps = Int(try decoder.decode(UInt64.self)) }
}

/// A box of actions in [−1, 1].
func box(_ width: Int) -> ActionSpace {
  .box(BoxSpace(shape: [width], low: -1, high: 1, name: "a"))
}
