#if canImport(Glibc)
  private import Glibc
#endif

/// The clipped surrogate, summed over a minibatch.
struct SurrogateSums {
  private let clip: Double
  private let advantageMean: Double
  private let advantageScale: Double
  private let inverseCount: Double
  private(set) var policy = 0.0
  private(set) var divergence = 0.0
  private(set) var clipped = 0

  init(_ batch: MinibatchView, _ settings: PPOLossSettings) {
    clip = settings.clip
    inverseCount = 1 / Double(batch.count)
    guard settings.normalizesAdvantages, batch.count > 1 else {
      (advantageMean, advantageScale) = (0, 1)
      return
    }
    var sum = 0.0
    for row in 0..<batch.count { sum += Double(batch.advantages[row]) }
    let mean = sum * inverseCount
    var squares = 0.0
    for row in 0..<batch.count {
      let difference = Double(batch.advantages[row]) - mean
      squares += difference * difference
    }
    advantageMean = mean
    // PyTorch's std divides by M − 1.
    advantageScale = 1 / ((squares / Double(batch.count - 1)).squareRoot() + 1e-8)
  }

  /// Adds one sample and returns the derivative of the mean loss by its log-probability.
  @inline(__always)
  mutating func add(logProbability: Double, old: Float, advantage: Float) -> Double {
    let advantage = (Double(advantage) - advantageMean) * advantageScale
    let logRatio = logProbability - Double(old)
    let ratio = exp(logRatio)
    let unclipped = advantage * ratio
    let limited = advantage * min(max(ratio, 1 - clip), 1 + clip)
    divergence += ratio - 1 - logRatio
    if (ratio - 1).magnitude > clip { clipped += 1 }
    policy -= min(unclipped, limited)
    return unclipped <= limited ? -unclipped * inverseCount : 0
  }

  /// The means, without the value's part.
  func terms(entropy: Double) -> PPOLossTerms {
    var terms = PPOLossTerms()
    terms.policy = policy * inverseCount
    terms.approximateKL = divergence * inverseCount
    terms.clipFraction = Double(clipped) * inverseCount
    terms.entropy = entropy
    return terms
  }
}

/// The value's part: `mean (return − v)²` and its gradient times the coefficient, where `v` moved from
/// the old value by no more than the clip.
func valueLoss(
  _ values: UnsafePointer<Float>, _ batch: MinibatchView, _ settings: PPOLossSettings,
  gradient: UnsafeMutablePointer<Float>
) -> Double {
  let factor = 2 * settings.valueCoefficient / Double(batch.count)
  let limit = settings.valueClip ?? .infinity
  var sum = 0.0
  for row in 0..<batch.count {
    let old = Double(batch.values[row])
    let change = Double(values[row]) - old
    let isInside = change.magnitude <= limit
    let value = isInside ? Double(values[row]) : old + (change > 0 ? limit : -limit)
    let difference = value - Double(batch.returns[row])
    sum += difference * difference
    gradient[row] = isInside ? Float(factor * difference) : 0
  }
  return sum / Double(batch.count)
}
