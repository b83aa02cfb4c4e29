import FedRLNumerics
import FedRLTestSupport
import Testing

@Suite struct ExactSumLawsTests {
  private func terms(_ count: Int, width: Int) -> [(values: [Float], weight: Double)] {
    var random = RandomStream(seed: 30)
    return (0..<count).map { _ in
      (
        (0..<width).map { _ in Float(random.normal() * 3) }, random.uniform(0.1, 1)
      )
    }
  }

  @Test func theOrderOfTheTermsDoesNotMatter() throws {
    let terms = terms(200, width: 50)
    var random = RandomStream(seed: 31)
    var expected = ExactSum(count: 50)
    for term in terms { try expected.add(term.values, weight: term.weight) }
    var order = (0..<200).map(Int32.init)
    for _ in 0..<20 {
      random.shuffle(&order)
      var sum = ExactSum(count: 50)
      for index in order {
        try sum.add(terms[Int(index)].values, weight: terms[Int(index)].weight)
      }
      #expect(sum == expected)
    }
  }

  @Test(arguments: [8, 16, 32, 40])
  func theSumAgreesWithDoubleToHalfAUnitATerm(fractionBits: Int) throws {
    let terms = terms(300, width: 20)
    var sum = ExactSum(count: 20, fractionBits: fractionBits)
    var plain = [Double](repeating: 0, count: 20)
    for term in terms {
      try sum.add(term.values, weight: term.weight)
      for index in 0..<20 { plain[index] += Double(term.values[index]) * term.weight }
    }
    let unit = Double(sign: .plus, exponent: -fractionBits, significand: 1)
    // Half a unit for each of 300 roundings, and a little for those of the plain sum.
    expectClose(sum.values(), plain, absolute: 300 * unit / 2 + 1e-10)
    expectClose(sum.values(dividedBy: 4), plain.map { $0 / 4 }, absolute: 75 * unit / 2 + 1e-10)
    #expect(sum.value(3) == sum.values()[3] && sum.terms == 300)
  }

  @Test func multiplesOfTheUnitAreSummedExactly() throws {
    var sum = ExactSum(count: 3, fractionBits: 4)
    try sum.add([0.0625, -1.5, 100] as [Double])
    try sum.add([0.0625, 1.25, -100] as [Float], weight: 3)
    #expect(sum.values() == [0.25, 2.25, -200] && sum.totals == [4, 36, -3200])
  }

  @Test func halvesAreRoundedToEven() throws {
    var sum = ExactSum(count: 6, fractionBits: 0)
    try sum.add([0.5, 1.5, 2.5, -0.5, -1.5, 0.49] as [Double])
    #expect(sum.totals == [0, 2, 2, 0, -2, 0])
  }

