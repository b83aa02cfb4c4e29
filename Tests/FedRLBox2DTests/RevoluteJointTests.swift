import FedRLBox2D
import Testing

/// Limits of both versions of the revolute joint. Against Gymnasium's worlds that of 2.3 is tested with
/// the reference worlds.
@Suite struct RevoluteJointTests {
  /// A bar on a post, 1 m long, that starts level.
  struct Bar: ~Copyable {
    var world = World(gravity: [0, -10], allowsSleep: false)
    let joint: Joint

    init(
      _ version: RevoluteJointDefinition.Version, limits: ClosedRange<Float>?,
      motor: (speed: Float, maximumTorque: Float)? = nil
    ) {
      let post = world.add(BodyDefinition(.fixed, at: BodyState(position: .zero)))
      let definition = BodyDefinition(.dynamic, at: BodyState(position: [0.5, 0]))
      let bar = world.add(definition)
      world.addBox(to: bar, halfSize: [0.5, 0.05], Material(density: 10))
      var joint = RevoluteJointDefinition(post, at: .zero, bar, at: [-0.5, 0])
      joint.version = version
      joint.limits = limits
      joint.motor = motor
      self.joint = world.add(joint)
    }

    mutating func run(steps: Int) {
      for _ in 0..<steps {
        world.step(seconds: 1 / 50, velocityIterations: 180, positionIterations: 60)
      }
    }

    var angle: Float { world.angle(of: joint) }
  }

  /// Box2D's angular slop, which joints of 2.3 pass a limit by.
  private let slop: Float = 2 / 180 * .pi

  @Test(arguments: [RevoluteJointDefinition.Version.box2D24, .box2D23])
  func aBarComesToRestOnItsLimit(version: RevoluteJointDefinition.Version) {
    var falling = Bar(version, limits: -0.5...0.7)
    falling.run(steps: 100)
    #expect(falling.angle <= -0.5 + 1e-4 && falling.angle >= -0.5 - 1.1 * slop)
    #expect(falling.world.speed(of: falling.joint).magnitude < 1e-4)
    // 5 N m hold 1 kg half a metre away; ten times as much lifts it.
    var lifted = Bar(version, limits: -0.5...0.7, motor: (3, 50))
    lifted.run(steps: 100)
    #expect(lifted.angle >= 0.7 - 1e-4 && lifted.angle <= 0.7 + 1.1 * slop)
  }

  @Test(arguments: [RevoluteJointDefinition.Version.box2D24, .box2D23])
  func equalLimitsHoldABar(version: RevoluteJointDefinition.Version) {
    var bar = Bar(version, limits: 0...0, motor: (3, 50))
    bar.run(steps: 200)
    #expect(bar.angle.magnitude < 1.1 * slop)
  }

  @Test(arguments: [RevoluteJointDefinition.Version.box2D24, .box2D23])
  func withoutLimitsABarSwings(version: RevoluteJointDefinition.Version) {
    var bar = Bar(version, limits: nil)
    bar.run(steps: 25)
    #expect(bar.angle < -1)
  }

  /// As before Box2D 2.4, and in pybox2d, also where nothing changes.
  @Test func toSetAMotorWakesItsBodies() {
    var world = World(gravity: [0, -10], allowsSleep: true)
    let post = world.add(BodyDefinition(.fixed, at: BodyState(position: .zero)))
    let bar = world.add(BodyDefinition(.dynamic, at: BodyState(position: [0, -0.5])))
    world.addBox(to: bar, halfSize: [0.05, 0.5], Material(density: 10))
    var definition = RevoluteJointDefinition(post, at: .zero, bar, at: [0, 0.5])
    definition.motor = (0, 50)
    let joint = world.add(definition)
    for _ in 0..<100 { world.step(seconds: 0.02) }
    let atRest = world.isAwake(bar)
    world.setMotor(of: joint, speed: 0, maximumTorque: 50)
    let driven = world.isAwake(bar)
    #expect(!atRest && driven)
  }

  /// Without limits the two versions are one.
  @Test func swingsAreAlike() {
    var old = Bar(.box2D23, limits: nil)
    var new = Bar(.box2D24, limits: nil)
    for _ in 0..<200 {
      old.run(steps: 1)
      new.run(steps: 1)
      #expect((old.angle - new.angle).magnitude < 1e-3)
    }
  }
}
