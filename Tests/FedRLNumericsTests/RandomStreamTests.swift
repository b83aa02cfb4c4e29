import FedRLNumerics
import Testing

@Suite struct RandomStreamTests {
  @Test func theGeneratorIsXoshiro256PlusPlus() {
    // The published reference code, started from the state 1, 2, 3, 4.
    var stream = RandomStream(state: (1, 2, 3, 4))
    let expected: [UInt64] = [
      41_943_041, 58_720_359, 3_588_806_011_781_223, 3_591_011_842_654_386,
      9_228_616_714_210_784_205, 9_973_669_472_204_895_162, 14_011_001_112_246_962_877,
      12_406_186_145_184_390_807, 15_849_039_046_786_891_736, 10_450_023_813_501_588_000,
    ]
    #expect(expected.map { _ in stream.next() } == expected)
  }

  @Test func splitMix64GivesItsCheckValues() {
    var generator = SplitMix64(state: 1)
    let first = (0..<3).map { _ in generator.next() }
    #expect(first == [0x910A_2DEC_8902_5CC1, 0xBEEB_8DA1_658E_EC67, 0xF893_A2EE_FB32_555E])
  }

  /// Computed by a second implementation of the naming, in Python.
  @Test func namesGiveTheSameStreamsForEver() {
    var child = RandomStream(seed: 42).split("episode", 3, 7)
    #expect(child.seed == 0xF681_BE4B_4E3A_06DC)
    let first = (0..<3).map { _ in child.next() }
    #expect(first == [0x831A_4208_FD71_7B96, 0xAC71_6BB5_1F3B_14DC, 0xC735_153F_27C3_5F7B])
  }

  @Test func aChildDoesNotDependOnWhatItsParentHasGiven() {
    let fresh = RandomStream(seed: 7)
    var used = fresh
    for _ in 0..<1000 { _ = used.next() }
    _ = used.normal()
    #expect(used != fresh)
    #expect(used.split("policy", 3) == fresh.split("policy", 3))
    #expect(used.seed == fresh.seed)
    #expect(used.seeds("episode", 1) == fresh.seeds("episode", 1))
  }

  @Test func aSequenceOfSeedsIsThatOfTheStreams() {
    let stream = RandomStream(seed: 11).split("agent", 5)
    let seeds = stream.seeds("episode", 2)
    for index: UInt64 in [0, 1, 2, 1000, .max] {
      #expect(seeds[index] == stream.split("episode", 2, index).seed)
    }
  }

  @Test func differentNamesGiveDifferentStreams() {
    let root = RandomStream(seed: 1)
    var seeds: Set<UInt64> = [root.seed]
    for index: UInt64 in 0..<20_000 {
      seeds.insert(root.split("agent", index).seed)
      seeds.insert(root.split("round", index).seed)
      seeds.insert(root.split("agent", index % 100, index / 100).seed)
      seeds.insert(root.split("agent", index).split("round", 0).seed)
      seeds.insert(RandomStream(seed: index &+ 2).seed)
    }
    let names: [RandomStream] = [
      root.split(""), root.split("a"), root.split("aa"), root.split("a", 0), root.split("a", 0, 0),
      root.split("a").split("a"), root.split("ab", 97), root.split("ba"),
    ]
    for name in names { seeds.insert(name.seed) }
    #expect(seeds.count == 100_001 + names.count)
  }

  /// 256 classes of 65,536 children: χ² with 255 degrees of freedom, 99.9 % below 330.5.
  @Test func neighbouringChildrenStartEvenlySpread() {
    let root = RandomStream(seed: 3)
    for shift: UInt64 in [0, 28, 56] {
      var counts = [Int](repeating: 0, count: 256)
      for index: UInt64 in 0..<65_536 {
        var child = root.split("agent", index)
        counts[Int((child.next() >> shift) & 255)] += 1
      }
      #expect(chiSquare(counts, expected: 256) < 330.5)
    }
  }

