import FedRLBox2D
import FedRLNumerics
import Testing

/// Our solver of revolute joints against Box2D's own.
@Suite struct RevoluteJointTests {
  /// A trunk with two legs of two parts each falls, kicks by its motors into its limits, and comes to lie
  /// on the ground; one hinge has neither motor nor limits.
  struct Walker: ~Copyable {
    var world = World(gravity: [0, -10], allowsSleep: true)
    var bodies: [Body] = []
    var joints: [Joint] = []

    init(isSolvedByBox2D: Bool, seed: UInt64) {
      var random = RandomStream(seed: seed)
      func number(_ low: Double, _ high: Double) -> Float { Float(random.uniform(low, high)) }
      let ground = world.add(BodyDefinition(.fixed, at: BodyState(position: .zero)))
      world.addEdge(to: ground, from: [-50, 0], to: [50, 0], Material(friction: 0.8))
      func part(_ place: SIMD2<Float>, _ size: SIMD2<Float>) -> Body {
        let body = world.add(
          BodyDefinition(.dynamic, at: BodyState(position: place, angle: number(-0.3, 0.3))))
        var material = Material(density: number(0.5, 5), friction: 0.3)
        material.group = -1
        world.addBox(to: body, halfSize: size, material)
        bodies.append(body)
        return body
      }
      let trunk = part([0, 3], [1, 0.3])
      func hinge(_ a: Body, _ at: SIMD2<Float>, _ b: Body, _ on: SIMD2<Float>, isBare: Bool = false)
      {
        var joint = RevoluteJointDefinition(a, at: at, b, at: on)
        joint.isSolvedByBox2D = isSolvedByBox2D
        if !isBare {
          joint.limits = number(-0.9, -0.1)...number(0.1, 0.9)
          joint.motor = (number(-4, 4), number(1, 60))
        }
        joints.append(world.add(joint))
      }
      for side: Float in [-1, 1] {
        let thigh = part([side * 0.7, 2.2], [0.15, 0.5])
        let shin = part([side * 0.7, 1.2], [0.12, 0.5])
        hinge(trunk, [side * 0.7, -0.3], thigh, [0, 0.5])
        hinge(thigh, [0, -0.5], shin, [0, 0.5])
      }
      let tail = part([0, 4], [0.1, 0.4])
      hinge(trunk, [0, 0.3], tail, [0, -0.4], isBare: true)
    }
  }

  @Test(arguments: 1...8 as ClosedRange<UInt64>)
  func resultsAreThoseOfBox2D(seed: UInt64) {
    var own = Walker(isSolvedByBox2D: false, seed: seed)
    var library = Walker(isSolvedByBox2D: true, seed: seed)
    var random = RandomStream(seed: seed).split("motors")
    var (touches, limits) = (0, 0)
    for step in 0..<600 {
      if step % 40 == 0 {
        for index in own.joints.indices.dropLast() {
          let (speed, torque) = (Float(random.uniform(-5, 5)), Float(random.uniform(0, 80)))
          own.world.setMotor(of: own.joints[index], speed: speed, maximumTorque: torque)
          library.world.setMotor(of: library.joints[index], speed: speed, maximumTorque: torque)
        }
      }
      own.world.step(seconds: 1 / 50, velocityIterations: 180, positionIterations: 60)
      library.world.step(seconds: 1 / 50, velocityIterations: 180, positionIterations: 60)
      touches += own.world.contactCount
      for (a, b) in zip(own.bodies, library.bodies) where own.world[a] != library.world[b] {
        Issue.record("step \(step): \(own.world[a]) instead of \(library.world[b])")
        return
      }
      limits += own.joints.filter { own.world.angle(of: $0).magnitude > 0.1 }.count
    }
    #expect(touches > 0 && limits > 600)
  }
}
