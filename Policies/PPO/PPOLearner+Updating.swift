package import FedRLCore
import FedRLNetworks
package import FedRLNumerics

extension PPOLearner {
  /// Sums of one update's diagnostics.
  struct Diagnostics {
    var terms = PPOLossTerms()
    var gradientNorm = 0.0
    var count = 0

    mutating func add(_ other: PPOLossTerms) {
      terms.policy += other.policy
      terms.value += other.value
      terms.entropy += other.entropy
      terms.approximateKL += other.approximateKL
      terms.clipFraction += other.clipFraction
      terms.total += other.total
      count += 1
    }
  }

  /// Learns from the rollout: epochs of shuffled minibatches.
  package func learn(
    _ turn: inout Turn, _ memory: PPOMemory, progress: Double, shuffling: inout RandomStream,
    hook: (any GradientHook)?
  ) throws {
    let learningRate = settings.learningRateSchedule.value(
      settings.learningRate, progress: progress)
    let loss = PPOLossSettings(
      clip: settings.clipSchedule.value(settings.clip, progress: progress),
      valueClip: settings.clipValue > 0 ? settings.clipValue : nil,
      entropyCoefficient: settings.entropy, valueCoefficient: settings.valueCoefficient,
      normalizesAdvantages: settings.normalizeAdvantage)
    let length = max(rollout.sequence, 1)
    let isWhole = minibatch.capacity == 0
    // Samples, or sequences of them.
    let items = order.count
    let size = isWhole ? items : minibatch.capacity / length
    if !isWhole { for index in 0..<items { order[index] = Int32(index) } }
    var diagnostics = Diagnostics()
    epochs: for _ in 0..<settings.epochs {
      // One minibatch that holds everything needs no order.
      if !isWhole { shuffling.shuffle(&order) }
      for start in stride(from: 0, to: items, by: size) {
        let batch = isWhole ? rollout.view : gather(start, count: min(size, items - start))
        let terms = try computeGradient(batch, loss, turn)
        diagnostics.add(terms)
        if settings.targetKL > 0, terms.approximateKL > 1.5 * settings.targetKL { break epochs }
        diagnostics.gradientNorm += try applyGradient(
          memory, learningRate: learningRate, hook: hook, turn)
        turn.report.gradientSteps += 1
        turn.report.trainingFLOPs +=
          2 * Double(batch.count) * Double(network.design.trainingMultiplyAccumulates)
      }
    }
    report(diagnostics, learningRate: learningRate, clip: loss.clip, into: &turn.report)
  }

  /// Copies the samples, or sequences, that ``order`` names from `start` on.
  private func gather(_ start: Int, count: Int) -> MinibatchView {
    order.withUnsafeBufferPointer {
      let indices = $0.baseAddress! + start
      guard rollout.sequence > 0 else {
        return minibatch.gather(rollout, indices: indices, count: count)
      }
      return minibatch.gatherSequences(
        rollout, indices: indices, count: count, memories: network.design.memories,
        units: network.design.memoryUnits)
    }
  }

  /// Forward, loss and backward; leaves the flat gradient.
  private func computeGradient(
    _ batch: MinibatchView, _ loss: PPOLossSettings, _ turn: Turn
  ) throws -> PPOLossTerms {
    let (outputs, values) = network.forward(
      weights.pointer, batch.observations, rows: batch.count, sequences: batch.sequences)
    let offset = network.design.logDeviationOffset
    let terms = head.loss(
      outputs: outputs, logDeviations: logDeviations, values: values, batch: batch,
      settings: loss, outputGradient: outputGradient.pointer,
      valueGradient: valueGradient.pointer,
      logDeviationGradient: offset.map { gradient.pointer + $0 })
    guard terms.policy.isFinite else {
      throw LearningError(quantity: "policy loss", step: turn.steps, value: terms.policy)
    }
    guard terms.value.isFinite else {
      throw LearningError(quantity: "value loss", step: turn.steps, value: terms.value)
    }
    network.backward(
      weights.pointer, batch.observations, rows: batch.count, sequences: batch.sequences,
      outputGradient: outputGradient.pointer, valueGradient: valueGradient.pointer,
      gradient: gradient.pointer)
    return terms
  }

  /// Hook, norm clip, Adam. Returns the norm before the clip.
  private func applyGradient(
    _ memory: PPOMemory, learningRate: Double, hook: (any GradientHook)?, _ turn: Turn
  ) throws -> Double {
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
    memory.adamSteps += 1
    adam.step(
      weights.pointer, firstMoments: memory.firstMoments.pointer,
      secondMoments: memory.secondMoments.pointer, gradient: gradient.pointer,
      count: gradient.count, step: memory.adamSteps, learningRate: learningRate,
      gradientScale: clipFactor(norm: norm, maximum: settings.maxGradientNorm))
    network.load(weights.pointer)
    return norm
  }

  private func report(
    _ sums: Diagnostics, learningRate: Double, clip: Double, into report: inout LearningReport
  ) {
    let count = Double(max(sums.count, 1))
    report.diagnostics = [
      ("policy_loss", sums.terms.policy / count),
      ("value_loss", sums.terms.value / count),
      ("entropy", sums.terms.entropy / count),
      ("approx_kl", sums.terms.approximateKL / count),
      ("clip_fraction", sums.terms.clipFraction / count),
      ("gradient_norm", sums.gradientNorm / count),
      ("explained_variance", rollout.explainedVariance),
      ("learning_rate", learningRate),
      ("clip", clip),
    ]
  }
}
