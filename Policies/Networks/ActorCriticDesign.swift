public import FedRLNumerics

/// A policy and a value function over the same observations: widths, layout, first weights.
///
/// Segments are named `part.index.weight` and `part.index.bias`; the last index of `actor` and of
/// `critic` is the linear head. With a shared trunk the hidden layers are `trunk.0`, `trunk.1`, …, and
/// the heads `actor.0` and `critic.0`. A Gaussian policy has `actor.log_std` besides. What reads the
/// observation may have convolutions, `part.conv.image.layer`, and a memory, `part.gru`.
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
  /// Shared hidden layers; `nil` where the networks are separate.
  public let trunkColumn: ColumnDesign?
  public let actorColumn: ColumnDesign
  public let criticColumn: ColumnDesign
  /// Multiply-accumulates of one observation's way to the policy's head.
  public let actorMultiplyAccumulates: Int
  /// Multiply-accumulates of one sample's forward and backward pass through both networks: forward,
  /// weight gradients, and input gradients except the observation's.
  public let trainingMultiplyAccumulates: Int

  /// - Parameters:
  ///   - memoryUnits: gated recurrent units in front of the hidden layers; 0 is none.
  ///   - images: where images lie in an observation, for `filters`.
  ///   - filters: convolutions of the images, first layer first; they must fit, see
  ///     ``ConvolutionDesign/problem(of:in:)``.
  public init(
    inputs: Int, hidden: [Int], outputs: Int, activation: Activation, trunk: Trunk,
    hasLogDeviation: Bool, memoryUnits: Int = 0, images: [ImagePlace] = [],
    filters: [FilterSettings] = []
  ) {
    precondition(inputs > 0 && outputs > 0 && hidden.allSatisfy { $0 > 0 })
    self.inputs = inputs
    self.hidden = hidden
    self.outputs = outputs
    self.activation = activation
    self.trunk = trunk
    self.memoryUnits = memoryUnits
    var layout = ParameterLayout()
    func dense(_ widths: [Int], head: Int?, _ part: ParameterPart) -> [DenseLayer] {
      DenseLayer.chain(widths, head: head, activation: activation, part: part, in: &layout)
    }
    /// What reads observations.
    func column(head: Int?, _ part: ParameterPart) -> ColumnDesign {
      let convolutions =
        images.isEmpty || filters.isEmpty
        ? nil
        : ConvolutionDesign(
          inputs: inputs, images: images, filters: filters, part: part, in: &layout)
      let width = convolutions?.outputs ?? inputs
      let memory =
        memoryUnits == 0
        ? nil
        : GRULayer(
          inputs: width, units: memoryUnits, name: "\(part.rawValue).gru", part: part, in: &layout)
      return ColumnDesign(
        convolutions: convolutions, memory: memory,
        layers: dense([memory?.units ?? width] + hidden, head: head, part))
    }
    // A trunk without anything in it is none.
    let isShared =
      trunk == .shared
      && (!hidden.isEmpty || memoryUnits > 0 || !(images.isEmpty || filters.isEmpty))
    trunkColumn = isShared ? column(head: nil, .trunk) : nil
    let features = trunkColumn?.outputs
    func part(_ head: Int, _ part: ParameterPart) -> ColumnDesign {
      features.map {
        ColumnDesign(convolutions: nil, layers: dense([$0], head: head, part))
      } ?? column(head: head, part)
    }
    actorColumn = part(outputs, .actor)
    if hasLogDeviation {
      let index = layout.append("actor.log_std", shape: [outputs], part: .actor)
      logDeviationOffset = layout.segments[index].offset
    } else {
      logDeviationOffset = nil
    }
    criticColumn = part(1, .critic)
    self.layout = layout
    actorMultiplyAccumulates =
      (trunkColumn?.multiplyAccumulates ?? 0) + actorColumn.multiplyAccumulates
    let all = actorMultiplyAccumulates + criticColumn.multiplyAccumulates
    trainingMultiplyAccumulates =
      3 * all
      - (trunkColumn?.firstMultiplyAccumulates
        ?? actorColumn.firstMultiplyAccumulates + criticColumn.firstMultiplyAccumulates)
  }

  /// Elements of a state of the memory, per copy: the trunk's, or the actor's and the critic's each.
  public let memoryUnits: Int
  /// Columns that have a state: 0, 1 where they share it, or 2.
  public var memories: Int { memoryUnits == 0 ? 0 : trunkColumn == nil ? 2 : 1 }
  /// Where the critic's states lie behind the actor's in a block of `count` rows of each; 0 where
  /// they share them.
  public func criticStateOffset(count: Int) -> Int { memories == 2 ? count * memoryUnits : 0 }

  /// Orthogonal weights (gain √2 in hidden layers, 0.01 in the policy's head, 1 in the value's and in
  /// memories), zero biases, log standard deviations as given.
  /// - Parameter random: each layer draws from a stream named by its place.
  public func initialParameters(_ random: RandomStream, logDeviation: Float = 0) -> ParameterVector
  {
    var parameters = ParameterVector(layout: layout)
    let trunk = trunkColumn?.layers ?? []
    let layers = trunk + actorColumn.layers + criticColumn.layers
    parameters.values.withUnsafeMutableBufferPointer { values in
      for (index, layer) in layers.enumerated() {
        var stream = random.split("layer", UInt64(index))
        let gain =
          layer.activation != nil
          ? 2.squareRoot() : index == trunk.count + actorColumn.layers.count - 1 ? 0.01 : 1
        OrthogonalInitializer.fill(
          values.baseAddress! + layer.weightOffset, rows: layer.outputs, columns: layer.inputs,
          gain: gain, random: &stream)
      }
      let columns = (trunkColumn.map { [$0] } ?? []) + [actorColumn, criticColumn]
      for (index, column) in columns.enumerated() {
        let stream = random.split("column", UInt64(index))
        column.memory?.initialize(values.baseAddress!, random: stream)
        column.convolutions?.initialize(values.baseAddress!, random: stream)
      }
      if let logDeviationOffset {
        for index in 0..<outputs { values[logDeviationOffset + index] = logDeviation }
      }
    }
    return parameters
  }
}
