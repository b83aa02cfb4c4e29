import FedRLCore
import FedRLMaps
import FedRLTestSupport
import FedRLVehicle
import Foundation
import Testing

/// Circuits from real files, and those that come with the project, as worlds to drive in.
@Suite struct TrackWorldTests {
  /// Laps and contacts of the reference driver over some episodes.
  private func drive(_ kind: VehicleKind, episodes: UInt64) throws -> (
    laps: Double, collisions: Double
  ) {
    var (laps, collisions) = (0.0, 0.0)
    for seed in 1...episodes {
      let record = try kind.runBaseline("pure-pursuit", seed: seed)
      laps += record.metrics[0]
      collisions += record.metrics[6]
    }
    return (laps, collisions)
  }

  /// Wherever a car starts, it stands on the road, clear of what its lidar sees.
  private func checkStarts(_ kind: VehicleKind, _ name: String) {
    var world = VehicleEnvironment(kind.plan)
    for seed in 1...5 as ClosedRange<UInt64> {
      let row = world.begin(seed: seed)
      let place = kind.plan.world.center.project(x: world.car.x, y: world.car.y)
      let room = kind.plan.world.center.place(at: place.s)
      #expect(place.offset < room.left && place.offset > -room.right, "\(name), seed \(seed)")
      #expect(row.allSatisfy { $0.isFinite }, "\(name), seed \(seed)")
      for _ in 0..<5 {
        let outcome = world.act([0, 0]).outcome
        #expect(outcome.end == .none, "\(name), seed \(seed)")
      }
    }
  }

  @Test func purePursuitLapsEveryShippedCircuitWithEveryModel() throws {
    let paths = try Bench.shippedTracks()
    #expect(paths.count >= 9)
    for path in paths {
      for model in VehicleModel.allCases {
        let kind = try Bench.load(path) {
          $0.model = model
          $0.laps = 2
          $0.episodeSeconds = 240
        }
        let result = try drive(kind, episodes: 2)
        #expect(result.laps == 4, "\(path), \(model): \(result.laps) of 4 laps")
        #expect(result.collisions == 0, "\(path), \(model)")
      }
    }
  }

  /// By pulses of full lock, engine and brakes.
  @Test func purePursuitLapsEveryShippedCircuitByChoicesToo() throws {
    for path in try Bench.shippedTracks() {
      for model in VehicleModel.allCases {
        let kind = try Bench.load(path) {
          $0.model = model
          $0.actions = .discrete
          $0.laps = 1
          $0.episodeSeconds = 120
        }
        let result = try drive(kind, episodes: 2)
        #expect(result.laps == 2, "\(path), \(model): \(result.laps) of 2 laps")
      }
    }
  }

  @Test func everyTUMCircuitIsAWorldForAFullSizeCar() throws {
    guard let names = try SharedData.names(in: "tracks-tum/tracks") else { return }
    var completed = 0
    for name in names {
      let path = try #require(SharedData.path("tracks-tum/tracks/\(name)"))
      let kind = try Bench.load(path) {
        $0.vehicle = .bmw320i
        $0.observation = .both
        $0.laps = 1
        $0.episodeSeconds = 600
      }
      checkStarts(kind, name)
      if try drive(kind, episodes: 1).laps == 1 { completed += 1 }
    }
    #expect(completed == names.count, "\(completed) of \(names.count) were lapped")
  }

