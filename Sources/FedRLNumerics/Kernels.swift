private import CFedRLKernels

/// The door to the vectorised kernels: loops that are bound by memory or by elementary functions.
///
/// Matrices are row-major and tight. Nothing here allocates, reads past its arrays or depends on their
/// alignment, and for one ``pathName`` every result is deterministic.
public enum Kernels {
  /// The instruction set in use: `avx512`, `avx2`, `neon` or `portable`. Part of a run's kernel set.
  public static var pathName: String { String(cString: fedrl_kernel_path()) }

  /// Switches to another instruction set for the whole process. For tests, and for repeating a run of
  /// another machine; call before other threads compute.
  /// - Returns: whether this processor has it.
  public static func usePath(_ name: String) -> Bool { fedrl_use_kernel_path(name) != 0 }

  /// `y[i] ← tanh(x[i])`, within 3·10⁻⁷; odd, |y| ≤ 1, NaN stays NaN. `x` may be `y`.
  public static func tanh(
    _ x: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>, count: Int
  ) { fedrl_tanh(x, y, Int64(count)) }

  /// `y[r, c] ← tanh(y[r, c] + bias[c])`
  public static func addBiasThenTanh(
    _ y: UnsafeMutablePointer<Float>, bias: UnsafePointer<Float>, rows: Int, columns: Int
  ) { fedrl_bias_tanh(y, bias, Int64(rows), Int64(columns)) }

  /// `y[r, c] ← max(y[r, c] + bias[c], 0)`
  public static func addBiasThenReLU(
    _ y: UnsafeMutablePointer<Float>, bias: UnsafePointer<Float>, rows: Int, columns: Int
  ) { fedrl_bias_relu(y, bias, Int64(rows), Int64(columns)) }

  /// `y[r, c] ← y[r, c] + bias[c]`
  public static func addBias(
    _ y: UnsafeMutablePointer<Float>, bias: UnsafePointer<Float>, rows: Int, columns: Int
  ) { fedrl_bias(y, bias, Int64(rows), Int64(columns)) }

  /// `d[i] ← d[i] (1 − y[i]²)`, where `y` is what tanh gave.
  public static func tanhBackward(
    _ d: UnsafeMutablePointer<Float>, output y: UnsafePointer<Float>, count: Int
  ) { fedrl_tanh_backward(d, y, Int64(count)) }

  /// `d[i] ← y[i] > 0 ? d[i] : 0`, where `y` is what ReLU gave.
  public static func reluBackward(
    _ d: UnsafeMutablePointer<Float>, output y: UnsafePointer<Float>, count: Int
  ) { fedrl_relu_backward(d, y, Int64(count)) }

  /// `sums[c] ← Σ_r x[r, c]`
  public static func columnSums(
    _ x: UnsafePointer<Float>, rows: Int, columns: Int, into sums: UnsafeMutablePointer<Float>
  ) { fedrl_column_sums(x, Int64(rows), Int64(columns), sums) }

  /// `Σ x[i]²` in double precision.
  public static func sumOfSquares(_ x: UnsafePointer<Float>, count: Int) -> Double {
    fedrl_sum_of_squares(x, Int64(count))
  }

  /// `x[i] ← factor x[i]`
  public static func scale(_ x: UnsafeMutablePointer<Float>, by factor: Float, count: Int) {
    fedrl_scale(x, factor, Int64(count))
  }

  /// `y[i] ← y[i] + factor x[i]`
  public static func add(
    _ x: UnsafePointer<Float>, times factor: Float, to y: UnsafeMutablePointer<Float>, count: Int
  ) { fedrl_axpy(factor, x, y, Int64(count)) }

  /// One step of Adam (Kingma and Ba 2015) over a flat vector; moments that decayed below 10⁻³⁰
  /// (first) and 10⁻³⁶ (second) become zero.
  /// - Parameters:
  ///   - gradientScale: multiplies the gradient first: the norm clip.
  ///   - beta1Power, beta2Power: β₁ᵗ and β₂ᵗ, where t ≥ 1 counts this step too.
  public static func adam(
    parameters: UnsafeMutablePointer<Float>, firstMoments: UnsafeMutablePointer<Float>,
    secondMoments: UnsafeMutablePointer<Float>, gradient: UnsafePointer<Float>, count: Int,
    gradientScale: Double, learningRate: Double, beta1: Double, beta2: Double, epsilon: Double,
    beta1Power: Double, beta2Power: Double
  ) {
    var factors = fedrl_adam_factors(
      gradient_scale: Float(gradientScale), one_minus_beta1: Float(1 - beta1),
      beta2: Float(beta2), one_minus_beta2: Float(1 - beta2),
      step: Float(learningRate / (1 - beta1Power)),
      inverse_root_bias2: Float(1 / (1 - beta2Power).squareRoot()), epsilon: Float(epsilon))
    fedrl_adam(parameters, firstMoments, secondMoments, gradient, Int64(count), &factors)
  }

