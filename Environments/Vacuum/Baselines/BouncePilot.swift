import FedRLNumerics

/// Drives straight until it touches something, turns away by a random angle, and so on.
struct BouncePilot: DrivePilot {
  private let helm: Helm
  private var random: RandomStream
  /// Radians still to turn, with sign.
  private var turn = 0.0

  init(_ robot: DriveRobot, _ random: RandomStream) {
    helm = Helm(robot)
    self.random = random
  }

  mutating func drive(_ memory: CopyMemory) -> (speed: Double, yawRate: Double) {
    let state = memory.state.pointee
    if turn == 0 && state.inContact != 0 { turn = Self.away(state.bumps, &random) }
    guard turn == 0 else { return (0, rate()) }
    return (helm.maximumSpeed, 0)
  }

  /// The yaw rate of a turn in progress, and what is left of it.
  private mutating func rate() -> Double {
    let largest = helm.maximumYawRate * helm.period
    let part = min(max(turn, -largest), largest)
    turn = turn.magnitude <= largest ? 0 : turn - part
    return part / helm.period
  }

  /// An angle of 60° to 180° away from the bump zones that were pressed.
  static func away(_ bumps: Int, _ random: inout RandomStream) -> Double {
    let angle = random.uniform(.pi / 3, .pi)
    // Zones 0 and 1 lie on the right.
    if bumps & 0b00011 != 0 { return angle }
    if bumps & 0b11000 != 0 { return -angle }
    return random.uniform() < 0.5 ? angle : -angle
  }
}
