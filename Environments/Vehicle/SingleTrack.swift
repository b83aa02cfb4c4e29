#if canImport(Glibc)
  import Glibc
#endif

/// Where a car is and how it moves, in CommonRoad's order: x, y (m), steering angle (rad), speed
/// (m/s), yaw (rad), yaw rate (rad/s), slip angle of the centre of mass (rad); the eighth lane
/// stays 0.
public struct CarState: Sendable, Equatable, BitwiseCopyable {
  public var vector: SIMD8<Double>

  public init(_ vector: SIMD8<Double>) { self.vector = vector }

  public init(
    x: Double, y: Double, steering: Double = 0, speed: Double = 0, yaw: Double = 0,
    yawRate: Double = 0, slip: Double = 0
  ) {
    vector = SIMD8(x, y, steering, speed, yaw, yawRate, slip, 0)
  }

  public var x: Double {
    get { vector[0] }
    set { vector[0] = newValue }
  }
  public var y: Double {
    get { vector[1] }
    set { vector[1] = newValue }
  }
  public var steering: Double {
    get { vector[2] }
    set { vector[2] = newValue }
  }
  public var speed: Double {
    get { vector[3] }
    set { vector[3] = newValue }
  }
  public var yaw: Double {
    get { vector[4] }
    set { vector[4] = newValue }
  }
  public var yawRate: Double {
    get { vector[5] }
    set { vector[5] = newValue }
  }
  public var slip: Double {
    get { vector[6] }
    set { vector[6] = newValue }
  }
}

/// What a driver asks for, before the limits of the car.
public struct CarInput: Sendable, Equatable, BitwiseCopyable {
  /// rad/s
  public var steeringRate: Double
  /// Along the direction of motion, m/s².
  public var acceleration: Double

  public init(steeringRate: Double, acceleration: Double) {
    self.steeringRate = steeringRate
    self.acceleration = acceleration
  }
}

/// CommonRoad's kinematic and dynamic single-track models with their limits on steering and
/// acceleration.
///
/// Source: Althoff, Koschi and Manzinger, "CommonRoad: Composable benchmarks for motion planning on
/// roads" (2017), vehicle models §5 and §6; the order of operations is that of F1TENTH gym's, so
/// that derivatives agree to the last digits.
public struct SingleTrack: Sendable, Equatable, BitwiseCopyable {
  /// How the tyres hold.
  public enum Form: Sendable, Equatable, BitwiseCopyable {
    /// No slip at all.
    case kinematic
    /// Lateral force in proportion to the slip angle, without end.
    case linear
    /// As `linear`, each axle's lateral force cut at μ F_z.
    case saturated
  }

  /// m/s²
  public static let gravity = 9.81
  /// Below this speed the kinematic model takes over, as in CommonRoad, m/s.
  public static let leastSlowSpeed = 0.5
  /// Below this speed the kinematic model takes over, m/s: more where a substep could not follow the
  /// tyres, whose rates grow with 1 / v.
  public let slowSpeed: Double

  let form: Form
  /// Down to this speed the kinematic model stands in; the dynamic one below it again.
  let reverseSwitch: Double
  private let mu, cf, cr, lf, lr, h, m, inertia, base: Double
  private let steeringLimit, steeringRateLimit, switchSpeed, accelerationLimit: Double
  private let minimumSpeed, maximumSpeed: Double
  private let overBase, overInertiaBase: Double

  /// - Parameter reversesKinematically: whether every backward motion is kinematic. CommonRoad's linear
  ///   tyres push the wrong way when rolling backwards, so that its dynamic model spins out below
  ///   −0.5 m/s; `false` is that model as published.
  /// - Parameter substep: of the integration, s; 0 for the model as published.
  public init(
    _ parameters: VehicleParameters, form: Form, reversesKinematically: Bool = false,
    substep: Double = 0
  ) {
    self.form = form
    // Slip and yaw rate decay at these over v (the diagonal of the linear model); Runge and Kutta's
    // fourth order is stable up to 2.78 of rate times step.
    let (front, rear) = (parameters.frontAxle, parameters.rearAxle)
    let grip = parameters.friction * Self.gravity / (front + rear)
    let stiffness = (parameters.frontStiffness * rear, parameters.rearStiffness * front)
    let slipDecay = grip * (stiffness.0 + stiffness.1)
    let yawDecay =
      grip * parameters.mass * (front * front * stiffness.0 + rear * rear * stiffness.1)
      / parameters.inertia
    let slow = max(Self.leastSlowSpeed, substep * max(slipDecay, yawDecay) / 2.4)
    slowSpeed = slow
    reverseSwitch = reversesKinematically ? -.infinity : -slow
    mu = parameters.friction
    cf = parameters.frontStiffness
    cr = parameters.rearStiffness
    lf = parameters.frontAxle
    lr = parameters.rearAxle
    h = parameters.centerHeight
    m = parameters.mass
    inertia = parameters.inertia
    base = parameters.frontAxle + parameters.rearAxle
    steeringLimit = parameters.maximumSteering
    steeringRateLimit = parameters.maximumSteeringRate
    switchSpeed = parameters.switchSpeed
    accelerationLimit = parameters.maximumAcceleration
    minimumSpeed = parameters.minimumSpeed
    maximumSpeed = parameters.maximumSpeed
    overBase = 1 / base
    overInertiaBase = mu * m / (inertia * base)
  }

