import FedRLNumerics

extension PolicyHead {
  func sampleCategorical(
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

  func categoricalLoss(
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
}
