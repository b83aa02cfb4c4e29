import FedRLNumerics

/// Fully connected layers in a row, with room for the activations of one batch.
///
/// The parameters stay in the caller's flat vector; this holds what forward leaves for backward. After
/// construction nothing is allocated. One owner at a time.
public final class MultilayerPerceptron {
  public let layers: [DenseLayer]
  /// Rows a call may have.
  public let maximumRows: Int
  /// Outputs of all layers, one `[maximumRows, outputs]` after another.
  private let activations: FloatBuffer
  /// Where each layer's outputs begin in ``activations``.
  private let starts: [Int]
  /// Two gradients by hidden outputs, `[maximumRows, widest hidden]` each, used in turn.
  private let deltas: FloatBuffer
  private let deltaStride: Int

  /// - Parameter trains: whether ``backward`` will be called.
  public init(layers: [DenseLayer], maximumRows: Int, trains: Bool) {
    precondition(!layers.isEmpty && maximumRows > 0)
    for (a, b) in zip(layers, layers.dropFirst()) {
      precondition(a.outputs == b.inputs, "\(a.outputs) outputs feed \(b.inputs) inputs")
    }
    self.layers = layers
    self.maximumRows = maximumRows
    var starts: [Int] = []
    var total = 0
    for layer in layers {
      starts.append(total)
      total += layer.outputs * maximumRows
    }
    self.starts = starts
    activations = FloatBuffer(count: total)
    deltaStride = (layers.dropLast().map(\.outputs).max() ?? 0) * maximumRows
    deltas = FloatBuffer(count: trains ? 2 * deltaStride : 0)
  }

  public var outputs: Int { layers[layers.count - 1].outputs }

  /// The last layer's outputs of the latest ``forward(_:_:rows:)``, `[rows, outputs]`.
  public var output: UnsafeMutablePointer<Float> {
    activations.pointer + starts[starts.count - 1]
  }

  /// Computes all layers for `rows` inputs.
  /// - Parameters:
  ///   - parameters: the flat vector the layers point into.
  ///   - x: `[rows, inputs]`; must live until ``backward`` where that follows.
  /// - Returns: `[rows, outputs]`, valid until the next call.
  @discardableResult
  public func forward(
    _ parameters: UnsafePointer<Float>, _ x: UnsafePointer<Float>, rows: Int
  ) -> UnsafeMutablePointer<Float> {
    precondition(rows <= maximumRows, "\(rows) rows in a network made for \(maximumRows)")
    var input = x
    for index in 0..<layers.count {
      let output = activations.pointer + starts[index]
      layers[index].forward(parameters, input, rows: rows, into: output)
      input = UnsafePointer(output)
    }
    return output
  }

  /// Back-propagates through the latest ``forward(_:_:rows:)``.
  /// - Parameters:
  ///   - x: the same inputs.
  ///   - outputGradient: `[rows, outputs]`; used as scratch where the last layer has an activation.
  ///   - gradient: the flat gradient; these layers' segments are overwritten.
  ///   - inputGradient: `[rows, inputs]` or `nil`; overwritten, or added to if `addsToInput`.
  public func backward(
    _ parameters: UnsafePointer<Float>, _ x: UnsafePointer<Float>, rows: Int,
    outputGradient: UnsafeMutablePointer<Float>, gradient: UnsafeMutablePointer<Float>,
    inputGradient: UnsafeMutablePointer<Float>? = nil, addsToInput: Bool = false
  ) {
    precondition(deltas.count == 2 * deltaStride, "a network made for inference cannot train")
    var delta = outputGradient
    for index in stride(from: layers.count - 1, through: 0, by: -1) {
      let input = index == 0 ? x : UnsafePointer(activations.pointer + starts[index - 1])
      let next = index == 0 ? inputGradient : deltas.pointer + (index & 1) * deltaStride
      layers[index].backward(
        parameters, input, output: activations.pointer + starts[index], outputGradient: delta,
        rows: rows, gradient: gradient, inputGradient: next,
        addsToInput: index == 0 && addsToInput)
      if let next { delta = next }
    }
  }
}
