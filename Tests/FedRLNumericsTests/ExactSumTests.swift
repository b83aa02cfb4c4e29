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
}
