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
    // No faster than to the ends of the range of speeds: brakes stop the car and do not push it
    // back.
    let acceleration = min(
      max(wanted, (kernel.minimumSpeed - car.speed) / h), (kernel.maximumSpeed - car.speed) / h)
    let input = CarInput(steeringRate: rate, acceleration: acceleration)
    var next =
      kernel.usesTires
      ? kernel.tires.advanced(car, input, seconds: h)
      : kernel.model.advanced(car, input, seconds: h)
    next.speed = min(max(next.speed, kernel.minimumSpeed), kernel.maximumSpeed)
    settle(&next)
    let way = SIMD2(next.x - car.x, next.y - car.y)
    let reach = (way * way).sum().squareRoot() + kernel.radius * (next.yaw - car.yaw).magnitude
    if isClear(of: reach + VehicleKernel.skin) {
      car = next
      touchedWalls = 0
    } else {
      collide(next, velocity: way / h, yawRate: (next.yaw - car.yaw) / h)
    }
  }

  /// Below 0.5 m/s the equations have no slip: what is left of it from faster motion goes.
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
    countCollisions()
    let body = world[carBody]
    let given = bodyState(of: next, velocity: velocity, yawRate: yawRate)
    let moved = body.position - given.position
    let pushed = body.velocity - given.velocity
    let isFree =
      (moved * moved).sum() < 1e-8 && (pushed * pushed).sum() < 1e-8
      && (body.angularVelocity - given.angularVelocity).magnitude < 1e-4
    if isFree {
      car = next
    } else {
      take(body, steering: next.steering)
    }
  }

  /// One for every car that is touched anew, and one for the walls, of however many edges.
  private mutating func countCollisions() {
    var (begun, ended) = (0, 0)
    for index in 0..<world.contactCount {
      let contact = world.contact(index)
      guard contact.first == carBody || contact.second == carBody else { continue }
      if contact.first == wallBody || contact.second == wallBody {
        if contact.began { begun += 1 } else { ended += 1 }
      } else if contact.began {
        newCollisions += 1
      }
    }
    touchedWalls = max(touchedWalls - ended, 0)
    if begun > 0 && touchedWalls == 0 { newCollisions += 1 }
    touchedWalls += begun
  }

  /// Takes over what a contact left of the motion.
  private mutating func take(_ body: BodyState, steering: Double) {
    let yaw = Double(body.angle)
    let (c, s) = (cos(yaw), sin(yaw))
    let (vx, vy) = (Double(body.velocity.x), Double(body.velocity.y))
    var next = CarState(
      x: Double(body.position.x), y: Double(body.position.y), steering: steering, yaw: yaw,
      yawRate: Double(body.angularVelocity))
    next.setVelocity(forward: c * vx + s * vy, sideways: c * vy - s * vx)
    next.speed = min(max(next.speed, kernel.minimumSpeed), kernel.maximumSpeed)
    settle(&next)
    car = next
  }
}
