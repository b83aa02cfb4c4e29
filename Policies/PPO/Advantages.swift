public import FedRLCore

/// Computes generalised advantage estimates backwards over one rollout.
///
/// `δ[t] = r[t] + γ (1 − terminated[t]) v′[t] − v[t]`,  `A[t] = δ[t] + γ λ (1 − ended[t]) A[t+1]`
///
/// - Parameters:
///   - rewards: `[T, B]`; `rewards[t]` follows `actions[t]`.
///   - values: `[T, B]`, of the states acted in.
///   - nextValues: `[T, B]`, of the states reached, *before* any reset; not read where `terminated`.
///   - ends: `[T, B]`
///   - steps, copies: T and B.
///   - discount: γ per step, in `[0, 1]`.
///   - decay: λ, in `[0, 1]`.
///   - advantages: `[T, B]`, overwritten. The targets of the value function are `A + v`.
/// - Complexity: O(T·B), no allocation.
/// - SeeAlso: Schulman et al., arXiv:1506.02438, eq. 16.
public func estimateAdvantages(
  rewards: UnsafePointer<Float>, values: UnsafePointer<Float>, nextValues: UnsafePointer<Float>,
  ends: UnsafePointer<EpisodeEnd>, steps: Int, copies: Int, discount: Double, decay: Double,
  into advantages: UnsafeMutablePointer<Float>
) {
  for copy in 0..<copies {
    var advantage = 0.0
    for step in stride(from: steps - 1, through: 0, by: -1) {
      let index = step * copies + copy
      let next = ends[index] == .terminated ? 0 : Double(nextValues[index])
      let difference = Double(rewards[index]) + discount * next - Double(values[index])
      advantage = difference + (ends[index] == .none ? discount * decay * advantage : 0)
      advantages[index] = Float(advantage)
    }
  }
}
