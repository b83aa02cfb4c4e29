import FedRLNumerics

#if canImport(Glibc)
  private import Glibc
#endif

/// Adam (Kingma and Ba, arXiv:1412.6980) without weight decay, over flat vectors that the caller keeps.
///
/// `m ← m + (1−β₁)(g−m)`, `v ← β₂v + (1−β₂)g²`,
/// `p ← p − η/(1−β₁ᵗ) · m / (√v/√(1−β₂ᵗ) + ε)`
public struct Adam: Sendable, Equatable {
  public var beta1: Double
  public var beta2: Double
  /// Added outside the root; 10⁻⁵ as in PPO's implementations (10⁻⁸ in the paper).
  public var epsilon: Double

  public init(beta1: Double = 0.9, beta2: Double = 0.999, epsilon: Double = 1e-5) {
    precondition((0..<1).contains(beta1) && (0..<1).contains(beta2) && epsilon > 0)
    self.beta1 = beta1
    self.beta2 = beta2
    self.epsilon = epsilon
  }

  /// One step over `count` elements.
  /// - Parameters:
  ///   - step: t ≥ 1, counted with this step.
  ///   - gradientScale: multiplies the gradient first: ``clipFactor(norm:maximum:)``.
  public func step(
    _ parameters: UnsafeMutablePointer<Float>, firstMoments: UnsafeMutablePointer<Float>,
    secondMoments: UnsafeMutablePointer<Float>, gradient: UnsafePointer<Float>, count: Int,
    step: Int, learningRate: Double, gradientScale: Double = 1
  ) {
    precondition(step >= 1, "Adam's steps count from 1, got \(step)")
    Kernels.adam(
      parameters: parameters, firstMoments: firstMoments, secondMoments: secondMoments,
      gradient: gradient, count: count, gradientScale: gradientScale, learningRate: learningRate,
      beta1: beta1, beta2: beta2, epsilon: epsilon, beta1Power: pow(beta1, Double(step)),
      beta2Power: pow(beta2, Double(step)))
  }
}

/// What a gradient of that norm is multiplied with so that its norm stays at most `maximum`:
/// `min(1, maximum / (norm + 10⁻⁶))`, PyTorch's rule; 1 where `maximum` is 0.
public func clipFactor(norm: Double, maximum: Double) -> Double {
  maximum > 0 ? min(1, maximum / (norm + 1e-6)) : 1
}
