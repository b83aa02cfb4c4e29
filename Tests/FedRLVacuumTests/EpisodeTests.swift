import FedRLCore
import FedRLMaps
import FedRLNumerics
import FedRLTestSupport
import FedRLVacuum
import Testing

@Suite struct EpisodeTests {
  @Test func aFlatBatteryOffTheDockEndsTheEpisode() throws {
    let kind = try Bench.kind(
      Bench.room(4, 4),
      Bench.quiet {
        $0.dock = "1, 1"
        $0.start = "3, 3, 0"
        // 22 W for ten seconds.
        $0.batteryCapacity = 22.0 * 10 / 3600
      })
    let probe = VacuumProbe(kind, seed: 1)
    var outcome = StepOutcome(reward: 0)
    var steps = 0
    while outcome.end == .none {
      outcome = probe.act(-1, 0.2)
      steps += 1
    }
    #expect(outcome.end == .terminated)
    #expect((49...51).contains(steps))
    #expect(probe.observation("battery") < 0.01)
    #expect((probe.metric("energy") - 22 * 0.2 * Double(steps)).magnitude < 1e-9)
  }

  @Test func ageShortensABatteryAndTheDockFillsIt() throws {
    func stepsUntilFlat(age: Double) throws -> Int {
      let kind = try Bench.kind(
        Bench.room(4, 4),
        Bench.quiet {
          $0.dock = "1, 1"
          $0.start = "3, 3, 0"
          $0.batteryCapacity = 22.0 * 10 / 3600
          $0.batteryAge = age
        })
      let probe = VacuumProbe(kind, seed: 1)
      var steps = 1
      while probe.act(-1, 0).end == .none { steps += 1 }
      return steps
    }
    #expect((29...31).contains(try stepsUntilFlat(age: 0.6)))
    let docked = try Bench.kind(
      Bench.room(4, 4),
      Bench.quiet {
        $0.batteryStart = 0.5
        $0.batteryCapacity = 1
      })
    let probe = VacuumProbe(docked, seed: 1)
    for _ in 0..<100 { _ = probe.act(-1, 0) }
    // 25 W in, 22 W out, 20 s, of 3600 J.
    #expect((Double(probe.observation("battery")) - 0.5 - 3 * 20 / 3600).magnitude < 1e-5)
    #expect(probe.metric("docked") == 1)
  }

  @Test func carpetDrawsMoreAndGivesLess() throws {
    func run(carpet: Bool) throws -> (energy: Double, dirt: Double, speed: Float) {
      var home = Bench.room(4, 2)
      if carpet { home.carpet = [Bool](repeating: true, count: home.grid.count) }
      let kind = try Bench.kind(home, Bench.quiet { $0.start = "0.5, 1.1, 0" })
      let probe = VacuumProbe(kind, seed: 1)
      _ = probe.act(1, 0)
      let speed = probe.observation("speed")
      for _ in 0..<40 { _ = probe.act(1, 0) }
      return (
        probe.metric("energy"), probe.metric("dirt_removed") / probe.metric("coverage_ratio"),
        speed
      )
    }
    let hard = try run(carpet: false)
    let soft = try run(carpet: true)
    #expect((hard.energy - 41 * 0.2 * 22).magnitude < 1e-9)
    #expect((soft.energy - 41 * 0.2 * 42).magnitude < 1e-9)
    // 25 units of dirt leave 2 on hard floor and 12 on carpet, rounded down.
    #expect((hard.dirt - 23.0 / 25).magnitude < 1e-6)
    #expect((soft.dirt - 13.0 / 25).magnitude < 1e-6)
    #expect((soft.speed / hard.speed - 0.7).magnitude < 1e-5)
  }

