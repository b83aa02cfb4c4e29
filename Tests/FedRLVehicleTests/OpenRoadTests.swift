import FedRLCore
import FedRLMaps
import FedRLTestSupport
import FedRLVehicle
import Foundation
import Testing

@Suite struct OpenRoadTests {
  static let straight = TrackGenerator.straight(name: "straight", length: 60, width: 2.2)

  @Test func aRoadIsDrivenFromItsFirstPointToItsLast() throws {
    let kind = try Bench.kind(Self.straight) {
      $0.start = .line
      $0.startSpread = 0
      $0.startSpeed = 4
      $0.maximumSpeed = 4
      $0.model = .kinematic
    }
    var world = VehicleEnvironment(kind.plan)
    _ = world.begin(seed: 1)
    // Two lengths of the car from the ends, which have walls.
    expectClose(world.car.x, 2 * 0.58, absolute: 0.01)
    var (steps, end) = (0, world.act([0, 1]).outcome.end)
    while end == .none && steps < 1000 {
      end = world.act([0, 1]).outcome.end
      steps += 1
    }
    #expect(end == .terminated)
    #expect(world.metric("laps") == 1 && world.metric("collisions") == 0)
    expectClose(world.metric("best_lap"), (60 - 4 * 0.58) / 4, absolute: 0.01)
    #expect(world.metric("line_fraction").isNaN)
  }

  @Test func startsLieInTheFirstHalf() throws {
    let kind = try Bench.kind(Self.straight)
    var world = VehicleEnvironment(kind.plan)
    var places: [Double] = []
    for seed in 1...100 {
      _ = world.begin(seed: UInt64(seed))
      places.append(world.car.x)
    }
    #expect(places.min()! > 1 && places.min()! < 5)
    #expect(places.max()! > 27 && places.max()! < 31)
  }

  @Test(arguments: [0.0, 3])
  func itsEndsHaveWallsThatStopCarsAndAreSeen(runOff: Double) throws {
    let kind = try Bench.kind(Self.straight) {
      $0.start = .line
      $0.startSpread = 0
      $0.runOff = runOff
      $0.reverseSpeed = 2
      $0.collisionEnds = false
      $0.offTrackEnds = false
      $0.lidarRays = 1
      $0.lidarNoise = 0
      $0.lidarRange = 100
      $0.observation = .lidar
    }
    var world = VehicleEnvironment(kind.plan)
    _ = world.begin(seed: 1)
    expectClose(Double(world.readings[0]), 60 + runOff - world.car.x - 0.275, absolute: 0.01)
    // Back into the wall behind.
    for _ in 0..<200 { _ = world.act([0, -5]) }
    #expect(world.metric("collisions") >= 1)
    let rear = kind.plan.parameters.length / 2 - kind.plan.parameters.bodyMiddle
    expectClose(world.car.x - rear, -runOff, absolute: 0.05)
  }

  /// Cells of such widths have a border on the centre line, along which rays then go.
  @Test(arguments: [1, 2, 3, 4.0]) func aRayAlongTheMiddleSeesTheEnd(width: Double) throws {
    let road = TrackGenerator.straight(name: "straight", length: 60, width: width)
    let kind = try Bench.kind(road) {
      $0.start = .line
      $0.startSpread = 0
      $0.lidarRays = 3
      $0.lidarNoise = 0
      $0.lidarRange = 100
      $0.observation = .lidar
    }
    var world = VehicleEnvironment(kind.plan)
    _ = world.begin(seed: 1)
    for _ in 0..<20 {
      expectClose(Double(world.readings[1]), 60 - world.car.x - 0.275, absolute: 0.01)
      _ = world.act([0, 3])
    }
  }

  @Test func trafficThatLeavesAtTheEndComesBackAtTheBeginning() throws {
    let kind = try Bench.kind(Self.straight) {
      $0.start = .line
      $0.traffic = 3
      $0.startSpread = 0
    }
    var world = VehicleEnvironment(kind.plan)
    _ = world.begin(seed: 1)
    // The policy's car stands in the way of those that come back: all wait behind it, one after the other.
    for _ in 0..<1500 { _ = world.act([0, 0]) }
    let places = world.trafficPlaces.map { kind.plan.world.center.wrapped($0.s) }
    #expect(world.trafficPlaces.allSatisfy { $0.speed < 0.05 })
    #expect(world.metric("collisions") == 0)
    #expect(places.allSatisfy { $0 > 50 || $0 < 1.2 })
  }

  @Test func onlyCarsAheadOnTheRoadAreObserved() throws {
    let kind = try Bench.kind(Self.straight) {
      $0.start = .line
      $0.startSpread = 0
      $0.traffic = 1
      $0.observedCars = 1
      $0.lidarRange = 100
    }
    var world = VehicleEnvironment(kind.plan)
    let row = world.begin(seed: 1)
    let first = kind.specification.observations.names.firstIndex { $0.hasPrefix("car.0.ahead") }!
    let ahead = world.trafficPlaces[0].s - world.car.x
    // Half way round a circle of 60 m it would be as near from behind.
    expectClose(Double(row[first]) * 100, ahead, absolute: 0.05)
  }

  @Test func theScriptedDriverArrivesEverywhere() throws {
    var points: [TrackPoint] = []
    for index in 0...80 {
      let x = Double(index)
      points.append(TrackPoint(x: x, y: 4 * sin(x / 9), right: 1.1, left: 1.1))
    }
    let winding = try Track(name: "winding", points: points, isClosed: false)
    for track in [Self.straight, winding] {
      for model in VehicleModel.allCases {
        let kind = try Bench.kind(track) { $0.model = model }
        for seed in 1...5 {
          let record = try kind.runBaseline("pure-pursuit", seed: UInt64(seed))
          #expect(record.end == .terminated)
          #expect(record.metrics[0] == 1, "\(track.name) \(model) \(seed)")
        }
      }
    }
  }

  @Test func aRoadTooShortForTheCarIsRefused() {
    #expect(throws: (any Error).self) {
      try Bench.kind(TrackGenerator.straight(name: "short", length: 40, width: 8)) {
        $0.vehicle = .bmw320i
      }
    }
  }
}
