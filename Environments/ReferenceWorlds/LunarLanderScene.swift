package import FedRLBox2D
import FedRLNumerics

/// The moon, the lander and its two legs in a Box2D world, made in the order in which Gymnasium makes
/// them.
package struct LunarLanderScene: ~Copyable {
  /// The ground is its body 0.
  package var world: World
  /// The body between the legs.
  package let lander: Body
  /// The one that Gymnasium makes first hangs on the right, at x + 20 pixels.
  package let legs: (first: Body, second: Body)
  /// The ground, in points.
  package let terrain: LunarLanderTerrain

  /// - Parameter push: force on the lander's centre during the first step, N.
  init(
    _ settings: LunarLanderSettings, terrain: LunarLanderTerrain, push: SIMD2<Float>
  ) {
    self.terrain = terrain
    var world = World(gravity: [0, Float(settings.gravity)], allowsSleep: true)
    Self.addGround(terrain, to: &world)
    let lander = Self.addLander(to: &world)
    world.apply(forceToCenter: push, of: lander)
    let first = Self.addLeg(side: -1, to: lander, in: &world, settings)
    let second = Self.addLeg(side: 1, to: lander, in: &world, settings)
    self.world = world
    self.lander = lander
    legs = (first, second)
  }

  private static func addGround(_ terrain: LunarLanderTerrain, to world: inout World) {
    let ground = world.add(BodyDefinition(.fixed, at: BodyState(position: .zero)))
    world.addEdge(
      to: ground, from: .zero, to: [Float(LunarLanderPlan.width), 0], Material(friction: 0.2))
    for index in 1..<terrain.points.count {
      world.addEdge(
        to: ground, from: terrain.points[index - 1], to: terrain.points[index],
        Material(friction: 0.1))
    }
  }

  /// Where the lander starts: the middle of the picture's upper edge.
  private static let start = SIMD2(LunarLanderPlan.width / 2, LunarLanderPlan.height)

  private static func addLander(to world: inout World) -> Body {
    let lander = world.add(BodyDefinition(.dynamic, at: BodyState(position: SIMD2(start))))
    var material = Material(density: 5, friction: 0.1)
    material.category = LunarLanderPlan.landerCategory
    material.mask = LunarLanderPlan.groundCategory
    world.addPolygon(to: lander, points: LunarLanderPlan.bodyCorners, material)
    return lander
  }

  /// A leg on a hinge in the lander's middle, pressed outwards by a weak motor until its limit.
  /// - Parameter side: −1 for the leg on the right, +1 for the one on the left.
  private static func addLeg(
    side: Float, to lander: Body, in world: inout World, _ settings: LunarLanderSettings
  ) -> Body {
    let offset = LunarLanderPlan.legOffset
    let place = SIMD2(start.x - Double(side) * offset.x, start.y)
    let leg = world.add(
      BodyDefinition(
        .dynamic, at: BodyState(position: SIMD2(place), angle: side * LunarLanderPlan.legTilt)))
    var material = Material(density: 1)
    material.category = LunarLanderPlan.legCategory
    material.mask = LunarLanderPlan.groundCategory
    world.addBox(to: leg, halfSize: LunarLanderPlan.legHalfSize, material)
    var joint = RevoluteJointDefinition(
      lander, at: .zero, leg, at: [side * Float(offset.x), Float(offset.y)])
    // pybox2d takes the angle between two bodies, when it joins them, for 0.
    joint.referenceAngle = world[leg].angle - world[lander].angle
    let angles = LunarLanderPlan.legAngles
    joint.version = .box2D23
    joint.limits = side < 0 ? angles : -angles.upperBound ... -angles.lowerBound
    joint.motor = (side * LunarLanderPlan.legMotorSpeed, Float(settings.legSpringTorque))
    _ = world.add(joint)
    return leg
  }
}
