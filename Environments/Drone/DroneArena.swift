import FedRLBox2D

/// The Box2D world of one episode: walls, obstacles and the drone's body.
///
/// The body is three circles side by side, 12 × 5 cm: as wide as the craft with its rotors, and flat
/// enough to stand. (Polygons would have Box2D's skin of a centimetre all around.)
struct DroneArena: ~Copyable {
  /// Half the craft's width, m: as the collision shape of cf2x.
  static let halfWidth: Float = 0.06
  /// Half its height, m.
  static let halfHeight: Float = 0.025

  var world: World
  let drone: Body

  init(_ site: DroneSite, _ plan: EpisodePlan, _ airframe: Airframe, at state: BodyState) {
    world = World(gravity: [0, -airframe.gravity])
    let walls = world.add(BodyDefinition(.fixed, at: BodyState(position: .zero)))
    let stone = Material(friction: 0.6)
    for loop in site.loops { world.addChain(to: walls, points: loop, isLoop: true, stone) }
    for line in site.lines { world.addChain(to: walls, points: line, isLoop: false, stone) }
    for obstacle in plan.obstacles {
      if obstacle.isBox {
        world.addBox(
          to: walls, halfSize: SIMD2(repeating: obstacle.size), center: obstacle.center, stone)
      } else {
        world.addCircle(to: walls, center: obstacle.center, radius: obstacle.size, stone)
      }
    }
    var definition = BodyDefinition(.dynamic, at: state)
    definition.allowsSleep = false
    drone = world.add(definition)
    let reach = Self.halfWidth - Self.halfHeight
    for x in [-reach, 0, reach] {
      world.addCircle(
        to: drone, center: [x, 0], radius: Self.halfHeight, Material(friction: 0.6))
    }
    world.setMassProperties(
      of: drone, MassProperties(mass: airframe.mass, inertia: airframe.inertia))
  }
}
