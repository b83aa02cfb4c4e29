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
  /// - Parameter weightShape: how W is to be named in the layout; `[outputs, inputs]` if `nil`.
  public init(
    inputs: Int, outputs: Int, activation: Activation?, name: String, part: ParameterPart,
    in layout: inout ParameterLayout, weightShape: [Int]? = nil
  ) {
    self.inputs = inputs
    self.outputs = outputs
    self.activation = activation
    let weight = layout.append(
      "\(name).weight", shape: weightShape ?? [outputs, inputs], part: part)
    weightOffset = layout.segments[weight].offset
    let bias = layout.append("\(name).bias", shape: [outputs], part: part)
    biasOffset = layout.segments[bias].offset
  }

  /// Appends layers in a row, named `part.0`, `part.1`, …
  /// - Parameters:
  ///   - widths: of the input and of each layer with the activation.
  ///   - head: width of a linear layer behind them; `nil` for none.
  public static func chain(
    _ widths: [Int], head: Int?, activation: Activation, part: ParameterPart,
    in layout: inout ParameterLayout
  ) -> [DenseLayer] {
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
    let weightGradient = gradient + weightOffset
    if inputs >= Kernels.leastLayerWidth {
      Kernels.outerProducts(
        dy, x, into: weightGradient, rows: rows, columnsA: outputs, columnsB: inputs)
    } else {
      BLAS.multiply(
        dy, .yes, x, .no, into: weightGradient, rows: outputs, columns: inputs, inner: rows)
    }
    Kernels.columnSums(dy, rows: rows, columns: outputs, into: gradient + biasOffset)
    if let dx {
      self.inputGradient(
        parameters, sumGradient: dy, rows: rows, into: dx, adds: addsToInput,
        below: below.map { ($0, x) })
    }
  }

  /// Writes the gradient by what the layer below put into its function.
  /// - Parameters:
  ///   - dy: `[rows, outputs]`, gradient of the loss by `x Wᵀ + b`.
  ///   - dx: `[rows, inputs]`, overwritten, or added to if `adds`.
  ///   - below: the layer below and what it gave, by whose slope `dx` is multiplied; `nil` for none.
  @inline(__always)
  func inputGradient(
    _ parameters: UnsafePointer<Float>, sumGradient dy: UnsafePointer<Float>, rows: Int,
    into dx: UnsafeMutablePointer<Float>, adds: Bool,
    below: (layer: DenseLayer, output: UnsafePointer<Float>)? = nil
  ) {
    if inputs >= Kernels.leastLayerWidth {
      Kernels.layerInputGradient(
        dy, weights: parameters + weightOffset, into: dx, adds: adds, rows: rows, inputs: inputs,
        outputs: outputs, below: below.map { ($0.output, $0.layer.function) })
    } else {
      BLAS.multiply(
        dy, .no, parameters + weightOffset, .no, into: dx, rows: rows, columns: inputs,
        inner: outputs, beta: adds ? 1 : 0)
      if let below {
        below.layer.activation?.backward(dx, output: below.output, count: rows * inputs)
      }
    }
  }
}
