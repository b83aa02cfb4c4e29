/// The walking controller that comes with Gymnasium's `bipedal_walker.py`: it swings one leg forwards while
/// it stands on the other, puts it down, pushes off with the other, and changes legs.
struct BipedalWalkerPilot {
  private enum Phase { case standing, puttingDown, pushingOff }

  /// Of the hull, in observed units; faster, it falls forwards.
  private static let speed: Float = 0.29
  private static let supportAngle: Float = 0.1

  private var phase = Phase.standing
  /// The leg that swings; the other one supports.
  private var moving = 0
  private var supportingAngle = supportAngle
  private var isFirst = true

  /// Motors of hip, knee, hip and knee, in [−1, 1].
  mutating func motors(_ s: Span<Float>) -> SIMD4<Float> {
    // Gymnasium's demonstration begins with a step of slack motors.
    if isFirst {
      isFirst = false
      return .zero
    }
    let (hips, knees) = targets(s)
    // Keeps the head straight.
    let balance = 0.9 * s[0] + 1.5 * s[1]
    // Damps jumps.
    let damping = 15 * s[3]
    var motors = SIMD4<Float>.zero
    for leg in 0..<2 {
      let first = 4 + 5 * leg
      let hip = hips[leg].map { 0.9 * ($0 - s[first]) - 0.25 * s[first + 1] } ?? 0
      let knee = knees[leg].map { 4 * ($0 - s[first + 2]) - 0.25 * s[first + 3] } ?? 0
      motors[2 * leg] = hip + balance
      motors[2 * leg + 1] = knee - damping
    }
    return (0.5 * motors).clamped(
      lowerBound: SIMD4(repeating: -1), upperBound: SIMD4(repeating: 1))
  }

  /// Angles that the joints should have; `nil` for those that are left alone. One call may pass through
  /// several phases; what a later one does not mention stays.
  private mutating func targets(_ s: Span<Float>) -> (hips: [Float?], knees: [Float?]) {
    var hips: [Float?] = [nil, nil]
    var knees: [Float?] = [nil, nil]
    let supporting = 1 - moving
    let (movingFirst, supportingFirst) = (4 + 5 * moving, 4 + 5 * supporting)
    if phase == .standing {
      hips[moving] = 1.1
      knees[moving] = -0.6
      supportingAngle = min(
        supportingAngle + (s[2] > Self.speed ? 0.06 : 0.03), Self.supportAngle)
      knees[supporting] = supportingAngle
      if s[supportingFirst] < 0.10 { phase = .puttingDown }
    }
    if phase == .puttingDown {
      hips[moving] = 0.1
      knees[moving] = Self.supportAngle
      knees[supporting] = supportingAngle
      if s[movingFirst + 4] > 0 {
        phase = .pushingOff
        supportingAngle = min(s[movingFirst + 2], Self.supportAngle)
      }
    }
    if phase == .pushingOff {
      knees[moving] = supportingAngle
      knees[supporting] = 1.0
      if s[supportingFirst + 2] > 0.88 || s[2] > 1.2 * Self.speed {
        phase = .standing
        moving = supporting
      }
    }
    return (hips, knees)
  }
}
