import FedRLBox2D

#if canImport(Glibc)
  import Glibc
#endif

extension VehicleEnvironment {
  /// One substep of the car; the traffic is where it will be at the end of it.
  mutating func move(steering target: Double, acceleration wanted: Double) {
    let h = kernel.substep
    let limit = kernel.maximumSteering
    let rate = (min(max(target, -limit), limit) - car.steering) / h
    let input = CarInput(steeringRate: rate, acceleration: possible(acceleration: wanted))
    var next =
      kernel.usesTires
      ? kernel.tires.advanced(car, input, seconds: h)
      : kernel.model.advanced(car, input, seconds: h)
    bound(&next)
    settle(&next)
    let before = SIMD2(car.x, car.y)
    let way = SIMD2(next.x, next.y) - before
    let reach = (way * way).sum().squareRoot() + kernel.radius * (next.yaw - car.yaw).magnitude
    if isClear(of: reach + VehicleKernel.skin) {
      car = next
      touched = .none
    } else {
      collide(next, velocity: way / h, yawRate: (next.yaw - car.yaw) / h)
    }
    let moved = SIMD2(car.x, car.y) - before
    metrics.distance += (moved * moved).sum().squareRoot()
  }

  /// What engine and brakes do of the acceleration that is asked for, m/s²: no more than to the ends of
  /// the range of speeds. Brakes stop the car and do not push it back.
  private func possible(acceleration wanted: Double) -> Double {
    // On tyres it acts on the motion along the car; of the models, on the motion, which an engine slows
    // when the rear is ahead.
    let speed = kernel.usesTires ? car.speed * cos(car.slip) : car.speed
    let isRearFirst = !kernel.usesTires && car.slip.magnitude > .pi / 2
    let wanted = isRearFirst ? -wanted.magnitude : wanted
    let least = (kernel.minimumSpeed - speed) / kernel.substep
    let most = (kernel.maximumSpeed - speed) / kernel.substep
    // A car that slides backwards faster than it can drive so is stopped by brakes as well.
    if least > 0 && wanted < 0 { return min(-wanted, least) }
    return min(max(wanted, min(least, 0)), most)
  }

  /// Keeps the range of speeds. A car on tyres may slide backwards whatever its gears can do; what
  /// would throw back one of the other models stops it.
  @inline(__always)
  private func bound(_ state: inout CarState) {
    let least = kernel.usesTires ? -kernel.maximumSpeed : kernel.minimumSpeed
    state.speed = min(max(state.speed, least), kernel.maximumSpeed)
  }

  /// Where the kinematic equations hold there is no slip: what is left of it from faster motion goes.
  @inline(__always)
  private func settle(_ state: inout CarState) {
    guard !kernel.usesTires, kernel.model.isKinematic(at: state.speed) else { return }
    state.slip = 0
    state.yawRate = state.speed / kernel.wheelbase * tan(state.steering)
  }

  /// Whether no wall and no other car is nearer than `margin` to the car's body.
  func isClear(of margin: Double) -> Bool {
    let near = 2 * kernel.radius + kernel.middle.magnitude + margin
    for index in 0..<trafficCount {
      let (dx, dy) = (traffic[index].x - car.x, traffic[index].y - car.y)
      if dx * dx + dy * dy < near * near { return false }
    }
    return isClearOfWalls(margin)
  }

  func isClearOfWalls(_ margin: Double) -> Bool {
    let (c, s) = (cos(car.yaw), sin(car.yaw))
    return !walls.touches(
      Float(car.x + kernel.middle * c), Float(car.y + kernel.middle * s), Float(c), Float(s),
      halfLength: Float(kernel.halfLength + margin), halfWidth: Float(kernel.halfWidth + margin))
  }

  /// Lets Box2D do the substep: the car's body gets the velocity that would bring it to `next`.
  private mutating func collide(_ next: CarState, velocity: SIMD2<Double>, yawRate: Double) {
    let h = kernel.substep
    world[carBody] = bodyState(of: car, velocity: velocity, yawRate: yawRate)
    for index in 0..<trafficCount {
      // Where it was at the start of the substep.
      var state = trafficState(index)
      state.position -= state.velocity * Float(h)
      world[trafficBodies[index]] = state
    }
    world.step(seconds: Float(h))
    let wasFree = touched == .none
    let begun = countCollisions()
    if wasFree && begun == .none && touched == .none {
      car = next
    } else {
      take(
        world[carBody], insteadOf: bodyState(of: next, velocity: velocity, yawRate: yawRate), next)
    }
  }

  /// One for every car that is touched anew, and one for the walls, of however many edges.
  /// - Returns: the contacts that began.
  private mutating func countCollisions() -> Touched {
    var begun = Touched.none
    for index in 0..<world.contactCount {
      let contact = world.contact(index)
      guard contact.began, contact.first == carBody || contact.second == carBody else { continue }
      if contact.first == wallBody || contact.second == wallBody {
        begun.walls += 1
      } else {
        begun.cars += 1
      }
    }
    newCollisions += begun.cars + (begun.walls > 0 && touched.walls == 0 ? 1 : 0)
    // Not counted from events: a contact may end before another begins, or after.
    let walls = world.touchingCount(of: carBody, with: wallBody)
    touched = Touched(walls: walls, cars: world.touchingCount(of: carBody) - walls)
    return begun
  }

  /// Takes over what contacts changed in the motion to `next`: how the body came to be in place and
  /// velocity against how it was to be.
  private mutating func take(_ body: BodyState, insteadOf given: BodyState, _ next: CarState) {
    let (moved, pushed) = (body.position - given.position, body.velocity - given.velocity)
    let direction = next.yaw + next.slip
    let vx = next.speed * cos(direction) + Double(pushed.x)
    let vy = next.speed * sin(direction) + Double(pushed.y)
    var taken = next
    taken.x += Double(moved.x)
    taken.y += Double(moved.y)
    taken.yaw += Double(body.angle - given.angle)
    taken.yawRate += Double(body.angularVelocity - given.angularVelocity)
    let (c, s) = (cos(taken.yaw), sin(taken.yaw))
    let (forward, sideways) = (c * vx + s * vy, c * vy - s * vx)
    if !kernel.usesTires && kernel.model.isKinematic(at: forward) {
      // Wheels that do not slide take up what pushes them aside.
      (taken.speed, taken.slip) = (forward, 0)
    } else {
      taken.setVelocity(forward: forward, sideways: sideways, near: next.slip)
    }
    bound(&taken)
    settle(&taken)
    car = taken
  }
}

/// What the car touches: edges of walls, a chain of which is one wall, and other cars.
struct Touched: Equatable, BitwiseCopyable {
  var walls, cars: Int

  static let none = Touched(walls: 0, cars: 0)
}
