public import FedRLNumerics

/// Sums of the observations one member saw in a round, about the mean of the model it started from:
/// n, Σ(x−μ), Σ(x−μ)².
///
/// The centre μ is the base model's, so it is not sent. Additive over members.
public struct NormalizerSums: Sendable, Equatable {
  /// n.
  public var count: Int
  /// Σ(x−μ), `[features]`.
  public var first: [Double]
  /// Σ(x−μ)², `[features]`.
  public var second: [Double]

  public init(count: Int, first: [Double], second: [Double]) {
    precondition(first.count == second.count, "\(first.count) sums, \(second.count) squares")
    self.count = count
    self.first = first
    self.second = second
  }

  /// - Parameter sums: about the base model's mean.
  public init(_ sums: MomentSums) {
    self.init(count: Int(sums.count), first: sums.first, second: sums.second)
  }

  public var features: Int { first.count }
}
