public import FedRLCore
public import FedRLNumerics

#if canImport(Glibc)
  import Glibc
#endif

/// Angles of the first link (rad, counter-clockwise from hanging) and of the second against the
/// first, both in [−π, π], and their velocities (rad/s).
public struct AcrobotState: ClassicState {
  public var shoulder, elbow, shoulderVelocity, elbowVelocity: Double

  public init(
    shoulder: Double, elbow: Double, shoulderVelocity: Double, elbowVelocity: Double
  ) {
    self.shoulder = shoulder
    self.elbow = elbow
    self.shoulderVelocity = shoulderVelocity
    self.elbowVelocity = elbowVelocity
  }

  public static let width = 4
  public var values: [Double] { [shoulder, elbow, shoulderVelocity, elbowVelocity] }
  public init(values: [Double]) {
    self.init(
      shoulder: values[0], elbow: values[1], shoulderVelocity: values[2],
      elbowVelocity: values[3])
  }

  /// In the same order as ``values``.
  init(_ vector: SIMD4<Double>) {
    self.init(
      shoulder: vector[0], elbow: vector[1], shoulderVelocity: vector[2],
      elbowVelocity: vector[3])
  }
  var vector: SIMD4<Double> { [shoulder, elbow, shoulderVelocity, elbowVelocity] }
}

/// Two links that hang from a fixed shoulder; a motor in the elbow must bring the tip up: Gymnasium's
/// `Acrobot-v1`, with the equations of Sutton and Barto's book.
///
/// One Runge-Kutta step of fourth order per action. See the folder's README for the spaces, the
/// reward and the ends.
public struct Acrobot: ClassicEnvironment {
  public typealias Settings = AcrobotSettings

  public static let name = "acrobot"
  public static let summary =
    "Swing two links up by a motor between them; Gymnasium's Acrobot-v1 with settings"
  public static let controller = "energy-pump"

  public let specification: EnvironmentSpecification
  public var state = AcrobotState(shoulder: 0, elbow: 0, shoulderVelocity: 0, elbowVelocity: 0)
  private let settings: AcrobotSettings

  public init(_ settings: AcrobotSettings = .init()) {
    self.settings = settings
    let high = [1, 1, 1, 1, Float(settings.maxShoulderSpeed), Float(settings.maxElbowSpeed)]
    specification = EnvironmentSpecification(
      name: Self.name,
      observations: BoxSpace(
        shape: [6], low: high.map { -$0 }, high: high,
        names: [
          "shoulder.cosine", "shoulder.sine", "elbow.cosine", "elbow.sine",
          "shoulder.angular_velocity", "elbow.angular_velocity",
        ]),
      actions: .discrete(count: 3), controlPeriodSeconds: settings.timeStep,
      maximumEpisodeSteps: settings.maxSteps)
  }

  /// Rounded to `Float`, as Gymnasium's starts are.
  public func start(_ random: inout RandomStream) -> AcrobotState {
    var first = SIMD4<Double>()
    for part in 0..<4 {
      first[part] = Double(Float(random.uniform(-settings.startRange, settings.startRange)))
    }
    return AcrobotState(first)
  }

  public mutating func advance(_ action: Float) -> StepOutcome {
    let torque = settings.torque * Double(action.choice(of: 3, in: "acrobot") - 1)
    let next = AcrobotState(integrated(state.vector, torque: torque))
    let (shoulderLimit, elbowLimit) = (settings.maxShoulderSpeed, settings.maxElbowSpeed)
    state = AcrobotState(
      shoulder: unwound(next.shoulder), elbow: unwound(next.elbow),
      shoulderVelocity: min(max(next.shoulderVelocity, -shoulderLimit), shoulderLimit),
      elbowVelocity: min(max(next.elbowVelocity, -elbowLimit), elbowLimit))
    return tipHeight > settings.goalHeight
      ? StepOutcome(reward: 0, end: .terminated) : StepOutcome(reward: -1)
  }

  /// Metres above the shoulder.
  var tipHeight: Double {
    -settings.upperLength * cos(state.shoulder)
      - settings.lowerLength * cos(state.elbow + state.shoulder)
  }

  /// One step of the classical Runge-Kutta method.
  private func integrated(_ y: SIMD4<Double>, torque: Double) -> SIMD4<Double> {
    let h = settings.timeStep
    let k1 = slope(y, torque: torque)
    let k2 = slope(y + h / 2 * k1, torque: torque)
    let k3 = slope(y + h / 2 * k2, torque: torque)
    let k4 = slope(y + h * k3, torque: torque)
    return y + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
  }

