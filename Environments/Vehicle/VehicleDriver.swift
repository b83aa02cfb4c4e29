import FedRLCore
import FedRLMaps
import FedRLNumerics

#if canImport(Glibc)
  import Glibc
#endif

/// Pure pursuit of the world's line, as fast as that can be driven with something to spare.
///
/// `κ = κ_line − 2 (e + l θ) / l²` for an offset e and a course error θ, with a look-ahead l: what
/// Coulter's pursuit (1992) of a point l ahead commands beside a straight line, carried over to a bent
/// one, whose inside it would otherwise cut. Steering angle `κ (L + K v²)`, K for the acceleration that
/// is asked for; speed from ``SpeedProfile``. Behind other cars it keeps its distance.
///
/// Its shares of friction, brakes and engine are chosen so that it holds the small car of the
/// saturated model within 0.3 m of the line on all circuits that the project ships.
struct PurePursuit {
  /// The share of the friction that is used, found by trial: less where choices brake and steer fully or
  /// not at all, and for the small car on tyres that give way at their limit all at once.
  static func grip(_ settings: VehicleSettings) -> Double {
    if settings.actions == .discrete && settings.model.slides { return 0.3 }
    return settings.model == .box2dTires && settings.vehicle == .f1tenth ? 0.4 : 0.55
  }
  static let push = 0.5
  /// l = least + time · speed; a fraction of what a wheelbase, and falling by one, take.
  private static let lookAheadShare = 0.6
  private static let leastLookAheadShare = 1.5
  /// The course towards the line from far beside it, rad: a car that turns to it sharply at walking pace
  /// comes to it too fast, and goes beyond it.
  private static let approach = 0.25
  /// From a command to the yaw rate that it asks for, s.
  private static let response = 0.2

  private let plan: VehiclePlan
  private let parameters: VehicleParameters
  /// The sample of the line nearest to the car.
  private var sample: Int
  private let lookAheadTime, leastLookAhead: Double
  private let braking: Double
  /// Whether tyres slip by the single-track model.
  private let slips: Bool

  init(_ plan: VehiclePlan, at car: CarState) {
    self.plan = plan
    parameters = plan.parameters
    sample = plan.driverProfile.line.nearestSample(x: car.x, y: car.y)
    lookAheadTime = Self.lookAheadShare * parameters.wheelbase.squareRoot()
    leastLookAhead = Self.leastLookAheadShare * parameters.wheelbase
    braking = Self.braking(parameters)
    slips = plan.settings.model == .singleTrack || plan.settings.model == .saturated
  }

  /// The braking that is used, m/s².
  ///
  /// Braking takes load off the rear axle, and with it the stiffness that keeps the car straight: at
  /// full braking the single-track model of the small car is unstable above 4 m/s.
  static func braking(_ car: VehicleParameters) -> Double {
    0.2 * car.maximumAcceleration * min(car.friction, 1)
  }

  /// The speed up to which the car does what it is told, m/s.
  ///
  /// Steering in a braked turn is to take at least half of what it takes at rest. Choices brake fully,
  /// if for less than a car takes to turn round; and one of them is not to turn the car by more than
  /// 0.08 rad.
  static func steadySpeed(_ settings: VehicleSettings, _ car: VehicleParameters) -> Double {
    let isDiscrete = settings.actions == .discrete
    let isPulsed = isDiscrete && settings.model == .saturated
    let understeer = car.understeer(
      acceleration: -(isPulsed ? 0.5 * car.maximumAcceleration : braking(car)))
    let steady =
      understeer < 0 ? (-car.wheelbase / (2 * understeer)).squareRoot() : Double.infinity
    guard isDiscrete else { return steady }
    let turn = tan(car.maximumSteeringRate * settings.actionPeriod / 2) * settings.actionPeriod
    return min(steady, 0.08 * car.wheelbase / turn)
  }

  /// Target steering angle, rad, and acceleration, m/s².
  mutating func drive(_ world: borrowing VehicleEnvironment) -> (
    steering: Double, acceleration: Double
  ) {
    let (car, line) = (world.car, plan.driverProfile.line)
    let place = line.project(x: car.x, y: car.y, from: &sample)
    let speed = max(car.speed, 0)
    let period = plan.settings.actionPeriod
    // Commands act in the middle of the coming period at the earliest.
    let late = period / 2 + plan.settings.steeringDelay
    let here = line.place(at: place.s)
    let next = line.place(at: place.s + speed * late)
    let direction = car.yaw + car.slip
    let course = direction + car.yawRate * late
    let error = sin(course) * next.tangentX - cos(course) * next.tangentY
    let ahead = leastLookAhead + lookAheadTime * speed
    let farthest = Self.approach * ahead
    let across = min(
      max(
        place.offset + speed * late
          * (sin(direction) * here.tangentX - cos(direction) * here.tangentY), -farthest), farthest)
    let bend =
      line.curvature(at: place.s + speed * (late + Self.response))
      - 2 * (across + ahead * error) / (ahead * ahead)
    let acceleration = acceleration(world, at: place.s)
    let held = plan.kernel.model.limited(acceleration: acceleration, at: speed)
    let understeer = slips ? parameters.understeer(acceleration: max(held, -speed / period)) : 0
    // Hard braking behind another car would ask for steering against the bend.
    let reach = max(
      parameters.wheelbase + understeer * speed * speed, 0.3 * parameters.wheelbase)
    return (bend * reach, acceleration)
  }

