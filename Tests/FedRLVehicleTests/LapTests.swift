import FedRLCore
import FedRLMaps
import FedRLTestSupport
import FedRLVehicle
import Foundation
import Testing

@Suite struct LapTests {
  @Test func aLapIsTheTracksLengthFromTheStart() {
    var laps = LapCounter(length: 100)
    #expect(laps.advance(by: 60, to: 6, in: 6) == 0)
    #expect(laps.advance(by: 39, to: 10, in: 4) == 0)
    // Crosses the line half way through the step.
    #expect(laps.advance(by: 2, to: 10.2, in: 0.2) == 1)
    expectClose(laps.lastLap, 10.1, absolute: 1e-12)
    #expect(laps.advance(by: 99, to: 20.1, in: 9.9) == 1)
    expectClose(laps.lastLap, 10, absolute: 1e-12)
    expectClose(laps.bestLap, 10, absolute: 1e-12)
    expectClose(laps.meanLap, 10.05, absolute: 1e-12)
    #expect(laps.count == 2)
  }

  @Test func drivingBackwardsCountsNothingAndMustBeMadeGood() {
    var laps = LapCounter(length: 100)
    for step in 1...30 { #expect(laps.advance(by: -10, to: Double(step), in: 1) == 0) }
    #expect(laps.count == 0 && laps.progress == -300)
    for step in 31...69 { #expect(laps.advance(by: 10, to: Double(step), in: 1) == 0) }
    #expect(laps.advance(by: 10, to: 70, in: 1) == 1)
    #expect(laps.lastLap == 70)
    // Back and forth over the line does not count again.
    #expect(laps.advance(by: -20, to: 71, in: 1) == 0)
    #expect(laps.advance(by: 20, to: 72, in: 1) == 0)
    #expect(laps.count == 1)
  }

  @Test func withoutALapThereIsNoTime() {
    let laps = LapCounter(length: 100)
    #expect(laps.bestLap.isNaN && laps.meanLap.isNaN && laps.lastLap.isNaN)
  }

  @Test func lapsAreCountedFromAnyStart() throws {
    let kind = try Bench.kind {
      $0.laps = 2
      $0.episodeSeconds = 120
      $0.maximumSpeed = 5
    }
    var starts: Set<Int> = []
    for seed in 1...5 as ClosedRange<UInt64> {
      var world = VehicleEnvironment(kind.plan)
      _ = world.begin(seed: seed)
      starts.insert(Int(world.car.x) * 100 + Int(world.car.y))
      let record = try kind.runBaseline("pure-pursuit", seed: seed)
      let metrics = Dictionary(
        uniqueKeysWithValues: zip(kind.specification.metrics.map(\.name), record.metrics))
      #expect(record.end == .terminated)
      #expect(metrics["laps"] == 2)
      expectClose(metrics["progress_m"]!, 2 * Bench.oval.length, absolute: 0.26)
      #expect(metrics["best_lap"]! < metrics["mean_lap"]!, "the first lap has a standing start")
      // A flying lap of the oval at 5 m/s takes no less.
      #expect(metrics["best_lap"]! > Bench.oval.length * 0.97 / 5)
      #expect(metrics["collisions"] == 0)
      #expect((0.5..<1.001).contains(metrics["line_fraction"]!))
    }
    #expect(starts.count == 5)
  }

  /// Round and round in a circle that holds both ends of the oval's middle.
  static func circling(_ change: (inout VehicleSettings) -> Void = { _ in }) throws -> VehicleKind {
    try Bench.kind(TrackGenerator.oval(name: "small", straight: 4, radius: 4, width: 3)) {
      $0.walls = .none
      $0.offTrackEnds = false
      $0.collisionEnds = false
      $0.model = .kinematic
      $0.startSpeed = 4
      $0.maximumSpeed = 4
      $0.startSpread = 0
      change(&$0)
    }
  }

  @Test func lapTimesAreAList() throws {
    let kind = try Self.circling()
    var world = VehicleEnvironment(kind.plan)
    _ = world.begin(seed: 1)
    for _ in 0..<1000 { _ = world.act([Float(atan(0.3302 / 4.8)), 4]) }
    var laps: [Double] = []
    world.appendListMetric(0, to: &laps)
    #expect(laps.count == Int(world.metric("laps")) && laps.count >= 5)
    for lap in laps { #expect(lap > 0) }
    if let best = laps.min() { #expect(world.metric("best_lap") == best) }
    if let last = laps.last { #expect(world.metric("last_lap") == last) }
    #expect(laps.reduce(0, +) <= 50)
  }

  @Test func anEndedEpisodesLapTimesOutliveItsReset() throws {
    let kind = try Self.circling {
      $0.laps = 3
      $0.startSpeed = 1
    }
    let batch = kind.makeBatch(count: 2)
    var rows = BatchRows(batch)
    rows.reset(batch, seed: 1)
    // Both go round, the second more slowly at first.
    let steering = Float(atan(0.3302 / 4.8) / 0.4189)
    rows.actions = [steering, 0.5, steering, 0.05]
    var ended: [[Double]] = [[], []]
    for _ in 0..<1000 where ended.contains([]) {
      rows.step(batch)
      for copy in 0..<2 where rows.ends[copy] != .none && ended[copy].isEmpty {
        ended[copy] = batch.finalListMetric(0, ofCopy: copy)
        #expect(ended[copy].count == 3)
        #expect(ended[copy].min() == rows.finalMetrics(copy, of: batch)[1])
      }
    }
    #expect(ended[0].reduce(0, +) < ended[1].reduce(0, +))
  }

  @Test func reversingTakesProgressAway() throws {
    let kind = try Bench.kind {
      $0.start = .line
      $0.startSpread = 0
      $0.reverseSpeed = 3
    }
    var world = VehicleEnvironment(kind.plan)
    _ = world.begin(seed: 1)
    var total = 0.0
    for _ in 0..<20 { total += Double(world.act([0, -9]).outcome.reward) }
    let back = world.metric("progress_m")
    #expect(back < -1.5)
    // Reward is progress over what 5 m/s would make in 0.05 s; steering was not used.
    expectClose(total, back / 0.25, relative: 1e-4)
    for _ in 0..<40 { _ = world.act([0, 9]) }
    #expect(world.metric("progress_m") > back + 1)
    #expect(world.metric("laps") == 0)
  }

  @Test func theEpisodeGoesOnWhereNoLapsAreAsked() throws {
    let kind = try Bench.kind {
      $0.episodeSeconds = 60
      $0.maximumSpeed = 6
    }
    let record = try kind.runBaseline("pure-pursuit", seed: 3)
    #expect(record.end == .truncated && record.steps == 1200)
    #expect(record.metrics[0] >= 3)
  }
}
