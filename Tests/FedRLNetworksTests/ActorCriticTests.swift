import FedRLNetworks
import FedRLNumerics
import FedRLTestSupport
import Testing

@Suite struct ActorCriticTests {
  init() { BLAS.useOneThread() }

  struct Shape: Sendable, CustomStringConvertible {
    var hidden: [Int]
    var activation: Activation
    var trunk: ActorCriticDesign.Trunk
    var description: String { "\(hidden) \(activation) \(trunk)" }

    static let all: [Shape] = [[7, 6], [20], [], [17, 5, 9], [18, 35]].flatMap { hidden in
      Activation.allCases.flatMap { activation in
        ActorCriticDesign.Trunk.allCases.map {
          Shape(hidden: hidden, activation: activation, trunk: $0)
        }
      }
    }

    var design: ActorCriticDesign {
      ActorCriticDesign(
        inputs: 5, hidden: hidden, outputs: 3, activation: activation, trunk: trunk,
        hasLogDeviation: true)
    }
  }

  /// Weights, biases included, that are not near any special point.
  private func parameters(_ design: ActorCriticDesign) -> [Float] {
    var random = RandomStream(seed: 5)
    return (0..<design.layout.count).map { _ in Float(0.6 * random.normal()) }
  }

  @Test(arguments: Shape.all) func outputsAndGradientsMatchADoubleOracle(_ shape: Shape) {
    let design = shape.design
    let rows = 4
    var random = RandomStream(seed: 6)
    let x = (0..<(rows * 5)).map { _ in Float(random.normal()) }
    // The scalar Σ a·outputs + b·values has these gradients by the heads.
    var a = (0..<(rows * 3)).map { _ in Float(random.normal()) }
    var b = (0..<rows).map { _ in Float(random.normal()) }
    let weights = parameters(design)
    let oracle = DoubleNetwork(design.layout, isReLU: shape.activation == .relu)
    func scalar(_ parameters: [Double]) -> Double {
      (0..<rows).reduce(0) { sum, row in
        let (outputs, value) = oracle.actorCritic(
          parameters, x[row * 5..<(row + 1) * 5].map { Double($0) })
        return sum
          + outputs.indices.reduce(value * Double(b[row])) {
            $0 + outputs[$1] * Double(a[row * 3 + $1])
          }
      }
    }
    let expected = finiteDifferences(at: weights.map { Double($0) }, of: scalar)

    let network = ActorCriticNetwork(design, maximumRows: 6, trains: true)
    network.load(weights)
    let (outputs, values) = network.forward(weights, x, rows: rows)
    for row in 0..<rows {
      let (exact, value) = oracle.actorCritic(
        weights.map { Double($0) }, x[row * 5..<(row + 1) * 5].map { Double($0) })
      let got = (0..<3).map { outputs[row * 3 + $0] }
      expectClose(got, exact, relative: 1e-5, absolute: 1e-5, "outputs")
      expectClose(Double(values[row]), value, relative: 1e-5, absolute: 1e-5, "value")
    }
    var gradient = [Float](repeating: 3, count: design.layout.count)
    network.backward(
      weights, x, rows: rows, outputGradient: &a, valueGradient: &b, gradient: &gradient)
    for segment in design.layout.segments where segment.name != "actor.log_std" {
      expectClose(
        Array(gradient[segment.range]), Array(expected[segment.range]), relative: 2e-5,
        absolute: 1e-5, "\(shape) \(segment.name)")
    }
    #expect(gradient[design.logDeviationOffset!] == 3)
  }

  @Test func actingAloneGivesWhatTheWholeForwardPassGives() {
    for shape in Shape.all {
      let design = shape.design
      let weights = parameters(design)
      let x = (0..<20).map { Float($0) / 7 - 1 }
      let whole = ActorCriticNetwork(design, maximumRows: 4, trains: true)
      let acting = ActorCriticNetwork(design, maximumRows: 4, trains: false)
      whole.load(weights)
      acting.load(weights)
      let (outputs, values) = whole.forward(weights, x, rows: 4)
      let expected = (0..<12).map { outputs[$0] }
      let expectedValues = (0..<4).map { values[$0] }
      let alone = acting.act(weights, x, rows: 4)
      #expect((0..<12).map { alone[$0] } == expected)
      let valued = whole.value(weights, x, rows: 4)
      #expect((0..<4).map { valued[$0] } == expectedValues)
    }
  }

  @Test func partsAndNamesOfTheLayoutSayWhatFederationMayShare() {
    let separate = Shape(hidden: [7, 6], activation: .tanh, trunk: .separate).design.layout
    #expect(
      separate.segments.map(\.name) == [
        "actor.0.weight", "actor.0.bias", "actor.1.weight", "actor.1.bias", "actor.2.weight",
        "actor.2.bias", "actor.log_std", "critic.0.weight", "critic.0.bias", "critic.1.weight",
        "critic.1.bias", "critic.2.weight", "critic.2.bias",
      ])
    #expect(separate.count == 2 * (5 * 7 + 7 + 7 * 6 + 6) + 6 * 3 + 3 + 3 + 6 + 1)
    let shared = Shape(hidden: [7, 6], activation: .tanh, trunk: .shared).design.layout
    #expect(shared["trunk.1.weight"]?.shape == [6, 7])
    #expect(
      shared["actor.0.weight"]?.shape == [3, 6] && shared["critic.0.weight"]?.shape == [1, 6])
    #expect(shared.segments.allSatisfy { $0.name.hasPrefix($0.part.rawValue) })
  }

  @Test func multiplyAccumulatesAreCountedByHand() {
    let separate = Shape(hidden: [7, 6], activation: .tanh, trunk: .separate).design
    #expect(separate.actorMultiplyAccumulates == 35 + 42 + 18)
    // Forward and weight gradients of everything, input gradients without the first layers.
    let all = 2 * (35 + 42) + 18 + 6
    #expect(separate.trainingMultiplyAccumulates == 2 * all + (all - 70))
    let shared = Shape(hidden: [7, 6], activation: .tanh, trunk: .shared).design
    #expect(shared.trainingMultiplyAccumulates == 3 * (35 + 42 + 18 + 6) - 35)
  }
}