  /// `y[r, c] ← (x[r, c] − mean[c]) inverse[c]`, limited to ±`limit`. `x` may be `y`.
  public static func normalize(
    _ x: UnsafePointer<Float>, mean: UnsafePointer<Float>, inverse: UnsafePointer<Float>,
    limit: Float, into y: UnsafeMutablePointer<Float>, rows: Int, columns: Int
  ) { fedrl_normalize(x, mean, inverse, limit, y, Int64(rows), Int64(columns)) }

  /// `y[i, :] ← x[indices[i], :]`
  public static func gatherRows(
    _ x: UnsafePointer<Float>, indices: UnsafePointer<Int32>, rows: Int, columns: Int,
    into y: UnsafeMutablePointer<Float>
  ) { fedrl_gather_rows(x, indices, Int64(rows), Int64(columns), y) }

  /// `first[c] += x[r, c] − center[c]`, `second[c] += (x[r, c] − center[c])²`, row after row.
  public static func addMomentSums(
    _ x: UnsafePointer<Float>, rows: Int, columns: Int, center: UnsafePointer<Double>,
    first: UnsafeMutablePointer<Double>, second: UnsafeMutablePointer<Double>
  ) { fedrl_moment_sums(x, Int64(rows), Int64(columns), center, first, second) }

  /// The index of the first element that is infinite or NaN.
  public static func firstNonFinite(_ x: UnsafePointer<Float>, count: Int) -> Int? {
    let index = fedrl_first_non_finite(x, Int64(count))
    return index < 0 ? nil : Int(index)
  }

  /// What a layer does to its sums.
  public enum LayerFunction: Sendable {
    case linear, tanh, relu

    fileprivate var code: fedrl_activation {
      switch self {
      case .linear: FEDRL_LINEAR
      case .tanh: FEDRL_TANH
      case .relu: FEDRL_RELU
      }
    }
  }

  /// One step of gated recurrent units: `r, z ← σ(gates + recurrent)`,
  /// `n ← tanh(gatesₙ + r recurrentₙ)`, `next ← (1 − z) n + z state`.
  /// - Parameters:
  ///   - gates: `[rows, 3, units]`, sums of the inputs' products in the order r, z, n; becomes r, z, n.
  ///   - recurrent: `[rows, 3, units]`, the same of the states' products.
  ///   - state, next: `[rows, units]`
  @inline(__always)
  public static func gruForward(
    _ gates: UnsafeMutablePointer<Float>, recurrent: UnsafePointer<Float>,
    state: UnsafePointer<Float>, into next: UnsafeMutablePointer<Float>, rows: Int, units: Int
  ) { fedrl_gru_forward(gates, recurrent, state, next, Int64(rows), Int64(units)) }

  /// Back through ``gruForward(_:recurrent:state:into:rows:units:)``.
  /// - Parameters:
  ///   - gates, recurrent: what that left; become the gradients by the sums that they held before.
  ///   - d: `[rows, units]`, the gradient by `next`; becomes the part of the gradient by `state` that
  ///     does not go through `recurrent`.
  @inline(__always)
  public static func gruBackward(
    _ gates: UnsafeMutablePointer<Float>, recurrent: UnsafeMutablePointer<Float>,
    state: UnsafePointer<Float>, d: UnsafeMutablePointer<Float>, rows: Int, units: Int
  ) { fedrl_gru_backward(gates, recurrent, state, d, Int64(rows), Int64(units)) }

  /// From this width on the layer products here are faster than OpenBLAS's: one vector's lanes.
  public static let leastLayerWidth = 16

  /// `y ← f(x Wᵀ + b)`. A row's result does not depend on the other rows.
  /// - Parameters:
  ///   - x: `[rows, inputs]`
  ///   - transposed: Wᵀ, `[inputs, outputs]`
  ///   - bias: b, `[outputs]`
  ///   - y: `[rows, outputs]`
  @inline(__always)
  public static func layerForward(
    _ x: UnsafePointer<Float>, transposed: UnsafePointer<Float>, bias: UnsafePointer<Float>,
    into y: UnsafeMutablePointer<Float>, rows: Int, inputs: Int, outputs: Int, _ f: LayerFunction
  ) {
    fedrl_dense_forward(
      x, transposed, bias, y, Int64(rows), Int64(inputs), Int64(outputs), f.code)
  }

