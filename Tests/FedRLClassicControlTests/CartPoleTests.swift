import FedRLClassicControl
import FedRLCore
import FedRLNumerics
import FedRLTestSupport
import Testing

#if canImport(Glibc)
  import Glibc
#endif

@Suite struct CartPoleTests {
  @Test func thePlainFormKeepsThePromisesOfAnEnvironment() {
    #expect(checkEnvironment { CartPole() } == [])
  }

  @Test func theBatchKeepsThePromisesOfAnEnvironment() {
    #expect(checkEnvironment(CartPoleKind()) == [])
    var options = EnvironmentCheckOptions()
    options.copies = 19
    var short = CartPoleSettings()
    short.maxSteps = 13
    #expect(checkEnvironment(CartPoleKind(short), options: options) == [])
  }

  /// Open-loop errors grow by e^{t·√(3g/4l)} ≈ e^{3.8 t}: 10⁻¹⁵ stays below 10⁻⁹ for some 3 s.
  @Test(arguments: [0.25, 0.5, 1.0])
  func theBatchFollowsThePlainFormWithAnySettings(halfLength: Double) {
    var settings = CartPoleSettings()
    settings.poleHalfLength = halfLength
    settings.poleMass = 0.2
    settings.cartMass = 1.5
    settings.force = 7
    settings.gravity = 3.7
    settings.timeStep = 0.015
    settings.maxSteps = 60
    settings.startRange = 0.03
    settings.angleLimit = 0.3
    settings.positionLimit = 1
    let batch = CartPoleBatch(count: 11, settings: settings)
    let adapter = BatchAdapter<CartPole>(count: 11) { CartPole(settings) }
    #expect(batch.specification == adapter.specification)
    var fast = BatchRows(batch)
    var plain = BatchRows(adapter)
    fast.reset(batch, seed: 6)
    plain.reset(adapter, seed: 6)
    #expect(fast.observations == plain.observations)
    var random = (0..<11).map { RandomStream(seed: 100 + UInt64($0)) }
    for step in 0..<500 {
      fast.drawActions(&random, for: batch.specification.actions)
      plain.actions = fast.actions
      fast.step(batch)
      plain.step(adapter)
      #expect(fast.ends == plain.ends && fast.rewards == plain.rewards, "step \(step)")
      expectClose(fast.observations, plain.observations, relative: 1e-6, absolute: 1e-9)
    }
  }

  /// The equations written out once more, in another order, for settings that are not the defaults.
  @Test func everySettingHasItsEffect() {
    var settings = CartPoleSettings()
    settings.poleHalfLength = 0.7
    settings.poleMass = 0.3
    settings.cartMass = 2
    settings.force = 4
    settings.gravity = 1.6
    settings.timeStep = 0.05
    let start = CartPoleState(position: 0.1, velocity: -0.4, angle: 0.15, angularVelocity: 0.8)
    let (s, c, total, ml) = (sin(0.15), cos(0.15), 2.3, 0.3 * 0.7)
    // Solved from the two coupled equations of motion by Cramer's rule:
    // M ẍ + m l θ̈ cosθ = F + m l θ̇² sinθ;  ẍ cosθ + (4/3) l θ̈ = g sinθ.
    let right = -4 + ml * 0.8 * 0.8 * s
    let determinant = total * (4.0 / 3.0) * 0.7 - ml * c * c
    let acceleration = (right * (4.0 / 3.0) * 0.7 - ml * c * 1.6 * s) / determinant
    let angular = (total * 1.6 * s - c * right) / determinant
    let expected = [
      0.1 + 0.05 * -0.4, -0.4 + 0.05 * acceleration, 0.15 + 0.05 * 0.8, 0.8 + 0.05 * angular,
    ]
    let batch = CartPoleBatch(count: 1, settings: settings)
    let adapter = BatchAdapter<CartPole>(count: 1) { CartPole(settings) }
    // The batch last, so that its state in double precision can be looked at.
    for world in [adapter as any BatchEnvironment, batch] {
      var rows = BatchRows(world)
      rows.reset(world, seed: 1)
      batch[0] = start
      adapter.withEnvironment(0) { $0.state = start }
      rows.step(world)
      expectClose(rows.observations, expected, relative: 1e-6)
    }
    expectClose(batch[0].values, expected, relative: 1e-13, absolute: 1e-14)
  }

