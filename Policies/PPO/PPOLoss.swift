#if canImport(Glibc)
  private import Glibc
#endif

/// What the loss of one minibatch depends on besides the minibatch.
public struct PPOLossSettings: Sendable, Equatable {
  /// ε of the surrogate.
  public var clip: Double
  /// Limit of a value's change; `nil` for none.
  public var valueClip: Double?
  public var entropyCoefficient: Double
  public var valueCoefficient: Double
  public var normalizesAdvantages: Bool

  public init(
    clip: Double, valueClip: Double? = nil, entropyCoefficient: Double, valueCoefficient: Double,
    normalizesAdvantages: Bool
  ) {
    self.clip = clip
    self.valueClip = valueClip
    self.entropyCoefficient = entropyCoefficient
    self.valueCoefficient = valueCoefficient
    self.normalizesAdvantages = normalizesAdvantages
  }
}

/// The parts of one minibatch's loss, means over its samples.
public struct PPOLossTerms: Sendable, Equatable {
  /// −mean min(A r, A clip(r, 1−ε, 1+ε))
  public var policy = 0.0
  /// mean (return − value)²
  public var value = 0.0
  /// Mean entropy of the policy, nats.
  public var entropy = 0.0
  /// mean (r − 1 − log r): Schulman's k3 estimate of KL(old ‖ new).
  public var approximateKL = 0.0
  /// Share of samples with |r − 1| > ε.
  public var clipFraction = 0.0
  /// policy − entropy coefficient · entropy + value coefficient · value
  public var total = 0.0

  public init() {}
}

/// Samples of one gradient step, as pointers into arrays that outlive it. M is `count`.
public struct MinibatchView {
  /// M.
  public var count: Int
  /// `[M, observations]`, as the network sees them.
  public var observations: UnsafePointer<Float>
  /// `[M, width]`: unclipped, or a choice's index.
  public var actions: UnsafePointer<Float>
  /// `[M, choices]`: 1 where possible; `nil` where all are.
  public var masks: UnsafePointer<Float>?
  /// `[M]`, log-probability of `actions` under the collecting policy.
  public var logProbabilities: UnsafePointer<Float>
  /// `[M]`
  public var advantages: UnsafePointer<Float>
  /// `[M]`, targets of the value function.
  public var returns: UnsafePointer<Float>
  /// `[M]`, what the value function said while collecting.
  public var values: UnsafePointer<Float>

  public init(
    count: Int, observations: UnsafePointer<Float>, actions: UnsafePointer<Float>,
    masks: UnsafePointer<Float>?, logProbabilities: UnsafePointer<Float>,
    advantages: UnsafePointer<Float>, returns: UnsafePointer<Float>, values: UnsafePointer<Float>
  ) {
    self.count = count
    self.observations = observations
    self.actions = actions
    self.masks = masks
    self.logProbabilities = logProbabilities
    self.advantages = advantages
    self.returns = returns
    self.values = values
  }
}

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
