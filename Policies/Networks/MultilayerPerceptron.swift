import FedRLNumerics

/// Fully connected layers in a row, with room for the activations of one batch.
///
/// The parameters stay in the caller's flat vector; this holds what forward leaves for backward, and
/// transposed copies of the weights: call ``load(_:)`` whenever they changed. After construction nothing
/// is allocated. One owner at a time.
public final class MultilayerPerceptron {
  public let layers: [DenseLayer]
  /// Rows a call may have.
  public let maximumRows: Int
  /// Outputs of all layers, one `[maximumRows, outputs]` after another.
  private let activations: FloatBuffer
  /// Where each layer's outputs begin in ``activations``.
  private let starts: [Int]
  /// Wᵀ of the layers that read it, one after another, and where each begins.
  private let transposed: FloatBuffer
  private let transposedStarts: [Int]
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
    var transposedStarts: [Int] = []
    var transposedTotal = 0
    for layer in layers {
      transposedStarts.append(transposedTotal)
      if layer.readsTransposed { transposedTotal += layer.inputs * layer.outputs }
    }
    self.transposedStarts = transposedStarts
    transposed = FloatBuffer(count: transposedTotal)
    deltaStride = (layers.dropLast().map(\.outputs).max() ?? 0) * maximumRows
    deltas = FloatBuffer(count: trains ? 2 * deltaStride : 0)
  }

  public var outputs: Int { layers[layers.count - 1].outputs }

  /// The last layer's outputs of the latest ``forward(_:_:rows:)``, `[rows, outputs]`.
  public var output: UnsafeMutablePointer<Float> {
    activations.pointer + starts[starts.count - 1]
  }

  /// Takes note of new weights.
  /// - Parameter parameters: the flat vector the layers point into.
  /// - Complexity: O(weights).
  public func load(_ parameters: UnsafePointer<Float>) {
    for index in 0..<layers.count where layers[index].readsTransposed {
      layers[index].transpose(parameters, into: transposed.pointer + transposedStarts[index])
    }
  }

  /// Computes all layers for `rows` inputs.
  /// - Parameters:
  ///   - parameters: the flat vector that ``load(_:)`` was called with since it last changed.
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
      layers[index].forward(
        parameters, transposed: transposed.pointer + transposedStarts[index], input, rows: rows,
        into: output)
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
    layers[layers.count - 1].activation?.backward(
      delta, output: output, count: rows * outputs)
    for index in stride(from: layers.count - 1, through: 0, by: -1) {
      let input = index == 0 ? x : UnsafePointer(activations.pointer + starts[index - 1])
      let next = index == 0 ? inputGradient : deltas.pointer + (index & 1) * deltaStride
      layers[index].backward(
        parameters, input, sumGradient: delta, rows: rows, gradient: gradient,
        inputGradient: next, addsToInput: index == 0 && addsToInput,
        below: index == 0 ? nil : layers[index - 1])
      if let next { delta = next }
    }
  }
}
