/// What the loss of one minibatch depends on besides the minibatch.
package struct PPOLossSettings: Sendable, Equatable {
  /// ε of the surrogate.
  package var clip: Double
  /// Limit of a value's change; `nil` for none.
  package var valueClip: Double?
  package var entropyCoefficient: Double
  package var valueCoefficient: Double
  package var normalizesAdvantages: Bool

  package init(
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
package struct PPOLossTerms: Sendable, Equatable {
  /// −mean min(A r, A clip(r, 1−ε, 1+ε))
  package var policy = 0.0
  /// mean (return − value)²
  package var value = 0.0
  /// Mean entropy of the policy, nats.
  package var entropy = 0.0
  /// mean (r − 1 − log r): Schulman's k3 estimate of KL(old ‖ new).
  package var approximateKL = 0.0
  /// Share of samples with |r − 1| > ε.
  package var clipFraction = 0.0
  /// policy − entropy coefficient · entropy + value coefficient · value
  package var total = 0.0

  package init() {}
}