  @Test func noGoZonesCostRewardOrBlock() throws {
    let home = Bench.room(4, 4) { home in
      home.zones = [
        Zone(corners: [
          Point(x: 2, y: 0), Point(x: 3, y: 0), Point(x: 3, y: 5), Point(x: 2, y: 5),
        ])
      ]
    }
    let open = try Bench.kind(home, Bench.quiet { $0.start = "1.1, 2.1, 0" })
    #expect(open.notes.contains { $0.contains("no-go") })
    // The strip behind the zone is out of reach by rule.
    #expect(open.world.cleanableArea < 8)
    let probe = VacuumProbe(open, seed: 1)
    var lowest: Float = 0
    for _ in 0..<25 { lowest = min(lowest, probe.act(1, 0).reward) }
    #expect(probe.metric("no_go_seconds") > 1)
    #expect(lowest <= -1)
    let covered = probe.metric("coverage_ratio") * open.world.cleanableArea
    #expect(covered < 0.3 * 1.2)
    let closed = try Bench.kind(
      home,
      Bench.quiet {
        $0.start = "1.1, 2.1, 0"
        $0.noGoBlocks = true
      })
    let stopped = VacuumProbe(closed, seed: 1)
    for _ in 0..<40 { _ = stopped.act(1, 0) }
    #expect(stopped.metric("no_go_seconds") == 0)
    #expect(stopped.metric("collisions") == 1)
    #expect(stopped.observation("lidar.11") > 0.4 || stopped.observation("lidar.12") > 0.4)
  }

  @Test func theRewardIsTheSumOfItsTerms() throws {
    let kind = try Bench.kind(
      Bench.room(6, 6),
      Bench.quiet {
        $0.start = "1.117, 3.083, 0"
        $0.rewardVariation = 0
      })
    let probe = VacuumProbe(kind, seed: 1)
    for _ in 0..<10 { _ = probe.act(1, 0) }
    var sum: Float = 0
    for _ in 0..<30 { sum += probe.act(1, 0).reward }
    // A full step sweeps exactly the area that counts as 1, less 0.1 for the step.
    #expect((sum / 30 - 0.9).magnitude < 0.02)
    let outlined = VacuumProbe(
      try Bench.kind(Bench.room(6, 6), Bench.quiet { $0.start = "1.117, 3.083, 0" }), seed: 1)
    for _ in 0..<10 { _ = outlined.act(1, 0) }
    sum = 0
    for _ in 0..<30 { sum += outlined.act(1, 0).reward }
    // A straight drive adds 2 v Δt of outline a step, π/4 of it along cell edges.
    #expect((sum / 30 - 0.9 + .pi / 4).magnitude < 0.05)
  }

  @Test func coverageEndsWithSuccessAndWithoutNewsWithAStall() throws {
    let kind = try Bench.kind(
      Bench.room(2, 1),
      Bench.quiet {
        $0.goalCoverage = 0.15
        $0.start = "0.5, 0.6, 0"
        $0.rewardGoal = 7
      })
    let probe = VacuumProbe(kind, seed: 1)
    var outcome = StepOutcome(reward: 0)
    while outcome.end == .none { outcome = probe.act(1, 0) }
    #expect(outcome.end == .terminated)
    #expect(outcome.reward > 6)
    #expect(probe.metric("success") == 1)
    let idle = VacuumProbe(
      try Bench.kind(Bench.room(2, 1), Bench.quiet { $0.stallSteps = 30 }), seed: 1)
    var steps = 1
    while idle.act(-1, 0).end == .none { steps += 1 }
    #expect(steps == 30)
    #expect(idle.metric("t50").isNaN)
  }

  @Test func successCanNeedTheDock() throws {
    let kind = try Bench.kind(
      Bench.room(3, 1),
      Bench.quiet {
        $0.goalCoverage = 0.1
        $0.requireDock = true
        $0.dock = "0.6, 0.6, 0"
        $0.start = "dock"
        $0.reverseSpeed = 0.306
      })
    let probe = VacuumProbe(kind, seed: 1)
    for _ in 0..<25 { #expect(probe.act(1, 0).end == .none) }
    #expect(probe.metric("success") == 0)
    var outcome = StepOutcome(reward: 0)
    while outcome.end == .none { outcome = probe.act(-1, 0) }
    #expect(outcome.end == .terminated)
    #expect(probe.metric("success") == 1)
    #expect(outcome.reward > 8)
  }

  @Test func dirtIsLaidAnewEveryEpisodeAndCountedWhole() throws {
    let kind = try Bench.kind(Bench.flat(), Bench.settings { $0.start = "2.1, 1.1, 0" })
    let first = VacuumProbe(kind, seed: 1)
    let second = VacuumProbe(kind, seed: 2)
    for _ in 0..<20 {
      _ = first.act(1, 0)
      _ = second.act(1, 0)
    }
    #expect(first.metric("coverage_ratio") == second.metric("coverage_ratio"))
    #expect(first.metric("dirt_removed") != second.metric("dirt_removed"))
    #expect(first.metric("dirt_removed") > 0 && first.metric("dirt_removed") < 1)
  }
}
