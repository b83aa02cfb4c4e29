public import FedRLNumerics

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

  /// Adds an update that passed the other checks of ``AdmissionCheck``; checks its vector in the
  /// same pass.
  /// - Complexity: O(parameters + features).
  public mutating func accumulate(_ update: borrowing ModelUpdate) throws(AggregationError) {
    if case .failure(let error) = add([ReceivedUpdate(update)])[0] { throw .refused(error) }
  }

  /// Adds updates that passed the other checks of ``AdmissionCheck``; checks their vectors in the
  /// same pass, and leaves out those that fail.
  /// - Returns: of each update ‖Δ‖₂, or why it was left out.
  /// - Complexity: O(updates · (parameters + features)); the vectors are read once.
  public mutating func add(_ updates: [ReceivedUpdate], parallel: ParallelLoop = .serial)
    -> [Result<Double, AdmissionError>]
  {
    var room = sum.maximumTerms - sum.terms
    var verdicts = updates.map { update -> Result<Double, AdmissionError> in
      if let refusal = refusal(of: update) { return .failure(refusal) }
      room -= 1
      return room < 0 ? .failure(.tooManyUpdates(limit: sum.maximumTerms)) : .success(0)
    }
    let candidates = updates.indices.filter {
      if case .success = verdicts[$0] { true } else { false }
    }
    let outcomes = addVectors(candidates.map { updates[$0] }, parallel: parallel)
    for (index, outcome) in zip(candidates, outcomes) {
      verdicts[index] = outcome
      guard case .success = outcome else { continue }
      let update = updates[index]
      if let sums = update.sums { momentSum?.add(sums) }
      updateCount += 1
      sampleCount += update.metadata.sampleCount
      environmentSteps += update.metadata.environmentSteps
    }
    return verdicts
  }

  /// What can be said without looking at the vector.
  private func refusal(of update: ReceivedUpdate) -> AdmissionError? {
    guard update.parameters == sum.count else {
      return .parameterCount(got: update.parameters, expected: sum.count)
    }
    guard momentSum != nil else { return nil }
    guard let sums = update.sums else { return .sumsMissing }
    guard sums.features == center.count else {
      return .featureCount(got: sums.features, expected: center.count)
    }
    return nil
  }

  private mutating func addVectors(_ updates: [ReceivedUpdate], parallel: ParallelLoop)
    -> [Result<Double, AdmissionError>]
  {
    ReceivedUpdate.withVectors(updates) { places in
      let terms = zip(places, updates).map { place, update in
        ExactSum.Term(
          values: place,
          weight: weighting == .uniform ? 1 : Double(update.metadata.sampleCount) * weightScale)
      }
      return zip(terms, sum.add(terms, parallel: parallel)).map { term, outcome in
        switch outcome {
        case .success(let squares):
          if let maximumNorm, squares > maximumNorm * maximumNorm {
            sum.remove(term)
            return .failure(.norm(got: squares.squareRoot(), limit: maximumNorm))
          }
          return .success(squares.squareRoot())
        case .failure(.notFinite(let index)): return .failure(.notFinite(index: index))
        case .failure(.overflow(let index, _, let limit)):
          return .failure(.magnitude(index: index, limit: limit))
        case .failure(.length(let got, let expected)):
          return .failure(.parameterCount(got: got, expected: expected))
        }
      }
    }
  }

  public consuming func finish() throws(AggregationError) -> Aggregate {
    try finish(parallel: .serial)
  }

  /// As `finish()`; pieces of the mean are shared out.
  public consuming func finish(parallel: ParallelLoop) throws(AggregationError) -> Aggregate {
    guard updateCount > 0 else { throw .noUpdates }
    let divisor =
      weighting == .uniform ? Double(updateCount) : Double(sampleCount) * weightScale
    return Aggregate(
      meanDelta: sum.values(dividedBy: divisor, parallel: parallel),
      moments: momentSum.map { [center] in $0.moments(center: center) },
      updateCount: updateCount, sampleCount: sampleCount, environmentSteps: environmentSteps)
  }
}
