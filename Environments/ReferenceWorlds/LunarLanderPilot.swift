/// The controller that comes with Gymnasium's `lunar_lander.py`: proportional and derivative terms that
/// turn the lander towards the pad, and let it sink as it comes over it.
struct LunarLanderPilot {
  /// A number above 0 wants turning counter-clockwise, and lift.
  private static func wanted(_ s: Span<Float>) -> (turn: Float, lift: Float) {
    // On the ground only its fall is slowed.
    if s[6] > 0 || s[7] > 0 { return (0, -0.5 * s[3]) }
    let angle = min(max(0.5 * s[0] + s[2], -0.4), 0.4)
    let height = 0.55 * s[0].magnitude
    return ((angle - s[4]) * 0.5 - s[5], (height - s[1]) * 0.5 - s[3] * 0.5)
  }

  /// The choice for an observation.
  static func choice(_ observation: Span<Float>) -> Int {
    let (turn, lift) = wanted(observation)
    if lift > turn.magnitude && lift > 0.05 { return 2 }
    return turn < -0.05 ? 3 : turn > 0.05 ? 1 : 0
  }

  /// The two throttles for an observation, in [−1, 1].
  static func throttles(_ observation: Span<Float>) -> SIMD2<Float> {
    let (turn, lift) = wanted(observation)
    return SIMD2(lift * 20 - 1, -turn * 20).clamped(
      lowerBound: SIMD2(repeating: -1), upperBound: SIMD2(repeating: 1))
  }
}
