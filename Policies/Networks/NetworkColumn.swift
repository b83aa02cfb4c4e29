import FedRLNumerics

/// What a part of a network consists of, in this order: convolutions of the images in an observation, a
/// memory, fully connected layers. Each may be missing.
public struct ColumnDesign: Sendable, Equatable {
  public let convolutions: ConvolutionDesign?
  public let memory: GRULayer?
  public let layers: [DenseLayer]

  public init(convolutions: ConvolutionDesign?, memory: GRULayer? = nil, layers: [DenseLayer]) {
    self.convolutions = convolutions
    self.memory = memory
    self.layers = layers
  }

  /// Length of an output row.
  public var outputs: Int {
    layers.last?.outputs ?? memory?.units ?? convolutions?.outputs ?? 0
  }
  /// Multiply-accumulates of one row's forward pass.
  public var multiplyAccumulates: Int {
    (convolutions?.multiplyAccumulates ?? 0) + (memory?.multiplyAccumulates ?? 0)
      + layers.reduce(0) { $0 + $1.multiplyAccumulates }
  }
  /// Numbers that training with so many rows at once holds besides parameters and gradient.
  public func workingNumbers(rows: Int) -> Int {
    let dense = layers.reduce(0) { $0 + $1.outputs } * rows
    let memory = memory.map { 9 * $0.units * rows } ?? 0
    return dense + memory + (convolutions?.workingNumbers(rows: rows) ?? 0)
  }
  /// Those of what reads the observation, by which no gradient is needed.
  public var firstMultiplyAccumulates: Int {
    convolutions?.firstMultiplyAccumulates ?? memory?.input.multiplyAccumulates
      ?? layers.first?.multiplyAccumulates ?? 0
  }
}

/// Forward and backward passes of a ``ColumnDesign``, with room for one batch. After construction nothing
/// is allocated. One owner at a time.
package final class NetworkColumn {
  /// Sequences as one column sees them: `[S, units]` and `[L, S]`.
  package struct Sequences {
    package var steps: Int
    package var count: Int
    package var starts: UnsafePointer<Float>
    package var keeps: UnsafePointer<Float>?
  }

  private let convolutions: ConvolutionNetwork?
  private let memory: GRUNetwork?
  private let dense: MultilayerPerceptron?
  /// `[rows, units]` and `[rows, convolutions' outputs]`: gradients by what the layers above read.
  private let memoryGradient: FloatBuffer
  private let convolutionGradient: FloatBuffer

  package init(_ design: ColumnDesign, maximumRows: Int, trains: Bool) {
    convolutions = design.convolutions.map {
      ConvolutionNetwork($0, maximumRows: maximumRows, trains: trains)
    }
    memory = design.memory.map { GRUNetwork($0, maximumRows: maximumRows, trains: trains) }
    dense =
      design.layers.isEmpty
      ? nil
      : MultilayerPerceptron(layers: design.layers, maximumRows: maximumRows, trains: trains)
    let rows = trains ? maximumRows : 0
    memoryGradient = FloatBuffer(count: (design.memory?.units ?? 0) * rows)
    convolutionGradient = FloatBuffer(count: (design.convolutions?.outputs ?? 0) * rows)
  }

  package func load(_ parameters: UnsafePointer<Float>) {
    convolutions?.load(parameters)
    memory?.load(parameters)
    dense?.load(parameters)
  }

  /// The latest outputs.
  package var output: UnsafeMutablePointer<Float> {
    dense?.output ?? memory?.output ?? convolutions!.output
  }

  /// What the latest step left in the memory, `[rows, units]`.
  var states: UnsafePointer<Float>? { memory.map { UnsafePointer($0.output) } }

  /// - Parameters:
  ///   - x: `[rows, inputs]`; must live until ``backward`` where that follows.
  ///   - sequences: how the rows hang together; read where there is a memory.
  /// - Returns: `[rows, outputs]`, valid until the next call.
  @inline(__always)
  package func forward(
    _ parameters: UnsafePointer<Float>, _ x: UnsafePointer<Float>, rows: Int,
    sequences: Sequences? = nil
  ) -> UnsafeMutablePointer<Float> {
    var input = x
    if let convolutions {
      input = UnsafePointer(convolutions.forward(parameters, input, rows: rows))
    }
    if let memory {
      guard let sequences, sequences.steps * sequences.count == rows else {
        preconditionFailure("\(rows) rows of sequences for a network with a memory")
      }
      input = UnsafePointer(
        memory.forward(
          parameters, input, steps: sequences.steps, count: sequences.count,
          starts: sequences.starts, keeps: sequences.keeps))
    }
    return dense?.forward(parameters, input, rows: rows) ?? UnsafeMutablePointer(mutating: input)
  }

  /// Back-propagates through the latest forward pass.
  /// - Parameters:
  ///   - outputGradient: `[rows, outputs]`; may be used as scratch.
  ///   - gradient: the flat gradient; this column's segments are overwritten.
  ///   - inputGradient: `[rows, inputs]` or `nil`; of a column of dense layers only.
  package func backward(
    _ parameters: UnsafePointer<Float>, _ x: UnsafePointer<Float>, rows: Int,
    sequences: Sequences? = nil, outputGradient: UnsafeMutablePointer<Float>,
    gradient: UnsafeMutablePointer<Float>, inputGradient: UnsafeMutablePointer<Float>? = nil,
    addsToInput: Bool = false
  ) {
    let seen = convolutions.map { UnsafePointer($0.output) } ?? x
    var slope = outputGradient
    if let dense {
      let input = memory.map { UnsafePointer($0.output) } ?? seen
      let below: UnsafeMutablePointer<Float>? =
        memory != nil
        ? memoryGradient.pointer
        : convolutions != nil ? convolutionGradient.pointer : inputGradient
      dense.backward(
        parameters, input, rows: rows, outputGradient: slope, gradient: gradient,
        inputGradient: below, addsToInput: addsToInput)
      if let below { slope = below }
    }
    if let memory, let sequences {
      let below = convolutions == nil ? nil : convolutionGradient.pointer
      memory.backward(
        parameters, seen, steps: sequences.steps, count: sequences.count, keeps: sequences.keeps,
        outputGradient: slope, gradient: gradient, inputGradient: below)
      if let below { slope = below }
    }
    convolutions?.backward(parameters, x, rows: rows, outputGradient: slope, gradient: gradient)
  }
}