  /// The steering rate that the car can do, rad/s.
  @inline(__always)
  public func limited(steeringRate rate: Double, at angle: Double) -> Double {
    if (angle <= -steeringLimit && rate <= 0) || (angle >= steeringLimit && rate >= 0) { return 0 }
    return min(max(rate, -steeringRateLimit), steeringRateLimit)
  }

  /// The acceleration that the car can do, m/s².
  @inline(__always)
  public func limited(acceleration: Double, at speed: Double) -> Double {
    if (speed <= minimumSpeed && acceleration <= 0) || (speed >= maximumSpeed && acceleration >= 0)
    {
      return 0
    }
    let most = speed > switchSpeed ? accelerationLimit * switchSpeed / speed : accelerationLimit
    return min(max(acceleration, -accelerationLimit), most)
  }

  /// Whether the kinematic equations hold at a speed.
  @inline(__always)
  public func isKinematic(at speed: Double) -> Bool {
    form == .kinematic || (speed < slowSpeed && speed > reverseSwitch)
  }

  /// The state's rate of change; limits applied.
  @inline(__always)
  public func derivative(_ state: CarState, _ input: CarInput) -> SIMD8<Double> {
    let rate = limited(steeringRate: input.steeringRate, at: state.steering)
    let acceleration = limited(acceleration: input.acceleration, at: state.speed)
    return isKinematic(at: state.speed)
      ? kinematic(state, rate, acceleration) : dynamic(state, rate, acceleration)
  }

  private func kinematic(_ state: CarState, _ rate: Double, _ acceleration: Double) -> SIMD8<Double>
  {
    let (v, yaw) = (state.speed, state.yaw)
    let tangent = tan(state.steering)
    let cosine = cos(state.steering)
    return SIMD8(
      v * cos(yaw), v * sin(yaw), rate, acceleration, v / base * tangent,
      acceleration / base * tangent + v / (base * (cosine * cosine)) * rate, 0, 0)
  }

  @inline(__always)
  private func dynamic(_ state: CarState, _ rate: Double, _ acceleration: Double) -> SIMD8<Double> {
    let (v, yawRate, slip) = (state.speed, state.yawRate, state.slip)
    let direction = slip + state.yaw
    // Load of each axle times the wheelbase over the mass; one that is lifted leaves all to the other.
    let all = Self.gravity * base
    let front = min(max(Self.gravity * lr - acceleration * h, 0), all)
    let rear = min(max(Self.gravity * lf + acceleration * h, 0), all)
    let (yawAcceleration, slipRate) =
      form == .saturated
      ? saturated(state, front, rear)
      : (
        -overInertiaBase / v * (lf * lf * cf * front + lr * lr * cr * rear) * yawRate
          + overInertiaBase * (lr * cr * rear - lf * cf * front) * slip
          + overInertiaBase * lf * cf * front * state.steering,
        (mu * overBase / (v * v) * (cr * rear * lr - cf * front * lf) - 1) * yawRate
          - mu * overBase / v * (cr * rear + cf * front) * slip
          + mu * overBase / v * (cf * front) * state.steering
      )
    return SIMD8(
      v * cos(direction), v * sin(direction), rate, acceleration, yawRate, yawAcceleration,
      slipRate, 0)
  }

  /// Yaw acceleration and slip rate with each axle's lateral force cut at μ F_z.
  ///
  /// Beyond 90° a car slides rear first: its tyres then hold it along its axis, too, and a force to its
  /// left turns its motion to the right.
  @inline(__always)
  private func saturated(_ state: CarState, _ front: Double, _ rear: Double) -> (Double, Double) {
    let v = state.speed
    let frontSlip = Self.folded(state.steering - state.slip) - lf * state.yawRate / v
    let rearSlip = lr * state.yawRate / v + Self.folded(-state.slip)
    // Forces over the mass, times the wheelbase.
    let frontForce = mu * front * min(max(cf * frontSlip, -1), 1)
    let rearForce = mu * rear * min(max(cr * rearSlip, -1), 1)
    let yawAcceleration = m / (inertia * base) * (lf * frontForce - lr * rearForce)
    let side = overBase / v * (frontForce + rearForce)
    let isRearFirst = state.slip.magnitude > .pi / 2 && cos(state.slip) < 0
    return (yawAcceleration, (isRearFirst ? -side : side) - state.yawRate)
  }

  /// How far a motion goes to a side of a line, whichever way along it: the angle whose sine is the
  /// same, in −π/2…π/2.
  @inline(__always)
  private static func folded(_ angle: Double) -> Double {
    if angle.magnitude <= .pi / 2 { return angle }
    let turn = remainder(angle, 2 * .pi)
    return turn.magnitude <= .pi / 2 ? turn : copysign(.pi, turn) - turn
  }

  /// One step of classical Runge–Kutta, the input held.
  ///
  /// - Parameter seconds: Δt, 0.01 s in the reference.
  @inline(__always)
  public func advanced(_ state: CarState, _ input: CarInput, seconds: Double) -> CarState {
    let x = state.vector
    let k1 = derivative(state, input)
    let k2 = derivative(CarState(x + seconds / 2 * k1), input)
    let k3 = derivative(CarState(x + seconds / 2 * k2), input)
    let k4 = derivative(CarState(x + seconds * k3), input)
    var next = CarState(x + seconds / 6 * (k1 + 2 * k2 + 2 * k3 + k4))
    // A car that spins goes on from the other side; linear tyres hold the car, however far it turns.
    if form == .saturated && next.slip.magnitude > .pi {
      next.slip = remainder(next.slip, 2 * .pi)
    }
    return next
  }
}
