import FedRLNumerics

#if canImport(Glibc)
  private import Glibc
#endif

/// ½ log 2π
private let halfLogTwoPi = 0.918_938_533_204_672_742

extension PolicyHead {
  func sampleGaussian(
    _ means: UnsafePointer<Float>, logDeviations: UnsafePointer<Float>, rows: Int, width: Int,
    random: inout RandomStream, actions: UnsafeMutablePointer<Float>,
    logProbabilities: UnsafeMutablePointer<Float>
  ) {
    for row in 0..<rows {
      var logProbability = 0.0
      for column in 0..<width {
        let logDeviation = Double(logDeviations[column])
        let mean = Double(means[row * width + column])
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

  func gaussianLoss(
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
