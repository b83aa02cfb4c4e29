import FedRLBox2D
#if canImport(Glibc)
  import Glibc
#endif

/// The reference pilot: position → velocity → acceleration → tilt → pitch rate → thrusts.
///
/// It knows where the drone and its goal are, the craft's figures without payload and wear, and the
/// rotors' speeds, and corrects the rest (wind, payload, worn rotors) by an integral. Its actions are
/// of the same kind as a policy's, once per control period. It does not avoid obstacles.
struct DronePilot {
  // Gains, 1/s; each loop about half as fast as the one inside it. Choices are coarse: slower then.
  private let positionGain: Float = 1.2
  private let velocityGain: Float
  private let integralGain: Float
  private let tiltGain: Float = 4.5
  private let rateGain: Float = 11
  /// m/s
  private let cruiseSpeed: Float
  /// rad
  private let largestTilt: Float = 0.5
  /// Largest correction by the integral, m/s².
  private let integralLimit = SIMD2<Float>(4, 9)

  private let settings: DroneSettings
  private let airframe: Airframe
  /// Mass without payload, as hover thrust implies, kg.
  private let knownMass: Float
  private let period: Float
  /// How much further than wanted a rotor is told to go, against its lag.
  private let lead: Float
  /// m/s²
  private var integral = SIMD2<Float>.zero
  /// What choices have left undone, in steps.
  private var residue = SIMD2<Float>.zero

  init(_ design: DroneDesign) {
    settings = design.settings
    airframe = design.airframe
    let isCoarse = design.settings.action == .discrete
    (velocityGain, integralGain, cruiseSpeed) = isCoarse ? (1.8, 1, 1.2) : (2.5, 1.5, 2)
    knownMass = 2 * airframe.hoverThrust / airframe.gravity
    period = Float(settings.controlPeriod)
    lead = max(1, 0.6 / airframe.lagGain(seconds: settings.controlPeriod))
  }

  /// The next action, in the environment's units.
  mutating func act(_ drone: borrowing Drone) -> SIMD2<Float> {
    let wanted = velocity(drone)
    let error = wanted - drone.state.velocity
    integral += integralGain * period * error
    integral = pointwiseMin(pointwiseMax(integral, -integralLimit), integralLimit)
    var acceleration = velocityGain * error + integral + SIMD2(0, airframe.gravity)
    acceleration.y = max(acceleration.y, 2)
    let tilt = limited(atan2(acceleration.x, acceleration.y), largestTilt)
    let collective = knownMass * acceleration.y / max(cos(drone.state.angle), 0.5)
    let rate = tiltGain * (tilt + drone.state.angle)
    switch settings.action {
    case .rate:
      return SIMD2(
        share(collective / 2), limited(rate, Float(settings.maximumRate)))
    case .thrust: return thrusts(drone, collective, rate) { share($0) }
    case .discrete: return SIMD2(choice(thrusts(drone, collective, rate) { $0 }), 0)
    }
  }

  private func limited(_ value: Float, _ limit: Float) -> Float { min(max(value, -limit), limit) }

  /// The velocity to have now, m/s.
  private func velocity(_ drone: borrowing Drone) -> SIMD2<Float> {
    var way = drone.goal - drone.state.position
    if settings.task == .landing {
      // Over the pad first, then down: slower near the ground.
      if way.x.magnitude < Float(settings.padWidth) / 4 {
        let speed: Float = way.y < -0.3 ? 0.3 : 0.12
        return SIMD2(limited(positionGain * way.x, cruiseSpeed), -speed)
      }
      way.y += 0.6
    }
    let wanted = positionGain * way
    let speed = (wanted * wanted).sum().squareRoot()
    return speed > cruiseSpeed ? wanted * (cruiseSpeed / speed) : wanted
  }

  /// The sides' thrusts as rotors without wear, told to hurry, would be asked for.
  private func thrusts(
    _ drone: borrowing Drone, _ collective: Float, _ rate: Float, _ unit: (Float) -> Float
  ) -> SIMD2<Float> {
    let angular = rateGain * (limited(rate, 6) + drone.state.angularVelocity)
    let half = angular * airframe.inertia / airframe.lever / 2
    func hurried(_ thrust: Float, _ rpm: Float) -> Float {
      let goal = airframe.rpm(forThrust: thrust)
      let told = rpm + lead * (goal - rpm)
      let limited = min(max(told, airframe.minimumRPM), airframe.maximumRPM)
      return unit(2 * airframe.curve.thrust(atRPM: limited))
    }
    return SIMD2(
      hurried(collective / 2 - half, drone.rpm.x), hurried(collective / 2 + half, drone.rpm.y))
  }

  /// A side's thrust (N) as the share of an action.
  private func share(_ thrust: Float) -> Float {
    limited((thrust / airframe.hoverThrust - 1) / Float(settings.thrustRange), 1)
  }

  /// The choice nearest to two thrusts, what earlier choices left undone included.
  private mutating func choice(_ thrusts: SIMD2<Float>) -> Float {
    let wanted = (thrusts / airframe.hoverThrust - 1) / Float(settings.choiceStep) + residue
    var best = (index: 0, distance: Float.infinity)
    for index in 0..<settings.choices {
      let offset = wanted - Drone.pair(index)
      let distance = (offset * offset).sum()
      if distance < best.distance { best = (index, distance) }
    }
    let rest = wanted - Drone.pair(best.index)
    residue = 0.7 * pointwiseMin(pointwiseMax(rest, -SIMD2(1, 1)), SIMD2(1, 1))
    return Float(best.index)
  }
}
