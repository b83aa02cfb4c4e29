import FedRLCore
import FedRLNumerics

#if canImport(Glibc)
  import Glibc
#endif

/// A scripted driver: looks at what a robot knows, and gives the same kind of action as a policy.
protocol DrivePilot {
  /// Speed (m/s) and yaw rate (rad/s) for the next control period.
  mutating func drive(_ memory: CopyMemory) -> (speed: Double, yawRate: Double)
}

/// What every pilot needs of its robot.
struct Helm {
  let maximumSpeed, maximumYawRate, period: Double
  private let robot: DriveRobot

  init(_ robot: DriveRobot) {
    self.robot = robot
    maximumSpeed = robot.settings.maximumSpeed
    maximumYawRate = robot.settings.maximumYawRate
    period = robot.settings.actionPeriod
  }

  /// Turns on the spot until a point lies roughly ahead, then drives to it while correcting.
  func steer(_ memory: CopyMemory, toX: Double, toY: Double) -> (speed: Double, yawRate: Double) {
    let pose = memory.estimatedPose
    let bearing = atan2(toY - pose.y, toX - pose.x) - pose.yaw
    let error = atan2(sin(bearing), cos(bearing))
    let yawRate = min(max(2.5 * error, -maximumYawRate), maximumYawRate)
    guard error.magnitude < 0.7 else { return (0, yawRate) }
    return (maximumSpeed * max(cos(error), 0), yawRate)
  }

  /// The action that commands a speed and a yaw rate.
  func action(speed: Double, yawRate: Double) -> (Float, Float) {
    let settings = robot.settings
    switch settings.command {
    case .twist:
      let middle = (settings.maximumSpeed - settings.reverseSpeed) / 2
      let span = (settings.maximumSpeed + settings.reverseSpeed) / 2
      return (Float((speed - middle) / span), Float(yawRate / settings.maximumYawRate))
    case .wheels:
      let half = settings.wheelSeparation / 2
      return (
        Float((speed - yawRate * half) / settings.maximumWheelSpeed),
        Float((speed + yawRate * half) / settings.maximumWheelSpeed)
      )
    }
  }
}

/// Runs scripted drivers through the same simulation as policies.
enum DriveBaselines {
  static let names = ["random-bounce", "spiral", "boustrophedon", "nearest-frontier"]

  /// One episode from a seed.
  ///
  /// - Parameter watch: called before every step and after the last.
  /// - Throws: `EnvironmentError` for a name that is not in ``names``, and what `watch` throws.
  static func run(
    _ name: String, robot: DriveRobot, seed: UInt64, watch: EpisodeWatch
  ) throws -> EpisodeRecord {
    let random = RandomStream(seed: seed).split("pilot")
    switch name {
    case "random-bounce": return try run(BouncePilot(robot, random), robot, seed, watch)
    case "spiral": return try run(SpiralPilot(robot, random), robot, seed, watch)
    case "boustrophedon": return try run(LanePilot(robot, random), robot, seed, watch)
    case "nearest-frontier": return try run(FrontierPilot(robot, random), robot, seed, watch)
    default:
      throw EnvironmentError(
        "vacuum has no baseline named \(name); there are \(names.joined(separator: ", "))")
    }
  }

  private static func run<Pilot: DrivePilot>(
    _ initial: Pilot, _ robot: DriveRobot, _ seed: UInt64, _ watch: EpisodeWatch
  ) throws -> EpisodeRecord {
    var pilot = initial
    let helm = Helm(robot)
    let batch = DriveBatch(robot: robot, count: 1)
    let memory = batch.memory(0)
    var row = [Float](repeating: 0, count: robot.layout.count)
    batch.start(memory, seed: seed)
    row.withUnsafeMutableBufferPointer { batch.observe(memory, into: $0.baseAddress!) }
    var total = 0.0
    var outcome = StepOutcome(reward: 0)
    while outcome.end == .none {
      try watch { batch.draw(copy: 0, into: &$0) }
      robot.kernel.markVisited(memory)
      let wish = pilot.drive(memory)
      let action = helm.action(speed: wish.speed, yawRate: wish.yawRate)
      outcome = batch.act(memory, action.0, action.1)
      total += Double(outcome.reward)
      row.withUnsafeMutableBufferPointer { batch.observe(memory, into: $0.baseAddress!) }
    }
    try watch { batch.draw(copy: 0, into: &$0) }
    var metrics = [Double](repeating: 0, count: VacuumMetrics.count)
    metrics.withUnsafeMutableBufferPointer {
      batch.writeMetrics(of: memory, into: $0.baseAddress!)
    }
    return EpisodeRecord(
      seed: seed, episodeReturn: total, steps: memory.state.pointee.step, end: outcome.end,
      metrics: metrics)
  }
}
