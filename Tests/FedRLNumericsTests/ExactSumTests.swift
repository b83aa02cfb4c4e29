import FedRLNumerics
import Testing

@Suite struct ExactSumTests {
  /// Every length up to a few vector widths, against the definition.
  @Test func everyTermIsRoundedToTheNearestMultipleTiesToEven() throws {
    var random = RandomStream(seed: 71)
    for count in 0..<70 {
      let bits = random.integer(below: 53)
      var sum = ExactSum(count: count, fractionBits: bits, maximumTerms: 1 << 12)
      var expected = [Int64](repeating: 0, count: count)
      let scale = Double(sign: .plus, exponent: bits, significand: 1)
      for _ in 0..<5 {
        let weight = random.uniform(0.1, 1)
        let size = min(sum.termLimit, 1e6)
        let values = (0..<count).map { _ in Float(random.uniform(-size, size)) }
        try sum.add(values, weight: weight)
        for index in 0..<count {
          expected[index] += Int64(
            (Double(values[index]) * weight * scale).rounded(.toNearestOrEven))
        }
      }
      #expect(sum.totals == expected)
    }
    var ties = ExactSum(count: 6, fractionBits: 0)
    try ties.add([0.5, 1.5, 2.5, -0.5, -1.5, -2.5] as [Float])
    #expect(ties.totals == [0, 2, 2, 0, -2, -2])
  }

  @Test func floatsAndDoublesAddAlike() throws {
    var random = RandomStream(seed: 72)
    let values = (0..<37).map { _ in Float(random.normal()) }
    var first = ExactSum(count: 37)
    var second = first
    try first.add(values, weight: 0.7)
    try second.add(values.map { Double($0) }, weight: 0.7)
    #expect(first == second)
  }

  @Test func theSquaresOfTheValuesComeBack() throws {
    var sum = ExactSum(count: 11)
    let values = (0..<11).map { Float($0) }
    #expect(try sum.add(values, weight: 0.25) == 385)
  }

  @Test func aRefusedTermLeavesTheSumAsItWas() throws {
    var random = RandomStream(seed: 73)
    let values = (0..<29).map { _ in Float(random.normal()) }
    var sum = ExactSum(count: 29)
    try sum.add(values)
    let before = sum
    for index in 0..<29 {
      for bad in [Float.nan, .infinity, -.infinity, 16385, -3e38] {
        var changed = values
        changed[index] = bad
        let failure = #expect(throws: ExactSum.Failure.self) { try sum.add(changed) }
        switch failure {
        case .notFinite(index): #expect(!bad.isFinite)
        case .overflow(index, let value, 16384): #expect(value == Double(bad))
        default: Issue.record("\(String(describing: failure))")
        }
        #expect(sum == before)
      }
    }
    #expect(throws: ExactSum.Failure.length(got: 1, expected: 29)) { try sum.add([1] as [Float]) }
  }

  @Test func theLimitItselfMayBeAddedAsOftenAsPromised() throws {
    var sum = ExactSum(count: 2, fractionBits: 40, maximumTerms: 1 << 12)
    #expect(sum.termLimit == 1024)
    for _ in 0..<(1 << 12) { try sum.add([1024, -1024] as [Float]) }
    #expect(sum.values() == [0x1p22, -0x1p22])
    // Few terms do not make a term larger than Double can round.
    #expect(ExactSum(count: 1, fractionBits: 32, maximumTerms: 1).termLimit == 0x1p19)
  }

  @Test func removingTakesATermOutExactly() throws {
    var random = RandomStream(seed: 74)
    let terms = (0..<3).map { _ in (0..<19).map { _ in Float(random.normal()) } }
    var sum = ExactSum(count: 19)
    try sum.add(terms[0])
    let before = sum
    try sum.add(terms[1], weight: 0.3)
    sum.remove(terms[1], weight: 0.3)
    #expect(sum == before)
  }

  /// A way to run a loop that is as unlike the usual one as can be.
  private static let backwards = ParallelLoop { pieces, body in
    for piece in (0..<pieces).reversed() { body(piece) }
  }

  @Test(arguments: [1, 8, 37, 32_768, 70_001]) func manyTermsAtOnceAreAsOneByOne(_ count: Int)
    throws
  {
    var random = RandomStream(seed: 75)
    let terms = (0..<7).map { _ in (0..<count).map { _ in Float(random.normal()) } }
    let weights = (1...7).map { Double($0) / 16 }
    var single = ExactSum(count: count)
    var norms: [Double] = []
    for (term, weight) in zip(terms, weights) {
      norms.append(try single.add(term, weight: weight))
    }
    for loop in [ParallelLoop.serial, Self.backwards] {
      var sum = ExactSum(count: count)
      let outcomes = Self.add(terms, weights, to: &sum, loop)
      #expect(sum == single)
      #expect(try outcomes.map { try $0.get() } == norms)
      // Reference: the squares one by one.
      let exact = terms[3].reduce(0) { $0 + Double($1) * Double($1) }
      #expect((norms[3] - exact).magnitude <= 1e-12 * exact)
    }
  }

  @Test(arguments: [0, 5, 40_000, 69_999])
  func oneBadTermAmongManyIsLeftOutAndNamed(_ place: Int) throws {
    let count = 70_000
    var random = RandomStream(seed: 76)
    let good = (0..<6).map { _ in (0..<count).map { _ in Float(random.normal()) } }
    var expected = ExactSum(count: count)
    for term in good { try expected.add(term) }
    for bad in [Float.nan, .infinity, -.infinity, 1e30, -.greatestFiniteMagnitude] {
      var term = good[0]
      term[place] = bad
      // Behind the first bad number there may be more.
      if place + 9 < count { term[place + 9] = .signalingNaN }
      var sum = ExactSum(count: count)
      let outcomes = Self.add(
        good[..<3] + [term] + good[3...], [Double](repeating: 1, count: 7), to: &sum, .serial)
      #expect(sum == expected)
      for (index, outcome) in outcomes.enumerated() where index != 3 {
        #expect(throws: Never.self) { try outcome.get() }
      }
      guard case .failure(let failure) = outcomes[3] else {
        Issue.record("\(bad) was added")
        continue
      }
      switch failure {
      case .notFinite(let index): #expect(index == place && !bad.isFinite)
      case .overflow(let index, let value, _): #expect(index == place && value == Double(bad))
      case .length: Issue.record("\(failure)")
      }
    }
  }

  /// Adds arrays, which stand at addresses that no vector is aligned to.
  private static func add(
    _ terms: [[Float]], _ weights: [Double], to sum: inout ExactSum, _ loop: ParallelLoop
  ) -> [Result<Double, ExactSum.Failure>] {
    let buffers = terms.map { term in
      let buffer = UnsafeMutableRawBufferPointer.allocate(
        byteCount: 4 * term.count + 5, alignment: 8)
      term.withUnsafeBytes {
        UnsafeMutableRawBufferPointer(rebasing: buffer[5...]).copyMemory(from: $0)
      }
      return buffer
    }
    defer { for buffer in buffers { buffer.deallocate() } }
    return sum.add(
      zip(buffers, weights).map {
        ExactSum.Term(values: UnsafeRawPointer($0.baseAddress! + 5), weight: $1)
      }, parallel: loop)
  }
}
