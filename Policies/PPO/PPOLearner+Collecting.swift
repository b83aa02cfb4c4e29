package import FedRLCore
import FedRLNetworks
import FedRLNumerics

extension PPOLearner {
  /// Fills the rollout: T steps of all copies, then values and advantages.
  package func collect(
    _ turn: inout Turn, _ memory: PPOMemory, _ environment: any BatchEnvironment
  ) throws {
    let copies = rollout.copies
    let width = rollout.observationWidth
    for step in 0..<rollout.steps {
      let seen = rollout.observations.pointer + step * copies * width
      normalizer.apply(memory.observations.pointer, into: seen, rows: copies)
      turn.observedSums?.add(memory.observations.pointer, rows: copies)
      try act(&turn, memory, environment, observations: seen, step: step)
      advance(memory, environment, step: step)
      try LearningError.check(
        observations: memory.observations.pointer, rows: copies, width: width, step: turn.steps)
      try record(&turn, memory, environment, step: step)
      turn.steps += copies
    }
    normalizer.apply(
      memory.observations.pointer,
      into: rollout.observations.pointer + rollout.samples * width, rows: copies)
    try evaluateStates(turn, memory)
    rollout.finish(discount: settings.gamma, decay: settings.gaeLambda)
    turn.report.environmentSteps += rollout.samples
    turn.report.inferences += rollout.samples
  }

  /// Chooses this step's actions.
  private func act(
    _ turn: inout Turn, _ memory: PPOMemory, _ environment: any BatchEnvironment,
    observations: UnsafePointer<Float>, step: Int
  ) throws {
    let copies = rollout.copies
    let masks = rollout.masks.pointer + step * copies * rollout.maskWidth
    if masksActions {
      let buffer = UnsafeMutableBufferPointer(start: masks, count: copies * rollout.maskWidth)
      var span = buffer.mutableSpan
      environment.writeActionMasks(into: &span)
    }
    let outputs = evaluate(observations, memory, step: step)
    if let index = Kernels.firstNonFinite(outputs, count: copies * head.outputs) {
      throw LearningError(
        quantity: "policy output", step: turn.steps, value: Double(outputs[index]))
    }
    let actions = rollout.actions.pointer + step * copies * head.actionWidth
    let impossible = head.sample(
      outputs, logDeviations: logDeviations, masks: masksActions ? UnsafePointer(masks) : nil,
      rows: copies, random: &turn.actionRandom, actions: actions,
      logProbabilities: rollout.logProbabilities.pointer + step * copies)
    if let impossible {
      throw LearningError(
        quantity: "number of possible actions", step: turn.steps + impossible, value: 0)
    }
    switch head {
    case .categorical: environmentActions.pointer.update(from: actions, count: copies)
    case .gaussian(let width):
      for index in 0..<(copies * width) {
        environmentActions.pointer[index] = min(max(actions[index], -1), 1)
      }
    }
  }

  /// The policy's head for this step's observations. A policy with a memory values them too: its states
  /// are not there later.
  private func evaluate(
    _ observations: UnsafePointer<Float>, _ memory: PPOMemory, step: Int
  ) -> UnsafeMutablePointer<Float> {
    let copies = rollout.copies
    guard rollout.sequence > 0 else {
      return network.act(weights.pointer, observations, rows: copies)
    }
    if step % rollout.sequence == 0 {
      let starts = rollout.starts.pointer + step / rollout.sequence * memory.states.count
      starts.update(from: memory.states.pointer, count: memory.states.count)
    }
    let heads = network.step(
      weights.pointer, observations, rows: copies, states: memory.states.pointer, remembers: true)
    (rollout.values.pointer + step * copies).update(from: heads.values, count: copies)
    return heads.outputs
  }

  /// Lets the environment act.
  private func advance(_ memory: PPOMemory, _ environment: any BatchEnvironment, step: Int) {
    let copies = rollout.copies
    let actions = UnsafeBufferPointer(environmentActions.buffer)
    let observations = memory.observations.buffer
    let rewards = UnsafeMutableBufferPointer(
      start: rollout.rewards.pointer + step * copies, count: copies)
    let ends = UnsafeMutableBufferPointer(start: rollout.ends + step * copies, count: copies)
    let finals = finalObservations.buffer
    var observationSpan = observations.mutableSpan
    var rewardSpan = rewards.mutableSpan
    var endSpan = ends.mutableSpan
    var finalSpan = finals.mutableSpan
    environment.step(
      actions.span, into: &observationSpan, rewards: &rewardSpan, ends: &endSpan,
      finalObservations: &finalSpan)
  }

