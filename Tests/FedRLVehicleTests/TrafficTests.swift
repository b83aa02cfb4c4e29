import FedRLCore
import FedRLMaps
import FedRLTestSupport
import FedRLVehicle
import Testing

@Suite struct TrafficTests {
  private let model = DriverModel(distance: 9.5)

  @Test func theDriverModelHasItsEquilibrium() {
    // v constant behind a leader of the same speed: s = (s₀ + v T) / √(1 − (v/v₀)⁴).
    let (v, desired) = (12.0, 20.0)
    let gap =
      (9.5 + v * 1.5)
      / (1 - (v / desired) * (v / desired) * (v / desired) * (v / desired))
      .squareRoot()
    expectClose(
      model.acceleration(speed: v, desired: desired, gap: gap, leaderSpeed: v), 0, absolute: 1e-12)
    #expect(model.acceleration(speed: v, desired: desired, gap: gap * 1.1, leaderSpeed: v) > 0)
    #expect(model.acceleration(speed: v, desired: desired, gap: gap * 0.9, leaderSpeed: v) < 0)
    #expect(model.acceleration(speed: 0, desired: desired, gap: .infinity, leaderSpeed: 0) == 3)
    expectClose(
      model.acceleration(speed: desired, desired: desired, gap: .infinity, leaderSpeed: 0), 0,
      absolute: 1e-12)
    #expect(model.acceleration(speed: 20, desired: 20, gap: 5, leaderSpeed: 0) == -6)
    // s* with a closing speed: 9.5 + 10·1.5 + 10·5 / (2 √15).
    let wanted = 9.5 + 15 + 50 / (2 * 15.0.squareRoot())
    expectClose(
      model.acceleration(speed: 10, desired: 20, gap: 40, leaderSpeed: 5),
      3 * (1 - 1.0 / 16 - wanted * wanted / 1600), relative: 1e-12)
  }

  @Test func carsKeepTheirDistanceToEachOtherAndToACarThatStands() throws {
    let kind = try Bench.kind {
      $0.traffic = 8
      $0.episodeSeconds = 120
      $0.startSpread = 0
    }
    for seed in 1...3 as ClosedRange<UInt64> {
      var world = VehicleEnvironment(kind.plan)
      _ = world.begin(seed: seed)
      let length = kind.plan.world.center.length
      for step in 0..<2400 {
        let (outcome, _) = world.act([0, 0])
        #expect(outcome.end == .none, "seed \(seed), step \(step): the standing car was hit")
        var places = world.trafficPlaces.map { kind.plan.world.center.wrapped($0.s) }.sorted()
        places.append(places[0] + length)
        for (a, b) in zip(places, places.dropFirst()) {
          #expect(b - a > 0.58, "seed \(seed), step \(step): cars \(b - a) m apart")
        }
      }
      // In the end all stand behind it, at s₀ or more from each other.
      let places = world.trafficPlaces
      #expect(places.allSatisfy { $0.speed < 0.2 })
      let own = kind.plan.world.center.project(x: world.car.x, y: world.car.y).s
      let first = places.map { kind.plan.world.center.wrapped(own - $0.s) }.min()!
      #expect((1.0...1.6).contains(first), "the first stands \(first) m behind")
    }
  }

  @Test func theTimeToACollisionIsGapOverClosingSpeed() throws {
    let kind = try Bench.kind {
      $0.traffic = 1
      $0.startSpread = 0
      $0.start = .line
      $0.startSpeed = 8
      $0.trafficSpeed = 0.1
    }
    var world = VehicleEnvironment(kind.plan)
    _ = world.begin(seed: 1)
    _ = world.act([0, 0])
    let path = kind.plan.world.center
    let own = path.project(x: world.car.x, y: world.car.y).s
    let other = world.trafficPlaces[0]
    let gap = path.difference(from: own, to: path.wrapped(other.s)) - 0.58
    #expect(gap > 0)
    expectClose(
      world.metric("min_time_to_collision"), gap / (8 - other.speed), relative: 1e-3)
    let alone = try Bench.kind()
    var quiet = VehicleEnvironment(alone.plan)
    _ = quiet.begin(seed: 1)
    _ = quiet.act([0, 0])
    #expect(quiet.metric("min_time_to_collision").isNaN)
  }

  @Test func runningIntoACarIsACollision() throws {
    // The next car is 23 to 37 m ahead, on a straight of which 30 m are left.
    let long = TrackGenerator.oval(name: "long", straight: 60, radius: 5, width: 2.2)
    let kind = try Bench.kind(long) {
      $0.traffic = 4
      $0.startSpread = 0
      $0.start = .line
      $0.trafficSpeed = 0.1
      $0.maximumSpeed = 4
      $0.episodeSeconds = 60
      $0.walls = .none
      $0.offTrackEnds = false
    }
    var hits = 0
    for seed in 1...20 as ClosedRange<UInt64> {
      var world = VehicleEnvironment(kind.plan)
      _ = world.begin(seed: seed)
      for _ in 0..<200 {
        let (outcome, _) = world.act([0, 5])
        if outcome.end == .terminated {
          hits += 1
          #expect(outcome.reward < -9)
          #expect(world.metric("collisions") == 1)
          break
        }
      }
    }
    #expect(hits > 4, "\(hits) of 20")
  }

  @Test func theReferenceDriverStaysBehindTraffic() throws {
    let kind = try Bench.kind {
      $0.traffic = 4
      $0.episodeSeconds = 60
    }
    for seed in 1...3 as ClosedRange<UInt64> {
      let record = try kind.runBaseline("pure-pursuit", seed: seed)
      #expect(record.end == .truncated, "seed \(seed)")
      #expect(record.metrics[6] == 0)
      #expect(record.metrics[4] > 80)
    }
  }
}
