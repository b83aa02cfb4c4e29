#if canImport(Glibc)
  import Glibc
#endif

/// Four tyres as games have them: each cancels its sideways motion and takes its share of the
/// drive, as far as friction allows.
///
/// Impulses are found wheel after wheel, three times over, with the body's own effective mass at
/// each wheel, so that they cannot overshoot (as Box2D solves contacts). The sum of a wheel's
/// impulses stays within the circle μ F_z Δt. Source of the idea: iforce2d's top-down car;
/// Gymnasium's CarRacing.
struct TireForces: Sendable, BitwiseCopyable {
  private let parameters: Wheels
  private let model: SingleTrack

  private struct Wheels: Sendable, BitwiseCopyable {
    let mass, inertia, front, rear, halfTrack, friction: Double
    /// Static load of one front and one rear wheel, N.
    let frontLoad, rearLoad: Double
  }

  init(_ car: VehicleParameters, model: SingleTrack) {
    let weight = car.mass * SingleTrack.gravity / 2
    parameters = Wheels(
      mass: car.mass, inertia: car.inertia, front: car.frontAxle, rear: car.rearAxle,
      halfTrack: 0.42 * car.width, friction: car.friction,
      frontLoad: weight * car.rearAxle / car.wheelbase,
      rearLoad: weight * car.frontAxle / car.wheelbase)
    self.model = model
  }

  /// One semi-implicit step: forces, then motion with the new velocity.
  func advanced(_ state: CarState, _ input: CarInput, seconds: Double) -> CarState {
    let rate = model.limited(steeringRate: input.steeringRate, at: state.steering)
    let steering = state.steering + rate * seconds
    let forwardSpeed = state.speed * cos(state.slip)
    let acceleration = model.limited(acceleration: input.acceleration, at: forwardSpeed)
    var motion = BodyMotionInCarAxes(
      vx: forwardSpeed, vy: state.speed * sin(state.slip), yawRate: state.yawRate)
    solve(&motion, steering: steering, acceleration: acceleration, seconds: seconds)
    let (c, s) = (cos(state.yaw), sin(state.yaw))
    var next = CarState(
      x: state.x + (c * motion.vx - s * motion.vy) * seconds,
      y: state.y + (s * motion.vx + c * motion.vy) * seconds, steering: steering,
      yaw: state.yaw + motion.yawRate * seconds, yawRate: motion.yawRate)
    // The axes turn with the car; the velocity in the world does not.
    let turn = motion.yawRate * seconds
    next.setVelocity(
      forward: motion.vx * cos(turn) + motion.vy * sin(turn),
      sideways: motion.vy * cos(turn) - motion.vx * sin(turn))
    return next
  }

  private struct BodyMotionInCarAxes {
    var vx, vy, yawRate: Double
  }

  private func solve(
    _ motion: inout BodyMotionInCarAxes, steering: Double, acceleration: Double, seconds: Double
  ) {
    let p = parameters
    let tangent = tan(steering)
    let base = p.front + p.rear
    // Impulses so far of each wheel, sideways.
    var sums = SIMD4<Double>.zero
    for pass in 0..<3 {
      for wheel in 0..<4 {
        let isFront = wheel < 2
        let (rx, ry) = (isFront ? p.front : -p.rear, wheel % 2 == 0 ? p.halfTrack : -p.halfTrack)
        // Each front wheel points along its own circle about the middle of the turn (Ackermann).
        let (wx, wy) = isFront ? (base - ry * tangent, base * tangent) : (1, 0)
        let over = 1 / (wx * wx + wy * wy).squareRoot()
        let (fx, fy) = (wx * over, wy * over)
        let (nx, ny) = (-fy, fx)
        let load = isFront ? p.frontLoad : p.rearLoad
        let grip = p.friction * load * seconds
        // Drive and brakes act on all wheels in proportion to their load.
        let drive = min(max(load / SingleTrack.gravity * acceleration * seconds, -grip), grip)
        if pass == 0 { apply(drive, fx, fy, rx, ry, &motion) }
        let sideways =
          (motion.vx - motion.yawRate * ry) * nx + (motion.vy + motion.yawRate * rx) * ny
        let arm = rx * ny - ry * nx
        let wanted = sums[wheel] - sideways / (1 / p.mass + arm * arm / p.inertia)
        let room = (grip * grip - drive * drive).squareRoot()
        let limited = min(max(wanted, -room), room)
        apply(limited - sums[wheel], nx, ny, rx, ry, &motion)
        sums[wheel] = limited
      }
    }
  }

  @inline(__always)
  private func apply(
    _ impulse: Double, _ dx: Double, _ dy: Double, _ rx: Double, _ ry: Double,
    _ motion: inout BodyMotionInCarAxes
  ) {
    motion.vx += impulse * dx / parameters.mass
    motion.vy += impulse * dy / parameters.mass
    motion.yawRate += impulse * (rx * dy - ry * dx) / parameters.inertia
  }
}

extension CarState {
  /// Speed and slip angle from a velocity in the car's axes; the speed is negative for backward
  /// motion.
  mutating func setVelocity(forward: Double, sideways: Double) {
    let size = (forward * forward + sideways * sideways).squareRoot()
    if forward >= 0 {
      speed = size
      slip = size > 0 ? atan2(sideways, forward) : 0
    } else {
      speed = -size
      slip = atan2(-sideways, -forward)
    }
  }

  /// Speed and slip angle from a velocity in the car's axes, as the pair whose slip angle is nearest to
  /// another: a car that slides with its rear first goes on doing so.
  mutating func setVelocity(forward: Double, sideways: Double, near slip: Double) {
    let size = (forward * forward + sideways * sideways).squareRoot()
    let turn = size > 0 ? remainder(atan2(sideways, forward) - slip, 2 * .pi) : 0
    let isBackward = turn.magnitude > .pi / 2
    speed = isBackward ? -size : size
    self.slip = remainder(slip + (isBackward ? turn - .pi : turn), 2 * .pi)
  }
}
