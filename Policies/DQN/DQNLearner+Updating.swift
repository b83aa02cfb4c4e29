package import FedRLCore
import FedRLNetworks
import FedRLNumerics

extension DQNLearner {
  /// One phase of gradient steps.
  func learn(_ turn: inout DQNTurn, _ memory: DQNMemory, hook: (any GradientHook)?) throws {
    let progress = turn.fleetProgress
    let learningRate = settings.learningRateSchedule.value(
      settings.learningRate, progress: progress)
    let importance =
      settings.prioritized
      ? settings.importanceInitial + (1 - settings.importanceInitial) * progress : nil
    turn.learningRate = learningRate
    for _ in 0..<kind.gradientSteps {
      batch.draw(
        from: memory.replay, importance: importance, random: &turn.drawing, normalizer: normalizer)
      try update(&turn, memory, learningRate: learningRate, hook: hook)
      if settings.prioritized {
        for index in 0..<batch.count {
          memory.replay.prioritize(
            Int(batch.rows[index]), error: Double(batch.errors.pointer[index]),
            exponent: settings.priorityExponent)
        }
      }
    }
  }

  /// One gradient step on the batch.
  package func update(
    _ turn: inout DQNTurn, _ memory: DQNMemory, learningRate: Double, hook: (any GradientHook)?
  ) throws {
    computeTargets(memory)
    try computeGradient(&turn)
    try applyGradient(&turn, memory, learningRate: learningRate, hook: hook)
    turn.report.gradientSteps += 1
    turn.report.trainingFLOPs +=
      2 * Double(batch.count) * Double(kind.sampleMultiplyAccumulates)
  }

  private func computeTargets(_ memory: DQNMemory) {
    let rows = batch.count
    if settings.munchausen > 0 {
      let values = targetNetwork.forward(
        memory.target.pointer, batch.observations.pointer, rows: rows)
      // The network's outputs last until its next call.
      currentValues.pointer.update(from: values, count: currentValues.count)
      let next = targetNetwork.forward(
        memory.target.pointer, batch.nextObservations.pointer, rows: rows)
      targets.soft(
        .init(
          weight: settings.munchausen, temperature: settings.munchausenTemperature,
          limit: settings.munchausenLimit), rewards: batch.rewards.pointer,
        discounts: batch.discounts.pointer, current: currentValues.pointer, actions: batch.actions,
        next: next, currentMasks: batch.possible, masks: batch.nextPossible, rows: rows,
        into: batch.targets.pointer)
      return
    }
    let next = targetNetwork.forward(
      memory.target.pointer, batch.nextObservations.pointer, rows: rows)
    let choosing =
      settings.double
      ? network.forward(weights.pointer, batch.nextObservations.pointer, rows: rows) : next
    targets.greedy(
      rewards: batch.rewards.pointer, discounts: batch.discounts.pointer, next: next,
      choosing: choosing, masks: batch.nextPossible, rows: rows, into: batch.targets.pointer)
  }

  /// Forward, loss and backward; leaves the flat gradient.
  private func computeGradient(_ turn: inout DQNTurn) throws {
    let rows = batch.count
    let values = network.forward(weights.pointer, batch.observations.pointer, rows: rows)
    let found = loss.evaluate(
      values, actions: batch.actions, targets: batch.targets.pointer,
      weights: settings.prioritized ? UnsafePointer(batch.weights.pointer) : nil, rows: rows,
      gradient: outputGradient.pointer, errors: batch.errors.pointer)
    guard found.isFinite else {
      throw LearningError(quantity: "TD loss", step: turn.steps, value: found)
    }
    turn.lossSum += found
    var sum = 0.0
    let (choices, atoms) = (kind.design.choices, kind.design.atoms)
    for row in 0..<rows {
      let first = (row * choices + Int(batch.actions[row])) * atoms
      for atom in 0..<atoms { sum += Double(values[first + atom]) }
    }
    turn.valueSum += sum / Double(rows * atoms)
    network.backward(
      weights.pointer, batch.observations.pointer, rows: rows,
      outputGradient: outputGradient.pointer, gradient: gradient.pointer)
  }

  /// Hook, norm clip, Adam.
  private func applyGradient(
    _ turn: inout DQNTurn, _ memory: DQNMemory, learningRate: Double, hook: (any GradientHook)?
  ) throws {
    if let hook {
      let buffer = gradient.buffer
      let parameters = UnsafeBufferPointer(weights.buffer)
      var span = buffer.mutableSpan
      hook.adjust(&span, parameters: parameters.span)
    }
    let norm = Kernels.sumOfSquares(gradient.pointer, count: gradient.count).squareRoot()
    guard norm.isFinite else {
      throw LearningError(quantity: "gradient norm", step: turn.steps, value: norm)
    }
    turn.gradientNormSum += norm
    memory.adamSteps += 1
    adam.step(
      weights.pointer, firstMoments: memory.firstMoments.pointer,
      secondMoments: memory.secondMoments.pointer, gradient: gradient.pointer,
      count: gradient.count, step: memory.adamSteps, learningRate: learningRate,
      gradientScale: clipFactor(norm: norm, maximum: settings.maxGradientNorm))
    network.load(weights.pointer)
  }
}
