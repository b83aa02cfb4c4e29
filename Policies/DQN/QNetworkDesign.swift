public import FedRLNetworks
public import FedRLNumerics

/// A network that values every action of an observation: widths, layout, first weights.
///
/// Segments are named `part.index.weight` and `part.index.bias`. Hidden layers are `trunk.0`, `trunk.1`,
/// …, and the head `actor.0`. With dueling streams (Wang et al., arXiv:1511.06581) the last hidden layer
/// stands twice, `actor.0` and `critic.0`, and the heads are `actor.1` (advantages) and `critic.1` (the
/// state's value). Images may go through convolutions first, `trunk.conv.image.layer`.
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
  /// What both streams read; `nil` where they read the observation.
  let trunkColumn: ColumnDesign?
  /// To `[A, N]`: values, or advantages.
  let choiceLayers: [DenseLayer]
  /// To `[N]`: the state's value; empty without dueling streams.
  let stateLayers: [DenseLayer]
  /// Multiply-accumulates of one observation's forward pass.
  public let multiplyAccumulates: Int
  /// Multiply-accumulates of one sample's forward and backward pass: forward, weight gradients, and
  /// input gradients except the observation's.
  public let trainingMultiplyAccumulates: Int

  /// - Parameters:
  ///   - images: where images lie in an observation, for `filters`.
  ///   - filters: convolutions of the images, first layer first; they must fit, see
  ///     ``ConvolutionDesign/problem(of:in:)``.
  public init(
    inputs: Int, hidden: [Int], choices: Int, atoms: Int, activation: Activation, isDueling: Bool,
    images: [ImagePlace] = [], filters: [FilterSettings] = []
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
      DenseLayer.chain(widths, head: head, activation: activation, part: part, in: &layout)
    }
    let convolutions =
      images.isEmpty || filters.isEmpty
      ? nil
      : ConvolutionDesign(
        inputs: inputs, images: images, filters: filters, part: .trunk, in: &layout)
    let widths = [convolutions?.outputs ?? inputs] + hidden
    let shared = isDueling && !hidden.isEmpty ? Array(widths.dropLast()) : widths
    let own = Array(widths.suffix(from: shared.count - 1))
    let trunk = ColumnDesign(convolutions: convolutions, layers: chain(shared, head: nil, .trunk))
    trunkColumn = trunk.outputs > 0 ? trunk : nil
    choiceLayers = chain(own, head: choices * atoms, .actor)
    stateLayers = isDueling ? chain(own, head: atoms, .critic) : []
    self.layout = layout
    let heads = choiceLayers + stateLayers
    multiplyAccumulates =
      trunk.multiplyAccumulates + heads.reduce(0) { $0 + $1.multiplyAccumulates }
    let first =
      trunkColumn?.firstMultiplyAccumulates
      ?? ([choiceLayers[0]] + stateLayers.prefix(1)).reduce(0) { $0 + $1.multiplyAccumulates }
    trainingMultiplyAccumulates = 3 * multiplyAccumulates - first
  }

  /// Numbers that training with so many rows at once holds besides parameters and gradient.
  func workingNumbers(rows: Int) -> Int {
    (trunkColumn?.workingNumbers(rows: rows) ?? 0)
      + (choiceLayers + stateLayers).reduce(0) { $0 + $1.outputs } * rows
  }

  /// Weights and biases uniform in ±1/√inputs of their layer, as PyTorch begins a linear layer; filters
  /// as ``ConvolutionDesign/initialize(_:random:)`` draws them.
  /// - Parameter random: each layer draws from a stream named by its place.
  public func initialParameters(_ random: RandomStream) -> ParameterVector {
    var parameters = ParameterVector(layout: layout)
    let layers = (trunkColumn?.layers ?? []) + choiceLayers + stateLayers
    parameters.values.withUnsafeMutableBufferPointer {
      trunkColumn?.convolutions?.initialize($0.baseAddress!, random: random.split("column", 0))
    }
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
