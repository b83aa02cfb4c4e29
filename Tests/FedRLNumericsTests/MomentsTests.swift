import FedRLNumerics
import FedRLTestSupport
import Testing

@Suite struct MomentsTests {
  /// `[rows, 3]`: features of different size, one of them constant.
  private func rows(_ count: Int, seed: UInt64, shift: Double = 0) -> [[Float]] {
    var random = RandomStream(seed: seed)
    return (0..<count).map { _ in
      [Float(random.normal() + shift), Float(1000 + 0.5 * random.normal()), 0.25]
    }
  }

  /// By the definition, in two passes.
  private func direct(_ rows: [[Float]]) -> Moments {
    let n = Double(rows.count)
    let mean = (0..<3).map { feature in rows.reduce(0) { $0 + Double($1[feature]) } / n }
    let m2 = (0..<3).map { feature in
      rows.reduce(0) {
        let difference = Double($1[feature]) - mean[feature]
        return $0 + difference * difference
      }
    }
    return Moments(count: n, mean: mean, m2: m2)
  }

  private func sums(_ rows: [[Float]], about center: [Double]) -> MomentSums {
    var sums = MomentSums(center: center)
    for row in rows { row.withUnsafeBufferPointer { sums.add($0.baseAddress!) } }
    return sums
  }

  private func expectSame(_ a: Moments, _ b: Moments) {
    #expect(a.count == b.count)
    expectClose(a.mean, b.mean, relative: 1e-12, absolute: 1e-13)
    expectClose(a.m2, b.m2, relative: 1e-9, absolute: 1e-9)
  }

  @Test func sumsAboutACentreGiveTheMoments() {
    let data = rows(500, seed: 1)
    let expected = direct(data)
    expectSame(Moments(sums(data, about: [0.1, 999.9, 0])), expected)
    expectSame(Moments(sums(data, about: expected.mean)), expected)
  }

  @Test func sumsAreThoseOfHandComputedNumbers() {
    var sums = MomentSums(center: [1, 10])
    for row: [Float] in [[2, 10], [4, 7]] {
      row.withUnsafeBufferPointer { sums.add($0.baseAddress!) }
    }
    #expect(sums.count == 2 && sums.first == [4, -3] && sums.second == [10, 9])
    let moments = Moments(sums)
    // Means 3 and 8.5; Σ(x−mean)² = 2 and 4.5.
    #expect(moments.mean == [3, 8.5] && moments.m2 == [2, 4.5])
    #expect(moments.variance(0) == 1 && moments.variance(1) == 2.25)
  }

  @Test func mergingPartsEqualsTheWhole() {
    let data = rows(700, seed: 2) + rows(300, seed: 3, shift: 5)
    for cut in [1, 2, 350, 700, 999] {
      var merged = direct(Array(data[..<cut]))
      merged.merge(direct(Array(data[cut...])))
      expectSame(merged, direct(data))
    }
  }

  @Test func mergingManyAgentsEqualsTheWholeInAnyOrder() {
    let parts = (0..<12).map { rows(20 + $0 * 7, seed: UInt64($0), shift: Double($0)) }
    let whole = direct(parts.flatMap(\.self))
    for order in [
      Array(0..<12), Array((0..<12).reversed()), [5, 0, 11, 3, 7, 1, 9, 2, 8, 4, 10, 6],
    ] {
      var merged = Moments(features: 3)
      for index in order { merged.merge(direct(parts[index])) }
      expectSame(merged, whole)
    }
  }

  @Test func addedSumsAboutOneCentreEqualMergedMoments() {
    let first = rows(100, seed: 4)
    let second = rows(50, seed: 5, shift: 1)
    let center = [0.5, 1000, 0]
    var added = sums(first, about: center)
    let other = sums(second, about: center)
    added.count += other.count
    for feature in 0..<3 {
      added.first[feature] += other.first[feature]
      added.second[feature] += other.second[feature]
    }
    var merged = direct(first)
    merged.merge(direct(second))
    expectSame(Moments(added), merged)
  }

  @Test func nothingSeenChangesNothing() {
    var moments = direct(rows(10, seed: 6))
    let before = moments
    moments.merge(Moments(features: 3))
    #expect(moments == before)
    var empty = Moments(features: 3)
    empty.merge(before)
    #expect(empty == before)
    #expect(Moments(MomentSums(center: [1, 2, 3])) == Moments(features: 3))
    #expect(Moments(features: 3).variance(1) == 1)
  }

  @Test func aConstantHasNoVarianceAndNeverANegativeOne() {
    let data = rows(1000, seed: 7)
    #expect(Moments(sums(data, about: [0, 0, 7.3])).m2[2] >= 0)
    expectClose(Moments(sums(data, about: [0, 0, 0.25])).variance(2), 0)
  }

  @Test func cappingTheCountKeepsMeanAndVariance() {
    var moments = direct(rows(1000, seed: 8))
    let before = moments
    moments.capCount(2000)
    #expect(moments == before)
    moments.capCount(100)
    #expect(moments.count == 100 && moments.mean == before.mean)
    for feature in 0..<3 {
      expectClose(moments.variance(feature), before.variance(feature), relative: 1e-14)
    }
  }
}
