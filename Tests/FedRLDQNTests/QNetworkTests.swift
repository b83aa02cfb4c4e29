import FedRLDQN
import FedRLNetworks
import FedRLNumerics
import FedRLTestSupport
import Testing

@Suite struct QNetworkTests {
  init() { BLAS.useOneThread() }

  /// Compares the gradient of a random weighting of the outputs with finite differences at `start`.
  private func checkGradient(_ design: QNetworkDesign, at start: [Float], rows: Int) {
    var random = RandomStream(seed: 8)
    let x = (0..<(rows * design.inputs)).map { _ in Float(random.normal()) }
    let count = rows * design.choices * design.atoms
    let weight = (0..<count).map { _ in Float(random.normal()) }
    let network = QNetwork(design, maximumRows: rows + 2, trains: true)
    func value(_ parameters: [Float]) -> Double {
      network.load(parameters)
      let outputs = network.forward(parameters, x, rows: rows)
      return weight.indices.reduce(0) { $0 + Double(weight[$1]) * Double(outputs[$1]) }
    }
    _ = value(start)
    var gradient = [Float](repeating: .nan, count: design.layout.count)
    var outputGradient = weight
    network.backward(
      start, x, rows: rows, outputGradient: &outputGradient, gradient: &gradient)
    checkGradients(gradient, at: start, relative: 1e-2, absolute: 5e-3, of: value)
  }

  /// Widths on both sides of what the library's own kernels take.
  @Test(arguments: [[5], [20, 17], []], [false, true]) func gradient(
    hidden: [Int], isDueling: Bool
  ) {
    for atoms in [1, 3] {
      let design = QNetworkDesign(
        inputs: 4, hidden: hidden, choices: 3, atoms: atoms, activation: .tanh,
        isDueling: isDueling)
      checkGradient(
        design, at: design.initialParameters(RandomStream(seed: 2)).values, rows: 6)
    }
  }

  @Test(arguments: [[], [6], [7, 5]], [false, true]) func gradientWithFilters(
    hidden: [Int], isDueling: Bool
  ) {
    let design = QNetworkDesign(
      inputs: 34, hidden: hidden, choices: 3, atoms: 1, activation: .tanh, isDueling: isDueling,
      images: [ImagePlace(offset: 3, channels: 2, height: 3, width: 5)],
      filters: [FilterSettings(filters: 4, kernel: 2, stride: 1)])
    #expect(design.layout.segments[0].name == "trunk.conv.0.0.weight")
    var start = design.initialParameters(RandomStream(seed: 2)).values
    // Far from where ReLU bends.
    for index in design.layout["trunk.conv.0.0.bias"]!.range {
      start[index] = index % 2 == 0 ? 9 : -9
    }
    checkGradient(design, at: start, rows: 3)
  }

  @Test func advantagesOfDuelingStreamsHaveNoMean() {
    let design = QNetworkDesign(
      inputs: 2, hidden: [6], choices: 4, atoms: 1, activation: .relu, isDueling: true)
    let parameters = design.initialParameters(RandomStream(seed: 1)).values
    let network = QNetwork(design, maximumRows: 1, trains: false)
    let state = QNetworkDesign(
      inputs: 2, hidden: [6], choices: 1, atoms: 1, activation: .relu, isDueling: false)
    // The state's own stream, as a network of its own: trunk.0 and actor.0 for critic.0 and critic.1.
    var own = [Float](repeating: 0, count: state.layout.count)
    for (ours, theirs) in [
      ("trunk.0.weight", "critic.0.weight"), ("trunk.0.bias", "critic.0.bias"),
      ("actor.0.weight", "critic.1.weight"), ("actor.0.bias", "critic.1.bias"),
    ] {
      own.replaceSubrange(
        state.layout[ours]!.range, with: parameters[design.layout[theirs]!.range])
    }
    let other = QNetwork(state, maximumRows: 1, trains: false)
    network.load(parameters)
    other.load(own)
    let x: [Float] = [0.3, -1.2]
    let values = network.forward(parameters, x, rows: 1)
    let mean = (0..<4).reduce(0) { $0 + Double(values[$1]) } / 4
    expectClose(mean, Double(other.forward(own, x, rows: 1)[0]), absolute: 1e-6)
  }

  @Test func firstWeightsAreUniformWithinTheirBounds() {
    let design = QNetworkDesign(
      inputs: 16, hidden: [256], choices: 2, atoms: 1, activation: .relu, isDueling: false)
    let values = design.initialParameters(RandomStream(seed: 3)).values
    for (name, bound) in [("trunk.0.weight", 0.25), ("actor.0.weight", 1.0 / 16)] {
      let found = design.layout[name]!.range.map { Double(values[$0]) }
      #expect(found.allSatisfy { abs($0) <= bound })
      let square = found.reduce(0) { $0 + $1 * $1 } / Double(found.count)
      expectClose(square, bound * bound / 3, relative: 0.15, name)
    }
  }
}
