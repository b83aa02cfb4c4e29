/// Why an update was refused. Holds no parameter and no observation.
public enum AdmissionError: Error, Equatable, Sendable, CustomStringConvertible {
  case layoutDigest(got: LayoutDigest, expected: LayoutDigest)
  case parameterCount(got: Int, expected: Int)
  case baseVersion(got: ModelVersion, expected: ClosedRange<ModelVersion>)
  case sampleCount(got: Int, expected: ClosedRange<Int>)
  case cost(String)
  case notFinite(index: Int)
  /// A parameter's weighted change is beyond what the exact sum holds.
  case magnitude(index: Int, limit: Double)
  case norm(got: Double, limit: Double)
  case tooManyUpdates(limit: Int)
  case sumsMissing
  case sumsUnexpected
  case featureCount(got: Int, expected: Int)
  case observationCount(got: Int, expected: ClosedRange<Int>)
  case sumNotFinite(feature: Int)
  case sumMagnitude(feature: Int, limit: Double)
  /// Σ(x−μ)² is less than (Σ(x−μ))²/n, which no observations give.
  case negativeVariance(feature: Int)

  public var description: String {
    switch self {
    case .layoutDigest(let got, let expected):
      "parameters of layout \(got), expected \(expected)"
    case .parameterCount(let got, let expected): "\(got) parameters, expected \(expected)"
    case .baseVersion(let got, let expected):
      "based on \(got), expected \(expected.lowerBound)"
        + (expected.lowerBound == expected.upperBound ? "" : " to \(expected.upperBound)")
    case .sampleCount(let got, let expected):
      "sample count \(got), expected \(expected.lowerBound)...\(expected.upperBound)"
    case .cost(let field): "\(field) is not a finite number of at least 0"
    case .notFinite(let index): "parameter \(index) is not finite"
    case .magnitude(let index, let limit):
      "parameter \(index) changed by more than the sum holds, \(limit)"
    case .norm(let got, let limit): "norm \(got), at most \(limit) is allowed"
    case .tooManyUpdates(let limit): "more than \(limit) updates in a round"
    case .sumsMissing: "observation sums are missing"
    case .sumsUnexpected: "observation sums were not asked for"
    case .featureCount(let got, let expected): "sums of \(got) features, expected \(expected)"
    case .observationCount(let got, let expected):
      "observation count \(got), expected \(expected.lowerBound)...\(expected.upperBound)"
    case .sumNotFinite(let feature): "a sum of feature \(feature) is not finite"
    case .sumMagnitude(let feature, let limit):
      "a sum of feature \(feature) is beyond what the fleet's sum holds, \(limit)"
    case .negativeVariance(let feature): "sums of feature \(feature) have negative variance"
    }
  }
}
