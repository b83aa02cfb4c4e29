import FedRLBox2D
import FedRLMaps
import FedRLNumerics
import FedRLTestSupport
import FedRLVehicle
import Foundation
import Testing

/// Walls stop cars from the side that is driven on, and rays see them where Box2D has them.
@Suite struct WallTests {
  /// Worlds of the shipped circuits, without run-off and with as much as they have room for, of all
  /// real ones, and of maps' walls.
  private func worlds() throws -> [VehicleWorld] {
    var worlds: [VehicleWorld] = []
    func add(_ path: String, _ walls: VehicleWalls, runOff: Double = 0) throws {
      worlds.append(try VehicleWorld(track: try TrackFile.load(path), walls: walls, runOff: runOff))
    }
    for path in try Bench.shippedTracks() {
      try add(path, .edges)
      try add(path, .edges, runOff: 0.15)
    }
    for name in try SharedData.names(in: "tracks-tum/tracks") ?? [] {
      try add(SharedData.path("tracks-tum/tracks/\(name)")!, .edges)
    }
    for name in try SharedData.names(in: "tracks-f1tenth") ?? [] where !name.contains(".") {
      for walls in [VehicleWalls.edges, .map] {
        try add(SharedData.path("tracks-f1tenth/\(name)")!, walls)
      }
    }
    return worlds
  }

  private func boxWorld(_ world: VehicleWorld) -> World {
    var box = World(gravity: .zero)
    let ground = box.add(BodyDefinition(.fixed, at: BodyState(position: .zero)))
    for loop in world.walls { box.addChain(to: ground, points: loop, isLoop: true, Material()) }
    return box
  }

  @Test func raysAgreeWithThoseOfBox2D() throws {
    var random = RandomStream(seed: 11)
    for world in try worlds() {
      let box = boxWorld(world)
      let range: Float = 20
      var worst: Float = 0
      var met = 0
      for _ in 0..<150 {
        let place = world.center.place(at: random.uniform(0, world.center.length))
        let across = random.uniform(-0.9 * place.right, 0.9 * place.left)
        let origin = SIMD2(
          Float(place.x - place.tangentY * across), Float(place.y + place.tangentX * across))
        let directions = (0..<16).map { _ -> SIMD2<Float> in
          let angle = Float(random.uniform(-Double.pi, .pi))
          return SIMD2(cos(angle), sin(angle))
        }
        let ends = directions.map { origin + range * $0 }
        var fractions = [Float](repeating: 0, count: ends.count)
        ends.withUnsafeBufferPointer { ends in
          fractions.withUnsafeMutableBufferPointer {
            box.castRays(from: origin, to: ends, into: $0.baseAddress!)
          }
        }
        for (direction, fraction) in zip(directions, fractions) {
          let own = world.grid.distance(from: origin, along: direction, limit: range)
          worst = max(worst, (own - range * fraction).magnitude)
          if fraction < 1 { met += 1 }
        }
      }
      #expect(worst < 4e-3, "\(world.track.name): \(worst) m")
      #expect(met > 1000, "\(world.track.name): hardly a ray met a wall")
    }
  }

