import FedRLNumerics

/// Adds members' observation sums in fixed point, so that their order does not matter.
///
/// Observations can be of any size and are squared and summed before they come here, so this sum is
/// 128 bits wide: multiples of 2⁻⁴⁸, terms up to 2⁶², 2¹⁶ of them.
struct ExactMomentSum: Sendable, Equatable {
  static let fractionBits = 48
  /// The largest magnitude of one sum.
  static let termLimit = 0x1p62

  private(set) var count = 0
  private var first: [Int128]
  private var second: [Int128]

  init(features: Int) {
    first = [Int128](repeating: 0, count: features)
    second = first
  }

  var features: Int { first.count }

  /// - Precondition: `sums` passed ``AdmissionCheck/check(_:)-(NormalizerSums?)``; at most 2¹⁶ terms.
  mutating func add(_ sums: NormalizerSums) {
    count += sums.count
    for feature in first.indices {
      // 2¹⁶ terms of at most 2⁶²⁺⁴⁸ stay below 2¹²⁷.
      first[feature] &+= Self.fixed(sums.first[feature])
      second[feature] &+= Self.fixed(sums.second[feature])
    }
  }

  /// (n, mean, M2) of all observations.
  /// - Parameter center: μ, the mean all sums are about.
  func moments(center: [Double]) -> Moments {
    var sums = MomentSums(center: center)
    sums.count = Double(count)
    sums.first = first.map(Self.value)
    sums.second = second.map(Self.value)
    return Moments(sums)
  }

  /// The nearest multiple of 2⁻⁴⁸, ties to even, in units of it.
  static func fixed(_ value: Double) -> Int128 {
    let scaled = (value * 0x1p48).rounded(.toNearestOrEven)
    if scaled.magnitude < 0x1p62 { return Int128(Int64(scaled)) }
    // Whole already: a significand of 53 bits, moved up.
    let significand = Int64(scaled.significand * 0x1p52)
    let magnitude = Int128(significand) << Int128(scaled.exponent - 52)
    return scaled < 0 ? -magnitude : magnitude
  }

  static func value(_ total: Int128) -> Double {
    let high = Int64(truncatingIfNeeded: total >> 64)
    let low = UInt64(truncatingIfNeeded: total)
    return (Double(high) * 0x1p64 + Double(low)) * 0x1p-48
  }
}
