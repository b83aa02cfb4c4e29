import FedRLBox2D
import FedRLCore
import FedRLNumerics
import FedRLReferenceWorlds
import FedRLTestSupport
import Testing

#if canImport(Glibc)
  import Glibc
#endif

@Suite struct LunarLanderTests {
  @Test(arguments: [false, true])
  func theLanderKeepsThePromisesOfAnEnvironment(isContinuous: Bool) {
    var settings = LunarLanderSettings()
    settings.maxSteps = 200
    #expect(checkEnvironment(LunarLanderKind(settings, isContinuous: isContinuous)) == [])
    settings.enableWind = true
    let violations = checkEnvironment { LunarLander(settings, isContinuous: isContinuous) }
    #expect(violations == [])
  }

  // MARK: Start

  @Test func theGroundIsLevelBetweenTheFlagsAndAMeanOfThreeHeightsElsewhere() {
    let count = 4000
    var first: [Double] = []
    for seed in 0..<UInt64(count) {
      var random = RandomStream(seed: seed)
      let points = LunarLanderTerrain(random: &random).points
      #expect(points.count == 11)
      // 0.33 times three heights of 10/3 m.
      for index in 4...6 { expectClose(Double(points[index].y), 3.3, absolute: 1e-6) }
      #expect(points.allSatisfy { $0.y >= 0 && $0.y <= 0.99 * 20 / 3 + 1e-5 })
      first.append(Double(points[0].y))
    }
    expectClose(
      [LunarLanderTerrain.flags.left, LunarLanderTerrain.flags.right], [8.0, 12], absolute: 1e-12)
    // Three uniform numbers in 0...20/3, times 0.33; within five standard errors.
    let mean = first.reduce(0, +) / Double(count)
    let variance = first.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(count - 1)
    let expected = 0.33 * 0.33 * 3 * (20.0 / 3) * (20.0 / 3) / 12
    expectClose(mean, 3.3, absolute: 5 * (expected / Double(count)).squareRoot())
    expectClose(variance, expected, relative: 5 * (2 / Double(count)).squareRoot())
  }

  /// The push is uniform in ±1,000 N each way and acts for 0.02 s on 4.96 kg.
  @Test func theFirstStepPushesTheLanderEachWay() {
    var sums = SIMD2<Double>.zero
    var squares = SIMD2<Double>.zero
    let count = 500
    for seed in 0..<UInt64(count) {
      let play = LanderPlay(seed: seed)
      let impulse = SIMD2<Double>(play.momentum) - SIMD2(0, -10 * 0.02 * 4.9589)
      let push = impulse / 0.02
      #expect(push.x.magnitude <= 1000.1 && push.y.magnitude <= 1000.1)
      sums += push
      squares += push * push
      #expect(play.observation[6] == 0 && play.observation[7] == 0)
    }
    for axis in 0..<2 {
      // Standard deviation 577; the fourth moment of a uniform number gives that of its square.
      expectClose(sums[axis] / Double(count), 0, absolute: 5 * 577 / Double(count).squareRoot())
      expectClose(
        squares[axis] / Double(count), 1e6 / 3, relative: 5 * (0.8 / Double(count)).squareRoot())
    }
    var still = LunarLanderSettings()
    still.initialPush = 0
    let play = LanderPlay(still, seed: 3)
    expectClose(Double(play.momentum.x), 0, absolute: 1e-5)
    expectClose(Double(play.momentum.y), -10 * 0.02 * 4.9589, relative: 1e-4)
  }

  // MARK: Rewards and ends

  @Test func everyRewardIsTheGrowthOfThePotentialLessTheFuel() {
    var contacts = 0
    for seed: UInt64 in 1...5 {
      var play = LanderPlay(seed: seed)
      var random = RandomStream(seed: 70 + seed)
      while true {
        let before = play.state
        let choice = seed > 3 ? 0 : random.integer(below: 4)
        let outcome = play.step(Float(choice))
        let after = play.state
        if outcome.end != .none {
          #expect(outcome.reward == 100 || outcome.reward == -100)
          break
        }
        func potential(_ s: SIMD8<Double>) -> Double {
          -100 * hypot(s[0], s[1]) - 100 * hypot(s[2], s[3]) - 100 * abs(s[4]) + 10 * (s[6] + s[7])
        }
        let fuel = choice == 2 ? 0.3 : choice == 0 ? 0 : 0.03
        // Observations are rounded to Float32: a hundred times an ulp of 1.
        expectClose(
          Double(outcome.reward), potential(after) - potential(before) - fuel, absolute: 1e-4)
        if after[6] + after[7] > before[6] + before[7] { contacts += 1 }
      }
    }
    #expect(contacts > 0)
  }

  @Test func aFallWithoutEnginesCrashes() {
    var play = LanderPlay(seed: 2)
    var outcome = StepOutcome(reward: 0)
    while outcome.end == .none { outcome = play.step(0) }
    #expect(outcome == StepOutcome(reward: -100, end: .terminated))
    #expect(play.metrics == [0, 1, 0, 0])
  }

