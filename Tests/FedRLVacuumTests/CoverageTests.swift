import FedRLCore
import FedRLMaps
import FedRLNumerics
import FedRLVacuum
import Testing

@Suite struct CoverageTests {
  /// What holds for any run in any home.
  private func checkLaws(_ record: EpisodeRecord, _ kind: VacuumKind, _ name: String) {
    func metric(_ name: String) -> Double { Bench.metric(record, name, of: kind) }
    let bound = VacuumWorld.t90Bound(
      area: kind.world.cleanableArea, cleaningRadius: kind.settings.cleaningWidth / 2,
      maximumSpeed: kind.settings.maximumSpeed)
    #expect(metric("coverage_ratio") > 0 && metric("coverage_ratio") <= 1, "\(name)")
    #expect(metric("overlap_ratio") >= 0, "\(name)")
    if !metric("t90").isNaN {
      #expect(metric("t90") >= bound, "\(name): \(metric("t90")) s under \(bound) s")
      #expect(metric("t50") <= metric("t90"))
    }
    #expect(metric("dirt_removed") >= 0 && metric("dirt_removed") <= 1)
    #expect(
      metric("path_length")
        <= kind.settings.maximumSpeed * Double(record.steps) * kind.settings.actionPeriod + 1e-6)
  }

  @Test func theBoundIsTheFirstDiscAndThenAStrip() {
    // (0.9 · 50 − π 0.15²) / (0.3 · 0.306)
    let bound = VacuumWorld.t90Bound(area: 50, cleaningRadius: 0.15, maximumSpeed: 0.306)
    #expect((bound - 489.426).magnitude < 1e-3)
    #expect(VacuumWorld.t90Bound(area: 0.01, cleaningRadius: 0.15, maximumSpeed: 0.3) == 0)
  }

  @Test func theCleanableFloorIsWhatTheDiscTouches() throws {
    // An empty room: all but the rim that the disc of 0.15 m in a body of 0.164 m leaves, and corners.
    let kind = try Bench.kind(Bench.room(5, 4), Bench.settings())
    #expect(kind.world.cleanableArea <= 20)
    #expect(kind.world.cleanableArea > 20 - 2 * 9 * 0.051 - 0.1)
  }

  @Test func everyBaselineKeepsTheLawsInEveryShippedHome() throws {
    for (number, path) in Bench.shippedHomes().enumerated() where number % 4 == 0 {
      let kind = try Bench.load(path) {
        $0.start = "random"
        $0.goalCoverage = 0.99
      }
      for name in kind.baselines {
        checkLaws(
          try kind.runBaseline(name, seed: UInt64(number)), kind, "\(name) in \(path)")
      }
    }
  }

  @Test func plannersBeatBouncingInAHeldBackHome() throws {
    let path = try #require(Bench.shippedHomes().last)
    let kind = try Bench.load(path) { $0.start = "dock" }
    let bounce = try kind.runBaseline("random-bounce", seed: 5)
    let frontier = try kind.runBaseline("nearest-frontier", seed: 5)
    let lanes = try kind.runBaseline("boustrophedon", seed: 5)
    let bounced = Bench.metric(bounce, "coverage_ratio", of: kind)
    let t90 = Bench.metric(frontier, "t90", of: kind)
    let bounceT90 = Bench.metric(bounce, "t90", of: kind)
    #expect(Bench.metric(frontier, "success", of: kind) == 1)
    #expect(Bench.metric(lanes, "success", of: kind) == 1)
    #expect(bounced < 0.9 || t90 < bounceT90)
    // The known map is worth something: within twice the bound.
    let bound = VacuumWorld.t90Bound(
      area: kind.world.cleanableArea, cleaningRadius: 0.15, maximumSpeed: 0.306)
    #expect(Bench.metric(lanes, "t90", of: kind) < 2.2 * bound)
  }

  @Test func aBaselineRepeatsFromItsSeed() throws {
    let kind = try Bench.kind(
      Bench.flat(),
      Bench.settings {
        $0.start = "random"
        $0.episodeSeconds = 300
      })
    for name in kind.baselines {
      let first = try kind.runBaseline(name, seed: 11)
      let again = try kind.runBaseline(name, seed: 11)
      let other = try kind.runBaseline(name, seed: 12)
      #expect(first.episodeReturn == again.episodeReturn)
      #expect(first.steps == again.steps)
      #expect(first.episodeReturn != other.episodeReturn)
    }
    #expect(throws: EnvironmentError.self) { _ = try kind.runBaseline("magic", seed: 1) }
  }

  @Test func realHomesOfBothKindsAreHomes() throws {
    if let paths = try SharedHomes.neato() {
      for path in paths.prefix(6) {
        let kind = try Bench.load(path, SharedHomes.readNeato)
        #expect(kind.world.cleanableArea > 5)
        #expect(kind.world.cell == 0.04)
        checkLaws(try kind.runBaseline("random-bounce", seed: 1), kind, path)
      }
    }
    if let paths = try SharedHomes.valetudo() {
      for path in paths.prefix(6) {
        let kind = try Bench.load(path)
        #expect(kind.world.cleanableArea > 1)
        checkLaws(try kind.runBaseline("nearest-frontier", seed: 1), kind, path)
      }
    }
  }
}
