import FedRLClassicControl
import FedRLCore
import FedRLNumerics
import FedRLTestSupport
import Testing

#if canImport(Glibc)
  import Glibc
#endif

/// The equations written out once more, with settings that are not the defaults.
@Suite struct ClassicDynamicsTests {
  private func advance<E: ClassicEnvironment>(
    _ world: inout E, from state: E.State, _ action: Float
  )
    -> StepOutcome
  {
    world.state = state
    return world.advance(action)
  }

  // MARK: Pendulum

  @Test func everySettingOfThePendulumHasItsEffect() {
    var settings = PendulumSettings()
    settings.gravity = 3.7
    settings.mass = 2
    settings.length = 0.5
    settings.maxTorque = 0.75
    settings.maxSpeed = 3
    settings.timeStep = 0.01
    var world = Pendulum(settings)
    // Torque by torque: (m l²/3) θ̈ = m g (l/2) sin θ + u, with u clipped to 0.75.
    let inertia = 2 * 0.25 / 3
    let acceleration = (2 * 3.7 * 0.25 * sin(0.4) + 0.75) / inertia
    let outcome = advance(&world, from: .init(angle: 0.4, angularVelocity: -1), 5)
    let speed = -1 + 0.01 * acceleration
    expectClose(world.state.values, [0.4 + 0.01 * speed, speed], relative: 1e-12)
    expectClose(Double(outcome.reward), -(0.16 + 0.1 + 0.001 * 0.75 * 0.75), relative: 1e-6)
    #expect(outcome.end == .none)
    _ = advance(&world, from: .init(angle: .pi / 2, angularVelocity: 2.99), 5)
    #expect(world.state.angularVelocity == 3)
  }

  @Test(arguments: [3.0, 4.0, -4.0, 66.0])
  func thePendulumsCostIsOfTheAngleWithinAHalfTurn(angle: Double) {
    var world = Pendulum()
    let outcome = advance(&world, from: .init(angle: angle, angularVelocity: 0), 0)
    let turn = 2 * Double.pi
    let nearest = angle - (angle / turn).rounded() * turn
    expectClose(Double(outcome.reward), -nearest * nearest, relative: 1e-6)
  }

  // MARK: Acrobot

  /// Kinetic and potential energy of two links, from the positions and velocities of their centres.
  private func energy(_ s: AcrobotState, _ p: AcrobotSettings) -> Double {
    let both = s.shoulder + s.elbow
    let spin = s.shoulderVelocity + s.elbowVelocity
    let first = p.upperCenter * s.shoulderVelocity
    let vx = p.upperLength * s.shoulderVelocity * cos(s.shoulder) + p.lowerCenter * spin * cos(both)
    let vy = p.upperLength * s.shoulderVelocity * sin(s.shoulder) + p.lowerCenter * spin * sin(both)
    let kinetic =
      0.5 * p.upperMass * first * first + 0.5 * p.lowerMass * (vx * vx + vy * vy)
      + 0.5 * p.inertia * (s.shoulderVelocity * s.shoulderVelocity + spin * spin)
    let heights = (
      -p.upperCenter * cos(s.shoulder),
      -p.upperLength * cos(s.shoulder) - p.lowerCenter * cos(both)
    )
    return kinetic + p.gravity * (p.upperMass * heights.0 + p.lowerMass * heights.1)
  }

  /// With all lengths, masses and centres different, so that none can stand for another.
  @Test func theAcrobotsMotorDoesTheWorkThatItsEnergyGains() {
    var settings = AcrobotSettings()
    settings.upperLength = 1.3
    settings.lowerLength = 0.8
    settings.upperMass = 0.7
    settings.lowerMass = 1.9
    settings.upperCenter = 0.45
    settings.lowerCenter = 0.6
    settings.inertia = 0.3
    settings.gravity = 6.1
    settings.torque = 2.5
    settings.timeStep = 0.001
    settings.goalHeight = 2
    for action: Float in [0, 1, 2] {
      var world = Acrobot(settings)
      world.state = AcrobotState(
        shoulder: 0.9, elbow: -1.1, shoulderVelocity: 1.2, elbowVelocity: -0.8)
      let before = energy(world.state, settings)
      let elbow = world.state.elbow
      for _ in 0..<500 { _ = world.advance(action) }
      let work = 2.5 * Double(action - 1) * (world.state.elbow - elbow)
      expectClose(energy(world.state, settings) - before, work, absolute: 1e-9, "action \(action)")
      #expect(action == 1 || work.magnitude > 0.1)
    }
  }

  @Test func theAcrobotIsHeldBackAndWound() {
    var settings = AcrobotSettings()
    settings.maxShoulderSpeed = 2
    settings.maxElbowSpeed = 3
    var world = Acrobot(settings)
    _ = advance(
      &world,
      from: .init(shoulder: 3.1, elbow: -3.1, shoulderVelocity: 2, elbowVelocity: -3), 1)
    #expect(world.state.shoulder.magnitude <= .pi && world.state.elbow.magnitude <= .pi)
    #expect(world.state.shoulderVelocity.magnitude <= 2)
    #expect(world.state.elbowVelocity.magnitude <= 3)
    #expect(world.state.shoulder < 0, "3.1 + 0.4 is beyond π: got \(world.state.shoulder)")
  }

