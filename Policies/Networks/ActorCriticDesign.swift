public import FedRLNumerics

/// A policy and a value function over the same observations: widths, layout, first weights.
///
/// Segments are named `part.index.weight` and `part.index.bias`; the last index of `actor` and of
/// `critic` is the linear head. With a shared trunk the hidden layers are `trunk.0`, `trunk.1`, …, and
/// the heads `actor.0` and `critic.0`. A Gaussian policy has `actor.log_std` besides.
public struct ActorCriticDesign: Sendable, Equatable {
  /// Whether actor and critic have hidden layers of their own.
  public enum Trunk: String, Sendable, CaseIterable { case separate, shared }

  public let inputs: Int
  public let hidden: [Int]
  /// Width of the policy's head.
  public let outputs: Int
  public let activation: Activation
  public let trunk: Trunk
  public let layout: ParameterLayout
  /// Where the policy's `[outputs]` log standard deviations lie; `nil` for a categorical policy.
  public let logDeviationOffset: Int?
  /// Shared hidden layers; empty where the networks are separate.
  public let trunkLayers: [DenseLayer]
  public let actorLayers: [DenseLayer]
  public let criticLayers: [DenseLayer]
  /// Multiply-accumulates of one observation's way to the policy's head.
  public let actorMultiplyAccumulates: Int
  /// Multiply-accumulates of one sample's forward and backward pass through both networks: forward,
  /// weight gradients, and input gradients except the observation's.
  public let trainingMultiplyAccumulates: Int

  public init(
    inputs: Int, hidden: [Int], outputs: Int, activation: Activation, trunk: Trunk,
    hasLogDeviation: Bool
  ) {
    precondition(inputs > 0 && outputs > 0 && hidden.allSatisfy { $0 > 0 })
    self.inputs = inputs
    self.hidden = hidden
    self.outputs = outputs
    self.activation = activation
    self.trunk = trunk
    var layout = ParameterLayout()
    func chain(_ widths: [Int], head: Int?, _ part: ParameterPart) -> [DenseLayer] {
      var layers: [DenseLayer] = []
      for (index, pair) in zip(widths, widths.dropFirst()).enumerated() {
        layers.append(
          DenseLayer(
            inputs: pair.0, outputs: pair.1, activation: activation,
            name: "\(part.rawValue).\(index)", part: part, in: &layout))
      }
      if let head {
        layers.append(
          DenseLayer(
            inputs: widths[widths.count - 1], outputs: head, activation: nil,
            name: "\(part.rawValue).\(layers.count)", part: part, in: &layout))
      }
      return layers
    }
    let widths = [inputs] + hidden
    let own = trunk == .separate ? widths : [widths[widths.count - 1]]
    trunkLayers = trunk == .shared ? chain(widths, head: nil, .trunk) : []
    actorLayers = chain(own, head: outputs, .actor)
    if hasLogDeviation {
      let index = layout.append("actor.log_std", shape: [outputs], part: .actor)
      logDeviationOffset = layout.segments[index].offset
    } else {
      logDeviationOffset = nil
    }
    criticLayers = chain(own, head: 1, .critic)
    self.layout = layout
    func work(_ layers: [DenseLayer]) -> Int { layers.reduce(0) { $0 + $1.multiplyAccumulates } }
    actorMultiplyAccumulates = work(trunkLayers + actorLayers)
    let first = trunkLayers.isEmpty ? [actorLayers[0], criticLayers[0]] : [trunkLayers[0]]
    trainingMultiplyAccumulates =
      3 * (work(trunkLayers) + work(actorLayers) + work(criticLayers)) - work(first)
  }

  /// Orthogonal weights (gain √2 in hidden layers, 0.01 in the policy's head, 1 in the value's), zero
  /// biases, log standard deviations as given.
  /// - Parameter random: each layer draws from a stream named by its place.
  public func initialParameters(_ random: RandomStream, logDeviation: Float = 0) -> ParameterVector
  {
    var parameters = ParameterVector(layout: layout)
    let layers = trunkLayers + actorLayers + criticLayers
    parameters.values.withUnsafeMutableBufferPointer { values in
      for (index, layer) in layers.enumerated() {
        var stream = random.split("layer", UInt64(index))
        let gain =
          layer.activation != nil
          ? 2.squareRoot() : index == trunkLayers.count + actorLayers.count - 1 ? 0.01 : 1
        OrthogonalInitializer.fill(
          values.baseAddress! + layer.weightOffset, rows: layer.outputs, columns: layer.inputs,
          gain: gain, random: &stream)
      }
      if let logDeviationOffset {
        for index in 0..<outputs { values[logDeviationOffset + index] = logDeviation }
      }
    }
    return parameters
  }
}
