import FedRLNumerics

/// How hard the engines burn in a step.
struct LunarLanderThrust: Equatable {
  /// 0, or 0.5 to 1.
  var main = 0.0
  /// 0, or 0.5 to 1.
  var side = 0.0
  /// −1: the left engine, which pushes to the left, +1: the right one.
  var direction = 0.0

  /// One of four: nothing, the left engine, the main engine, the right engine.
  init(choice: Int) {
    switch choice {
    case 1: (side, direction) = (1, -1)
    case 2: main = 1
    case 3: (side, direction) = (1, 1)
    default: break
    }
  }

  /// - Parameters:
  ///   - mainAction: above 0, a throttle of 50 % and more.
  ///   - sideAction: above 0.5 either way, the throttle of that engine.
  init(mainAction: Double, sideAction: Double) {
    if mainAction > 0 { main = (min(mainAction, 1) + 1) / 2 }
    if sideAction.magnitude > 0.5 {
      side = min(sideAction.magnitude, 1)
      direction = sideAction < 0 ? -1 : 1
    }
  }
}

/// An impulse, and where it acts from the lander's origin, in world axes: N s, m.
struct EngineImpulse {
  let impulse, offset: SIMD2<Double>

  /// Of the main engine.
  /// - Parameters:
  ///   - angle: the lander's, rad.
  ///   - power: impulse per metre of the nozzle's offset, N s/m.
  ///   - dispersion: two random lengths, m.
  init(main angle: Double, power: Double, dispersion: SIMD2<Double>) {
    let (sine, cosine) = (sin(angle), cos(angle))
    let along = LunarLanderPlan.mainEngineOffset + 2 * dispersion.x
    offset = SIMD2(
      sine * along - cosine * dispersion.y, -cosine * along - sine * dispersion.y)
    impulse = -power * offset
  }

  /// Of the side engine in `direction`. Where it acts moves as the lander turns: see
  /// ``LunarLanderPlan/sideEngineDrift``.
  init(side angle: Double, direction: Double, power: Double, dispersion: SIMD2<Double>) {
    let (sine, cosine) = (sin(angle), cos(angle))
    let across = 3 * dispersion.y + direction * LunarLanderPlan.sideEngineOffset
    let nozzle = SIMD2(
      sine * dispersion.x - cosine * across, -cosine * dispersion.x - sine * across)
    offset = SIMD2(
      nozzle.x - sine * LunarLanderPlan.sideEngineDrift,
      nozzle.y + cosine * LunarLanderPlan.sideEngineHeight)
    impulse = -power * nozzle
  }
}

/// Gymnasium's wind: tanh(sin(2kt) + sin(πkt)) with k = 0.01, which never repeats; t counts steps.
struct LunarLanderWind {
  private var forceTime, torqueTime: Int

  init(random: inout RandomStream) {
    forceTime = random.integer(below: 2 * 9999) - 9999
    torqueTime = random.integer(below: 2 * 9999) - 9999
  }

  /// Shares of the largest force and torque, in −1...1, for one step.
  mutating func next() -> (force: Double, torque: Double) {
    defer { (forceTime, torqueTime) = (forceTime + 1, torqueTime + 1) }
    return (Self.strength(forceTime), Self.strength(torqueTime))
  }

  static func strength(_ time: Int) -> Double {
    tanh(sin(0.02 * Double(time)) + sin(Double.pi * 0.01 * Double(time)))
  }
}

#if canImport(Glibc)
  import Glibc
#endif