  /// `dx ← (dy W) f′`, or `(dx + dy W) f′` if `adds`, where f′ is the slope of the layer below.
  /// - Parameters:
  ///   - dy: `[rows, outputs]`
  ///   - weights: W, `[outputs, inputs]`
  ///   - dx: `[rows, inputs]`
  ///   - below: what the layer below gave, `[rows, inputs]`, and its f; `nil` for a slope of 1.
  @inline(__always)
  public static func layerInputGradient(
    _ dy: UnsafePointer<Float>, weights: UnsafePointer<Float>,
    into dx: UnsafeMutablePointer<Float>, adds: Bool, rows: Int, inputs: Int, outputs: Int,
    below: (output: UnsafePointer<Float>, f: LayerFunction)?
  ) {
    fedrl_dense_input_gradient(
      dy, weights, dx, adds ? 1 : 0, Int64(rows), Int64(inputs), Int64(outputs), below?.output,
      (below?.f ?? .linear).code)
  }

  /// `c[i, j] ← Σ_r a[r, i] b[r, j]`: the gradient of weights.
  @inline(__always)
  public static func outerProducts(
    _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, into c: UnsafeMutablePointer<Float>,
    rows: Int, columnsA: Int, columnsB: Int
  ) { fedrl_outer_products(a, b, c, Int64(rows), Int64(columnsA), Int64(columnsB)) }

  /// `y[c, r] ← x[r, c]`
  public static func transpose(
    _ x: UnsafePointer<Float>, rows: Int, columns: Int, into y: UnsafeMutablePointer<Float>
  ) { fedrl_transpose(x, Int64(rows), Int64(columns), y) }

  /// A fan of rays through a grid of square cells.
  public struct RayFan: Sendable {
    /// Origin, in cells.
    public var x, y: Float
    /// Of the angle by which all directions are turned.
    public var cosine, sine: Float
    /// The longest a ray gets, in cells.
    public var limit: Float

    public init(x: Float, y: Float, cosine: Float, sine: Float, limit: Float) {
      self.x = x
      self.y = y
      self.cosine = cosine
      self.sine = sine
      self.limit = limit
    }
  }

  /// Bytes that ``castRays(free:width:cosines:sines:count:fan:into:)`` may read behind a grid.
  public static let rayGridPadding = 3

  /// Casts rays by sphere tracing: from a cell as far as it allows, at least to its edge. Exact but for
  /// corners cut by less than a thousandth of a cell. The same bits on every processor.
  /// - Parameters:
  ///   - free: `[height, width]`, then ``rayGridPadding`` bytes: 0 in a wall, else 1 + eighths of a cell
  ///     that a ray in the cell may go without meeting one. Walls stand all round the grid.
  ///   - cosines, sines: `[count]`, directions before the fan's turn.
  ///   - lengths: `[count]`, in cells.
  public static func castRays(
    free: UnsafePointer<UInt8>, width: Int, cosines: UnsafePointer<Float>,
    sines: UnsafePointer<Float>, count: Int, fan: RayFan, into lengths: UnsafeMutablePointer<Float>
  ) {
    var grid = fedrl_ray_grid(free: free, width: Int32(width))
    var fan = fedrl_ray_fan(
      x: fan.x, y: fan.y, cosine: fan.cosine, sine: fan.sine, limit: fan.limit)
    fedrl_cast_rays(&grid, cosines, sines, Int64(count), &fan, lengths)
  }

  /// The quantile Huber loss of N quantiles against N samples, O(N²); see `DQNLoss`. The same bits on
  /// every processor.
  /// - Parameters:
  ///   - quantiles, targets: `[N]`
  ///   - gradient: `[N]`, overwritten: the loss's, times `scale`.
  public static func quantileLoss(
    _ quantiles: UnsafePointer<Float>, targets: UnsafePointer<Float>, count: Int, scale: Float,
    gradient: UnsafeMutablePointer<Float>
  ) -> Double {
    fedrl_quantile_loss(quantiles, targets, Int64(count), scale, gradient)
  }

  /// The C library's sine and cosine of an angle in radians, for little more than the price of one.
  public static func sineCosine(_ angle: Double) -> (sine: Double, cosine: Double) {
    var (sine, cosine) = (0.0, 0.0)
    fedrl_sine_cosine(angle, &sine, &cosine)
    return (sine, cosine)
  }
}
