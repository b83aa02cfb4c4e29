import FedRLBox2D
import FedRLCore
import FedRLNumerics
import FedRLReferenceWorlds
import FedRLTestSupport
import Testing

#if canImport(Glibc)
  import Glibc
#endif

@Suite struct BipedalWalkerTests {
  @Test(arguments: [false, true])
  func theWalkerKeepsThePromisesOfAnEnvironment(hardcore: Bool) {
    var settings = BipedalWalkerSettings()
    settings.hardcore = hardcore
    settings.maxSteps = 200
    #expect(checkEnvironment(BipedalWalkerKind(settings)) == [])
    #expect(checkEnvironment { BipedalWalker(settings) } == [])
  }

  // MARK: Ground

  /// Gymnasium 1.4.0, 400 resets: heights at points 25, 60, 120 and 199 have deviations of 0.061, 0.143,
  /// 0.131 and 0.138 m; a piece rises by at most 0.134 m and 0.0285 m in the mean square.
  @Test func theGroundWandersAsGymnasiums() {
    let count = 400
    var squares = [25: 0.0, 60: 0, 120: 0, 199: 0]
    var rises: (sum: Double, largest: Double) = (0, 0)
    for seed in 0..<UInt64(count) {
      var random = RandomStream(seed: seed)
      let terrain = BipedalWalkerTerrain(BipedalWalkerSettings(), random: &random)
      #expect(terrain.heights.count == 200 && terrain.boxes.isEmpty)
      for index in 0...20 { expectClose(terrain.heights[index], 10.0 / 3, absolute: 1e-12) }
      for index in [25, 60, 120, 199] {
        let drop = terrain.heights[index] - 10.0 / 3
        squares[index]! += drop * drop / Double(count)
      }
      for index in 1..<200 {
        let rise = terrain.heights[index] - terrain.heights[index - 1]
        rises.sum += rise * rise / Double(count * 199)
        rises.largest = max(rises.largest, rise.magnitude)
      }
    }
    // Both sides are samples of 400: five standard errors of a deviation are 18 % each.
    for (index, deviation) in [(25, 0.0612), (60, 0.1433), (120, 0.1311), (199, 0.1378)] {
      expectClose(squares[index]!.squareRoot(), deviation, relative: 0.25, "point \(index)")
    }
    // 80,000 pieces, correlated over some five: five standard errors are 3 %.
    expectClose(rises.sum.squareRoot(), 0.02854, relative: 0.04)
    #expect((0.11...0.16).contains(rises.largest))
  }

  /// Gymnasium 1.4.0, 400 resets: 28.97 ± 1.76 boxes (24 to 34); heights at points 25 and 60 have
  /// deviations of 0.34 and 1.31 m.
  @Test func hardcoreGroundHasStumpsStairsAndPitsAsGymnasiums() {
    var settings = BipedalWalkerSettings()
    settings.hardcore = true
    let count = 400
    var boxes = 0
    var squares = [25: 0.0, 60: 0]
    for seed in 0..<UInt64(count) {
      var random = RandomStream(seed: seed)
      let terrain = BipedalWalkerTerrain(settings, random: &random)
      boxes += terrain.boxes.count
      #expect((20...38).contains(terrain.boxes.count))
      for index in [25, 60] {
        let drop = terrain.heights[index] - 10.0 / 3
        squares[index]! += drop * drop / Double(count)
      }
      for box in terrain.boxes {
        let (right, down) = (box[2].x - box[0].x, box[0].y - box[2].y)
        let size = [right, down].map { ($0 / Float(BipedalWalkerTerrain.step)).rounded() }
        // Stumps, stairs, walls of pits.
        #expect([[1, -1], [2, -2], [4, 1], [1, 4]].contains(size), "\(size)")
      }
    }
    // Five standard errors of the difference of two such means.
    expectClose(Double(boxes) / Double(count), 28.97, absolute: 5 * 1.76 * (2.0 / 400).squareRoot())
    expectClose(squares[25]!.squareRoot(), 0.3405, relative: 0.3)
    expectClose(squares[60]!.squareRoot(), 1.312, relative: 0.25)
  }

  // MARK: Observation

  /// On flat ground a ray at angle φ from straight down comes `h / (r cos φ)` of its way.
  @Test func theLidarOnFlatGroundHasItsClosedForm() {
    var settings = BipedalWalkerSettings()
    settings.roughness = 0
    for range in [160.0 / 30, 2.5] {
      settings.lidarRange = range
      var play = WalkerPlay(settings, seed: 3)
      for step in 0..<20 {
        _ = play.step([0.3, -0.2, 0.1, 0.4])
        let height = Double(play.hull.position.y) - 10.0 / 3
        for ray in 0..<10 {
          let expected = min(height / (cos(0.15 * Double(ray)) * range), 1)
          // Box2D's rays are Float32.
          expectClose(
            Double(play.observation[14 + ray]), expected, absolute: 2e-6, "step \(step) ray \(ray)")
        }
      }
    }
  }

