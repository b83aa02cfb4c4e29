import FedRLNumerics

/// What a hidden layer puts its sums through.
public enum Activation: String, Sendable, CaseIterable {
  case tanh, relu

  var function: Kernels.LayerFunction {
    switch self {
    case .tanh: .tanh
    case .relu: .relu
    }
  }

  /// `y ← f(y + bias)` over `[rows, columns]`.
  @inline(__always)
  func apply(
    _ y: UnsafeMutablePointer<Float>, bias: UnsafePointer<Float>, rows: Int, columns: Int
  ) {
    switch self {
    case .tanh: Kernels.addBiasThenTanh(y, bias: bias, rows: rows, columns: columns)
    case .relu: Kernels.addBiasThenReLU(y, bias: bias, rows: rows, columns: columns)
    }
  }

  /// `d ← d f′`, from the function's output `y`; ReLU's slope at 0 is 0.
  @inline(__always)
  func backward(_ d: UnsafeMutablePointer<Float>, output y: UnsafePointer<Float>, count: Int) {
    switch self {
    case .tanh: Kernels.tanhBackward(d, output: y, count: count)
    case .relu: Kernels.reluBackward(d, output: y, count: count)
    }
  }
}