  /// Counts returns, scales rewards, reports ended episodes and values the states that were cut off.
  private func record(
    _ turn: inout Turn, _ memory: PPOMemory, _ environment: any BatchEnvironment, step: Int
  ) throws {
    let copies = rollout.copies
    let rewards = rollout.rewards.pointer + step * copies
    for copy in 0..<copies {
      guard rewards[copy].isFinite else {
        throw LearningError(
          quantity: "reward", step: turn.steps + copy, value: Double(rewards[copy]))
      }
      memory.running[copy].episode.count(rewards[copy])
    }
    if settings.normalizeRewards { scaleRewards(rewards, memory) }
    let ends = rollout.ends + step * copies
    var truncated = 0
    for copy in 0..<copies where ends[copy] != .none {
      turn.report.append(
        memory.running[copy].episode, ofCopy: copy, in: environment, metricCount: metricCount)
      memory.running[copy] = .init()
      if ends[copy] == .truncated {
        // Packed in order of copies; evaluated together below.
        let width = rollout.observationWidth
        let final = finalObservations.pointer + copy * width
        try LearningError.check(
          observations: final, rows: 1, width: width, step: turn.steps)
        normalizer.apply(
          final, into: truncatedObservations.pointer + truncated * width, rows: 1)
        truncated += 1
      }
    }
    if truncated > 0 {
      let values = truncatedValues(memory, ends: ends, rows: truncated)
      var next = 0
      for copy in 0..<copies where ends[copy] == .truncated {
        rollout.nextValues.pointer[step * copies + copy] = values[next]
        next += 1
      }
    }
    if rollout.sequence > 0 { forget(memory, ends: ends) }
  }

  /// Values of the states that were cut off, in the order of copies.
  private func truncatedValues(
    _ memory: PPOMemory, ends: UnsafePointer<EpisodeEnd>, rows: Int
  ) -> UnsafePointer<Float> {
    guard rollout.sequence > 0 else {
      return UnsafePointer(
        network.value(weights.pointer, truncatedObservations.pointer, rows: rows))
    }
    let units = network.design.memoryUnits
    var next = 0
    for column in 0..<network.design.memories {
      for copy in 0..<rollout.copies where ends[copy] == .truncated {
        (truncatedStates.pointer + next * units).update(
          from: memory.states.pointer + (column * rollout.copies + copy) * units, count: units)
        next += 1
      }
    }
    return UnsafePointer(
      network.step(
        weights.pointer, truncatedObservations.pointer, rows: rows,
        states: truncatedStates.pointer, remembers: false
      ).values)
  }

  /// An episode begins without memories.
  private func forget(_ memory: PPOMemory, ends: UnsafePointer<EpisodeEnd>) {
    let units = network.design.memoryUnits
    for column in 0..<network.design.memories {
      for copy in 0..<rollout.copies where ends[copy] != .none {
        (memory.states.pointer + (column * rollout.copies + copy) * units).update(
          repeating: 0, count: units)
      }
    }
  }

  /// Divides by the running deviation of the discounted return, as Stable-Baselines3's VecNormalize:
  /// all copies' returns are counted first.
  private func scaleRewards(_ rewards: UnsafeMutablePointer<Float>, _ memory: PPOMemory) {
    var statistics = memory.returnStatistics
    for copy in 0..<rollout.copies {
      let value = memory.running[copy].discountedReturn * settings.gamma + Double(rewards[copy])
      memory.running[copy].discountedReturn = value
      statistics.add(value)
    }
    memory.returnStatistics = statistics
    let scale = statistics.scale
    for copy in 0..<rollout.copies {
      rewards[copy] = Float(min(max(Double(rewards[copy]) * scale, -10), 10))
    }
  }

  /// Values of all states of the rollout: weights did not change meanwhile, so that one pass over large
  /// batches does for all steps.
  private func evaluateStates(_ turn: Turn, _ memory: PPOMemory) throws {
    let rows = rollout.samples + rollout.copies
    let observations = rollout.observations.pointer
    if rollout.sequence > 0 {
      // All but the last were valued while acting.
      let last = network.step(
        weights.pointer, observations + rollout.samples * rollout.observationWidth,
        rows: rollout.copies, states: memory.states.pointer, remembers: false)
      (rollout.values.pointer + rollout.samples).update(from: last.values, count: rollout.copies)
    } else {
      var start = 0
      while start < rows {
        let count = min(valueRows, rows - start)
        let values = network.value(
          weights.pointer, observations + start * rollout.observationWidth, rows: count)
        rollout.values.pointer.advanced(by: start).update(from: values, count: count)
        start += count
      }
    }
    if let index = Kernels.firstNonFinite(rollout.values.pointer, count: rows) {
      throw LearningError(
        quantity: "value", step: turn.steps - rollout.samples + index,
        value: Double(rollout.values.pointer[index]))
    }
  }

  var logDeviations: UnsafePointer<Float>? {
    network.design.logDeviationOffset.map { UnsafePointer(weights.pointer + $0) }
  }
}