  /// Surveyed coordinates are moved to the first point, and the map's walls with them.
  @Test func aMapFarFromTheOriginKeepsItsWalls() throws {
    guard let source = SharedData.path("tracks-f1tenth/Spielberg") else { return }
    let folder = FileManager.default.temporaryDirectory.path + "/fedrl-far-" + UUID().uuidString
    let track = folder + "/Spielberg"
    try FileManager.default.createDirectory(atPath: track, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    func text(_ name: String) throws -> String {
      try String(contentsOfFile: "\(source)/Spielberg_\(name)", encoding: .utf8)
    }
    let shift = 500_000.0
    let line = try text("centerline.csv").split(separator: "\n").map { row -> String in
      var cells = row.split(separator: ",").map(String.init)
      guard let x = Double(cells[0]) else { return String(row) }
      cells[0] = "\(x + shift)"
      return cells.joined(separator: ",")
    }
    try line.joined(separator: "\n").write(
      toFile: track + "/Spielberg_centerline.csv", atomically: true, encoding: .utf8)
    let map = try text("map.yaml")
      .replacing("origin: [-84.85359914210505", with: "origin: [\(-84.85359914210505 + shift)")
      .replacing("image: ", with: "image: \(source)/")
    try map.write(toFile: track + "/Spielberg_map.yaml", atomically: true, encoding: .utf8)
    let near = try Bench.load(source) { $0.walls = .map }
    let far = try Bench.load(track) { $0.walls = .map }
    #expect(far.plan.world.walls.count == near.plan.world.walls.count)
    #expect(far.plan.world.notes.contains { $0.contains("outlines of the map's free space") })
    checkStarts(far, "Spielberg, far away")
  }

  /// A straight of 36 m in a map of 40 × 4 m with cells of 5 cm: walls in two rows of it, free floor on
  /// both sides of each. The centre line goes between the rows 39 and 40.
  private func withMapRoad(
    walls: [Int], left: Double, right: Double, _ body: (String) throws -> Void
  ) throws {
    let folder = FileManager.default.temporaryDirectory.path + "/fedrl-\(UUID().uuidString)"
    let road = folder + "/road"
    try FileManager.default.createDirectory(atPath: road, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let rows = (0..<80).map { y in
      (0..<800).map { x in UInt8(walls.contains(y) || x == 0 || x == 799 ? 0 : 255) }
    }
    try Data("P5 800 80 255\n".utf8 + rows.flatMap(\.self)).write(
      to: URL(fileURLWithPath: road + "/road_map.pgm"))
    try
      "image: road_map.pgm\nresolution: 0.05\norigin: [0, -2, 0]\nnegate: 0\noccupied_thresh: 0.65\nfree_thresh: 0.2\n"
      .write(toFile: road + "/road_map.yaml", atomically: true, encoding: .utf8)
    let line = (2..<38).map { "\($0),0,\(right),\(left)" }.joined(separator: "\n")
    try ("# x_m,y_m,w_tr_right_m,w_tr_left_m\n" + line + "\n").write(
      toFile: road + "/road_centerline.csv", atomically: true, encoding: .utf8)
    try body(road)
  }

  /// Walls half a metre beside the centre line, in the middle of the widths or before it.
  @Test(arguments: [(1.5, 0.5), (3, 0.5), (0.5, 0.5)] as [(Double, Double)])
  func carsStartOnTheRoadsSideOfAMapsWalls(left: Double, right: Double) throws {
    try withMapRoad(walls: [29, 50], left: left, right: right) { road in
      for spread in [0, 0.9] {
        let kind = try Bench.load(road) {
          $0.openRoad = true
          $0.walls = .map
          $0.startSpread = spread
        }
        var world = VehicleEnvironment(kind.plan)
        for seed in 0..<50 as Range<UInt64> {
          _ = world.begin(seed: seed)
          #expect(world.car.y.magnitude < 0.5, "seed \(seed): \(world.car.y)")
          #expect(world.act([0, 0]).outcome.end == .none)
        }
      }
    }
  }

  /// A car 31 cm wide between walls 20 cm apart.
  @Test(arguments: VehicleStart.allCases) func wallsInWhichCarsWouldStartAreRefused(
    start: VehicleStart
  ) throws {
    try withMapRoad(walls: [37, 42], left: 0.5, right: 0.5) { road in
      let error = #expect(throws: EnvironmentError.self) {
        try Bench.load(road) {
          ($0.openRoad, $0.walls, $0.start) = (true, .map, start)
        }
      }
      #expect(error?.setting == "start")
      #expect(error?.message.contains("found a wall in its way") == true)
      #expect(error?.message.contains("200 of 200 places") == (start == .anywhere))
    }
  }

  @Test func everyF1TENTHTrackIsAWorldForASmallCar() throws {
    guard let names = try SharedData.names(in: "tracks-f1tenth") else { return }
    let tracks = names.filter { !$0.contains(".txt") }
    for walls in [VehicleWalls.edges, .map] {
      for (model, actions) in [
        (VehicleModel.singleTrack, VehicleActions.continuous), (.box2dTires, .continuous),
        (.saturated, .discrete),
      ] {
        for name in tracks {
          let path = try #require(SharedData.path("tracks-f1tenth/\(name)"))
          let kind = try Bench.load(path) {
            $0.observation = .both
            $0.laps = 1
            $0.walls = walls
            $0.model = model
            $0.actions = actions
            $0.episodeSeconds = 600
          }
          if model == .singleTrack { checkStarts(kind, "\(name), \(walls)") }
          let laps = try drive(kind, episodes: 1).laps
          #expect(laps == 1, "\(name), \(walls), \(model), \(actions)")
        }
      }
    }
  }
}
