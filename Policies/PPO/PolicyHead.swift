public import FedRLNumerics

#if canImport(Glibc)
  private import Glibc
#endif

/// What the policy network's outputs mean: a distribution over actions.
public enum PolicyHead: Sendable, Equatable {
  /// Logits of `choices` actions; masked ones count as −∞.
  case categorical(choices: Int)
  /// Means of `width` independent normal distributions whose log standard deviations are parameters.
  case gaussian(width: Int)

  /// Numbers the network puts out per row.
  public var outputs: Int {
    switch self {
    case .categorical(let choices): choices
    case .gaussian(let width): width
    }
  }

  /// Numbers per action.
  public var actionWidth: Int {
    switch self {
    case .categorical: 1
    case .gaussian(let width): width
    }
  }

  /// Draws an action per row.
  /// - Parameters:
  ///   - outputs: `[rows, outputs]`
  ///   - logDeviations: `[width]`; read by a Gaussian only.
  ///   - masks: `[rows, choices]` or `nil`.
  ///   - actions: `[rows, actionWidth]`, overwritten: unclipped, or a choice's index.
  ///   - logProbabilities: `[rows]`, overwritten.
  /// - Returns: the first row without a possible action, if any.
  public func sample(
    _ outputs: UnsafePointer<Float>, logDeviations: UnsafePointer<Float>?,
    masks: UnsafePointer<Float>?, rows: Int, random: inout RandomStream,
    actions: UnsafeMutablePointer<Float>, logProbabilities: UnsafeMutablePointer<Float>
  ) -> Int? {
    switch self {
    case .categorical(let choices):
      return sampleCategorical(
        outputs, masks: masks, rows: rows, choices: choices, random: &random, actions: actions,
        logProbabilities: logProbabilities)
    case .gaussian(let width):
      for row in 0..<rows {
        var logProbability = 0.0
        for column in 0..<width {
          let logDeviation = Double(logDeviations![column])
          let mean = Double(outputs[row * width + column])
          let deviation = exp(logDeviation)
          let action = Float(mean + deviation * random.normal())
          actions[row * width + column] = action
          // Of the action as stored, so that the first epoch's ratio is 1.
          let score = (Double(action) - mean) / deviation
          logProbability -= 0.5 * score * score + logDeviation + halfLogTwoPi
        }
        logProbabilities[row] = Float(logProbability)
      }
    }
    return nil
  }

  /// Writes the most probable action per row: the mean, or the first largest possible logit.
  public func mode(
    _ outputs: UnsafePointer<Float>, masks: UnsafePointer<Float>?, rows: Int,
    actions: UnsafeMutablePointer<Float>
  ) {
    switch self {
    case .gaussian(let width): actions.update(from: outputs, count: rows * width)
    case .categorical(let choices):
      for row in 0..<rows {
        var best = -1
        for choice in 0..<choices {
          let index = row * choices + choice
          if let masks, masks[index] == 0 { continue }
          if best < 0 || outputs[index] > outputs[row * choices + best] { best = choice }
        }
        precondition(best >= 0, "row \(row) has no possible action")
        actions[row] = Float(best)
      }
    }
  }

  /// PPO's loss of a minibatch and its gradients.
  /// - Parameters:
  ///   - outputs: `[M, outputs]`, values: `[M]`: what the networks say now.
  ///   - outputGradient: `[M, outputs]`, valueGradient: `[M]`, logDeviationGradient: `[width]`;
  ///     overwritten with the loss's derivatives.
  public func loss(
    outputs: UnsafePointer<Float>, logDeviations: UnsafePointer<Float>?,
    values: UnsafePointer<Float>, batch: MinibatchView, settings: PPOLossSettings,
    outputGradient: UnsafeMutablePointer<Float>, valueGradient: UnsafeMutablePointer<Float>,
    logDeviationGradient: UnsafeMutablePointer<Float>?
  ) -> PPOLossTerms {
    var terms =
      switch self {
      case .categorical(let choices):
        categoricalLoss(outputs, batch, settings, choices: choices, gradient: outputGradient)
      case .gaussian(let width):
        gaussianLoss(
          outputs, logDeviations!, batch, settings, width: width, gradient: outputGradient,
          logDeviationGradient: logDeviationGradient!)
      }
    terms.value = valueLoss(values, batch, settings, gradient: valueGradient)
    terms.total =
      terms.policy - settings.entropyCoefficient * terms.entropy
      + settings.valueCoefficient * terms.value
    return terms
  }
}

private let halfLogTwoPi = 0.5 * log(2 * Double.pi)

/// The probabilities of one row's possible choices.
private struct Categorical {
  let logits: UnsafePointer<Float>
  let mask: UnsafePointer<Float>?
  let choices: Int
  /// `[choices]`: exp(logit − largest); 0 where impossible.
  let weights: UnsafeMutablePointer<Double>
  /// Σ weights.
  let sum: Double
  /// log Σ exp(logit)
  let logSum: Double

