/// What an update must be before it is added to the fleet's sum.
///
/// The checks of metadata and sums look at few numbers; the vector itself is checked by ``checkVector(of:)`` or, in the same pass that adds it, by ``WeightedMean``.
public struct AdmissionCheck: Sendable, Equatable {
  public var layoutDigest: LayoutDigest
  public var parameterCount: Int
  /// The present model.
  public var version: ModelVersion
  /// Versions an update's base may lie behind `version`.
  public var maximumStaleness: Int
  public var maximumSampleCount: Int
  /// ‖Δ‖₂ may not be larger; `nil` for no limit.
  public var maximumNorm: Double?
  /// Features of the observation sums; `nil` where none may come.
  public var features: Int?

  public init(
    shared: SharedParameters, version: ModelVersion, maximumStaleness: Int = 0,
    maximumSampleCount: Int, maximumNorm: Double? = nil, features: Int? = nil
  ) {
    layoutDigest = shared.digest
    parameterCount = shared.count
    self.version = version
    self.maximumStaleness = maximumStaleness
    self.maximumSampleCount = maximumSampleCount
    self.maximumNorm = maximumNorm
    self.features = features
  }

  /// All checks.
  /// - Complexity: O(parameters + features), one pass over the vector.
  public func check(_ update: borrowing ModelUpdate) throws(AdmissionError) {
    try check(update.metadata, parameters: update.delta.count)
    try check(update.sums)
    try checkVector(of: update)
  }

  /// Layout, length, base version and counts.
  public func check(_ metadata: UpdateMetadata, parameters: Int) throws(AdmissionError) {
    guard metadata.layoutDigest == layoutDigest else {
      throw .layoutDigest(got: metadata.layoutDigest, expected: layoutDigest)
    }
    guard parameters == parameterCount else {
      throw .parameterCount(got: parameters, expected: parameterCount)
    }
    let oldest = ModelVersion(max(version.number - maximumStaleness, 0))
    guard (oldest...version).contains(metadata.baseVersion) else {
      throw .baseVersion(got: metadata.baseVersion, expected: oldest...version)
    }
    guard (1...maximumSampleCount).contains(metadata.sampleCount) else {
      throw .sampleCount(got: metadata.sampleCount, expected: 1...maximumSampleCount)
    }
    guard metadata.trainingSeconds.isFinite, metadata.trainingSeconds >= 0 else {
      throw .cost("training_seconds")
    }
    guard metadata.energyJoules.isFinite, metadata.energyJoules >= 0 else {
      throw .cost("energy_joules")
    }
  }

  /// Observation sums: there if and only if they were asked for, and possible.
  public func check(_ sums: NormalizerSums?) throws(AdmissionError) {
    guard let features else {
      if sums != nil { throw .sumsUnexpected }
      return
    }
    guard let sums else { throw .sumsMissing }
    guard sums.features == features else {
      throw .featureCount(got: sums.features, expected: features)
    }
    // A turn also sees the observations its episodes start from, so a little more than its samples.
    let counts = 0...(2 * maximumSampleCount)
    guard counts.contains(sums.count) else {
      throw .observationCount(got: sums.count, expected: counts)
    }
    let count = Double(sums.count)
    for feature in 0..<features {
      let first = sums.first[feature]
      let second = sums.second[feature]
      guard first.isFinite, second.isFinite else { throw .sumNotFinite(feature: feature) }
      let limit = ExactMomentSum.termLimit
      guard first.magnitude <= limit, second <= limit else {
        throw .sumMagnitude(feature: feature, limit: limit)
      }
      // Rounding of n additions is far below a millionth of Σ(x−μ)².
      guard second >= 0, first * first <= count * second * (1 + 1e-6) else {
        throw .negativeVariance(feature: feature)
      }
    }
  }

  /// Every parameter finite, and the norm within its limit.
  public func checkVector(of update: borrowing ModelUpdate) throws(AdmissionError) {
    var squares = 0.0
    for value in update.delta { squares += Double(value) * Double(value) }
    // A Float's square is far from overflow in Double, so this is finite if every parameter is.
    guard squares.isFinite else {
      throw .notFinite(index: update.delta.firstIndex { !$0.isFinite } ?? 0)
    }
    if let maximumNorm, squares > maximumNorm * maximumNorm {
      throw .norm(got: squares.squareRoot(), limit: maximumNorm)
    }
  }
}
