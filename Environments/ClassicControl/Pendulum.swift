public import FedRLCore
public import FedRLNumerics

#if canImport(Glibc)
  import Glibc
#endif

/// Angle (rad, counter-clockwise from upright, not wrapped) and angular velocity (rad/s).
public struct PendulumState: ClassicState {
  public var angle, angularVelocity: Double

  public init(angle: Double, angularVelocity: Double) {
    self.angle = angle
    self.angularVelocity = angularVelocity
  }

  public static let width = 2
  public var values: [Double] { [angle, angularVelocity] }
  public init(values: [Double]) { self.init(angle: values[0], angularVelocity: values[1]) }
}

/// A rod that a weak motor must swing up and hold upright: Gymnasium's `Pendulum-v1`.
///
/// `θ̈ = (3g / 2l) sin θ + 3u / (m l²)`, one semi-implicit Euler step, velocity first. See the folder's
/// README for the spaces, the reward and the ends.
public struct Pendulum: ClassicEnvironment {
  public typealias Settings = PendulumSettings

  public static let name = "pendulum"
  public static let summary =
    "Swing a rod up with a weak motor; Gymnasium's Pendulum-v1 with settings"
  public static let controller = "energy-swing-up"

  public let specification: EnvironmentSpecification
  public var state = PendulumState(angle: 0, angularVelocity: 0)
  private let settings: PendulumSettings
  /// 3g / 2l: angular acceleration of a horizontal rod, rad/s².
  private let fall: Double
  /// 3 / (m l²): angular acceleration by 1 N m. In `Float`, as NumPy multiplies float32 torques.
  private let leverage: Float

  public init(_ settings: PendulumSettings = .init()) {
    self.settings = settings
    fall = 3 * settings.gravity / (2 * settings.length)
    leverage = Float(3.0 / (settings.mass * (settings.length * settings.length)))
    let high = [1, 1, Float(settings.maxSpeed)]
    specification = EnvironmentSpecification(
      name: Self.name,
      observations: BoxSpace(
        shape: [3], low: high.map { -$0 }, high: high,
        names: ["rod.cosine", "rod.sine", "rod.angular_velocity"]),
      actions: .box(
        BoxSpace(
          shape: [1], low: [-Float(settings.maxTorque)], high: [Float(settings.maxTorque)],
          names: ["torque"])),
      controlPeriodSeconds: settings.timeStep, maximumEpisodeSteps: settings.maxSteps)
  }

  public func start(_ random: inout RandomStream) -> PendulumState {
    PendulumState(
      angle: random.uniform(-settings.startAngle, settings.startAngle),
      angularVelocity: random.uniform(-settings.startSpeed, settings.startSpeed))
  }

  /// The cost is that of the state before the step and of the torque after clipping.
  public mutating func advance(_ action: Float) -> StepOutcome {
    let limit = Float(settings.maxTorque)
    let torque = min(max(action, -limit), limit)
    let angle = wrappedAngle(state.angle)
    let speed = state.angularVelocity
    let cost = angle * angle + 0.1 * (speed * speed) + Double(0.001 * (torque * torque))
    let acceleration = fall * sin(state.angle) + Double(leverage * torque)
    let faster = speed + acceleration * settings.timeStep
    state.angularVelocity = min(max(faster, -settings.maxSpeed), settings.maxSpeed)
    state.angle += state.angularVelocity * settings.timeStep
    return StepOutcome(reward: Float(-cost))
  }

  public func observe(into observation: inout MutableSpan<Float>) {
    observation[0] = Float(cos(state.angle))
    observation[1] = Float(sin(state.angle))
    observation[2] = Float(state.angularVelocity)
  }

  /// Brings the energy to that of rest upright (Åström and Furuta, 2000), and holds the rod by linear
  /// feedback once that needs no more torque than there is: as stiff as gravity topples, critically
  /// damped.
  public func control() -> Float {
    let (mass, length) = (settings.mass, settings.length)
    let angle = wrappedAngle(state.angle)
    let speed = state.angularVelocity
    let inertia = mass * length * length / 3
    let weight = mass * settings.gravity * length / 2
    let hold = -2 * (weight * angle + (inertia * weight).squareRoot() * speed)
    if hold.magnitude <= settings.maxTorque && cos(angle) > 0.5 { return Float(hold) }
    let energy = 0.5 * inertia * speed * speed + weight * (cos(angle) - 1)
    let direction: Double = (speed < 0) == (energy < 0) ? -1 : 1
    return Float(direction * settings.maxTorque)
  }

  public func draw(into drawing: inout Drawing) {
    let length = Float(settings.length)
    let along = SIMD2<Float>(Float(-sin(state.angle)), Float(cos(state.angle)))
    let room = 1.1 * length + 0.1
    drawing.bounds = (-room, -room, room, room)
    drawing.shapes.append(
      .rod(from: [0, 0], to: along * length, width: 0.2 * length, fill: Color(0.8, 0.3, 0.3)))
    drawing.shapes.append(.joint([0, 0], radius: 0.05 * length))
    let limit = Float(settings.maxSpeed)
    drawing.gauges.append(
      .init(
        name: "angle", value: Float(wrappedAngle(state.angle)), range: -Float.pi...Float.pi,
        unit: "rad"))
    drawing.gauges.append(
      .init(
        name: "angular velocity", value: Float(state.angularVelocity), range: -limit...limit,
        unit: "rad/s"))
  }
}

/// The same angle in [−π, π), as NumPy's remainder of two floats gives it.
func wrappedAngle(_ angle: Double) -> Double {
  let turn = 2 * Double.pi
  var rest = fmod(angle + Double.pi, turn)
  if rest < 0 { rest += turn }
  return rest - Double.pi
}