  @Test func theAcrobotEndsAboveTheGoalAndNotAtIt() {
    var settings = AcrobotSettings()
    settings.gravity = 0
    // Both links level: the tip is exactly at shoulder height.
    let level = AcrobotState(
      shoulder: .pi / 2, elbow: 0, shoulderVelocity: 0, elbowVelocity: 0)
    settings.goalHeight = 1e-3
    var world = Acrobot(settings)
    #expect(advance(&world, from: level, 1) == StepOutcome(reward: -1))
    settings.goalHeight = -1e-3
    world = Acrobot(settings)
    #expect(advance(&world, from: level, 1) == StepOutcome(reward: 0, end: .terminated))
    // Its links' lengths count: 1.5 · −cos θ₁ alone is above 1.4, as long as they are.
    settings.goalHeight = 1.4
    settings.upperLength = 1.5
    world = Acrobot(settings)
    let up = AcrobotState(shoulder: .pi, elbow: .pi / 2, shoulderVelocity: 0, elbowVelocity: 0)
    #expect(advance(&world, from: up, 1).end == .terminated)
  }

  // MARK: Mountain cars

  @Test func everySettingOfTheMountainCarHasItsEffect() {
    var settings = MountainCarSettings()
    settings.force = 0.004
    settings.hill.gravity = 0.001
    settings.hill.maxSpeed = 0.05
    settings.hill.minPosition = -1
    settings.hill.goalPosition = 0.3
    settings.hill.maxPosition = 0.4
    settings.hill.goalVelocity = 0.02
    var world = MountainCar(settings)
    #expect(advance(&world, from: .init(position: -0.5, velocity: 0.01), 0).end == .none)
    let slow = 0.01 - 0.004 - 0.001 * cos(-1.5)
    expectClose(world.state.values, [-0.5 + slow, slow], relative: 1e-14)
    _ = advance(&world, from: .init(position: -0.98, velocity: -0.05), 0)
    #expect(world.state == CarState(position: -1, velocity: 0))
    _ = advance(&world, from: .init(position: 0, velocity: 0.0499), 2)
    #expect(world.state == CarState(position: 0.05, velocity: 0.05))
    // The flag counts at its velocity only.
    #expect(advance(&world, from: .init(position: 0.3, velocity: 0.01), 1).end == .none)
    #expect(
      advance(&world, from: .init(position: 0.28, velocity: 0.05), 1)
        == StepOutcome(reward: -1, end: .terminated))
    #expect(advance(&world, from: .init(position: 0.39, velocity: 0.05), 1).end == .terminated)
    #expect(world.state.position == 0.4)
  }

  @Test func theContinuousCarPaysForItsForceAndIsPaidAtTheFlag() {
    var settings = MountainCarContinuousSettings()
    settings.goalReward = 50
    settings.effortCost = 0.4
    settings.power = 0.002
    var world = MountainCarContinuous(settings)
    let far = advance(&world, from: .init(position: -0.5, velocity: 0), 0.5)
    #expect(far == StepOutcome(reward: -0.1))
    let velocity = 0.002 * 0.5 - 0.0025 * cos(-1.5)
    expectClose(world.state.values, [-0.5 + velocity, velocity], relative: 1e-6)
    let there = advance(&world, from: .init(position: 0.44, velocity: 0.06), -0.5)
    expectClose(Double(there.reward), 49.9, relative: 1e-6)
    #expect(there.end == .terminated)
    // Gymnasium clips the force, and charges for what was asked.
    let asked = advance(&world, from: .init(position: -0.5, velocity: 0), 3)
    expectClose(Double(asked.reward), -3.6, relative: 1e-6)
    expectClose(world.state.velocity, 0.002 - 0.0025 * cos(-1.5), relative: 1e-6)
  }

  // MARK: Starts

  private func starts<E: ClassicEnvironment>(_ world: E) -> [[Double]] {
    (0..<2000).map { (seed: UInt64) in
      var random = RandomStream(seed: seed)
      return world.start(&random).values
    }
  }

  /// Uniform within ± a half width about a middle: extremes near the ends, mean near the middle.
  private func expectUniform(_ values: [Double], _ low: Double, _ high: Double, _ what: String) {
    let width = high - low
    #expect(values.allSatisfy { $0 >= low - 1e-8 && $0 <= high + 1e-8 }, "\(what)")
    #expect(values.min()! < low + 0.01 * width && values.max()! > high - 0.01 * width, "\(what)")
    let mean = values.reduce(0, +) / Double(values.count)
    // Four standard errors of 2,000 draws.
    #expect((mean - (low + high) / 2).magnitude < 4 * width / (12 * 2000).squareRoot(), "\(what)")
  }

  @Test func episodesStartAsGymnasiumsDo() {
    let pendulums = starts(Pendulum())
    expectUniform(pendulums.map { $0[0] }, -.pi, .pi, "pendulum's angle")
    expectUniform(pendulums.map { $0[1] }, -1, 1, "pendulum's velocity")
    let acrobots = starts(Acrobot())
    for part in 0..<4 { expectUniform(acrobots.map { $0[part] }, -0.1, 0.1, "acrobot \(part)") }
    #expect(acrobots.allSatisfy { $0.allSatisfy { Double(Float($0)) == $0 } })
    for cars in [starts(MountainCar()), starts(MountainCarContinuous())] {
      expectUniform(cars.map { $0[0] }, -0.6, -0.4, "car's position")
      #expect(cars.allSatisfy { $0[1] == 0 })
    }
    var random = RandomStream(seed: 1)
    let cart = CartPole().start(&random).values
    #expect(Set(cart).count == 4 && cart.allSatisfy { $0.magnitude <= 0.05 })
  }
}
