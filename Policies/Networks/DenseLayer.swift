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

  /// Whether the forward pass reads the transposed weights. Narrow layers, such as heads, go through
  /// OpenBLAS, which is faster there.
  public var readsTransposed: Bool { outputs >= Kernels.leastLayerWidth }

  /// Writes Wᵀ, `[inputs, outputs]`, for ``forward(_:transposed:_:rows:into:)``.
  @inline(__always)
  public func transpose(
    _ parameters: UnsafePointer<Float>, into transposed: UnsafeMutablePointer<Float>
  ) {
    Kernels.transpose(
      parameters + weightOffset, rows: outputs, columns: inputs, into: transposed)
  }

  /// Writes `f(x Wᵀ + b)`.
  /// - Parameters:
  ///   - parameters: the flat vector.
  ///   - transposed: what ``transpose(_:into:)`` made of it; not read unless ``readsTransposed``.
  ///   - x: `[rows, inputs]`
  ///   - y: `[rows, outputs]`
  @inline(__always)
  public func forward(
    _ parameters: UnsafePointer<Float>, transposed: UnsafePointer<Float>,
    _ x: UnsafePointer<Float>, rows: Int, into y: UnsafeMutablePointer<Float>
  ) {
    let bias = parameters + biasOffset
    if readsTransposed {
      Kernels.layerForward(
        x, transposed: transposed, bias: bias, into: y, rows: rows, inputs: inputs,
        outputs: outputs, function)
      return
    }
    BLAS.multiply(
      x, .no, parameters + weightOffset, .yes, into: y, rows: rows, columns: outputs, inner: inputs)
    if let activation {
      activation.apply(y, bias: bias, rows: rows, columns: outputs)
    } else {
      Kernels.addBias(y, bias: bias, rows: rows, columns: outputs)
    }
  }

  private var function: Kernels.LayerFunction { activation?.function ?? .linear }

  /// Writes this layer's part of the gradient, and optionally the gradient by what the layer below
  /// put into its function.
  /// - Parameters:
  ///   - x: what ``forward(_:transposed:_:rows:into:)`` read.
  ///   - dy: `[rows, outputs]`, gradient of the loss by `x Wᵀ + b`: the caller has multiplied it
  ///     by f′.
  ///   - gradient: the flat gradient; this layer's segments are overwritten.
  ///   - dx: `[rows, inputs]`, overwritten, or added to if `addsToInput`; `nil` where not needed.
  ///   - below: the layer that gave `x`, by whose slope `dx` is multiplied; `nil` for none.
  @inline(__always)
  public func backward(
    _ parameters: UnsafePointer<Float>, _ x: UnsafePointer<Float>,
    sumGradient dy: UnsafePointer<Float>, rows: Int, gradient: UnsafeMutablePointer<Float>,
    inputGradient dx: UnsafeMutablePointer<Float>?, addsToInput: Bool = false,
    below: DenseLayer? = nil
  ) {
    let isWide = inputs >= Kernels.leastLayerWidth
    let weightGradient = gradient + weightOffset
    if isWide {
      Kernels.outerProducts(
        dy, x, into: weightGradient, rows: rows, columnsA: outputs, columnsB: inputs)
    } else {
      BLAS.multiply(
        dy, .yes, x, .no, into: weightGradient, rows: outputs, columns: inputs, inner: rows)
    }
    Kernels.columnSums(dy, rows: rows, columns: outputs, into: gradient + biasOffset)
    guard let dx else { return }
    if isWide {
      Kernels.layerInputGradient(
        dy, weights: parameters + weightOffset, into: dx, adds: addsToInput, rows: rows,
        inputs: inputs, outputs: outputs, below: below.map { (x, $0.function) })
    } else {
      BLAS.multiply(
        dy, .no, parameters + weightOffset, .no, into: dx, rows: rows, columns: inputs,
        inner: outputs, beta: addsToInput ? 1 : 0)
      below?.activation?.backward(dx, output: x, count: rows * inputs)
    }
  }
}
