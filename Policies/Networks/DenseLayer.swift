public import FedRLNumerics

/// A fully connected layer, `y = f(x Wᵀ + b)`, as a place in a flat parameter vector.
public struct DenseLayer: Sendable, Equatable {
  public let inputs: Int
  public let outputs: Int
  /// First element of W, `[outputs, inputs]`, in the flat vector.
  public let weightOffset: Int
  /// First element of b, `[outputs]`.
  public let biasOffset: Int
  /// f; `nil` for a linear layer.
  public let activation: Activation?

  /// Appends the layer's segments, `name.weight` and `name.bias`, to a layout.
  public init(
    inputs: Int, outputs: Int, activation: Activation?, name: String, part: ParameterPart,
    in layout: inout ParameterLayout
  ) {
    self.inputs = inputs
    self.outputs = outputs
    self.activation = activation
    let weight = layout.append("\(name).weight", shape: [outputs, inputs], part: part)
    weightOffset = layout.segments[weight].offset
    let bias = layout.append("\(name).bias", shape: [outputs], part: part)
    biasOffset = layout.segments[bias].offset
  }

  /// Multiply-accumulates of one row's forward pass.
  public var multiplyAccumulates: Int { inputs * outputs }

  /// Writes `f(x Wᵀ + b)`.
  /// - Parameters:
  ///   - parameters: the flat vector.
  ///   - x: `[rows, inputs]`
  ///   - y: `[rows, outputs]`
  @inline(__always)
  public func forward(
    _ parameters: UnsafePointer<Float>, _ x: UnsafePointer<Float>, rows: Int,
    into y: UnsafeMutablePointer<Float>
  ) {
    BLAS.multiply(
      x, .no, parameters + weightOffset, .yes, into: y, rows: rows, columns: outputs, inner: inputs)
    if let activation {
      activation.apply(y, bias: parameters + biasOffset, rows: rows, columns: outputs)
    } else {
      Kernels.addBias(y, bias: parameters + biasOffset, rows: rows, columns: outputs)
    }
  }

  /// Writes this layer's part of the gradient, and optionally the input's gradient.
  /// - Parameters:
  ///   - x, y: what ``forward(_:_:rows:into:)`` read and wrote.
  ///   - dy: `[rows, outputs]`, gradient of the loss by `y`; multiplied by f′ in place.
  ///   - gradient: the flat gradient; this layer's segments are overwritten.
  ///   - dx: `[rows, inputs]`, overwritten, or added to if `addsToInput`; `nil` where not needed.
  @inline(__always)
  public func backward(
    _ parameters: UnsafePointer<Float>, _ x: UnsafePointer<Float>, output y: UnsafePointer<Float>,
    outputGradient dy: UnsafeMutablePointer<Float>, rows: Int,
    gradient: UnsafeMutablePointer<Float>, inputGradient dx: UnsafeMutablePointer<Float>?,
    addsToInput: Bool = false
  ) {
    activation?.backward(dy, output: y, count: rows * outputs)
    BLAS.multiply(
      dy, .yes, x, .no, into: gradient + weightOffset, rows: outputs, columns: inputs, inner: rows)
    Kernels.columnSums(dy, rows: rows, columns: outputs, into: gradient + biasOffset)
    if let dx {
      BLAS.multiply(
        dy, .no, parameters + weightOffset, .no, into: dx, rows: rows, columns: inputs,
        inner: outputs, beta: addsToInput ? 1 : 0)
    }
  }
}
