import FedRLBox2D
import FedRLDrone
import FedRLMaps
import FedRLTestSupport
import Foundation
import Testing

/// Pushes a small ball at every wall of a map from its free side, and looks at it with a ray.
private struct WallProbe {
  /// Of a piece of wall, by its points.
  struct Fault: CustomStringConvertible {
    let what: String
    let from, to: SIMD2<Float>
    var description: String { "\(what): \(from) to \(to)" }
  }

  let loops: [[SIMD2<Float>]]
  let cell: Float
  private(set) var walls = 0

  init(_ loops: [[SIMD2<Float>]], of grid: OccupancyGrid) {
    self.loops = loops
    cell = Float(max(grid.resolution, 0.0145))
  }

  /// Balls of one world: as many as the broad phase likes.
  private static let ballsPerWorld = 400

  mutating func faults(isReversed: Bool = false) -> [Fault] {
    var result: [Fault] = []
    var world = makeWorld(isReversed: isReversed)
    var balls: [(ball: Body, from: SIMD2<Float>, to: SIMD2<Float>)] = []
    var ball = Material(density: 1)
    // They meet walls, not each other.
    ball.category = 2
    ball.mask = 1
    for loop in loops {
      for (index, from) in loop.enumerated() {
        let to = loop[(index + 1) % loop.count]
        walls += 1
        let right = Self.right(from, to)
        let start = (from + to) / 2 + 0.2 * cell * right
        if !isSeen(world, from: start, towards: -right) {
          result.append(Fault(what: "not seen", from: from, to: to))
        }
        var definition = BodyDefinition(.dynamic, at: BodyState(position: start, velocity: -right))
        definition.hasFixedRotation = true
        let body = world.add(definition)
        world.addCircle(to: body, radius: 0.002, ball)
        balls.append((body, from, to))
        if balls.count == Self.ballsPerWorld {
          result += pushed(balls, in: &world)
          for other in balls { world.remove(other.ball) }
          balls = []
        }
      }
    }
    return result + pushed(balls, in: &world)
  }

  private func makeWorld(isReversed: Bool) -> World {
    var world = World(gravity: .zero)
    let body = world.add(BodyDefinition(.fixed, at: BodyState(position: .zero)))
    for loop in loops {
      world.addChain(
        to: body, points: isReversed ? loop.reversed() : loop, isLoop: true, Material(friction: 0))
    }
    return world
  }

  private static func right(_ from: SIMD2<Float>, _ to: SIMD2<Float>) -> SIMD2<Float> {
    let way = to - from
    return SIMD2(way.y, -way.x) / (way * way).sum().squareRoot()
  }

  /// The wall is a fifth of a cell away; the ray is three times as long.
  private func isSeen(_ world: borrowing World, from start: SIMD2<Float>, towards: SIMD2<Float>)
    -> Bool
  {
    var fraction: Float = -1
    let ends = [start + 0.6 * cell * towards]
    ends.withUnsafeBufferPointer { world.castRays(from: start, to: $0, mask: 1, into: &fraction) }
    return abs(fraction - 1 / 3) < 0.02
  }

  /// Pushes all by up to nine tenths of a cell, and says which passed their wall's line.
  private func pushed(
    _ balls: [(ball: Body, from: SIMD2<Float>, to: SIMD2<Float>)], in world: inout World
  ) -> [Fault] {
    for _ in 0..<9 {
      for (ball, from, to) in balls {
        world.setVelocity(of: ball, -Self.right(from, to), angularVelocity: 0)
      }
      world.step(seconds: 0.1 * cell)
    }
    return balls.compactMap { ball, from, to in
      let place = world[ball].position
      let isPassed = ((place - from) * Self.right(from, to)).sum() < -0.1 * cell
      return isPassed ? Fault(what: "passed", from: from, to: to) : nil
    }
  }
}

@Suite struct WallTests {
  private static let neato = MapOptions(
    resolution: 0.04, negate: true, occupiedThreshold: 0.65, freeThreshold: 0.196)