  @Test func everyWallStopsABodyFromItsFreeSide() throws {
    for world in try worlds() {
      var box = boxWorld(world)
      let scale = Float(min(max(world.track.points[0].left / 1.1, 1), 4))
      let radius = 0.05 * scale
      let ball = box.add(BodyDefinition(.dynamic, at: BodyState(position: .zero)))
      box.addCircle(to: ball, radius: radius, Material(density: 1))
      var pushed = 0
      for loop in world.walls {
        let step = max(loop.count / 150, 1)
        for index in stride(from: 0, to: loop.count, by: step) {
          let (a, b) = (loop[index], loop[(index + 1) % loop.count])
          let along = (b - a) / ((b - a) * (b - a)).sum().squareRoot()
          let free = SIMD2(along.y, -along.x)
          let wall = (a + b) / 2
          // Not from beyond another wall that is near, as in a sharp corner.
          let room = world.grid.distance(from: wall + 0.02 * free, along: free, limit: 3 * radius)
          guard room > 2.5 * radius else { continue }
          let start = wall + 1.5 * radius * free
          box[ball] = BodyState(position: start, velocity: -4 * scale * free)
          var contact = false
          for _ in 0..<20 {
            box.step(seconds: 0.01)
            if box.touchingCount(of: ball) > 0 { contact = true }
          }
          let end = box[ball].position
          let way = end - start
          let distance = (way * way).sum().squareRoot()
          let clear =
            distance < 1e-4
            ? distance
            : world.grid.distance(from: start, along: way / distance, limit: distance)
          #expect(
            contact && clear >= distance - 1e-3,
            "\(world.track.name): the wall at \(wall) was passed")
          // And it is seen.
          let seen = world.grid.distance(from: start, along: -free, limit: 10)
          #expect((seen - 1.5 * radius).magnitude < 1e-3, "\(world.track.name): \(wall) not seen")
          pushed += 1
        }
      }
      #expect(pushed > 40, "\(world.track.name): only \(pushed) walls were pushed at")
    }
  }

  @Test(arguments: [0, 0.15]) func wallsStandTheRunOffBeyondTheEdges(runOff: Double) throws {
    for path in try Bench.shippedTracks() {
      let track = try TrackFile.load(path)
      let world = try VehicleWorld(track: track, walls: .edges, runOff: runOff)
      #expect(world.walls.count == 2)
      for (loop, side) in zip(world.walls, [1.0, -1]) {
        for index in loop.indices {
          let middle = (loop[index] + loop[(index + 1) % loop.count]) / 2
          let place = world.center.project(x: Double(middle.x), y: Double(middle.y))
          // Simplified by up to 5.5 mm.
          expectClose(
            place.offset, side * (1.1 + runOff), absolute: 0.01, "\(path) at \(place.s) m")
        }
      }
    }
  }

  @Test func thirtyReferenceScansAreMet() throws {
    for name in ["skirk", "vegas"] {
      guard let path = SharedData.path("lidar-reference/\(name).yaml"),
        let text = try SharedData.text("lidar-reference/\(name)_scans.csv")
      else { return }
      var grid = try MapFile.load(path).grid
      // The reference simulator takes cells of a grey above 128 for free: unknown ones too.
      grid.cells = grid.cells.map { $0 == 1 ? 1 : 0 }
      for tolerance in [0, grid.resolution] {
        let walls = WallGrid(grid.outlines(tolerance: tolerance), cell: 0.5)
        var differences: [Float] = []
        for line in text.split(separator: "\n").dropFirst() {
          let row = line.split(separator: ",").map { Float(String($0))! }
          let heading = row[0]
          let place = 0.275 * SIMD2(cos(heading), sin(heading))
          for beam in 0..<1080 {
            let angle = heading - 2.35 + 4.7 * Float(beam) / 1079
            let range = walls.distance(from: place, along: SIMD2(cos(angle), sin(angle)), limit: 30)
            differences.append((range - min(row[1 + beam], 30)).magnitude)
          }
        }
        let mean = differences.reduce(0, +) / Float(differences.count)
        let p95 = differences.sorted()[differences.count * 95 / 100]
        print("\(name), tolerance \(tolerance): mean \(mean) m, 95th percentile \(p95) m")
        #expect(differences.count >= 10 * 1080)
        #expect(mean <= 0.05, "\(name), tolerance \(tolerance)")
        #expect(p95 <= 0.15, "\(name), tolerance \(tolerance)")
      }
    }
  }

  @Test func raysMeetOtherCars() throws {
    // On a straight without walls, 30 m before its end, with the next car 23 to 37 m ahead.
    let long = TrackGenerator.oval(name: "long", straight: 60, radius: 5, width: 2.2)
    let kind = try Bench.kind(long) {
      $0.walls = .none
      $0.observation = .lidar
      $0.lidarRays = 3
      $0.lidarFieldOfView = 90
      $0.lidarRange = 100
      $0.lidarNoise = 0
      $0.traffic = 4
      $0.startSpread = 0
      $0.start = .line
    }
    var world = VehicleEnvironment(kind.plan)
    var (seen, missed) = (0, 0)
    for seed in 1...40 as ClosedRange<UInt64> {
      _ = world.begin(seed: seed)
      let next = world.trafficPlaces.map { kind.plan.world.center.place(at: $0.s) }
        .filter { $0.x > 0 && $0.y < 0 }.min { $0.x < $1.x }
      let ahead = world.readings[1]
      if let next, next.x < 29.5 {
        // From the lidar, 0.275 m before the car's place, to the other's back.
        expectClose(Double(ahead), next.x - world.car.x - 0.275 - 0.29, absolute: 2e-3)
        seen += 1
      } else if next == nil {
        #expect(ahead == 100)
        missed += 1
      }
    }
    #expect(seen > 5, "\(seen) seen, \(missed) out of sight")
  }
}
