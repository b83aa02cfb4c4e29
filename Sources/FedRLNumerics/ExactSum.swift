/// A sum of vectors in fixed point, whose result does not depend on the order of its terms.
///
/// Each term is rounded once to a multiple of 2^−`fractionBits` and added as `Int64`; integer
/// addition is associative, so any order, grouping or number of workers gives the same bits. The same
/// ring serves secure aggregation.
public struct ExactSum: Sendable, Equatable {
  /// Why a term was refused.
  public enum Failure: Error, Equatable {
    case notFinite(index: Int)
    case overflow(index: Int, value: Double, limit: Double)
    case length(got: Int, expected: Int)
  }

  /// Binary digits after the point.
  public let fractionBits: Int
  /// The largest magnitude of one term that still leaves room for `maximumTerms` of them.
  public let termLimit: Double
  private let scale: Double
  public private(set) var terms = 0
  public let maximumTerms: Int
  /// `[count]`, in units of 2^−`fractionBits`.
  public private(set) var totals: [Int64]

  /// - Parameters:
  ///   - count: length of each term.
  ///   - fractionBits: 0…52; 32 keeps terms of size 1 to 2⁻³³.
  ///   - maximumTerms: how many terms may be added.
  public init(count: Int, fractionBits: Int = 32, maximumTerms: Int = 1 << 16) {
    precondition((0...52).contains(fractionBits) && maximumTerms > 0)
    self.fractionBits = fractionBits
    self.maximumTerms = maximumTerms
    scale = Double(sign: .plus, exponent: fractionBits, significand: 1)
    termLimit = 0x1p62 / scale / Double(maximumTerms)
    totals = [Int64](repeating: 0, count: count)
  }

  /// Adds `weight · values`, or throws and leaves the sum as it was.
  public mutating func add(_ values: [Float], weight: Double = 1) throws(Failure) {
    try add(count: values.count) { Double(values[$0]) * weight }
  }

  /// Adds `weight · values`, or throws and leaves the sum as it was.
  public mutating func add(_ values: [Double], weight: Double = 1) throws(Failure) {
    try add(count: values.count) { values[$0] * weight }
  }

  @inline(__always)
  private mutating func add(count: Int, _ term: (Int) -> Double) throws(Failure) {
    guard count == totals.count else { throw .length(got: count, expected: totals.count) }
    precondition(terms < maximumTerms, "more than \(maximumTerms) terms in an exact sum")
    for index in 0..<count {
      let value = term(index)
      if !(value.magnitude <= termLimit) {
        throw value.isFinite
          ? .overflow(index: index, value: value, limit: termLimit) : .notFinite(index: index)
      }
    }
    for index in 0..<count {
      // Cannot overflow: |term| ≤ 2^62 / maximumTerms, and there are at most maximumTerms of them.
      totals[index] &+= Int64((term(index) * scale).rounded(.toNearestOrEven))
    }
    terms += 1
  }

  /// The sum of element `index`.
  public func value(_ index: Int) -> Double { Double(totals[index]) / scale }

  /// All sums, divided by `divisor`.
  public func values(dividedBy divisor: Double = 1) -> [Double] {
    totals.map { Double($0) / scale / divisor }
  }
}
