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
  /// Length of each term.
  public let count: Int
  /// `[count]`, in units of 2^−`fractionBits`; holds nothing while `isBlank`.
  private var sums: [Int64]
  /// Whether nothing was added yet: zeros are written with the first terms, piece by piece, rather than
  /// in a pass over memory of their own.
  private var isBlank = true

  /// `[count]`, in units of 2^−`fractionBits`.
  public var totals: [Int64] { isBlank ? [Int64](repeating: 0, count: count) : sums }

  public static func == (a: ExactSum, b: ExactSum) -> Bool {
    a.fractionBits == b.fractionBits && a.termLimit == b.termLimit && a.terms == b.terms
      && a.maximumTerms == b.maximumTerms && a.totals == b.totals
  }

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
    self.count = count
    sums = [Int64](unsafeUninitializedCapacity: count) { $1 = count }
  }

  /// Writes the zeros that nothing was added to yet.
  private mutating func fillBlank() {
    guard isBlank else { return }
    for index in sums.indices { sums[index] = 0 }
    isBlank = false
  }

  /// Adds `weight · values`, or throws and leaves the sum as it was.
  /// - Returns: Σ values², in an order of its own that never changes.
  /// - Complexity: O(count), one pass over memory.
  @discardableResult
  public mutating func add(_ values: [Float], weight: Double = 1) throws(Failure) -> Double {
    guard values.count == count else { throw .length(got: values.count, expected: count) }
    precondition(terms < maximumTerms, "more than \(maximumTerms) terms in an exact sum")
    // A weight this large makes an overflow of any term but 0, and NaN of 0.
    guard (weight * scale).isFinite else {
      try add(count: values.count) { Double(values[$0]) * weight }
      return values.reduce(0) { $0 + Double($1) * Double($1) }
    }
    let outcome = values.withUnsafeBytes {
      add([Term(values: $0.baseAddress ?? Self.nowhere, weight: weight)])[0]
    }
    return try outcome.get()
  }

  /// Takes a term that was added before out again, exactly.
  public mutating func remove(_ values: [Float], weight: Double = 1) {
    precondition(values.count == count)
    values.withUnsafeBytes {
      remove(Term(values: $0.baseAddress ?? Self.nowhere, weight: weight))
    }
  }

  /// A term that lies in memory.
  public struct Term {
    /// As many Float32 numbers as the sum has, on any address.
    public var values: UnsafeRawPointer
    /// Finite, also times 2^`fractionBits`.
    public var weight: Double

    public init(values: UnsafeRawPointer, weight: Double) {
      self.values = values
      self.weight = weight
    }
  }

  /// Stands for the numbers of an empty term, which nobody reads.
  private static var nowhere: UnsafeRawPointer { UnsafeRawPointer(bitPattern: 64)! }

  /// Parameters that one thread works on while their totals stay in its second cache.
  private static var pieceLength: Int { 1 << 14 }

  /// Adds several terms in one pass; each that cannot be added is left out.
  /// - Parameters:
  ///   - terms: together with those before at most ``maximumTerms``.
  ///   - parallel: shares out pieces of the vectors.
  /// - Returns: for each term Σ values², in an order of its own that never changes, or why it was
  ///   left out.
  /// - Complexity: O(terms · count); memory is read once.
  public mutating func add(_ added: [Term], parallel: ParallelLoop = .serial)
    -> [Result<Double, Failure>]
  {
    precondition(
      terms + added.count <= maximumTerms, "more than \(maximumTerms) terms in an exact sum")
    let count = self.count
    let pieces = (count + Self.pieceLength - 1) / Self.pieceLength
    let values: [UnsafeRawPointer?] = added.map { $0.values }
    // Scaling by a power of two is exact, so the limit means the same on both sides.
    let factors = added.map { $0.weight * scale }
    precondition(factors.allSatisfy(\.isFinite), "a weight too large for an exact sum")
    // `[pieces, terms]`
    var found = [Double](repeating: 0, count: pieces * added.count)
    let clears = isBlank && !added.isEmpty
    sums.withUnsafeMutableBufferPointer { totals in
      found.withUnsafeMutableBufferPointer { found in
        let (totals, found) = (totals, found)
        parallel(pieces) { piece in
          let range = Self.range(ofPiece: piece, count: count)
          if clears { totals.extracting(range).update(repeating: 0) }
          Self.add(
            values, factors, range, into: totals,
            found.baseAddress.map { $0 + piece * added.count })
        }
      }
    }
    if clears { isBlank = false }
    return added.indices.map { index in
      var squares = 0.0
      for piece in 0..<pieces { squares += found[piece * added.count + index] }
      terms += 1
      // No value is larger than the norm; the factor makes up for the norm's rounding. Only a larger
      // norm, or one that is not a number, makes looking at every value necessary.
      let bound = squares.squareRoot() * factors[index].magnitude * 1.000001
      if bound <= termLimit * scale { return .success(squares) }
      guard let failure = failure(of: added[index]) else { return .success(squares) }
      remove(added[index])
      return .failure(failure)
    }
  }

  /// Takes a term that was added before out again, exactly.
  public mutating func remove(_ term: Term) {
    precondition(terms > 0)
    fillBlank()
    sums.withUnsafeMutableBufferPointer {
      fedrl_exact_sum_subtract($0.baseAddress, $0.count, term.values, term.weight * scale)
    }
    terms -= 1
  }

  private static func range(ofPiece piece: Int, count: Int) -> Range<Int> {
    piece * pieceLength..<min((piece + 1) * pieceLength, count)
  }

  /// Adds a range of all terms, some at a time.
  private static func add(
    _ values: [UnsafeRawPointer?], _ factors: [Double], _ range: Range<Int>,
    into totals: UnsafeMutableBufferPointer<Int64>,
    _ found: UnsafeMutablePointer<Double>?
  ) {
    let group = Int(fedrl_exact_sum_group)
    // What follows the last terms is the first ones' next piece.
    let starts =
      values.map { $0.map { $0 + 4 * range.lowerBound } }
      + values.prefix(group).map { $0.map { $0 + 4 * range.upperBound } }
    for first in stride(from: 0, to: values.count, by: group) {
      let count = min(group, values.count - first)
      starts.withUnsafeBufferPointer { starts in
        factors.withUnsafeBufferPointer { factors in
          fedrl_exact_sum_add(
            totals.baseAddress! + range.lowerBound, range.count, starts.baseAddress! + first,
            starts.baseAddress! + first + count, factors.baseAddress! + first, Int32(count),
            found! + first)
        }
      }
    }
  }

  /// Why a term does not fit; `nil` if it does.
  private func failure(of term: Term) -> Failure? {
    for index in 0..<count {
      let value = Double(term.values.loadUnaligned(fromByteOffset: 4 * index, as: Float.self))
      let product = value * term.weight
      if !product.isFinite { return .notFinite(index: index) }
      if product.magnitude > termLimit {
        return .overflow(index: index, value: product, limit: termLimit)
      }
    }
    return nil
  }

  /// Adds `weight · values`, or throws and leaves the sum as it was.
  public mutating func add(_ values: [Double], weight: Double = 1) throws(Failure) {
    try add(count: values.count) { values[$0] * weight }
  }

  @inline(__always)
  private mutating func add(count: Int, _ term: (Int) -> Double) throws(Failure) {
    guard count == self.count else { throw .length(got: count, expected: self.count) }
    precondition(terms < maximumTerms, "more than \(maximumTerms) terms in an exact sum")
    for index in 0..<count {
      let value = term(index)
      if !(value.magnitude <= termLimit) {
        throw value.isFinite
          ? .overflow(index: index, value: value, limit: termLimit) : .notFinite(index: index)
      }
    }
    fillBlank()
    for index in 0..<count {
      // Cannot overflow: |term| ≤ 2^62 / maximumTerms, and there are at most maximumTerms of them.
      sums[index] &+= Int64((term(index) * scale).rounded(.toNearestOrEven))
    }
    terms += 1
  }

  /// The sum of element `index`.
  public func value(_ index: Int) -> Double { isBlank ? 0 : Double(sums[index]) / scale }

  /// All sums, divided by `divisor`.
  /// - Parameter parallel: shares out pieces of them.
  public func values(dividedBy divisor: Double = 1, parallel: ParallelLoop = .serial) -> [Double] {
    guard !isBlank else { return [Double](repeating: 0, count: count) }
    let pieces = (count + Self.pieceLength - 1) / Self.pieceLength
    // The scale is a power of two, so multiplying by its inverse is exact.
    let factor = 1 / scale
    return [Double](unsafeUninitializedCapacity: count) { values, initialized in
      let values = values
      sums.withUnsafeBufferPointer { sums in
        parallel(pieces) { piece in
          let range = Self.range(ofPiece: piece, count: count)
          fedrl_exact_sum_values(
            sums.baseAddress! + range.lowerBound, range.count, factor, divisor,
            values.baseAddress! + range.lowerBound)
        }
      }
      initialized = count
    }
  }
}