  @Test func theObservationIsOfHullJointsAndContacts() {
    var play = WalkerPlay(seed: 2)
    var stood = false
    for step in 0..<60 {
      _ = play.step([sin(Float(step)), 0.5, -0.5, cos(Float(step))])
      let hull = play.hull
      let legs = play.world.scene.legs
      let expected: [Float] = [
        hull.angle, hull.angularVelocity / 25, hull.velocity.x * 0.12, hull.velocity.y * 0.08,
      ]
      expectClose(Array(play.observation[..<4]), expected, relative: 1e-6, absolute: 1e-7)
      // Hips count from the angles at which the legs were joined to the hull.
      for (leg, first, start) in [(legs.first, 4, Float(-0.05)), (legs.second, 9, 0.05)] {
        let upper = play.world.scene.world[leg.upper]
        let lower = play.world.scene.world[leg.lower]
        let hip = upper.angle - hull.angle - start
        let knee = lower.angle - upper.angle + 1
        let speeds = [
          (upper.angularVelocity - hull.angularVelocity) / 4,
          (lower.angularVelocity - upper.angularVelocity) / 6,
        ]
        expectClose(
          Array(play.observation[first..<(first + 4)]), [hip, speeds[0], knee, speeds[1]],
          absolute: 1e-6)
        let contact = play.observation[first + 4]
        if contact == 1 { stood = true }
        #expect(contact == 0 || contact == 1)
        let touching = play.world.scene.world.touchingCount(of: leg.lower)
        #expect(contact == 0 || touching > 0)
      }
      if play.hasEnded { break }
    }
    #expect(stood)
  }

  // MARK: Rewards and ends

  @Test func everyRewardIsProgressLessTiltAndEffort() {
    for seed: UInt64 in 1...5 {
      var play = WalkerPlay(seed: seed)
      var random = RandomStream(seed: 30 + seed)
      while !play.hasEnded {
        let before = play.potential
        let action = (0..<4).map { _ in Float(random.uniform(-1.5, 1.5)) }
        let outcome = play.step(action)
        let effort = action.reduce(0.0) { $0 + min(Double($1.magnitude), 1) }
        if outcome.end == .none {
          expectClose(
            Double(outcome.reward), play.potential - before - 0.028 * effort, absolute: 1e-5)
        } else {
          #expect(outcome == StepOutcome(reward: -100, end: .terminated))
          #expect(play.metrics[1] == 0 && play.metrics[2] == 1)
        }
      }
    }
  }

  @Test func fallingBehindTheStartAndReachingTheFarEndTerminate() {
    var behind = WalkerPlay(seed: 1)
    behind.move(by: [-Float(behind.hull.position.x) - 0.1, 3])
    let fall = behind.step([0, 0, 0, 0])
    #expect(fall == StepOutcome(reward: -100, end: .terminated))
    #expect(behind.metrics[2] == 1 && behind.metrics[0] < 0)

    // 190 steps of 14 pixels.
    let finish = Float(190 * 14 / 30.0)
    expectClose(BipedalWalkerTerrain.finish, Double(finish), relative: 1e-6)
    var before = WalkerPlay(seed: 1)
    before.move(by: [finish - before.hull.position.x - 0.05, 3])
    let last = before.step([0, 0, 0, 0])
    #expect(last.end == .none)
    #expect(before.metrics[1] == 0)
    var beyond = WalkerPlay(seed: 1)
    let start = beyond.potential
    let way = finish - beyond.hull.position.x + 0.05
    beyond.move(by: [way, 3])
    let outcome = beyond.step([0, 0, 0, 0])
    #expect(outcome.end == .terminated && beyond.metrics[1] == 1 && beyond.metrics[2] == 0)
    // The last step's progress still counts.
    expectClose(Double(outcome.reward), beyond.potential - start, absolute: 1e-4)
    #expect(outcome.reward > 130 * way / 30 - 1)
  }

  @Test func theTimeLimitIsGymnasiumsOrTheScenarios() throws {
    var settings = BipedalWalkerSettings()
    #expect(BipedalWalkerKind(settings).specification.maximumEpisodeSteps == 1600)
    settings.hardcore = true
    #expect(BipedalWalkerKind(settings).specification.maximumEpisodeSteps == 2000)
    settings.maxSteps = 10
    let record = try BipedalWalkerKind(settings).runBaseline("heuristic", seed: 1)
    #expect(record.end == .truncated && record.steps == 10)
  }

