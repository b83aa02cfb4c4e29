package import FedRLBox2D
import FedRLNumerics

/// A leg of the walker: two parts and the joints above them.
package struct BipedalWalkerLeg: BitwiseCopyable {
  /// Thigh and shank.
  package let upper, lower: Body
  /// Between hull and thigh, and between thigh and shank.
  package let hip, knee: Joint
}

/// The ground and the walker in a Box2D world. The pieces of ground, bodies of their own in Gymnasium, are
/// shapes of one body here, which makes no difference to what moves.
package struct BipedalWalkerScene: ~Copyable {
  /// The ground is its body 0.
  package var world: World
  /// The body that the legs carry.
  package let hull: Body
  /// The first is the one of actions 0 and 1.
  package let legs: (first: BipedalWalkerLeg, second: BipedalWalkerLeg)
  /// The ground, in points and boxes.
  package let terrain: BipedalWalkerTerrain

  /// Where the hull starts, m.
  static let start = SIMD2(
    BipedalWalkerTerrain.step * Double(BipedalWalkerTerrain.startPad) / 2,
    BipedalWalkerTerrain.startHeight + 2 * BipedalWalkerPlan.legHeight)

  /// - Parameter push: force forwards on the hull during the first step, N.
  init(_ settings: BipedalWalkerSettings, terrain: BipedalWalkerTerrain, push: Double) {
    self.terrain = terrain
    var world = World(gravity: [0, Float(settings.gravity)], allowsSleep: true)
    Self.addGround(terrain, friction: Float(settings.friction), to: &world)
    let hull = Self.addHull(to: &world)
    world.apply(forceToCenter: [Float(push), 0], of: hull)
    let first = Self.addLeg(side: -1, to: hull, in: &world, settings)
    let second = Self.addLeg(side: 1, to: hull, in: &world, settings)
    self.world = world
    self.hull = hull
    legs = (first, second)
  }

  private static func addGround(
    _ terrain: BipedalWalkerTerrain, friction: Float, to world: inout World
  ) {
    let ground = world.add(BodyDefinition(.fixed, at: BodyState(position: .zero)))
    var material = Material(friction: friction)
    material.category = BipedalWalkerPlan.groundCategory
    for box in terrain.boxes { world.addPolygon(to: ground, points: box, material) }
    // From the right: Box2D 2.4 then finds the first contacts in the order of 2.3, from the left. The feet
    // start in the ground, and the order in which they are pushed out of it sets the walker off.
    for index in (1..<BipedalWalkerTerrain.pointCount).reversed() {
      world.addEdge(
        to: ground, from: terrain.point(index - 1), to: terrain.point(index), material)
    }
  }

  private static func material(density: Float, friction: Float) -> Material {
    var material = Material(density: density, friction: friction)
    material.category = BipedalWalkerPlan.walkerCategory
    material.mask = BipedalWalkerPlan.groundCategory
    return material
  }

  private static func addHull(to world: inout World) -> Body {
    let hull = world.add(BodyDefinition(.dynamic, at: BodyState(position: SIMD2(start))))
    world.addPolygon(
      to: hull, points: BipedalWalkerPlan.hullCorners,
      material(density: BipedalWalkerPlan.hullDensity, friction: 0.1))
    return hull
  }

  /// - Parameter side: −1 for the first leg, +1 for the second: which way it leans at the start.
  private static func addLeg(
    side: Float, to hull: Body, in world: inout World, _ settings: BipedalWalkerSettings
  ) -> BipedalWalkerLeg {
    let height = BipedalWalkerPlan.legHeight
    let hipHeight = BipedalWalkerPlan.hipHeight
    func part(below: Double, _ halfSize: SIMD2<Float>, in world: inout World) -> Body {
      // Gymnasium subtracts the hips' negative height, so that the parts start too high and the joints
      // pull them into place.
      let place = SIMD2(start.x, start.y - height * below - hipHeight)
      let body = world.add(
        BodyDefinition(
          .dynamic, at: BodyState(position: SIMD2(place), angle: side * BipedalWalkerPlan.legTilt)))
      let material = material(density: BipedalWalkerPlan.legDensity, friction: 0.2)
      world.addBox(to: body, halfSize: halfSize, material)
      return body
    }
    func hinge(
      _ first: Body, _ firstHeight: Double, _ second: Body, _ limits: ClosedRange<Float>,
      speed: Float, in world: inout World
    ) -> Joint {
      var joint = RevoluteJointDefinition(
        first, at: [0, Float(firstHeight)], second, at: [0, Float(height / 2)])
      // pybox2d takes the angle between two bodies, when it joins them, for 0.
      joint.referenceAngle = world[second].angle - world[first].angle
      joint.version = .box2D23
      joint.limits = limits
      joint.motor = (speed, Float(settings.motorTorque))
      return world.add(joint)
    }
    let upper = part(below: 0.5, BipedalWalkerPlan.upperLegHalfSize, in: &world)
    let hip = hinge(
      hull, hipHeight, upper, BipedalWalkerPlan.hipAngles, speed: side, in: &world)
    let lower = part(below: 1.5, BipedalWalkerPlan.lowerLegHalfSize, in: &world)
    let knee = hinge(
      upper, -height / 2, lower, BipedalWalkerPlan.kneeAngles, speed: 1, in: &world)
    return BipedalWalkerLeg(upper: upper, lower: lower, hip: hip, knee: knee)
  }
}
