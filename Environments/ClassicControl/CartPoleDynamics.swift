import FedRLCore

#if canImport(Glibc)
  import Glibc
#endif

/// Position (m), velocity (m/s), angle (rad, clockwise from upright) and angular velocity (rad/s).
public struct CartPoleState: ClassicState {
  public var position, velocity, angle, angularVelocity: Double

  public init(position: Double, velocity: Double, angle: Double, angularVelocity: Double) {
    self.position = position
    self.velocity = velocity
    self.angle = angle
    self.angularVelocity = angularVelocity
  }

  public static let width = 4
  public var values: [Double] { [position, velocity, angle, angularVelocity] }
  public init(values: [Double]) {
    self.init(
      position: values[0], velocity: values[1], angle: values[2], angularVelocity: values[3])
  }
}

/// The equations of motion with their constants worked out.
///
/// `a = (F + m l ω² sin θ) / M`,  `α = (g sin θ − a cos θ) / (l (4/3 − m cos² θ / M))`,
/// `ẍ = a − m l α cos θ / M`, M = cart + pole; then one explicit Euler step, positions first. The order
/// of operations is Gymnasium's, so that single steps agree to the last digits.
/// Source: Barto, Sutton and Anderson (1983); Florian (2007) without friction.
struct CartPoleDynamics: Sendable {
  let gravity, poleMass, totalMass, halfLength, poleMassLength, force, timeStep: Double
  let positionLimit, angleLimit, startRange: Double
  let maxSteps: Int
  /// Numbers of an observation, 4 or 2, and elements of the state from one of them to the next.
  let observationWidth, observationStride: Int

  init(_ settings: CartPoleSettings) {
    gravity = settings.gravity
    poleMass = settings.poleMass
    totalMass = settings.poleMass + settings.cartMass
    halfLength = settings.poleHalfLength
    poleMassLength = settings.poleMass * settings.poleHalfLength
    force = settings.force
    timeStep = settings.timeStep
    positionLimit = settings.positionLimit
    angleLimit = settings.angleLimit
    startRange = settings.startRange
    maxSteps = settings.maxSteps
    observationWidth = settings.observeVelocities ? 4 : 2
    observationStride = settings.observeVelocities ? 1 : 2
  }

  /// The state one time step after a push to the right (or left).
  func advance(_ state: CartPoleState, pushRight: Bool) -> CartPoleState {
    let push = pushRight ? force : -force
    let cosine = cos(state.angle)
    let sine = sin(state.angle)
    let omega = state.angularVelocity
    let common = (push + poleMassLength * (omega * omega) * sine) / totalMass
    let angularAcceleration =
      (gravity * sine - cosine * common)
      / (halfLength * (4.0 / 3.0 - poleMass * (cosine * cosine) / totalMass))
    let acceleration = common - poleMassLength * angularAcceleration * cosine / totalMass
    return CartPoleState(
      position: state.position + timeStep * state.velocity,
      velocity: state.velocity + timeStep * acceleration,
      angle: state.angle + timeStep * omega,
      angularVelocity: omega + timeStep * angularAcceleration)
  }

  func isLost(_ state: CartPoleState) -> Bool {
    state.position < -positionLimit || state.position > positionLimit
      || state.angle < -angleLimit || state.angle > angleLimit
  }
}

extension CartPoleDynamics {
  /// What is fixed about the environment; observations are bounded at twice the limits, as in
  /// Gymnasium, since the last one of an episode lies beyond them.
  var specification: EnvironmentSpecification {
    let high = [Float(positionLimit * 2), .infinity, Float(angleLimit * 2), .infinity]
    let names = ["cart.position", "cart.velocity", "pole.angle", "pole.angular_velocity"]
    let observed = stride(from: 0, to: 4, by: observationStride)
    return EnvironmentSpecification(
      name: CartPole.name,
      observations: BoxSpace(
        shape: [observationWidth], low: observed.map { -high[$0] }, high: observed.map { high[$0] },
        names: observed.map { names[$0] }),
      actions: .discrete(count: 2), controlPeriodSeconds: timeStep, maximumEpisodeSteps: maxSteps)
  }

  /// Gymnasium's proportions: a cart of 0.4 × 0.24 m, a pole 0.08 m thick and as long as it is.
  func draw(_ state: CartPoleState, into drawing: inout Drawing) {
    let track = Float(positionLimit)
    let x = Float(state.position)
    let length = Float(2 * halfLength)
    let axle = SIMD2<Float>(x, 0.06)
    let along = SIMD2<Float>(Float(sin(state.angle)), Float(cos(state.angle)))
    let across = SIMD2<Float>(along.y, -along.x) * 0.04
    let wood = Color(0.8, 0.6, 0.4)
    let dark = Color(0.2, 0.2, 0.22)
    drawing.bounds = (-track - 0.4, -0.6, track + 0.4, max(1.2, length + 0.4))
    drawing.background.append(
      .polyline(points: [[-track - 0.4, -0.12], [track + 0.4, -0.12]], width: 0.02, color: dark))
    for end in [-track, track] {
      drawing.background.append(
        .polyline(points: [[end, -0.3], [end, 0.1]], width: 0.02, color: Color(0.8, 0.2, 0.2)))
    }
    drawing.shapes.append(
      .polygon(
        points: [[x - 0.2, -0.12], [x + 0.2, -0.12], [x + 0.2, 0.12], [x - 0.2, 0.12]], fill: dark))
    drawing.shapes.append(
      .polygon(
        points: [
          axle - across, axle + across, axle + across + along * length,
          axle - across + along * length,
        ], fill: wood))
    drawing.shapes.append(
      .circle(x: axle.x, y: axle.y, radius: 0.04, fill: Color(0.5, 0.5, 0.8)))
    let limit = Float(angleLimit)
    drawing.gauges.append(
      .init(name: "angle", value: Float(state.angle), range: -limit...limit, unit: "rad"))
  }
}