  private func acceleration(_ world: borrowing VehicleEnvironment, at s: Double) -> Double {
    let speed = world.car.speed
    let period = plan.settings.actionPeriod
    let wanted = min(
      plan.driverProfile.speed(at: s), plan.driverProfile.speed(at: s + 2 * period * max(speed, 0)))
    let free = min(
      max((wanted - speed) / (4 * period), -braking), Self.push * parameters.maximumAcceleration)
    return min(free, world.brakingForTraffic())
  }
}

extension VehicleEnvironment {
  /// The acceleration that keeps a distance to the next car ahead, as the traffic does, m/s²; infinite
  /// where there is none.
  func brakingForTraffic() -> Double {
    var (gap, speed) = (Double.infinity, Double.nan)
    for index in 0..<trafficCount {
      let way = center.difference(from: projection.s, to: center.wrapped(traffic[index].s))
      if way >= 0 && way < gap { (gap, speed) = (way, traffic[index].speed) }
    }
    guard !speed.isNaN else { return .infinity }
    return kernel.driver.acceleration(
      speed: alongSpeed(), desired: kernel.maximumSpeed, gap: gap, leaderSpeed: speed)
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
    var choices = ChoiceDriver(plan)
    var record = EpisodeRecord(seed: seed, episodeReturn: 0, steps: 0, end: .none, metrics: [])
    while record.end == .none {
      try watch { world.draw(into: &$0) }
      let wish =
        name == "random" ? Self.random(plan, &random) : pilot.drive(world)
      let action =
        plan.settings.actions == .discrete
        ? [choices.choice(for: wish, steering: world.car.steering)] : Self.action(plan, wish)
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
    record.lists = [[]]
    world.appendListMetric(0, to: &record.lists[0])
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

  /// A wish as a continuous action, in physical units.
  private static func action(_ plan: VehiclePlan, _ wish: (steering: Double, acceleration: Double))
    -> [Float]
  {
    let car = plan.parameters
    let steering = min(max(wish.steering, -car.maximumSteering), car.maximumSteering)
    let acceleration = min(
      max(wish.acceleration, -car.maximumAcceleration), car.maximumAcceleration)
    return [Float(steering), Float(acceleration)]
  }
}

/// Steers by nine choices as a wish would steer: left, straight and right, braking, rolling and
/// accelerating in turns, so that their means are what is wished.
///
/// Each time the choice is taken that leaves the least of what was wished and not had so far
/// (first-order sigma-delta modulation), where steering is what the rate of steering lets come of a
/// choice within one action.
struct ChoiceDriver {
  private let maximumSteering, maximumAcceleration: Double
  /// Of the steering in one action, rad.
  private let reach: Double
  /// What was wished and not had, rad and m/s².
  private var steeringLeft = 0.0
  private var accelerationLeft = 0.0

  init(_ plan: VehiclePlan) {
    maximumSteering = plan.parameters.maximumSteering
    maximumAcceleration = plan.parameters.maximumAcceleration
    reach = plan.parameters.maximumSteeringRate * plan.settings.actionPeriod
  }

  mutating func choice(
    for wish: (steering: Double, acceleration: Double), steering now: Double
  ) -> Float {
    let wanted = min(max(wish.steering, -maximumSteering), maximumSteering) + steeringLeft
    let turn = Self.nearest(to: wanted) { self.steering(of: $0, from: now) }
    // No more is made good than one action can: what could not be had for long is forgotten.
    steeringLeft = min(max(wanted - steering(of: turn, from: now), -reach), reach)
    let push =
      min(max(wish.acceleration, -maximumAcceleration), maximumAcceleration) + accelerationLeft
    let pedal = Self.nearest(to: push) { self.acceleration(of: $0) }
    accelerationLeft = push - acceleration(of: pedal)
    return Float(turn * 3 + pedal)
  }

  /// In the middle of the way to a choice's target and what is left of the action, rad.
  private func steering(of choice: Int, from now: Double) -> Double {
    let target = Double(1 - choice) * maximumSteering
    let after = now + min(max(target - now, -reach), reach)
    return (now + after) / 2
  }

  private func acceleration(of choice: Int) -> Double { Double(choice - 1) * maximumAcceleration }

  /// Which of the three values is the nearest; the first of equals.
  private static func nearest(to wanted: Double, _ value: (Int) -> Double) -> Int {
    (0..<3).min { (value($0) - wanted).magnitude < (value($1) - wanted).magnitude }!
  }
}