  @Test func aRefusedTermLeavesTheSumAsItWas() throws {
    var sum = ExactSum(count: 3, fractionBits: 32, maximumTerms: 4)
    try sum.add([1, 2, 3] as [Float])
    let before = sum
    // 2⁵¹ / 2³²: rounding is exact below.
    let limit = 0x1p19
    #expect(sum.termLimit == limit)
    #expect(throws: ExactSum.Failure.notFinite(index: 1)) {
      try sum.add([1, .nan, 3] as [Float])
    }
    #expect(throws: ExactSum.Failure.notFinite(index: 2)) {
      try sum.add([1, 2, -.infinity] as [Double])
    }
    #expect(throws: ExactSum.Failure.notFinite(index: 0)) {
      try sum.add([1, 2, 3] as [Double], weight: .nan)
    }
    #expect(throws: ExactSum.Failure.overflow(index: 2, value: -2 * limit, limit: limit)) {
      try sum.add([1, 2, -limit] as [Double], weight: 2)
    }
    #expect(throws: ExactSum.Failure.length(got: 2, expected: 3)) {
      try sum.add([1, 2] as [Float])
    }
    #expect(sum == before && sum.terms == 1)
  }

  @Test func asManyTermsOfTheLargestSizeAsAnnouncedDoNotOverflow() throws {
    for sign in [1.0, -1] {
      // 2⁶² / 2¹⁵ / 2²⁰ is below 2⁵¹ / 2²⁰: here the number of terms makes the limit.
      var sum = ExactSum(count: 1, fractionBits: 20, maximumTerms: 1 << 15)
      #expect(sum.termLimit == 0x1p27)
      for _ in 0..<1 << 15 { try sum.add([sign * sum.termLimit] as [Double]) }
      #expect(sum.value(0) == sign * 0x1p42)
      var single = ExactSum(count: 1, fractionBits: 20, maximumTerms: 1 << 15)
      for _ in 0..<1 << 15 { try single.add([Float(sign * single.termLimit)]) }
      #expect(single == sum)
    }
  }

  /// Widths around whole vectors of the kernel.
  @Test(arguments: [0, 1, 7, 8, 9, 16, 31, 100])
  func singleAndDoublePrecisionTermsGiveTheSameBits(width: Int) throws {
    for bits in [0, 5, 32, 40] {
      var fast = ExactSum(count: width, fractionBits: bits)
      var plain = ExactSum(count: width, fractionBits: bits)
      for term in terms(20, width: width) {
        let squares = try fast.add(term.values, weight: term.weight)
        try plain.add(term.values.map(Double.init), weight: term.weight)
        expectClose(
          squares, term.values.reduce(0) { $0 + Double($1) * Double($1) }, relative: 1e-13)
      }
      #expect(fast == plain)
    }
  }

  @Test func singlePrecisionTermsAreRoundedToEvenToo() throws {
    var sum = ExactSum(count: 9, fractionBits: 0)
    try sum.add([0.5, 1.5, 2.5, -0.5, -1.5, 0.49, -2.5, 3.5, 4.5] as [Float])
    #expect(sum.totals == [0, 2, 2, 0, -2, 0, -2, 4, 4])
  }

  @Test func aTermThatIsRefusedInAnyPlaceLeavesTheSumAsItWas() throws {
    let values = terms(1, width: 21)[0].values
    var sum = ExactSum(count: 21)
    try sum.add(values)
    let before = sum
    for place in 0..<21 {
      var broken = values
      broken[place] = .nan
      #expect(throws: ExactSum.Failure.notFinite(index: place)) { try sum.add(broken) }
      broken[place] = .infinity
      #expect(throws: ExactSum.Failure.notFinite(index: place)) { try sum.add(broken) }
      broken[place] = -1e30
      let value = Double(broken[place])
      #expect(
        throws: ExactSum.Failure.overflow(index: place, value: value, limit: sum.termLimit)
      ) { try sum.add(broken) }
      #expect(sum == before)
    }
  }

  @Test(arguments: [1e305, -1e305, .infinity, .nan])
  func weightsBeyondReasonAreRefused(weight: Double) throws {
    var sum = ExactSum(count: 2)
    let before = sum
    #expect(throws: ExactSum.Failure.self) { try sum.add([0, 1] as [Float], weight: weight) }
    #expect(sum == before)
    // Nothing, however often, is nothing.
    if weight.isFinite { try sum.add([0, 0] as [Float], weight: weight) }
    #expect(sum.totals == [0, 0])
  }

  @Test func aTermThatIsTakenOutLeavesNoTrace() throws {
    let terms = terms(10, width: 13)
    var sum = ExactSum(count: 13)
    for term in terms { try sum.add(term.values, weight: term.weight) }
    sum.remove(terms[4].values, weight: terms[4].weight)
    var expected = ExactSum(count: 13)
    for (index, term) in terms.enumerated() where index != 4 {
      try expected.add(term.values, weight: term.weight)
    }
    #expect(sum == expected)
  }

  @Test func moreTermsThanAnnouncedStopTheProgram() async {
    await #expect(processExitsWith: .failure) {
      var sum = ExactSum(count: 1, maximumTerms: 1)
      try sum.add([1] as [Float])
      try sum.add([1] as [Float])
    }
  }
}
