public import FedRLNumerics

/// Gated recurrent units (Cho et al., arXiv:1406.1078, in the form of cuDNN and PyTorch) as a place in
/// a flat parameter vector:
///
/// `r = σ(Wᵣ x + bᵣ + Uᵣ h + cᵣ)`, `z = σ(W_z x + b_z + U_z h + c_z)`,
/// `n = tanh(Wₙ x + bₙ + r (Uₙ h + cₙ))`, `h′ = (1 − z) n + z h`
///
/// Segments are `name.input.weight` `[3 units, inputs]` and `name.hidden.weight` `[3 units, units]` with
/// their biases, rows in the order r, z, n: PyTorch's `weight_ih_l0`, `weight_hh_l0`, `bias_ih_l0` and
/// `bias_hh_l0`.
public struct GRULayer: Sendable, Equatable {
  /// W and b.
  public let input: DenseLayer
  /// U and c.
  public let hidden: DenseLayer

  /// Appends the layer's segments to a layout.
  public init(
    inputs: Int, units: Int, name: String, part: ParameterPart, in layout: inout ParameterLayout
  ) {
    input = DenseLayer(
      inputs: inputs, outputs: 3 * units, activation: nil, name: "\(name).input", part: part,
      in: &layout)
    hidden = DenseLayer(
      inputs: units, outputs: 3 * units, activation: nil, name: "\(name).hidden", part: part,
      in: &layout)
  }

  public var inputs: Int { input.inputs }
  /// Length of a state, and of an output.
  public var units: Int { hidden.inputs }
  /// Multiply-accumulates of one row's forward pass.
  public var multiplyAccumulates: Int { input.multiplyAccumulates + hidden.multiplyAccumulates }

  /// Draws each gate's matrices orthogonal with gain 1; biases stay as they are.
  func initialize(_ parameters: UnsafeMutablePointer<Float>, random: RandomStream) {
    for (index, layer) in [input, hidden].enumerated() {
      var stream = random.split("matrix", UInt64(index))
      for gate in 0..<3 {
        OrthogonalInitializer.fill(
          parameters + layer.weightOffset + gate * units * layer.inputs, rows: units,
          columns: layer.inputs, gain: 1, random: &stream)
      }
    }
  }
}
