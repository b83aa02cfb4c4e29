import FedRLNetworks
import FedRLNumerics
import FedRLTestSupport
import Testing

@Suite struct LayerTests {
  init() { BLAS.useOneThread() }

  @Test func aLinearLayerMatchesTheReference() throws {
    guard let cases = try ReferenceCase.load("layers.json") else { return }
    let reference = cases.first { $0.text("layer") == "linear" }!
    let weights = reference["weights"]
    let inputs = weights.rows("weight")[0].count
    let outputs = weights.rows("weight").count
    var layout = ParameterLayout()
    let layer = DenseLayer(
      inputs: inputs, outputs: outputs, activation: nil, name: "actor.0", part: .actor,
      in: &layout)
    let parameters = weights.floats("weight") + weights.floats("bias")
    let x = reference.floats("x")
    let rows = x.count / inputs
    var y = [Float](repeating: 0, count: rows * outputs)
    var transposed = [Float](repeating: 0, count: inputs * outputs)
    layer.transpose(parameters, into: &transposed)
    layer.forward(parameters, transposed: transposed, x, rows: rows, into: &y)
    expectClose(y, reference.numbers("y"), relative: 1e-5, absolute: 1e-6, "y")

    let dy = reference.floats("grad_out")
    var gradient = [Float](repeating: 5, count: layout.count)
    var dx = [Float](repeating: 5, count: x.count)
    layer.backward(
      parameters, x, sumGradient: dy, rows: rows, gradient: &gradient, inputGradient: &dx)
    let expected = reference["grad_weights"]
    expectClose(
      gradient, expected.numbers("weight") + expected.numbers("bias"), relative: 1e-5,
      absolute: 1e-6, "gradient")
    expectClose(dx, reference.numbers("grad_x"), relative: 1e-5, absolute: 1e-6, "grad_x")
  }

  @Test func activationsAndTheirSlopesMatchTheReference() throws {
    guard let cases = try ReferenceCase.load("layers.json") else { return }
    let reference = cases.first { $0.text("layer") == "activations" }!
    let x = reference.floats("x")
    for (activation, name) in [(Activation.tanh, "tanh"), (.relu, "relu")] {
      var layout = ParameterLayout()
      let layer = DenseLayer(
        inputs: 1, outputs: 1, activation: activation, name: "actor.0", part: .actor, in: &layout)
      let network = MultilayerPerceptron(layers: [layer], maximumRows: x.count, trains: true)
      network.load([1, 0])
      let y = network.forward([1, 0], x, rows: x.count)
      let values = reference["values"][name]
      expectClose(
        x.indices.map { y[$0] }, values.numbers("y"), relative: 1e-5, absolute: 1e-7, name)
      var dy = [Float](repeating: 1, count: x.count)
      var gradient: [Float] = [0, 0]
      var dx = x
      network.backward(
        [1, 0], x, rows: x.count, outputGradient: &dy, gradient: &gradient, inputGradient: &dx)
      // 1 − y² loses digits where y is near 1: absolute there.
      expectClose(dx, values.numbers("dy"), relative: 1e-5, absolute: 6e-7, "\(name)′")
    }
  }
}
