import FedRLCore
import FedRLMaps
import FedRLNumerics
import FedRLTestSupport
import FedRLVehicle
import Testing

/// Circuits from real files, and those that come with the project, as worlds to drive in.
@Suite struct TrackWorldTests {
  /// What pure pursuit makes of a track from a few starts: laps, and how often it came off.
  private func drive(_ path: String, episodes: Int = 2, _ edit: (inout VehicleSettings) -> Void)
    throws -> (laps: Double, best: Double, collisions: Double, kind: VehicleKind)
  {
    let kind = try Bench.load(path, edit)
    var laps = 0.0
    var best = Double.infinity
    var collisions = 0.0
    for seed in 1...UInt64(episodes) {
      let record = try kind.runBaseline("pure-pursuit", seed: seed)
      laps += record.metrics[0]
      if record.metrics[1] < best { best = record.metrics[1] }
      collisions += record.metrics[6]
    }
    return (laps, best, collisions, kind)
  }

  @Test func purePursuitLapsEveryShippedCircuit() throws {
    let paths = try Bench.shippedTracks()
    #expect(paths.count >= 9)
    for path in paths {
      for model in VehicleModel.allCases {
        let result = try drive(path) {
          $0.model = model
          $0.laps = 2
          $0.episodeSeconds = 240
        }
        print(
          path.split(separator: "/").last!, model, result.laps, result.best,
          result.kind.plan.profile.lapTime, result.collisions)
        #expect(result.laps == 4, "\(path), \(model): \(result.laps) of 4 laps")
        #expect(result.collisions == 0, "\(path), \(model)")
      }
    }
  }

  @Test func everyTUMCircuitIsDrivenByAFullSizeCar() throws {
    guard let names = try SharedData.names(in: "tracks-tum/tracks") else { return }
    for name in names {
      let path = try #require(SharedData.path("tracks-tum/tracks/\(name)"))
      let result = try drive(path, episodes: 1) {
        $0.vehicle = .bmw320i
        $0.laps = 1
        // The driver loses the car at the limit on some circuits; this is about the worlds.
        $0.maximumSpeed = 15
        $0.episodeSeconds = 900
      }
      print(
        name, result.kind.notes, result.laps, result.best, result.kind.plan.profile.lapTime,
        result.collisions)
      expectLap(result.laps, result.collisions, name)
    }
  }

  /// Circuits on which the scripted driver still cuts a corner into a wall: as worlds they load, start
  /// and stop cars like the others.
  private static let cornersCut: Set = [
    "Austin", "Austin.csv", "Catalunya.csv", "Monza", "Monza.csv", "Norisring.csv", "Silverstone",
  ]

  private func expectLap(_ laps: Double, _ collisions: Double, _ name: String) {
    func check() {
      #expect(laps == 1, "\(name)")
      #expect(collisions == 0, "\(name)")
    }
    guard Self.cornersCut.contains(name) else { return check() }
    withKnownIssue("the scripted driver cuts a corner of \(name)", isIntermittent: true) { check() }
  }

  @Test func everyF1TENTHTrackIsDrivenByASmallCar() throws {
    guard let names = try SharedData.names(in: "tracks-f1tenth") else { return }
    for name in names where !name.contains(".txt") {
      for walls in [VehicleWalls.map, .edges] {
        let path = try #require(SharedData.path("tracks-f1tenth/\(name)"))
        let result = try drive(path, episodes: 1) {
          $0.laps = 1
          $0.walls = walls
          $0.maximumSpeed = 4
          $0.episodeSeconds = 900
        }
        print(
          name, walls, result.kind.notes, result.laps, result.best,
          result.kind.plan.profile.lapTime, result.collisions)
        expectLap(result.laps, result.collisions, name)
      }
    }
  }
}