  @Test(arguments: [Float(1), -1])
  func leavingThePictureEndsTheEpisode(side: Float) {
    var settings = LunarLanderSettings()
    settings.initialPush = 0
    var play = LanderPlay(settings, seed: 2)
    let legs = play.world.scene.legs
    for body in [play.world.scene.lander, legs.first, legs.second] {
      play.world.scene.world[body].velocity = [side * 20, 5]
    }
    var steps = 0
    var outcome = StepOutcome(reward: 0)
    while outcome.end == .none {
      outcome = play.step(0)
      steps += 1
      #expect((outcome.end != .none) == (play.observation[0].magnitude >= 1))
    }
    // Half the picture's width at 0.4 m a step.
    #expect(steps == 25 || steps == 26)
    #expect(outcome == StepOutcome(reward: -100, end: .terminated))
    #expect(play.metrics[0] == 0 && play.metrics[1] == 0)
  }

  @Test func comingToRestEndsTheEpisodeWith100AndBothLegsOnTheGround() throws {
    var landed = 0
    for seed: UInt64 in 1...10 {
      let record = try LunarLanderKind().runBaseline("heuristic", seed: seed)
      guard record.metrics[0] == 1 else { continue }
      landed += 1
      #expect(record.end == .terminated && record.metrics[1] == 0)
      #expect(record.metrics[2] > 0 && record.metrics[3] > 0)
    }
    #expect(landed >= 7)
  }

  @Test func theTimeLimitTruncates() throws {
    #expect(LunarLanderKind().specification.maximumEpisodeSteps == 1000)
    var settings = LunarLanderSettings()
    settings.maxSteps = 20
    let record = try LunarLanderKind(settings).runBaseline("heuristic", seed: 1)
    #expect(record.end == .truncated && record.steps == 20)
  }

  // MARK: Actions

  @Test func fullThrottlesActAsTheChoicesDo() {
    for (choice, main, side) in [
      (Float(0), Float(-1), Float(0)), (1, 0, -1), (2, 1, 0.5), (3, -0.3, 1),
    ] {
      var discrete = LanderPlay(seed: 9)
      var continuous = LanderPlay(isContinuous: true, seed: 9)
      #expect(discrete.observation == continuous.observation)
      for _ in 0..<30 {
        let outcomes = [discrete.step(choice), continuous.step(main, side)]
        #expect(outcomes[0] == outcomes[1])
        #expect(discrete.observation == continuous.observation, "choice \(choice)")
      }
    }
  }

  @Test func throttlesBeginAtHalfPower() {
    var settings = LunarLanderSettings()
    settings.initialPush = 0
    settings.engineDispersion = 0
    func gain(_ main: Float, _ side: Float) -> (momentum: SIMD2<Double>, fuel: [Double]) {
      var play = LanderPlay(settings, isContinuous: true, seed: 4)
      var idle = LanderPlay(settings, isContinuous: true, seed: 4)
      _ = play.step(main, side)
      _ = idle.step(0, 0)
      return (SIMD2(play.momentum) - SIMD2(idle.momentum), play.metrics)
    }
    // 13 N s/m times 4/30 m, upwards.
    let full = 13 * 4 / 30.0
    for (action, share) in [(Float(0), 0.0), (0.001, 0.5005), (0.5, 0.75), (1, 1)] {
      let gain = gain(action, 0)
      expectClose(gain.momentum.y, share * full, absolute: 2e-5, "main \(action)")
      expectClose(gain.fuel[2], share / 50, absolute: 1e-9)
    }
    // 0.6 N s/m times 12/30 m, to the left for a negative action.
    for (action, share) in [(Float(0.5), 0.0), (0.51, 0.51), (-0.75, -0.75), (1, 1), (-1, -1)] {
      let gain = gain(0, action)
      expectClose(gain.momentum.x, share * 0.6 * 12 / 30, absolute: 2e-5, "side \(action)")
      expectClose(gain.fuel[3], abs(share) / 50, absolute: 1e-8)
    }
  }

  /// The wind is `tanh(sin(0.02 t) + sin(0.01 π t))` of its power, at some t that grows by 1 a step.
  @Test func theWindFollowsItsFormula() throws {
    var settings = LunarLanderSettings()
    settings.enableWind = true
    settings.turbulencePower = 0
    settings.windPower = 20
    settings.initialPush = 0
    var play = LanderPlay(settings, seed: 5)
    var forces: [Double] = []
    while play.observation[6] + play.observation[7] == 0 {
      let before = play.momentum.x
      if play.step(0).end != .none { break }
      if play.observation[6] + play.observation[7] == 0 {
        forces.append(Double(play.momentum.x - before) / 0.02)
      }
    }
    try #require(forces.count > 50)
    func strength(_ time: Int) -> Double {
      tanh(sin(0.02 * Double(time)) + sin(Double.pi * 0.01 * Double(time)))
    }
    let matches = (-9999...9999).filter { start in
      forces.prefix(50).enumerated().allSatisfy {
        ($1 - 20 * strength(start + $0)).magnitude < 0.02
      }
    }
    #expect(matches.count == 1)
  }

