import FedRLNumerics
import FedRLTestSupport
import Testing

#if canImport(Glibc)
  import Glibc
#endif

@Suite struct NormalNumbersTests {
  static let count = 2_000_000
  /// In order of size.
  static let sample: [Double] = {
    var stream = RandomStream(seed: 20)
    return (0..<count).map { _ in stream.normal() }.sorted()
  }()

  /// Φ(x), accurate in both tails.
  func distribution(_ x: Double) -> Double { 0.5 * erfc(-x / 2.0.squareRoot()) }

  @Test func momentsAreThoseOfTheNormalDistribution() {
    let n = Double(Self.count)
    let powers = (1...6).map { power in
      Self.sample.reduce(0) { $0 + pow($1, Double(power)) } / n
    }
    // E x^k and Var x^k: 1, 2, 15, 96, 945, 10170. Four standard errors each.
    let expected = [0.0, 1, 0, 3, 0, 15]
    let variances = [1.0, 2, 15, 96, 945, 10_170]
    for index in 0..<6 {
      expectClose(
        powers[index], expected[index], absolute: 4 * (variances[index] / n).squareRoot(),
        "moment \(index + 1)")
    }
  }

  @Test func theEmpiricalDistributionIsNormal() {
    let n = Double(Self.count)
    var distance = 0.0
    for (index, x) in Self.sample.enumerated() {
      let p = distribution(x)
      distance = max(distance, p - Double(index) / n, Double(index + 1) / n - p)
    }
    // Kolmogorov and Smirnov: 99.9 % lie below 1.95/√n.
    #expect(distance < 1.95 / n.squareRoot())
  }

  /// Bins that start and end at the layers' edges, where a wrong table would show.
  @Test func everyLayerIsFilledAsItShould() {
    let n = Double(Self.count)
    let edges = (0..<128).map { Ziggurat.widths[$0] * 0x1p52 }
    var chi = 0.0
    var bins = 0
    for sign in [-1.0, 1] {
      for layer in 1..<128 {
        let inner = layer == 127 ? 0 : edges[layer + 1]
        let counted = count(from: inner, to: edges[layer], sign: sign)
        let expected = n * (distribution(edges[layer]) - distribution(inner))
        chi += (Double(counted) - expected) * (Double(counted) - expected) / expected
        bins += 1
      }
    }
    // 99.9 % of χ² with 254 degrees of freedom lie below 329.4.
    #expect(bins == 254 && chi < 329.4)
  }

  @Test(arguments: [Ziggurat.tail, 3.6, 3.8, 4.0, 4.4])
  func tailsHoldTheirShare(limit: Double) {
    let expected = Double(Self.count) * distribution(-limit)
    for sign in [-1.0, 1] {
      let counted = count(from: limit, to: .infinity, sign: sign)
      expectClose(
        Double(counted), expected, absolute: 4 * expected.squareRoot(), "beyond \(sign * limit)")
    }
  }

  @Test func theTablesAreThoseOf128LayersOfEqualArea() {
    let (tail, area) = (Ziggurat.tail, Ziggurat.area)
    func f(_ x: Double) -> Double { exp(-0.5 * x * x) }
    var edges = [area / f(tail), tail]
    for layer in 2..<128 {
      edges.append((-2 * log(area / edges[layer - 1] + f(edges[layer - 1]))).squareRoot())
    }
    // The first step starts from R, not from the virtual width of layer 0.
    edges.append(0)
    for layer in 0..<128 {
      expectClose(Ziggurat.widths[layer] * 0x1p52, edges[layer], relative: 1e-13)
      expectClose(
        Double(Ziggurat.limits[layer]), edges[layer + 1] / edges[layer] * 0x1p52,
        relative: 1e-13, absolute: 1)
      expectClose(Ziggurat.heights[layer], f(edges[layer]), relative: 1e-12)
    }
    #expect(Ziggurat.heights[128] == 1)
    // Layer 0 with its tail, and the innermost layer, close the figure as far as the published
    // digits of R allow.
    let below = tail * f(tail) + (Double.pi / 2).squareRoot() * erfc(tail / 2.0.squareRoot())
    expectClose(below, area, relative: 1e-8)
    expectClose(edges[127] * (1 - f(edges[127])), area, relative: 1e-8)
  }

  @Test func successiveNumbersAreNotCorrelated() {
    var stream = RandomStream(seed: 21)
    var last = stream.normal()
    var sum = 0.0
    var squares = 0.0
    for _ in 0..<500_000 {
      let value = stream.normal()
      sum += last * value
      squares += (last * last - 1) * (value * value - 1)
      last = value
    }
    #expect((sum / 500_000).magnitude < 4 / 500_000.0.squareRoot())
    #expect((squares / 500_000).magnitude < 4 * 2 / 500_000.0.squareRoot())
  }

  /// Numbers with `sign` whose magnitude lies in `low..<high`.
  private func count(from low: Double, to high: Double, sign: Double) -> Int {
    sign > 0
      ? place(of: high) - place(of: low)
      : place(of: -low, orEqual: true) - place(of: -high, orEqual: true)
  }

  /// How many of the sample lie below `limit`.
  private func place(of limit: Double, orEqual: Bool = false) -> Int {
    var (low, high) = (0, Self.count)
    while low < high {
      let middle = (low + high) / 2
      let isBelow = orEqual ? Self.sample[middle] <= limit : Self.sample[middle] < limit
      if isBelow { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
