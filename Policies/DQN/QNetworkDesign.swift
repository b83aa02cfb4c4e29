public import FedRLNetworks
public import FedRLNumerics

/// A network that values every action of an observation: widths, layout, first weights.
///
/// Segments are named `part.index.weight` and `part.index.bias`. Hidden layers are `trunk.0`, `trunk.1`,
/// …, and the head `actor.0`. With dueling streams (Wang et al., arXiv:1511.06581) the last hidden layer
/// stands twice, `actor.0` and `critic.0`, and the heads are `actor.1` (advantages) and `critic.1` (the
/// state's value).
public struct QNetworkDesign: Sendable, Equatable {
  public let inputs: Int
  public let hidden: [Int]
  /// A: actions.
  public let choices: Int
  /// N: numbers per action, 1 or quantiles.
  public let atoms: Int
  public let activation: Activation
  public let isDueling: Bool
  public let layout: ParameterLayout
  let trunkLayers: [DenseLayer]
  /// To `[A, N]`: values, or advantages.
  let choiceLayers: [DenseLayer]
  /// To `[N]`: the state's value; empty without dueling streams.
  let stateLayers: [DenseLayer]
  /// Multiply-accumulates of one observation's forward pass.
  public let multiplyAccumulates: Int
  /// Multiply-accumulates of one sample's forward and backward pass: forward, weight gradients, and
  /// input gradients except the observation's.
  public let trainingMultiplyAccumulates: Int

  public init(
    inputs: Int, hidden: [Int], choices: Int, atoms: Int, activation: Activation, isDueling: Bool
  ) {
    precondition(inputs > 0 && choices > 0 && atoms > 0 && hidden.allSatisfy { $0 > 0 })
    self.inputs = inputs
    self.hidden = hidden
    self.choices = choices
    self.atoms = atoms
    self.activation = activation
    self.isDueling = isDueling
    var layout = ParameterLayout()
    func chain(_ widths: [Int], head: Int?, _ part: ParameterPart) -> [DenseLayer] {
      var layers: [DenseLayer] = []
      func append(_ inputs: Int, _ outputs: Int, _ activation: Activation?) {
        layers.append(
          DenseLayer(
            inputs: inputs, outputs: outputs, activation: activation,
            name: "\(part.rawValue).\(layers.count)", part: part, in: &layout))
      }
      for (a, b) in zip(widths, widths.dropFirst()) { append(a, b, activation) }
      if let head { append(widths[widths.count - 1], head, nil) }
      return layers
    }
    let widths = [inputs] + hidden
    let shared = isDueling && !hidden.isEmpty ? Array(widths.dropLast()) : widths
    let own = Array(widths.suffix(from: shared.count - 1))
    trunkLayers = chain(shared, head: nil, .trunk)
    choiceLayers = chain(own, head: choices * atoms, .actor)
    stateLayers = isDueling ? chain(own, head: atoms, .critic) : []
    self.layout = layout
    let layers = trunkLayers + choiceLayers + stateLayers
    multiplyAccumulates = layers.reduce(0) { $0 + $1.multiplyAccumulates }
    let first = trunkLayers.first.map { [$0] } ?? [choiceLayers[0]] + stateLayers.prefix(1)
    trainingMultiplyAccumulates =
      3 * multiplyAccumulates - first.reduce(0) { $0 + $1.multiplyAccumulates }
  }

  /// Weights and biases uniform in ±1/√inputs of their layer, as PyTorch begins a linear layer.
  /// - Parameter random: each layer draws from a stream named by its place.
  public func initialParameters(_ random: RandomStream) -> ParameterVector {
    var parameters = ParameterVector(layout: layout)
    let layers = trunkLayers + choiceLayers + stateLayers
    for (index, layer) in layers.enumerated() {
      var stream = random.split("layer", UInt64(index))
      let bound = 1 / Double(layer.inputs).squareRoot()
      let weights = layer.weightOffset..<(layer.weightOffset + layer.inputs * layer.outputs)
      let biases = layer.biasOffset..<(layer.biasOffset + layer.outputs)
      for place in [weights, biases].joined() {
        parameters.values[place] = Float(stream.uniform(-bound, bound))
      }
    }
    return parameters
  }
}