  /// The time derivative of a state (Sutton and Barto, *Reinforcement Learning*, section 11.3 of the
  /// first edition), in Gymnasium's order of operations.
  private func slope(_ y: SIMD4<Double>, torque: Double) -> SIMD4<Double> {
    let (m1, m2, g) = (settings.upperMass, settings.lowerMass, settings.gravity)
    let (l1, c1, c2) = (settings.upperLength, settings.upperCenter, settings.lowerCenter)
    let inertia = settings.inertia
    let (theta1, theta2, omega1, omega2) = (y[0], y[1], y[2], y[3])
    let (sine2, cosine2) = (sin(theta2), cos(theta2))
    let d1 =
      m1 * (c1 * c1) + m2 * (l1 * l1 + c2 * c2 + 2 * l1 * c2 * cosine2) + inertia + inertia
    let d2 = m2 * (c2 * c2 + l1 * c2 * cosine2) + inertia
    let phi2 = m2 * c2 * g * cos(theta1 + theta2 - Double.pi / 2)
    let centrifugal = -m2 * l1 * c2 * (omega2 * omega2) * sine2
    let coriolis = 2 * m2 * l1 * c2 * omega2 * omega1 * sine2
    let weight = (m1 * c1 + m2 * l1) * g * cos(theta1 - Double.pi / 2)
    let phi1 = centrifugal - coriolis + weight + phi2
    let pull = torque + d2 / d1 * phi1 - m2 * l1 * c2 * (omega1 * omega1) * sine2 - phi2
    let acceleration2 = pull / (m2 * (c2 * c2) + inertia - d2 * d2 / d1)
    let acceleration1 = -(d2 * acceleration2 + phi1) / d1
    return [omega1, omega2, acceleration1, acceleration2]
  }

  public func observe(into observation: inout MutableSpan<Float>) {
    observation[0] = Float(cos(state.shoulder))
    observation[1] = Float(sin(state.shoulder))
    observation[2] = Float(cos(state.elbow))
    observation[3] = Float(sin(state.elbow))
    observation[4] = Float(state.shoulderVelocity)
    observation[5] = Float(state.elbowVelocity)
  }

  /// Turns the elbow the way it moves: the motor's power τ θ̇₂ is then never negative.
  public func control() -> Float { state.elbowVelocity < 0 ? 0 : 2 }

  public func draw(into drawing: inout Drawing) {
    let (upper, lower) = (Float(settings.upperLength), Float(settings.lowerLength))
    let reach = upper + lower
    let both = state.shoulder + state.elbow
    let elbow = SIMD2(Float(sin(state.shoulder)), Float(-cos(state.shoulder))) * upper
    let tip = elbow + SIMD2(Float(sin(both)), Float(-cos(both))) * lower
    let goal = Float(settings.goalHeight)
    let blue = Color(0, 0.7, 0.7)
    drawing.bounds = (-1.1 * reach, -1.1 * reach, 1.1 * reach, 1.1 * reach)
    drawing.background.append(
      .polyline(
        points: [[-1.1 * reach, goal], [1.1 * reach, goal]], width: 0.01 * reach,
        color: Color(0.2, 0.2, 0.22)))
    drawing.shapes.append(.rod(from: [0, 0], to: elbow, width: 0.1 * reach, fill: blue))
    drawing.shapes.append(.rod(from: elbow, to: tip, width: 0.1 * reach, fill: blue))
    drawing.shapes.append(.joint([0, 0], radius: 0.04 * reach))
    drawing.shapes.append(.joint(elbow, radius: 0.04 * reach))
    drawing.trail = tip
    drawing.gauges.append(
      .init(name: "height", value: Float(tipHeight), range: -reach...reach, unit: "m"))
  }
}

/// The same angle in [−π, π], as Gymnasium winds it: by whole turns, one after the other.
private func unwound(_ angle: Double) -> Double {
  let turn = 2 * Double.pi
  // Far beyond what a step can turn: not a digit of such an angle means anything, and single turns
  // would not end.
  var angle = angle.magnitude > 1000 ? fmod(angle, turn) : angle
  while angle > Double.pi { angle -= turn }
  while angle < -Double.pi { angle += turn }
  return angle
}
