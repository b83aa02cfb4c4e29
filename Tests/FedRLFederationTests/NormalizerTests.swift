import FedRLFederation
import FedRLNumerics
import Testing

@Suite struct NormalizerTests {
  /// Sums of rows about a centre, as a member collects them.
  func sums(_ rows: [[Float]], center: [Double]) -> NormalizerSums {
    var sums = MomentSums(center: center)
    for row in rows { sums.add(row) }
    return NormalizerSums(sums)
  }

  func merged(_ members: [[[Float]]], center: [Double]) throws -> Moments {
    var random = RandomStream(seed: 31)
    var sum = WeightedMean(parameters: shared.count, center: center)
    for rows in members {
      var update = randomUpdate(&random)
      update.sums = sums(rows, center: center)
      try sum.accumulate(update)
    }
    return try sum.finish().moments!
  }

  /// Mean and population variance in two passes.
  func pooled(_ rows: [[Float]], _ feature: Int) -> (mean: Double, variance: Double) {
    let values = rows.map { Double($0[feature]) }
    let mean = values.reduce(0, +) / Double(values.count)
    return (mean, values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count))
  }

  @Test func mergedSumsEqualPooledStatistics() throws {
    var random = RandomStream(seed: 32)
    let scales = [1e-4, 1, 30, 1e5]
    let members = (0..<12).map { member in
      (0..<(20 + 13 * member)).map { _ in
        scales.map { Float((random.normal() + Double(member)) * $0) }
      }
    }
    let center = scales.map { $0 * 4 }
    let moments = try merged(members, center: center)
    let rows = members.flatMap { $0 }
    #expect(moments.count == Double(rows.count))
    for feature in 0..<4 {
      let expected = pooled(rows, feature)
      // 2⁻⁴⁸ of absolute rounding per member, 1e-12 relative of Double sums.
      #expect(abs(moments.mean[feature] - expected.mean) <= 1e-12 * abs(expected.mean) + 1e-13)
      #expect(
        abs(moments.variance(feature) - expected.variance) <= 1e-11 * expected.variance + 1e-13)
    }
  }

  @Test func varianceBetweenAgentsCounts() throws {
    // Two agents of variance 1 about means ±√2.2: together 1 + 2.2, where the mean of variances is 1.
    let offset = 2.2.squareRoot()
    let members = [-offset, offset].map { mean in
      (0..<100).map { [Float(mean + ($0 % 2 == 0 ? 1 : -1))] }
    }
    let moments = try merged(members, center: [0])
    #expect(abs(moments.mean[0]) < 1e-6)
    #expect(abs(moments.variance(0) - 3.2) < 1e-6)
    let own = try members.map { try merged([$0], center: [0]).variance(0) }
    #expect(abs((own[0] + own[1]) / 2 - 1) < 1e-6)
  }

  @Test func roundsOfSumsEqualOnePool() throws {
    var random = RandomStream(seed: 33)
    var global = Moments(features: 2)
    var rows: [[Float]] = []
    for _ in 0..<10 {
      let members = (0..<4).map { _ in (0..<50).map { _ in randomFloats(2, &random, scale: 3) } }
      global.merge(try merged(members, center: global.mean))
      rows += members.flatMap { $0 }
    }
    for feature in 0..<2 {
      let expected = pooled(rows, feature)
      #expect(abs(global.mean[feature] - expected.mean) < 1e-12)
      #expect(abs(global.variance(feature) - expected.variance) < 1e-11)
    }
  }

  @Test func hugeSumsAreAddedWithoutOverflow() throws {
    var random = RandomStream(seed: 34)
    var sum = WeightedMean(parameters: shared.count, center: [0])
    for _ in 0..<1000 {
      var update = randomUpdate(&random)
      update.sums = NormalizerSums(count: 1, first: [0x1p31], second: [0x1p62])
      try sum.accumulate(update)
    }
    let moments = try sum.finish().moments!
    #expect(moments.count == 1000)
    #expect(moments.mean[0] == 0x1p31)
    #expect(moments.m2[0] == 0)
  }
}
