import FedRLNumerics

/// The distance of a batch's values from their targets, and its gradient. M samples, A actions, N numbers
/// per action.
package struct DQNLoss {
  package var choices: Int
  package var atoms: Int
  /// Whether the N numbers are quantiles of the return.
  package var isDistributional: Bool

  package init(choices: Int, atoms: Int, isDistributional: Bool) {
    self.choices = choices
    self.atoms = atoms
    self.isDistributional = isDistributional
  }

  /// Computes the mean over the batch of `w · ℓ(Q(s, a), y)`.
  ///
  /// For means ℓ is Huber's: `½δ²` within 1, `|δ| − ½` beyond (PyTorch's `smooth_l1_loss`). For quantiles θ
  /// at levels `(i + ½)/N` it is `Σ_i mean_j |level_i − [y_j < θ_i]| Huber(y_j − θ_i)` (Dabney et al.,
  /// arXiv:1710.10044, eq. 10, with κ = 1).
  /// - Parameters:
  ///   - values: `[M, A, N]`; only the row of the action taken counts.
  ///   - actions: `[M]`
  ///   - targets: `[M, N]`
  ///   - weights: `[M]` or `nil` for 1.
  ///   - gradient: `[M, A, N]`, overwritten.
  ///   - errors: `[M]`, overwritten: mean target less mean value.
  /// - Complexity: O(M (A N + N²)), no allocation.
  package func evaluate(
    _ values: UnsafePointer<Float>, actions: UnsafePointer<Int32>, targets: UnsafePointer<Float>,
    weights: UnsafePointer<Float>?, rows: Int, gradient: UnsafeMutablePointer<Float>,
    errors: UnsafeMutablePointer<Float>
  ) -> Double {
    gradient.update(repeating: 0, count: rows * choices * atoms)
    var total = 0.0
    for row in 0..<rows {
      let place = (row * choices + Int(actions[row])) * atoms
      let scale = (weights?[row] ?? 1) / Float(rows)
      let loss =
        isDistributional
        ? quantileLoss(
          values + place, targets + row * atoms, scale: scale, gradient: gradient + place,
          error: errors + row)
        : huberLoss(
          values[place], targets[row], scale: scale, gradient: gradient + place,
          error: errors + row)
      total += Double(weights?[row] ?? 1) * loss
    }
    return total / Double(rows)
  }

  private func huberLoss(
    _ value: Float, _ target: Float, scale: Float, gradient: UnsafeMutablePointer<Float>,
    error: UnsafeMutablePointer<Float>
  ) -> Double {
    let difference = value - target
    error.pointee = -difference
    gradient.pointee = scale * min(max(difference, -1), 1)
    let size = Double(abs(difference))
    return size <= 1 ? 0.5 * size * size : size - 0.5
  }

  private func quantileLoss(
    _ quantiles: UnsafePointer<Float>, _ targets: UnsafePointer<Float>, scale: Float,
    gradient: UnsafeMutablePointer<Float>, error: UnsafeMutablePointer<Float>
  ) -> Double {
    var difference: Float = 0
    for index in 0..<atoms { difference += targets[index] - quantiles[index] }
    error.pointee = difference / Float(atoms)
    return Kernels.quantileLoss(
      quantiles, targets: targets, count: atoms, scale: scale, gradient: gradient)
  }
}