  /// A speed mask without any floor, and a file whose image did not come with it.
  private static let noMaps = [
    "ros-maps/nav2/depot_speed.yaml", "slam-tracks-f1tenth/f1tenth_simulator/porto.yaml",
  ]
  /// Half a metre wide.
  private static let tooSmallForDrones = ["ros-maps/nav2-test/testmap.png"]

  private struct Home {
    let name, path: String
    let options: MapOptions
    let grid: OccupancyGrid

    /// Walls that a drone flies among; `nil` where it has no room.
    func site() throws -> [[SIMD2<Float>]]? {
      if tooSmallForDrones.contains(name) { return nil }
      return try Hangar.kind {
        $0.map = path
        $0.task = .hover
        $0.mapReading.resolution = options.resolution ?? 0
        $0.mapReading.negate = options.negate ?? false ? .yes : .no
      }.design.site.loops
    }
  }

  /// Every map of a set, once where several files have it.
  private func maps(_ set: String) throws -> [Home]? {
    guard let folder = SharedData.path(set) else { return nil }
    var result: [Home] = []
    for file in try FileManager.default.subpathsOfDirectory(atPath: folder).sorted() {
      guard
        ["yaml", "png", "json", "map"].contains((file as NSString).pathExtension),
        // A plan of 600 × 600 m.
        file != "empty-config.json"
      else { continue }
      let options =
        set == "neato-homes"
        ? Self.neato : MapOptions(resolution: file.hasSuffix(".png") ? 0.05 : nil)
      let (name, path) = (set + "/" + file, folder + "/" + file)
      if Self.noMaps.contains(name) {
        #expect(throws: MapError.self) { try MapFile.load(path, options: options) }
        continue
      }
      let grid = try MapFile.load(path, options: options).grid.cropped(margin: 2)
      if result.contains(where: { $0.grid.cells == grid.cells }) { continue }
      result.append(Home(name: name, path: path, options: options, grid: grid))
    }
    return result
  }

  @Test(
    arguments: [
      "ros-maps", "slam-tracks-f1tenth", "lidar-reference", "tracks-f1tenth", "valetudo-homes",
      "movingai", "houseexpo-format", "neato-homes", "coverage-benchmark",
    ])
  func `every wall of every map stops what comes from the free side, and is seen`(set: String)
    throws
  {
    guard let maps = try maps(set) else { return }
    #expect(!maps.isEmpty)
    var count = 0
    for map in maps {
      let site = try map.site()
      if let site { checkWinding(of: site, map.name) }
      for loops in [map.grid.outlines(tolerance: 0), site ?? []] {
        var probe = WallProbe(loops, of: map.grid)
        let faults = probe.faults()
        count += probe.walls
        #expect(
          faults.isEmpty,
          "\(map.name): \(faults.count) of \(probe.walls) walls, \(faults.prefix(3))")
      }
    }
    print("\(set): \(maps.count) maps, \(count) walls")
  }

  /// One connected space to fly in lies within its outer wall, which goes clockwise about it, and
  /// around all the others: then it is at the right hand of all.
  private func checkWinding(of loops: [[SIMD2<Float>]], _ name: String) {
    let areas = loops.map { loop -> Double in
      let corners = loop.map { SIMD2<Double>($0 - loop[0]) }
      return zip(corners, corners.dropFirst()).reduce(0) {
        $0 + ($1.0.x * $1.1.y - $1.0.y * $1.1.x)
      }
    }
    let outer = areas.filter { $0 < 0 }
    #expect(outer.count == 1 && areas.allSatisfy { $0 <= -outer[0] }, "\(name): \(outer)")
  }

  /// The test can fail: walls wound the wrong way are seen but let everything through.
  @Test func `walls wound the wrong way let everything through`() throws {
    let home = try MapFile.load(Hangar.home)
    var probe = WallProbe(home.grid.outlines(tolerance: 0), of: home.grid)
    let faults = probe.faults(isReversed: true)
    #expect(faults.allSatisfy { $0.what == "passed" })
    #expect(faults.count > probe.walls * 8 / 10, "\(faults.count) of \(probe.walls)")
  }
}