  @Test func aCopysFateDoesNotDependOnTheBatch() {
    let sizes = [1, 8, 13, 64]
    var traces: [[Float]] = []
    for size in sizes {
      let batch = CartPoleBatch(count: size)
      var rows = BatchRows(batch)
      rows.reset(batch, seed: 12)
      // Other copies act otherwise in each batch; copy 0 does the same.
      var random = (0..<size).map { RandomStream(seed: UInt64($0 == 0 ? 5 : size + $0)) }
      var trace: [Float] = []
      for _ in 0..<300 {
        rows.drawActions(&random, for: batch.specification.actions)
        rows.step(batch)
        trace += rows.observation(0) + [Float(rows.ends[0].rawValue)]
      }
      traces.append(trace)
    }
    for trace in traces.dropFirst() { #expect(trace == traces[0]) }
  }

  @Test func failureWinsOverTheTimeLimit() {
    var settings = CartPoleSettings()
    settings.maxSteps = 1
    let batch = CartPoleBatch(count: 2, settings: settings)
    var rows = BatchRows(batch)
    rows.reset(batch, seed: 1)
    batch[1] = CartPoleState(position: 2.39, velocity: 5, angle: 0, angularVelocity: 0)
    rows.step(batch)
    #expect(rows.ends == [.truncated, .terminated])
  }

  @Test(arguments: [2.4, -2.4])
  func theLimitsThemselvesAreNotBeyondTheLimits(position: Double) {
    let batch = CartPoleBatch(count: 1)
    var rows = BatchRows(batch)
    rows.reset(batch, seed: 1)
    batch[0] = CartPoleState(position: position, velocity: 0, angle: 0, angularVelocity: 0)
    rows.step(batch)
    #expect(rows.ends == [.none])
    batch[0] = CartPoleState(
      position: position * (1 + 1e-15), velocity: 0, angle: 0, angularVelocity: 0)
    rows.step(batch)
    #expect(rows.ends == [.terminated])
  }

  @Test func sineAndCosineAgreeWithTheCLibraryToTwoUnitsInTheLastPlace() {
    for step in -10_000...10_000 {
      let angle = Double(step) / 10_000 * Double.pi / 4
      let (sine, cosine) = sineAndCosine(SIMD8(repeating: angle))
      #expect((sine[3] - sin(angle)).magnitude <= 2 * sin(angle).ulp)
      #expect((cosine[5] - cos(angle)).magnitude <= 2 * cos(angle).ulp)
    }
  }

  @Test func linearFeedbackBalancesToTheEndAndChanceDoesNot() throws {
    let kind = CartPoleKind()
    #expect(kind.baselines == ["linear-feedback", "random"])
    for seed: UInt64 in 1...20 {
      let balanced = try kind.runBaseline("linear-feedback", seed: seed)
      #expect(balanced.end == .truncated && balanced.steps == 500)
      #expect(balanced.episodeReturn == 500)
      let random = try kind.runBaseline("random", seed: seed)
      #expect(random.end == .terminated && random.steps >= 8 && random.steps < 150)
      #expect(try kind.runBaseline("random", seed: seed) == random)
    }
    #expect(throws: EnvironmentError("cartpole has no baseline named spiral")) {
      try kind.runBaseline("spiral", seed: 1)
    }
  }

  @Test func theRegistrysLineMakesTheFastBatch() throws {
    let context = EnvironmentContext(baseDirectory: ".")
    let kind = try cartPoleEntry.make(
      ["pole_half_length": .number(0.25), "max_steps": .integer(10)], context)
    #expect(kind.specification.name == "cartpole" && cartPoleEntry.name == "cartpole")
    #expect(kind.specification.maximumEpisodeSteps == 10)
    #expect(kind.makeBatch(count: 3) is CartPoleBatch)
    #expect((kind as? CartPoleKind)?.settings.poleHalfLength == 0.25)
  }

  @Test func settingsThatCannotStartAnEpisodeAreRefused() {
    let problems = cartPoleEntry.check(
      ["start_range": .number(0.3), "angle_limit": .number(0.2)], "[environment]")
    #expect(
      problems.map(\.description) == [
        "[environment] start_range: expected less than position_limit and angle_limit (0.2), got 0.3"
      ])
  }

  @Test func theDefaultsAreGymnasiums() {
    let settings = CartPoleSettings()
    #expect(settings.poleHalfLength == 0.5 && settings.poleMass == 0.1 && settings.cartMass == 1)
    #expect(settings.force == 10 && settings.gravity == 9.8 && settings.timeStep == 0.02)
    #expect(settings.positionLimit == 2.4 && settings.maxSteps == 500)
    expectClose(settings.angleLimit, 0.20943951023931953, absolute: 1e-16)
    let space = CartPoleKind().specification.observations
    // The float32 limits of Gymnasium's observation space.
    #expect(space.high[0] == 4.8 && space.high[2] == 0.41887903 && space.high[1] == .infinity)
  }

  @Test func theDrawingShowsCartAndPole() {
    let batch = CartPoleBatch(count: 2)
    var rows = BatchRows(batch)
    rows.reset(batch, seed: 1)
    batch[1] = CartPoleState(position: 1, velocity: 0, angle: 0.2, angularVelocity: 0)
    var drawing = Drawing()
    batch.draw(copy: 1, into: &drawing)
    #expect(drawing.shapes.count == 3 && drawing.background.count == 3)
    guard case .polygon(let pole, _) = drawing.shapes[1] else {
      Issue.record("the pole is \(drawing.shapes[1])")
      return
    }
    let tip = (pole[2] + pole[3]) / 2
    // Leaning right: a metre along (sin 0.2, cos 0.2) from the axle.
    expectClose([tip.x, tip.y], [1 + 0.19866933, 0.06 + 0.9800666], absolute: 1e-5)
  }
}
