private import FedRLNumerics

/// FedAvg's sum: Σ wᵢ Δᵢ ÷ Σ wᵢ, exact and therefore the same in any order of arrival.
///
/// Under ``Weighting/samples`` weights enter as n ÷ 2ᵏ ≤ 1 with 2ᵏ ≥ the largest sample count, which
/// is exact, so that each parameter is rounded once, to 2^−`fractionBits`.
/// - SeeAlso: McMahan et al., arXiv:1602.05629, algorithm 1.
public struct WeightedMean: Aggregator, ~Copyable {
  private var sum: ExactSum
  private var momentSum: ExactMomentSum?
  private let center: [Double]
  private let weighting: Weighting
  private let weightScale: Double
  private let maximumNorm: Double?
  private var updateCount = 0
  private var sampleCount = 0
  private var environmentSteps = 0

  /// - Parameters:
  ///   - parameters: length of the deltas.
  ///   - center: μ of the observation sums; `nil` where none come.
  ///   - fractionBits: 0…52, of the exact sum.
  ///   - maximumUpdates: of one round, up to 65,536.
  ///   - maximumSampleCount: of one update.
  ///   - maximumNorm: an update of a larger one is refused; `nil` for no limit.
  public init(
    parameters: Int, center: [Double]? = nil, weighting: Weighting = .uniform,
    fractionBits: Int = 32, maximumUpdates: Int = 1 << 16, maximumSampleCount: Int = 1 << 20,
    maximumNorm: Double? = nil
  ) {
    precondition((1...(1 << 16)).contains(maximumUpdates), "a sum of \(maximumUpdates) updates")
    sum = ExactSum(count: parameters, fractionBits: fractionBits, maximumTerms: maximumUpdates)
    momentSum = center.map { ExactMomentSum(features: $0.count) }
    self.center = center ?? []
    self.weighting = weighting
    self.maximumNorm = maximumNorm
    switch weighting {
    case .uniform: weightScale = 1
    case .samples:
      let bits = Int.bitWidth - (maximumSampleCount - 1).leadingZeroBitCount
      weightScale = Double(sign: .plus, exponent: -bits, significand: 1)
    }
  }

  /// Adds an update that passed the metadata and sums checks of ``AdmissionCheck``; checks its
  /// vector in the same pass.
  /// - Complexity: O(parameters + features).
  public mutating func accumulate(_ update: borrowing ModelUpdate) throws(AggregationError) {
    _ = try add(update)
  }

  /// As ``accumulate(_:)``.
  /// - Returns: ‖Δ‖₂ of the update.
  public mutating func add(_ update: borrowing ModelUpdate) throws(AggregationError) -> Double {
    guard sum.terms < sum.maximumTerms else {
      throw .refused(.tooManyUpdates(limit: sum.maximumTerms))
    }
    if momentSum != nil {
      guard let sums = update.sums else { throw .refused(.sumsMissing) }
      guard sums.features == center.count else {
        throw .refused(.featureCount(got: sums.features, expected: center.count))
      }
    }
    let norm = try addVector(update)
    if let sums = update.sums { momentSum?.add(sums) }
    updateCount += 1
    sampleCount += update.metadata.sampleCount
    environmentSteps += update.metadata.environmentSteps
    return norm
  }

  private mutating func addVector(_ update: borrowing ModelUpdate) throws(AggregationError)
    -> Double
  {
    let weight =
      weighting == .uniform ? 1 : Double(update.metadata.sampleCount) * weightScale
    let squares: Double
    do {
      squares = try sum.add(update.delta, weight: weight)
    } catch {
      switch error {
      case .notFinite(let index): throw .refused(.notFinite(index: index))
      case .overflow(let index, _, let limit):
        throw .refused(.magnitude(index: index, limit: limit))
      case .length(let got, let expected):
        throw .refused(.parameterCount(got: got, expected: expected))
      }
    }
    if let maximumNorm, squares > maximumNorm * maximumNorm {
      sum.remove(update.delta, weight: weight)
      throw .refused(.norm(got: squares.squareRoot(), limit: maximumNorm))
    }
    return squares.squareRoot()
  }

  public consuming func finish() throws(AggregationError) -> Aggregate {
    guard updateCount > 0 else { throw .noUpdates }
    let divisor =
      weighting == .uniform ? Double(updateCount) : Double(sampleCount) * weightScale
    return Aggregate(
      meanDelta: sum.values(dividedBy: divisor),
      moments: momentSum.map { [center] in $0.moments(center: center) },
      updateCount: updateCount, sampleCount: sampleCount, environmentSteps: environmentSteps)
  }
}