  // MARK: Controllers, settings, pictures

  /// Gymnasium 1.4.0 with its own controller, 500 episodes of at most 1600 steps: 97.5 ± 124.5; it falls in
  /// 79.6 % of them and arrives in 9.2 %. Bars: three standard errors of the difference of two such samples.
  @Test func gymnasiumsControllerWalksAsThere() throws {
    let kind = BipedalWalkerKind()
    let records = try (0..<100).map { try kind.runBaseline("heuristic", seed: UInt64($0)) }
    let mean = records.reduce(0) { $0 + $1.episodeReturn } / 100
    let error = 3 * (1.0 / 100 + 1.0 / 500).squareRoot()
    expectClose(mean, 97.5, absolute: error * 124.5)
    let arrived = Double(records.count { $0.metrics[1] == 1 }) / 100
    let fallen = Double(records.count { $0.metrics[2] == 1 }) / 100
    expectClose(arrived, 0.092, absolute: error * (0.092 * 0.908).squareRoot())
    expectClose(fallen, 0.796, absolute: error * (0.796 * 0.204).squareRoot())
    for record in records where record.metrics[1] == 1 {
      #expect((280...320).contains(record.episodeReturn))
      #expect(record.metrics[0] > 84)
    }
  }

  /// Gymnasium 1.4.0, seeds 0 to 299: −99.3 ± 14.2.
  @Test func chanceFalls() throws {
    let kind = BipedalWalkerKind()
    let records = try (0..<60).map { try kind.runBaseline("random", seed: UInt64($0)) }
    let mean = records.reduce(0) { $0 + $1.episodeReturn } / 60
    // Three standard errors of the difference of two such samples.
    expectClose(mean, -99.3, absolute: 3 * 14.2 * (1.0 / 60 + 1.0 / 300).squareRoot())
    #expect(records.allSatisfy { $0.episodeReturn < -40 })
    #expect(try kind.runBaseline("random", seed: 7) == records[7])
    #expect(throws: EnvironmentError("bipedal-walker has no baseline named run")) {
      try kind.runBaseline("run", seed: 1)
    }
  }

  @Test func theRegistrysLineTakesItsSettings() throws {
    let context = EnvironmentContext(baseDirectory: ".")
    let kind = try bipedalWalkerEntry.make(["hardcore": .boolean(true)], context)
    #expect(kind.specification.name == bipedalWalkerEntry.name)
    #expect(kind.specification.maximumEpisodeSteps == 2000)
    #expect(kind.specification.observations.count == 24)
    #expect(
      bipedalWalkerEntry.check(
        ["motor_torque": .number(0), "roughness": .text("much")], "[environment]"
      ).map(\.description) == [
        "[environment] motor_torque: expected a number in 1...1000, got 0.0",
        "[environment] roughness: expected a number in 0...5, got \"much\"",
      ])
  }

  @Test func theDrawingFollowsTheWalker() {
    var settings = BipedalWalkerSettings()
    settings.hardcore = true
    let play = WalkerPlay(settings, seed: 4)
    var drawing = Drawing()
    play.world.draw(into: &drawing)
    // Ten rays, four parts of legs, the hull.
    #expect(drawing.shapes.count == 15)
    #expect(drawing.background.count == 4 + play.world.scene.terrain.boxes.count)
    #expect(drawing.bounds.minX <= play.hull.position.x && drawing.trail == play.hull.position)
    guard case .polyline(let ray, _, _) = drawing.shapes[0] else {
      Issue.record("a ray is \(drawing.shapes[0])")
      return
    }
    // The first ray goes straight down to the start's flat ground.
    expectClose([ray[1].x, ray[1].y], [play.hull.position.x, 10 / 3], absolute: 1e-4)
  }

  @Test func actionsThatAreNoNumbersAreRefused() async {
    await #expect(processExitsWith: .failure) {
      var play = WalkerPlay(seed: 1)
      _ = play.step([0, .nan, 0, 0])
    }
    await #expect(processExitsWith: .failure) {
      var play = LanderPlay(isContinuous: true, seed: 1)
      _ = play.step(0, .nan)
    }
    await #expect(processExitsWith: .failure) {
      var play = LanderPlay(seed: 1)
      _ = play.step(7)
    }
    await #expect(processExitsWith: .success) {
      var play = LanderPlay(seed: 1)
      _ = play.step(3)
    }
  }
}
