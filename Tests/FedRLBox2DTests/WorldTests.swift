import FedRLBox2D
import Foundation
import Testing

@Suite struct WorldTests {
  private let ground = Material(friction: 0.5)

  /// The release 2.4.1 still calls itself 2.4.0.
  @Test func theLibraryIsTheOneThatWasRead() { #expect(World.libraryVersion == 20400) }

  /// Semi-implicit Euler: `z_n = z₀ + v₀ n Δt − g Δt² n (n + 1) / 2`.
  @Test func freeFallIsThatOfTheIntegrator() {
    var world = World(gravity: [0, -9.8])
    let ball = world.add(
      BodyDefinition(.dynamic, at: BodyState(position: [0, 100], velocity: [2, 3])))
    world.addCircle(to: ball, radius: 0.1, Material(density: 1))
    let step = 1.0 / 240
    for n in 1...480 {
      world.step(seconds: Float(step))
      let expected = 100 + 3 * Double(n) * step - 9.8 * step * step * Double(n * (n + 1)) / 2
      let state = world[ball]
      // Float32 sums of n terms near 100: half a unit in the last place each.
      #expect(abs(Double(state.position.y) - expected) < 4e-6 * Double(n))
      #expect(abs(Double(state.position.x) - 2 * Double(n) * step) < 1e-6 * Double(n))
    }
  }

  @Test func linearDampingHasItsTerminalSpeed() {
    var world = World(gravity: [0, -9.8])
    var definition = BodyDefinition(.dynamic, at: BodyState(position: [0, 0]))
    definition.linearDamping = 2
    let ball = world.add(definition)
    world.addCircle(to: ball, radius: 0.1, Material(density: 1))
    for _ in 0..<2400 { world.step(seconds: 1.0 / 240) }
    #expect(abs(world[ball].velocity.y + 9.8 / 2) < 1e-3)
  }

  @Test func aFreeSpinKeepsItsAngularMomentum() {
    var world = World(gravity: .zero)
    let bar = world.add(
      BodyDefinition(.dynamic, at: BodyState(position: .zero, angularVelocity: 3)))
    world.addBox(to: bar, halfSize: [1, 0.1], Material(density: 1))
    world.setMassProperties(of: bar, MassProperties(mass: 2, center: [0.3, 0], inertia: 0.7))
    let mass = world.massProperties(of: bar)
    #expect(abs(mass.inertia - 0.7) < 1e-6 && mass.mass == 2 && abs(mass.center.x - 0.3) < 1e-7)
    for _ in 0..<1000 { world.step(seconds: 0.01) }
    #expect(world[bar].angularVelocity == 3)
  }

  @Test func aFrictionlessPendulumDriftsLessTheSmallerTheStep() {
    func drift(_ step: Float) -> Float {
      var world = World(gravity: [0, -10])
      let post = world.add(BodyDefinition(.fixed, at: BodyState(position: .zero)))
      let bob = world.add(BodyDefinition(.dynamic, at: BodyState(position: [1, 0])))
      world.addCircle(to: bob, radius: 0.05, Material(density: 1))
      _ = world.add(RevoluteJointDefinition(post, at: .zero, bob, at: [-1, 0]))
      let mass = world.massProperties(of: bob)
      func energy() -> Float {
        let state = world[bob]
        return 0.5 * mass.mass * (state.velocity * state.velocity).sum()
          + 0.5 * mass.inertia * state.angularVelocity * state.angularVelocity
          + mass.mass * 10 * state.position.y
      }
      let start = energy()
      var worst: Float = 0
      for _ in 0..<Int(5 / step) {
        world.step(seconds: step)
        worst = max(worst, abs(energy() - start))
      }
      return worst / (mass.mass * 10)
    }
    // Of the pendulum's length, from the horizontal and over 5 s. Semi-implicit Euler errs with the first
    // power of the step, so that a quarter of the step has about a quarter of the drift: 0.253, 0.077 and
    // 0.020 here.
    let drifts = [drift(0.01), drift(0.0025), drift(0.000_625)]
    #expect(drifts[0] < 0.3)
    #expect(drifts[1] < 0.4 * drifts[0] && drifts[2] < 0.4 * drifts[1])
  }

  @Test func contactsAreReportedWithTheirApproachAndInOrder() {
    var world = World(gravity: .zero)
    let wall = world.add(BodyDefinition(.fixed, at: BodyState(position: .zero)))
    world.addEdge(to: wall, from: [-1, 0], to: [3, 0], ground)
    let balls = [Float(2), 0].map { x in
      let ball = world.add(
        BodyDefinition(.dynamic, at: BodyState(position: [x, 0.3], velocity: [0, -2])))
      world.addCircle(to: ball, radius: 0.1, Material(density: 1))
      return ball
    }
    var began: [ContactEvent] = []
    for _ in 0..<60 {
      world.step(seconds: 0.01)
      for index in 0..<world.contactCount {
        let event = world.contact(index)
        if event.began { began.append(event) }
      }
    }
    #expect(began.map(\.second) == balls)
    for event in began {
      #expect(event.first == wall)
      #expect(abs(event.approachSpeed - 2) < 1e-5)
      #expect(event.normal == [0, 1])
      #expect(abs(event.point.y) < 0.02)
    }
    #expect(world.touchingCount(of: balls[0]) == 1)
    world.setVelocity(of: balls[0], [0, 5], angularVelocity: 0)
    var ended = 0
    for _ in 0..<5 {
      world.step(seconds: 0.01)
      for index in 0..<world.contactCount where !world.contact(index).began { ended += 1 }
    }
    #expect(ended == 1)
  }

  /// The trap: rays see both sides of a chain, bodies only its right-hand side.
  @Test func aChainStopsBodiesFromItsRightAndRaysFromBothSides() {
    for side in [Float(1), -1] {
      var world = World(gravity: .zero)
      let wall = world.add(BodyDefinition(.fixed, at: BodyState(position: .zero)))
      // From right to left: its right-hand side is up.
      world.addChain(to: wall, points: [[5, 0], [-5, 0]], isLoop: false, ground)
      let ball = world.add(
        BodyDefinition(.dynamic, at: BodyState(position: [0, side], velocity: [0, -2 * side])))
      world.addCircle(to: ball, radius: 0.1, Material(density: 1))
      let ends: [SIMD2<Float>] = [[0, -side], [0, 2 * side]]
      var fractions: [Float] = [0, 0]
      ends.withUnsafeBufferPointer { ends in
        fractions.withUnsafeMutableBufferPointer {
          world.castRays(from: [0, side], to: ends, ignoring: ball, into: $0.baseAddress!)
        }
      }
      #expect(abs(fractions[0] - 0.5) < 1e-6)
      #expect(fractions[1] == 1)
      for _ in 0..<200 { world.step(seconds: 0.01) }
      #expect((world[ball].position.y * side > 0) == (side > 0))
    }
  }

  @Test func raysObeyMasksAndPassThroughSensors() {
    var world = World(gravity: .zero)
    let body = world.add(BodyDefinition(.fixed, at: BodyState(position: .zero)))
    var sensor = ground
    sensor.isSensor = true
    var second = ground
    second.category = 2
    world.addBox(to: body, halfSize: [0.1, 1], center: [1, 0], sensor)
    world.addBox(to: body, halfSize: [0.1, 1], center: [2, 0], second)
    world.addBox(to: body, halfSize: [0.1, 1], center: [3, 0], ground)
    func fraction(_ mask: UInt16) -> Float {
      var result: Float = -1
      let ends: [SIMD2<Float>] = [[4, 0]]
      ends.withUnsafeBufferPointer {
        world.castRays(from: .zero, to: $0, mask: mask, into: &result)
      }
      return result
    }
    #expect(abs(fraction(0xffff) - 1.9 / 4) < 1e-6)
    #expect(abs(fraction(1) - 2.9 / 4) < 1e-6)
    #expect(fraction(4) == 1)
    let touches = [
      world.circleTouches(center: [2.5, 0], radius: 0.45),
      world.circleTouches(center: [2.5, 0], radius: 0.35),
      world.circleTouches(center: [1, 0], radius: 0.05),
    ]
    #expect(touches == [true, false, false])
  }

  /// Twelve bars that swing by one end, with a load at the other: far from solved by a few iterations.
  private func swing(_ step: (inout World) -> Void) -> [BodyState] {
    var world = World(gravity: [0, -10])
    var last = world.add(BodyDefinition(.fixed, at: BodyState(position: .zero)))
    var anchor = SIMD2<Float>.zero
    var bars: [Body] = []
    for index in 0..<12 {
      let place = SIMD2(Float(index) + 0.5, 0)
      let bar = world.add(BodyDefinition(.dynamic, at: BodyState(position: place)))
      world.addBox(to: bar, halfSize: [0.5, 0.05], Material(density: index == 11 ? 100 : 1))
      _ = world.add(RevoluteJointDefinition(last, at: anchor, bar, at: [-0.5, 0]))
      (last, anchor) = (bar, [0.5, 0])
      bars.append(bar)
    }
    for _ in 0..<60 { step(&world) }
    return bars.map { world[$0] }
  }

  @Test func aStepIteratesEightTimesOverVelocitiesAndThreeTimesOverPositions() {
    func iterated(_ velocities: Int, _ positions: Int) -> [BodyState] {
      swing {
        $0.step(seconds: 0.02, velocityIterations: velocities, positionIterations: positions)
      }
    }
    let plain = swing { $0.step(seconds: 0.02) }
    #expect(plain == iterated(8, 3))
    for (velocities, positions) in [(7, 3), (9, 3), (8, 2), (8, 4)] {
      #expect(plain != iterated(velocities, positions), "\(velocities) and \(positions)")
    }
  }

  @Test func bodiesAtRestStayAwakeUnlessTheWorldLetsThemSleep() {
    func isAwake(in world: consuming World) -> Bool {
      let floor = world.add(BodyDefinition(.fixed, at: BodyState(position: .zero)))
      world.addEdge(to: floor, from: [-1, 0], to: [1, 0], ground)
      let box = world.add(BodyDefinition(.dynamic, at: BodyState(position: [0, 0.12])))
      world.addBox(to: box, halfSize: [0.1, 0.1], Material(density: 1))
      for _ in 0..<200 { world.step(seconds: 0.01) }
      return world.isAwake(box)
    }
    let plain = isAwake(in: World(gravity: [0, -10]))
    let sleepy = isAwake(in: World(gravity: [0, -10], allowsSleep: true))
    #expect(plain && !sleepy)
  }

  /// Of the two shapes, the lower threshold counts and the larger restitution.
  @Test(
    arguments: [(0.9, nil, 0), (1.1, nil, 0.88), (0.9, 0.8, 0.72)] as [(Float, Float?, Float)])
  func onlyImpactsFasterThanTheThresholdBounce(impact: Float, threshold: Float?, rebound: Float) {
    var world = World(gravity: .zero)
    let wall = world.add(BodyDefinition(.fixed, at: BodyState(position: .zero)))
    world.addEdge(to: wall, from: [-1, 0], to: [1, 0], ground)
    let ball = world.add(
      BodyDefinition(.dynamic, at: BodyState(position: [0, 0.2], velocity: [0, -impact])))
    var rubber = Material(density: 1, restitution: 0.8)
    if let threshold { rubber.restitutionThreshold = threshold }
    world.addCircle(to: ball, radius: 0.1, rubber)
    for _ in 0..<30 { world.step(seconds: 0.01) }
    #expect(abs(world[ball].velocity.y - rebound) < 1e-5)
  }

  @Test func takingABodyAwayAddsNothingToTheStepsContacts() {
    var world = World(gravity: .zero)
    let wall = world.add(BodyDefinition(.fixed, at: BodyState(position: .zero)))
    world.addEdge(to: wall, from: [-1, 0], to: [1, 0], ground)
    let ball = world.add(BodyDefinition(.dynamic, at: BodyState(position: [0, 0.1])))
    world.addCircle(to: ball, radius: 0.1, ground)
    world.step(seconds: 0.01)
    #expect(world.contactCount == 1 && world.contact(0).began)
    #expect(world.touchingCount(of: ball, with: wall) == 1 && world.touchingCount(of: wall) == 1)
    #expect(world.touchingCount(of: ball, with: ball) == 0)
    world.remove(ball)
    #expect(world.contactCount == 1 && world.contact(0).began)
    world.step(seconds: 0.01)
    #expect(world.contactCount == 0)
  }

  // MARK: Refusals

  @Test func chainsOfPointsNearerThan5MillimetresAreRefused() async {
    let neighbours = await #expect(processExitsWith: .failure) {
      Self.addChain([[0, 0], [1, 0], [1.0049, 0]], isLoop: false)
    }
    // Box2D's own check, where it was built with it, comes later, and aborts.
    #expect(neighbours?.exitStatus != .signal(SIGABRT))
    // Of the last point and the first it has none.
    await #expect(processExitsWith: .failure) {
      Self.addChain([[0, 0], [1, 0], [1, 1], [0, 0.0049]], isLoop: true)
    }
    await #expect(processExitsWith: .success) {
      Self.addChain([[0, 0], [1, 0], [1.0051, 0]], isLoop: false)
      Self.addChain([[0, 0], [1, 0], [1, 1], [0, 0.0051]], isLoop: true)
      Self.addChain([[0, 0], [1, 0], [1, 1], [0, 0.0049]], isLoop: false)
    }
  }

  private static func addChain(_ points: [SIMD2<Float>], isLoop: Bool) {
    var world = World(gravity: .zero)
    let wall = world.add(BodyDefinition(.fixed, at: BodyState(position: .zero)))
    world.addChain(to: wall, points: points, isLoop: isLoop, Material())
  }

  @Test func bodiesWithoutMassOrInertiaAreRefused() async {
    await #expect(processExitsWith: .failure) { Self.setMass(0, inertia: 1) }
    await #expect(processExitsWith: .failure) { Self.setMass(1, inertia: 0) }
    await #expect(processExitsWith: .failure) { Self.setMass(1, inertia: .nan) }
    await #expect(processExitsWith: .success) { Self.setMass(1e-3, inertia: 1e-7) }
  }

  private static func setMass(_ mass: Float, inertia: Float) {
    var world = World(gravity: .zero)
    let ball = world.add(BodyDefinition(.dynamic, at: BodyState(position: .zero)))
    world.addCircle(to: ball, radius: 0.1, Material(density: 1))
    world.setMassProperties(of: ball, MassProperties(mass: mass, inertia: inertia))
  }

  /// Worlds on several threads at once give what each gives alone.
  ///
  /// `Scripts/check-threads` runs this test with the thread sanitizer, which sees into Box2D too. It reports
  /// one thing: counters of Box2D's distance and impact routines (`b2_gjkCalls` and their like), which
  /// steps add to without a lock and nothing ever reads. Box2D's table of contact types, process-wide as
  /// well, is filled before the first world is made; of ours worlds share the lock alone under which they are
  /// made and freed.
  @Test func worldsStepInParallelAsTheyStepAlone() async {
    @Sendable func run(_ seed: Int) -> [BodyState] {
      var world = World(gravity: [0, -9.8])
      let floor = world.add(BodyDefinition(.fixed, at: BodyState(position: .zero)))
      world.addChain(
        to: floor, points: [[20, 0], [-20, 0]], isLoop: false, Material(friction: 0.5))
      let boxes = (0..<10).map { index in
        let box = world.add(
          BodyDefinition(
            .dynamic,
            at: BodyState(
              position: [Float(index % 3) * 0.3, 1 + Float(index)], angle: Float(seed + index))))
        world.addBox(to: box, halfSize: [0.2, 0.2], Material(density: 1, friction: 0.3))
        return box
      }
      for _ in 0..<300 { world.step(seconds: 0.01) }
      return boxes.map { world[$0] }
    }
    let together = await withTaskGroup(of: (Int, [BodyState]).self) { group in
      for seed in 0..<8 { group.addTask { (seed, run(seed)) } }
      var results: [Int: [BodyState]] = [:]
      for await (seed, states) in group { results[seed] = states }
      return results
    }
    for seed in 0..<8 { #expect(together[seed] == run(seed)) }
  }
}
