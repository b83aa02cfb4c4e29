import FedRLNetworks
import FedRLNumerics
import FedRLTestSupport
import Testing

@Suite struct InitializerTests {
  private func draw(_ rows: Int, _ columns: Int, gain: Double, seed: UInt64) -> [Float] {
    var weights = [Float](repeating: 0, count: rows * columns)
    var random = RandomStream(seed: seed)
    OrthogonalInitializer.fill(
      &weights, rows: rows, columns: columns, gain: gain, random: &random)
    return weights
  }

  /// The largest difference of `W Wᵀ` (or `Wᵀ W`) from `gain² I`.
  private func defect(_ w: [Float], _ rows: Int, _ columns: Int, gain: Double) -> Double {
    let count = min(rows, columns)
    func element(_ vector: Int, _ index: Int) -> Double {
      Double(rows <= columns ? w[vector * columns + index] : w[index * columns + vector])
    }
    var worst = 0.0
    for a in 0..<count {
      for b in 0..<count {
        let product = (0..<max(rows, columns)).reduce(0) { $0 + element(a, $1) * element(b, $1) }
        worst = max(worst, (product - (a == b ? gain * gain : 0)).magnitude)
      }
    }
    return worst
  }

  @Test func drawnMatricesAreOrthogonalAndHaveTheReferencesStatistics() throws {
    guard let cases = try ReferenceCase.load("initialisers.json") else { return }
    for reference in cases where reference.text("init") == "orthogonal" {
      let (rows, columns) = (reference.integer("rows"), reference.integer("cols"))
      let gain = reference.number("gain")
      var sum = 0.0
      var squares = 0.0
      for seed in 1...400 as ClosedRange<UInt64> {
        let w = draw(rows, columns, gain: gain, seed: seed)
        #expect(defect(w, rows, columns, gain: gain) <= 2e-6 * gain * gain)
        sum += w.reduce(0) { $0 + Double($1) }
        squares += w.reduce(0) { $0 + Double($1) * Double($1) }
        expectClose(
          w.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot(),
          reference.number("frobenius"), relative: 1e-6, "norm")
      }
      let count = Double(400 * rows * columns)
      let variance = reference.number("element_variance_theory")
      // Five standard errors of the mean.
      expectClose(sum / count, 0, absolute: 5 * (variance / count).squareRoot(), "mean")
      expectClose(squares / count, variance, relative: 1e-5, "variance")
    }
  }

  @Test func tallMatricesHaveOrthogonalColumns() {
    #expect(defect(draw(277, 64, gain: 1, seed: 1), 277, 64, gain: 1) < 1e-6)
    #expect(defect(draw(64, 277, gain: 1, seed: 1), 64, 277, gain: 1) < 1e-6)
    #expect(draw(8, 8, gain: 1, seed: 1) != draw(8, 8, gain: 1, seed: 2))
  }

  /// Haar's law looks the same after a change of sign of any element: with R's diagonal forced positive
  /// by hand in the wrong way, first elements would lean to one side.
  @Test func firstElementsAreAsOftenPositiveAsNegative() {
    let positive = (1...1000 as ClosedRange<UInt64>).count {
      draw(3, 3, gain: 1, seed: $0)[0] > 0
    }
    // 500 ± 5 standard deviations of a fair coin.
    #expect((421...579).contains(positive))
  }

  @Test func everyPartGetsItsGainAndBiasesStartAtZero() {
    let design = ActorCriticDesign(
      inputs: 5, hidden: [8, 8], outputs: 3, activation: .tanh, trunk: .separate,
      hasLogDeviation: true)
    let parameters = design.initialParameters(RandomStream(seed: 1), logDeviation: -0.5)
    func norm(_ name: String) -> Double {
      parameters[name]!.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
    }
    for part in ["actor", "critic"] {
      expectClose(norm("\(part).0.weight"), (2.0 * 5).squareRoot(), relative: 1e-6, part)
      expectClose(norm("\(part).1.weight"), (2.0 * 8).squareRoot(), relative: 1e-6, part)
      for index in 0...2 { #expect(norm("\(part).\(index).bias") == 0) }
    }
    expectClose(norm("actor.2.weight"), 0.01 * 3.0.squareRoot(), relative: 1e-6, "policy head")
    expectClose(norm("critic.2.weight"), 1, relative: 1e-6, "value head")
    #expect(Array(parameters["actor.log_std"]!) == [-0.5, -0.5, -0.5])
    #expect(parameters["actor.0.weight"] != parameters["critic.0.weight"])
  }
}