  /// - Parameter weights: scratch for this row.
  /// - Returns: `nil` where nothing is possible.
  @inline(__always)
  init?(
    _ logits: UnsafePointer<Float>, mask: UnsafePointer<Float>?, choices: Int,
    weights: UnsafeMutablePointer<Double>
  ) {
    self.logits = logits
    self.mask = mask
    self.choices = choices
    self.weights = weights
    var largest = -Double.infinity
    var possible = 0
    for choice in 0..<choices {
      if let mask, mask[choice] == 0 { continue }
      possible += 1
      largest = max(largest, Double(logits[choice]))
    }
    guard possible > 0 else { return nil }
    var sum = 0.0
    for choice in 0..<choices {
      let isPossible = mask.map { $0[choice] != 0 } ?? true
      weights[choice] = isPossible ? exp(Double(logits[choice]) - largest) : 0
      sum += weights[choice]
    }
    self.sum = sum
    logSum = largest + log(sum)
  }

  @inline(__always)
  func logProbability(_ choice: Int) -> Double { Double(logits[choice]) - logSum }

  /// −Σ p log p; a weight that is 0, masked or underflowed, adds nothing.
  @inline(__always)
  var entropy: Double {
    var weighted = 0.0
    for choice in 0..<choices where weights[choice] > 0 {
      weighted += weights[choice] * logProbability(choice)
    }
    return -weighted / sum
  }

  /// The choice at which the cumulative probability passes `uniform`.
  func choice(at uniform: Double) -> Int {
    var rest = uniform * sum
    var last = 0
    for choice in 0..<choices where weights[choice] > 0 {
      last = choice
      rest -= weights[choice]
      if rest < 0 { break }
    }
    return last
  }
}

extension PolicyHead {
  private func sampleCategorical(
    _ logits: UnsafePointer<Float>, masks: UnsafePointer<Float>?, rows: Int, choices: Int,
    random: inout RandomStream, actions: UnsafeMutablePointer<Float>,
    logProbabilities: UnsafeMutablePointer<Float>
  ) -> Int? {
    withUnsafeTemporaryAllocation(of: Double.self, capacity: choices) { scratch in
      for row in 0..<rows {
        let mask = masks.map { $0 + row * choices }
        guard
          let distribution = Categorical(
            logits + row * choices, mask: mask, choices: choices, weights: scratch.baseAddress!)
        else { return row }
        let choice = distribution.choice(at: random.uniform())
        actions[row] = Float(choice)
        logProbabilities[row] = Float(distribution.logProbability(choice))
      }
      return nil
    }
  }

  private func categoricalLoss(
    _ logits: UnsafePointer<Float>, _ batch: MinibatchView, _ settings: PPOLossSettings,
    choices: Int, gradient: UnsafeMutablePointer<Float>
  ) -> PPOLossTerms {
    var sums = SurrogateSums(batch, settings)
    var entropySum = 0.0
    let entropyFactor = settings.entropyCoefficient / Double(batch.count)
    withUnsafeTemporaryAllocation(of: Double.self, capacity: choices) { scratch in
      for row in 0..<batch.count {
        let mask = batch.masks.map { $0 + row * choices }
        let distribution = Categorical(
          logits + row * choices, mask: mask, choices: choices, weights: scratch.baseAddress!)!
        let action = Int(batch.actions[row])
        let slope = sums.add(
          logProbability: distribution.logProbability(action), old: batch.logProbabilities[row],
          advantage: batch.advantages[row])
        let entropy = distribution.entropy
        entropySum += entropy
        let rowGradient = gradient + row * choices
        for choice in 0..<choices {
          let probability = distribution.weights[choice] / distribution.sum
          // ∂ log p(a)/∂logit = [a] − p and ∂H/∂logit = −p (log p + H). Impossible choices have p = 0
          // and are never the action.
          let surrogate = slope * ((choice == action ? 1 : 0) - probability)
          rowGradient[choice] = Float(
            probability > 0
              ? surrogate + entropyFactor * probability
                * (distribution.logProbability(choice) + entropy) : surrogate)
        }
      }
    }
    return sums.terms(entropy: entropySum / Double(batch.count))
  }

  private func gaussianLoss(
    _ means: UnsafePointer<Float>, _ logDeviations: UnsafePointer<Float>, _ batch: MinibatchView,
    _ settings: PPOLossSettings, width: Int, gradient: UnsafeMutablePointer<Float>,
    logDeviationGradient: UnsafeMutablePointer<Float>
  ) -> PPOLossTerms {
    var sums = SurrogateSums(batch, settings)
    return withUnsafeTemporaryAllocation(of: Double.self, capacity: 2 * width) { scratch in
      let inverses = scratch.baseAddress!
      let deviationSums = inverses + width
      var constant = 0.0
      for column in 0..<width {
        inverses[column] = exp(-Double(logDeviations[column]))
        deviationSums[column] = 0
        constant += Double(logDeviations[column]) + halfLogTwoPi
      }
      for row in 0..<batch.count {
        let action = batch.actions + row * width
        let mean = means + row * width
        var squares = 0.0
        for column in 0..<width {
          let score = (Double(action[column]) - Double(mean[column])) * inverses[column]
          squares += score * score
        }
        let slope = sums.add(
          logProbability: -0.5 * squares - constant, old: batch.logProbabilities[row],
          advantage: batch.advantages[row])
        for column in 0..<width {
          let score = (Double(action[column]) - Double(mean[column])) * inverses[column]
          gradient[row * width + column] = Float(slope * score * inverses[column])
          deviationSums[column] += slope * (score * score - 1)
        }
      }
      for column in 0..<width {
        // The entropy is Σ (log σ + ½ log 2πe): its slope is 1.
        logDeviationGradient[column] = Float(deviationSums[column] - settings.entropyCoefficient)
      }
      return sums.terms(entropy: constant + 0.5 * Double(width))
    }
  }
}
