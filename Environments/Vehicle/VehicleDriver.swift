import FedRLCore
import FedRLMaps
import FedRLNumerics

#if canImport(Glibc)
  import Glibc
#endif

/// Pure pursuit: steers for a point ahead on the world's line, as fast as the line can be driven there.
///
/// Steering angle `atan(2 L sin α / l)` for a point at distance l and bearing α (Coulter, 1992), with what the
/// car understeers added; speed from ``SpeedProfile``. Behind other cars it keeps its distance.
struct PurePursuit {
  private let plan: VehiclePlan
  /// The sample of the line nearest to the car.
  private var sample: Int
  /// How far ahead the goal lies, s and m; time shrinks with the square root of size, as bodies fall.
  private let lookAheadTime, leastLookAhead: Double

  init(_ plan: VehiclePlan, at car: CarState) {
    self.plan = plan
    sample = plan.world.line.nearestSample(x: car.x, y: car.y)
    let base = plan.parameters.wheelbase
    lookAheadTime = 0.5 * base.squareRoot()
    leastLookAhead = 1.5 * base
  }

  /// Target steering angle, rad, and acceleration, m/s².
  mutating func drive(_ world: borrowing VehicleEnvironment) -> (
    steering: Double, acceleration: Double
  ) {
    let (car, line, settings) = (world.car, plan.world.line, plan.settings)
    let parameters = plan.parameters
    let base = parameters.wheelbase
    let s = line.project(x: car.x, y: car.y, from: &sample).s
    let speed = max(car.speed, 0)
    let ahead = leastLookAhead + lookAheadTime * speed
    // What is steered now takes effect after the delay.
    let late = settings.steeringDelay * speed
    let goal = line.place(at: s + late + ahead)
    let (dx, dy) = (goal.x - car.x, goal.y - car.y)
    let bearing = atan2(dy, dx) - car.yaw - car.yawRate * settings.steeringDelay
    let bend = 2 * sin(bearing) / max((dx * dx + dy * dy).squareRoot(), 1e-6)
    var steering = atan(bend * base)
    if settings.model != .kinematic {
      let turn = parameters.steadyYawRate(speed: speed, steering: 1)
      if speed > 1 && turn > 0 { steering = bend * speed / turn }
    }
    let period = settings.actionPeriod
    let wanted = min(
      plan.driverProfile.speed(at: s), plan.driverProfile.speed(at: s + speed * 2 * period))
    return (steering, min((wanted - car.speed) / (2 * period), world.brakingForTraffic()))
  }
}

extension VehicleEnvironment {
  /// The acceleration that keeps a distance to the next car ahead, m/s²; infinite where there is none.
  func brakingForTraffic() -> Double {
    var result = Double.infinity
    let speed = alongSpeed()
    for index in 0..<trafficCount {
      let gap = center.wrapped(traffic[index].s - projection.s)
      guard gap < center.length / 2 else { continue }
      let closing = max(speed - traffic[index].speed, 0)
      // Room is left for the car in front to brake.
      let free = max(gap - kernel.driver.distance - 0.3 * speed, 0.05)
      let needed = closing * closing / (2 * free)
      if needed > 0.3 * kernel.maximumAcceleration || gap < kernel.driver.distance + 0.3 * speed {
        result = min(result, closing > 0 ? -1.3 * needed : 0)
      }
    }
    return result
  }
}

/// Runs scripted drivers through the same world as policies.
enum VehicleBaselines {
  static let names = ["pure-pursuit", "random"]

  /// One episode from a seed.
  ///
  /// - Parameter watch: called before every step and after the last.
  /// - Throws: `EnvironmentError` for a name that is not in ``names``, and what `watch` throws.
  static func run(_ name: String, plan: VehiclePlan, seed: UInt64, watch: EpisodeWatch) throws
    -> EpisodeRecord
  {
    guard names.contains(name) else {
      throw EnvironmentError(
        "vehicle has no baseline named \(name); there are \(names.joined(separator: ", "))")
    }
    var world = VehicleEnvironment(plan)
    var row = [Float](repeating: 0, count: plan.layout.count)
    var random = RandomStream(seed: seed).split("pilot")
    do {
      var span = row.mutableSpan
      world.reset(seed: seed, into: &span)
    }
    var pilot = PurePursuit(plan, at: world.car)
    var record = EpisodeRecord(seed: seed, episodeReturn: 0, steps: 0, end: .none, metrics: [])
    while record.end == .none {
      try watch { world.draw(into: &$0) }
      let wish =
        name == "random" ? Self.random(plan, &random) : pilot.drive(world)
      let action = Self.action(plan, wish)
      var span = row.mutableSpan
      let outcome = world.step(action.span, into: &span)
      record.steps += 1
      record.episodeReturn += Double(outcome.reward)
      record.end = outcome.end
      if record.end == .none && record.steps >= plan.settings.maximumSteps {
        record.end = .truncated
      }
    }
    try watch { world.draw(into: &$0) }
    record.metrics = [Double](repeating: 0, count: VehicleMetrics.definitions.count)
    var metrics = record.metrics.mutableSpan
    world.writeMetrics(into: &metrics)
    return record
  }

  private static func random(_ plan: VehiclePlan, _ random: inout RandomStream) -> (
    steering: Double, acceleration: Double
  ) {
    let car = plan.parameters
    return (
      random.uniform(-1, 1) * car.maximumSteering, random.uniform(-1, 1) * car.maximumAcceleration
    )
  }

  /// A wish as the policy's kind of action, in physical units.
  private static func action(_ plan: VehiclePlan, _ wish: (steering: Double, acceleration: Double))
    -> [Float]
  {
    let (car, settings) = (plan.parameters, plan.settings)
    let steering = min(max(wish.steering, -car.maximumSteering), car.maximumSteering)
    let acceleration = min(
      max(wish.acceleration, -car.maximumAcceleration), car.maximumAcceleration)
    switch settings.actions {
    case .continuous: return [Float(steering), Float(acceleration)]
    case .discrete:
      let turn = Int((-steering / car.maximumSteering * 1.5).rounded())
      let push = Int((acceleration / car.maximumAcceleration * 2).rounded())
      return [Float((min(max(turn, -1), 1) + 1) * 3 + min(max(push, -1), 1) + 1)]
    }
  }
}
