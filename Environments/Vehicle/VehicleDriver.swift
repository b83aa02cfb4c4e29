import FedRLCore
import FedRLMaps
import FedRLNumerics

#if canImport(Glibc)
  import Glibc
#endif

/// Pure pursuit of the world's line, as fast as that can be driven with something to spare.
///
/// `κ = κ_line − 2 (e + l θ) / l²` for an offset e and a course error θ, with a look-ahead l: what
/// Coulter's pursuit (1992) of a point l ahead commands beside a straight line, carried over to a
/// bent one, whose inside it would otherwise cut. Steering angle `κ (L + K v²)`; speed from
/// ``SpeedProfile``. Behind other cars it keeps its distance.
struct PurePursuit {
  private let plan: VehiclePlan
  /// The sample of the line nearest to the car.
  private var sample: Int
  /// l = time · speed + least; the time grows with the square root of size, as falling does.
  private let lookAheadTime, leastLookAhead: Double
  /// L and K: the wheelbase, and how much more steering a faster turn takes.
  private let wheelbase, understeer: Double

  init(_ plan: VehiclePlan, at car: CarState) {
    self.plan = plan
    sample = plan.world.line.nearestSample(x: car.x, y: car.y)
    wheelbase = plan.parameters.wheelbase
    lookAheadTime = 0.4 * wheelbase.squareRoot()
    leastLookAhead = 1.5 * wheelbase
    let slips = plan.settings.model == .singleTrack || plan.settings.model == .saturated
    understeer = slips ? plan.parameters.understeer : 0
  }

  /// Target steering angle, rad, and acceleration, m/s².
  mutating func drive(_ world: borrowing VehicleEnvironment) -> (
    steering: Double, acceleration: Double
  ) {
    let (car, line) = (world.car, plan.world.line)
    let place = line.project(x: car.x, y: car.y, from: &sample)
    let speed = max(car.speed, 0)
    let period = plan.settings.actionPeriod
    // Commands act in the middle of the coming period at the earliest.
    let late = period / 2 + plan.settings.steeringDelay
    let here = line.place(at: place.s)
    let course = car.yaw + car.slip + car.yawRate * late
    let next = line.place(at: place.s + speed * late)
    let error = sin(course) * next.tangentX - cos(course) * next.tangentY
    let across =
      place.offset + speed * late
      * (sin(car.yaw + car.slip) * here.tangentX - cos(car.yaw + car.slip) * here.tangentY)
    let ahead = leastLookAhead + lookAheadTime * speed
    let bend = next.curvature - 2 * (across + ahead * error) / (ahead * ahead)
    let steering = bend * (wheelbase + understeer * speed * speed)
    let wanted = min(
      plan.driverProfile.speed(at: place.s),
      plan.driverProfile.speed(at: place.s + speed * 2 * period))
    let acceleration = (wanted - car.speed) / (2 * period)
    return (steering, min(acceleration, world.brakingForTraffic()))
  }
}

extension VehicleEnvironment {
  /// The acceleration that keeps a distance to the next car ahead, m/s²; infinite where there is
  /// none.
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
    if world.newCollisions > 0 {
      print(
        "HIT", plan.world.track.name, plan.settings.model, "t", world.metrics.time, "s",
        world.projection, "v", world.car.speed, "steer", world.car.steering, "slip", world.car.slip,
        "yawrate", world.car.yawRate, "line",
        plan.world.line.project(x: world.car.x, y: world.car.y), "lineκ",
        plan.world.line.curvature(at: plan.world.line.project(x: world.car.x, y: world.car.y).s),
        "prof",
        plan.driverProfile.speed(at: plan.world.line.project(x: world.car.x, y: world.car.y).s))
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
