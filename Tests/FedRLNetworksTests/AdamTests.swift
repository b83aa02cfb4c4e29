import FedRLNetworks
import FedRLNumerics
import FedRLTestSupport
import Testing

@Suite struct AdamTests {
  /// Follows the reference's path; `decay` adds `decay · p` to the gradient as PyTorch's L2 term does.
  private func follow(_ name: String, epsilon: Double, decay: Float = 0) throws {
    guard let cases = try ReferenceCase.load("optimisers.json"),
      let meta = try ReferenceCase.loadMeta("optimisers.json")
    else { return }
    let reference = cases.first { $0.has("optimiser") && $0.text("optimiser") == name }!
    let adam = Adam(epsilon: epsilon)
    var p = meta.floats("start")
    var m = [Float](repeating: 0, count: p.count)
    var v = m
    for (index, row) in meta.rows("gradients").enumerated() {
      let g = zip(row, p).map { Float($0) + decay * $1 }
      adam.step(
        &p, firstMoments: &m, secondMoments: &v, gradient: g, count: p.count, step: index + 1,
        learningRate: 0.01)
      expectClose(
        p, reference.rows("path")[index], relative: 1e-5, absolute: 1e-7, "\(name) \(index)")
    }
  }

  @Test func adamFollowsTheReference() throws { try follow("adam", epsilon: 1e-8) }

  @Test func adamWithALargerEpsilonFollowsTheReference() throws {
    try follow("adam_eps1e-5_wd0.1", epsilon: 1e-5, decay: 0.1)
  }

  @Test func everyElementGetsTheSameStepWhereverItLies() {
    let adam = Adam()
    for count in [1, 15, 16, 17, 50] {
      var p = [Float](repeating: 0.5, count: count)
      var m = [Float](repeating: 0.1, count: count)
      var v = [Float](repeating: 0.2, count: count)
      let g = [Float](repeating: -0.3, count: count)
      adam.step(
        &p, firstMoments: &m, secondMoments: &v, gradient: g, count: count, step: 3,
        learningRate: 0.01, gradientScale: 0.5)
      #expect(Set(p).count == 1 && Set(m).count == 1 && Set(v).count == 1)
      expectClose([m[0]], [0.9 * 0.1 - 0.1 * 0.15], relative: 1e-6, "m")
      expectClose([v[0]], [0.999 * 0.2 + 0.001 * 0.0225], relative: 1e-6, "v")
    }
  }

  @Test func momentsThatDecayedVanishInsteadOfBecomingDenormal() {
    let adam = Adam()
    var p: [Float] = [1]
    var m: [Float] = [1]
    var v: [Float] = [1e-30]
    for step in 1...20_000 {
      adam.step(
        &p, firstMoments: &m, secondMoments: &v, gradient: [0], count: 1, step: step,
        learningRate: 0)
    }
    #expect(m == [0] && v == [0] && p == [1])
  }

  @Test func theClipLeavesSmallGradientsAndShortensLargeOnes() {
    #expect(clipFactor(norm: 0.3, maximum: 0.5) == 1)
    #expect(clipFactor(norm: 5, maximum: 0.5) == 0.5 / (5 + 1e-6))
    #expect(clipFactor(norm: 5, maximum: 0) == 1)
  }
}