  @Test func neighbouringChildrenAreNotCorrelated() {
    let root = RandomStream(seed: 4)
    var sum = 0.0
    for pair: UInt64 in 0..<100 {
      var first = root.split("agent", pair)
      var second = root.split("agent", pair + 1)
      for _ in 0..<1000 { sum += (first.uniform() - 0.5) * (second.uniform() - 0.5) }
    }
    // Each product has standard deviation 1/12; 4 standard errors of 100,000 of them.
    #expect((sum / 100_000).magnitude < 4 / 12 / 100_000.0.squareRoot())
  }

  @Test func uniformNumbersFillTheUnitInterval() {
    var stream = RandomStream(seed: 5)
    var counts = [Int](repeating: 0, count: 100)
    var sum = 0.0
    for _ in 0..<1_000_000 {
      let value = stream.uniform()
      #expect(value >= 0 && value < 1)
      counts[Int(value * 100)] += 1
      sum += value
    }
    // 99.9 % of χ² with 99 degrees of freedom lie below 148.2.
    #expect(chiSquare(counts, expected: 10_000) < 148.2)
    #expect((sum / 1e6 - 0.5).magnitude < 4 / 12.0.squareRoot() / 1000)
  }

  @Test func uniformNumbersOfARangeStayInIt() {
    var stream = RandomStream(seed: 6)
    for _ in 0..<10_000 {
      let value = stream.uniform(-3, 0.5)
      #expect(value >= -3 && value < 0.5)
    }
  }

  @Test(arguments: [1, 2, 6, 7, 100, 257])
  func smallIntegersAreEven(bound: Int) {
    var stream = RandomStream(seed: 8)
    var counts = [Int](repeating: 0, count: bound)
    for _ in 0..<bound * 10_000 { counts[stream.integer(below: bound)] += 1 }
    // Wilson and Hilferty's approximation of the 99.9 % point.
    let degrees = Double(bound - 1)
    let cube = 1 - 2 / (9 * degrees) + 3.09 * (2 / (9 * degrees)).squareRoot()
    #expect(bound == 1 || chiSquare(counts, expected: 10_000) < degrees * cube * cube * cube)
  }

  /// Of 2⁶⁴ numbers mapped to 3·2⁶¹ without rejection, a third of the results would come from two
  /// numbers and the others from three: 1/4, 3/8, 3/8 in place of thirds.
  @Test func integersBelowLargeBoundsHaveNoBias() {
    var stream = RandomStream(seed: 9)
    var counts = [0, 0, 0]
    for _ in 0..<30_000 { counts[stream.integer(below: 3 << 61) % 3] += 1 }
    // 99.9 % of χ² with 2 degrees of freedom lie below 13.8.
    #expect(chiSquare(counts, expected: 10_000) < 13.8)
  }

  @Test func aShuffleIsAPermutationAndEachIsEquallyLikely() {
    var stream = RandomStream(seed: 10)
    var counts: [[Int32]: Int] = [:]
    for _ in 0..<24_000 {
      var values: [Int32] = [0, 1, 2, 3]
      stream.shuffle(&values)
      counts[values, default: 0] += 1
    }
    #expect(counts.count == 24)
    // 99.9 % of χ² with 23 degrees of freedom lie below 49.7.
    #expect(chiSquare(Array(counts.values), expected: 1000) < 49.7)
    var single: [Int32] = [7]
    stream.shuffle(&single)
    #expect(single == [7])
  }

  @Test func boundsBelowOneStopTheProgram() async {
    await #expect(processExitsWith: .failure) {
      var stream = RandomStream(seed: 1)
      _ = stream.integer(below: 0)
    }
  }
}

/// Σ (n − e)² / e over classes of equal expectation.
func chiSquare(_ counts: [Int], expected: Double) -> Double {
  counts.reduce(0) { $0 + (Double($1) - expected) * (Double($1) - expected) / expected }
}