  // MARK: Controllers, settings, pictures

  /// Gymnasium 1.4.0 with its own controller, seeds 1000 to 1999: four choices 234.7 ± 112.3, 912 land;
  /// throttles 281.1 ± 34.4, 994 land. (Seeds 0 to 99: 252.8 and 280.3, 95 and 99 score above 100.)
  ///
  /// The mean must be within three standard errors of the difference of samples of 300 and 1,000, and so
  /// must the share that lands.
  @Test(arguments: [(false, 234.7, 112.3, 0.912), (true, 281.1, 34.4, 0.994)])
  func gymnasiumsControllerScoresAsThere(
    isContinuous: Bool, mean: Double, deviation: Double, landed: Double
  ) throws {
    let kind = LunarLanderKind(isContinuous: isContinuous)
    let records = try (0..<300).map { try kind.runBaseline("heuristic", seed: UInt64($0)) }
    let samples = 1 / 300.0 + 1 / 1000.0
    let ours = records.reduce(0) { $0 + $1.episodeReturn } / 300
    expectClose(ours, mean, absolute: 3 * deviation * samples.squareRoot())
    let share = records.reduce(0) { $0 + $1.metrics[0] } / 300
    expectClose(share, landed, absolute: 3 * (landed * (1 - landed) * samples).squareRoot())
    #expect(records.prefix(100).count { $0.episodeReturn > 100 } >= 86)
  }

  @Test func chanceCrashes() throws {
    let kind = LunarLanderKind()
    let records = try (0..<50).map { try kind.runBaseline("random", seed: UInt64($0)) }
    #expect(records.allSatisfy { $0.end == .terminated && $0.metrics[0] == 0 })
    #expect(try kind.runBaseline("random", seed: 7) == records[7])
    #expect(throws: EnvironmentError("lunarlander has no baseline named spiral")) {
      try kind.runBaseline("spiral", seed: 1)
    }
  }

  @Test func theRegistrysLinesMakeBothForms() throws {
    let context = EnvironmentContext(baseDirectory: ".")
    let choices = try lunarLanderEntry.make(["gravity": .number(-3.7)], context)
    let throttles = try lunarLanderContinuousEntry.make(["max_steps": .integer(9)], context)
    #expect(choices.specification.actions == .discrete(count: 4))
    #expect(choices.specification.name == lunarLanderEntry.name)
    #expect(throttles.specification.actions.width == 2)
    #expect(throttles.specification.name == lunarLanderContinuousEntry.name)
    #expect(throttles.specification.maximumEpisodeSteps == 9)
    let bounds: [Float] = [2.5, 2.5, 10, 10, 2 * .pi, 10, 1, 1]
    #expect(choices.specification.observations.high == bounds)
  }

  @Test func settingsBeyondTheirRangesAreRefused() {
    let table: SettingTable = [
      "gravity": .number(9.8), "wind_power": .number(-1), "enable_wind": .integer(1),
      "wind": .boolean(true),
    ]
    #expect(
      lunarLanderEntry.check(table, "[environment]").map(\.description) == [
        "[environment] enable_wind: expected true or false, got 1",
        "[environment] gravity: expected a number in -12...0, got 9.8",
        "[environment] wind: unknown key; did you mean wind_power?",
        "[environment] wind_power: expected a number in 0...100, got -1.0",
      ])
    for gravity in [0.0, -12] {
      #expect(
        lunarLanderEntry.check(["gravity": .number(gravity)], "[environment]").map(\.description)
          == [
            "[environment] gravity: expected more than -12 and less than 0 m/s², got \(gravity)"
          ])
    }
    #expect(lunarLanderEntry.check(["gravity": .number(-1.62)], "[environment]") == [])
  }

  @Test func theDrawingShowsMoonFlagsLanderAndFlame() {
    var play = LanderPlay(seed: 6)
    func draw() -> Drawing {
      var drawing = Drawing()
      play.world.draw(into: &drawing)
      return drawing
    }
    let idle = draw()
    #expect(idle.background.count == 6 && idle.shapes.count == 3)
    #expect(idle.trail == play.lander.position)
    guard case .polygon(let body, _) = idle.shapes[2] else {
      Issue.record("the lander is \(idle.shapes[2])")
      return
    }
    // Its two upper corners are 28 pixels apart.
    let top = body[0] - body[5]
    expectClose(Double((top * top).sum().squareRoot()), 28 / 30, absolute: 1e-5)
    _ = play.step(2)
    #expect(draw().shapes.count == 4)
    _ = play.step(1)
    guard case .polygon(let flame, _) = draw().shapes[0] else {
      Issue.record("no flame")
      return
    }
    // The engine that pushes to the left burns on the right.
    #expect(flame[2].x > play.lander.position.x)
  }
}
