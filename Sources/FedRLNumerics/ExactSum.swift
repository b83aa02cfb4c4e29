private import CFedRLKernels

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
  /// The largest magnitude of one term: it leaves room for `maximumTerms` of them in 62 bits, and its
  /// rounding is exact in `Double`.
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
    termLimit = min(0x1p62 / Double(maximumTerms), 0x1p51) / scale
    totals = [Int64](repeating: 0, count: count)
  }

  /// Adds `weight · values`, or throws and leaves the sum as it was.
  /// - Returns: Σ values², in an order of its own that never changes.
  /// - Complexity: O(count), one pass over memory.
  @discardableResult
  public mutating func add(_ values: [Float], weight: Double = 1) throws(Failure) -> Double {
    guard values.count == totals.count else {
      throw .length(got: values.count, expected: totals.count)
    }
    precondition(terms < maximumTerms, "more than \(maximumTerms) terms in an exact sum")
    // A weight this large makes an overflow of any term but 0, and NaN of 0.
    guard (weight * scale).isFinite else {
      try add(count: values.count) { Double(values[$0]) * weight }
      return values.reduce(0) { $0 + Double($1) * Double($1) }
    }
    let (fits, squares) = run(values, weight: weight, subtracting: false)
    guard fits else {
      // Integers come off as exactly as they went on.
      _ = run(values, weight: weight, subtracting: true)
      for (index, value) in values.enumerated() {
        let term = Double(value) * weight
        if !term.isFinite { throw .notFinite(index: index) }
        if term.magnitude > termLimit {
          throw .overflow(index: index, value: term, limit: termLimit)
        }
      }
      preconditionFailure("a term was refused without reason")
    }
    terms += 1
    return squares
  }

  /// Takes a term that was added before out again, exactly.
  public mutating func remove(_ values: [Float], weight: Double = 1) {
    precondition(terms > 0 && values.count == totals.count)
    _ = run(values, weight: weight, subtracting: true)
    terms -= 1
  }

  private mutating func run(_ values: [Float], weight: Double, subtracting: Bool)
    -> (fits: Bool, squares: Double)
  {
    var squares = 0.0
    let fits = totals.withUnsafeMutableBufferPointer { totals in
      values.withUnsafeBufferPointer { values in
        // Scaling by a power of two is exact, so the limit means the same on both sides.
        fedrl_exact_sum_add(
          totals.baseAddress, values.baseAddress, values.count, weight * scale,
          termLimit * scale, subtracting ? 1 : 0, &squares)
      }
    }
    return (fits != 0, squares)
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
