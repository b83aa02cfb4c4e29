import FedRLBox2D
import FedRLMaps
import FedRLNumerics

#if canImport(Glibc)
  import Glibc
#endif

extension VehicleEnvironment {
  /// Puts the car somewhere beside the line, clear of walls.
  mutating func placeCar(_ random: inout RandomStream) {
    let settings = plan.settings
    let spread = settings.startSpread
    // A place that a wall stands in or before is drawn again; half of the places on the centre line or amid
    // the road are clear at least.
    for attempt in 0..<100 {
      let starts = plan.course.starts
      let s =
        settings.start == .anywhere ? random.uniform(starts.low, starts.high) : plan.course.line
      let isLate = attempt >= 50
      let across = isLate ? 0 : random.uniform(-spread, spread)
      let turn = isLate ? 0 : random.uniform(-0.3, 0.3) * spread
      let place = center.place(at: s)
      let room = across > 0 ? place.left : place.right
      let offset =
        isLate
        ? (attempt % 2 == 0 ? 0 : place.middle) : across * max(room - kernel.radius, 0)
      let x = place.x - place.tangentY * offset
      let y = place.y + place.tangentX * offset
      let yaw = atan2(place.tangentY, place.tangentX) + turn
      car = CarState(
        x: x - kernel.middle * cos(yaw), y: y - kernel.middle * sin(yaw),
        speed: settings.startSpeed, yaw: yaw)
      sample = Int(center.wrapped(s) / center.spacing) % center.count
      projection = center.project(x: car.x, y: car.y, from: &sample)
      let margin = isLate ? VehicleKernel.leastRoomAtStart : VehicleKernel.roomAtStart
      if isClearOfWalls(margin) && plan.isOpen(from: place, to: offset) { return }
    }
  }

  /// Spreads the other cars over the rest of the track, each at the speed it wants.
  mutating func placeTraffic(_ random: inout RandomStream) {
    let settings = plan.settings
    let gap = center.length / Double(trafficCount + 1)
    let spread = max(gap / 2 - settings.effectiveTrafficDistance, 0) / 2
    for index in 0..<trafficCount {
      let speed = settings.effectiveTrafficSpeed * random.uniform(0.8, 1.2)
      let s = projection.s + gap * Double(index + 1) + random.uniform(-spread, spread)
      traffic[index] = TrafficCar(s: s, speed: 0, desiredSpeed: speed)
      traffic[index].speed = desiredSpeed(of: index)
      traffic[index].place(on: center)
    }
  }

  /// A new Box2D world: walls, the car, the traffic, in this order.
  mutating func makeWorld() {
    var world = World(gravity: .zero)
    var wall = Material(friction: 0.3, restitution: 0.1)
    wall.category = WorldCategory.wall
    wallBody = world.add(BodyDefinition(.fixed, at: BodyState(position: .zero)))
    for loop in plan.world.walls { world.addChain(to: wallBody, points: loop, isLoop: true, wall) }
    var body = BodyDefinition(.dynamic, at: bodyState(of: car, velocity: .zero, yawRate: 0))
    body.isBullet = true
    let size = SIMD2(Float(kernel.halfLength), Float(kernel.halfWidth))
    var material = Material(density: 1, friction: 0.3, restitution: 0.1)
    material.category = WorldCategory.car
    carBody = world.add(body)
    world.addBox(
      to: carBody, halfSize: size, center: SIMD2(Float(kernel.middle), 0), material)
    world.setMassProperties(
      of: carBody,
      MassProperties(
        mass: Float(plan.parameters.mass), inertia: Float(plan.parameters.inertia)))
    for index in 0..<trafficCount {
      let other = world.add(BodyDefinition(.kinematic, at: trafficState(index)))
      world.addBox(to: other, halfSize: size, material)
      trafficBodies[index] = other
    }
    self.world = world
  }

  func bodyState(of car: CarState, velocity: SIMD2<Double>, yawRate: Double) -> BodyState {
    BodyState(
      position: SIMD2(Float(car.x), Float(car.y)), angle: Float(car.yaw),
      velocity: SIMD2(Float(velocity.x), Float(velocity.y)), angularVelocity: Float(yawRate))
  }

  func trafficState(_ index: Int) -> BodyState {
    let other = traffic[index]
    return BodyState(
      position: SIMD2(Float(other.x), Float(other.y)),
      angle: Float(atan2(other.sine, other.cosine)),
      velocity: SIMD2(Float(other.cosine * other.speed), Float(other.sine * other.speed)))
  }
}

/// What shapes are to rays.
enum WorldCategory {
  static let wall: UInt16 = 1
  static let car: UInt16 = 2
}
