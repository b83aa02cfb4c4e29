public import FedRLNumerics

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
      sampleGaussian(
        outputs, logDeviations: logDeviations!, rows: rows, width: width, random: &random,
        actions: actions, logProbabilities: logProbabilities)
      return nil
    }
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
  package func loss(
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
