import FedRLNumerics

/// Widens a spiral to a metre or until it touches something, then drives off for a while and spirals
/// again.
struct SpiralPilot: DrivePilot {
  private enum Mode {
    /// Radians turned since the spiral's middle.
    case spiral(angle: Double)
    case turning(left: Double)
    /// Metres left to drive.
    case straight(left: Double)
  }

  private let helm: Helm
  private let pitch: Double
  private var random: RandomStream
  private var mode = Mode.spiral(angle: 0)

  init(_ robot: DriveRobot, _ random: RandomStream) {
    helm = Helm(robot)
    pitch = 0.9 * robot.settings.cleaningWidth
    self.random = random
  }

  mutating func drive(_ memory: CopyMemory) -> (speed: Double, yawRate: Double) {
    let state = memory.state.pointee
    if state.inContact != 0 {
      switch mode {
      case .turning: break
      default: mode = .turning(left: BouncePilot.away(state.bumps, &random))
      }
    }
    switch mode {
    case .spiral(let angle):
      let radius = 0.5 * pitch + pitch * angle / (2 * .pi)
      let speed = min(helm.maximumSpeed, radius * helm.maximumYawRate)
      mode =
        radius < 1
        ? .spiral(angle: angle + speed / radius * helm.period)
        : .straight(left: random.uniform(0.5, 4))
      return (speed, speed / radius)
    case .turning(let left):
      let largest = helm.maximumYawRate * helm.period
      let part = min(max(left, -largest), largest)
      mode =
        left.magnitude <= largest
        ? .straight(left: random.uniform(0.5, 4)) : .turning(left: left - part)
      return (0, part / helm.period)
    case .straight(let left):
      let rest = left - helm.maximumSpeed * helm.period
      mode = rest > 0 ? .straight(left: rest) : .spiral(angle: 0)
      return (helm.maximumSpeed, 0)
    }
  }
}
