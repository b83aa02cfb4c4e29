import FedRLBox2D
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

  init(_ grid: OccupancyGrid, tolerance: Double) {
    loops = grid.outlines(tolerance: tolerance)
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

  /// Every map file of a set, once by each name, that makes a home.
  private func maps(_ set: String) throws -> [(name: String, grid: OccupancyGrid)]? {
    guard let folder = SharedData.path(set) else { return nil }
    var seen: [OccupancyGrid] = []
    var result: [(String, OccupancyGrid)] = []
    for file in try FileManager.default.subpathsOfDirectory(atPath: folder).sorted() {
      guard
        ["yaml", "png", "json", "map"].contains((file as NSString).pathExtension),
        // A plan of 600 × 600 m.
        file != "empty-config.json"
      else { continue }
      let options =
        set == "neato-homes"
        ? Self.neato : MapOptions(resolution: file.hasSuffix(".png") ? 0.05 : nil)
      guard let home = try? MapFile.load(folder + "/" + file, options: options) else { continue }
      if seen.contains(where: { $0.cells == home.grid.cells }) { continue }
      seen.append(home.grid)
      result.append((set + "/" + file, home.grid.cropped(margin: 2)))
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
    var walls = 0
    for (name, grid) in maps {
      for tolerance in [0, 0.75 * grid.resolution] {
        var probe = WallProbe(grid, tolerance: tolerance)
        let faults = probe.faults()
        walls += probe.walls
        #expect(
          faults.isEmpty,
          "\(name), tolerance \(tolerance): \(faults.count) of \(probe.walls), \(faults.prefix(3))")
      }
    }
    print("\(set): \(maps.count) maps, \(walls) walls")
  }

  /// The test can fail: walls wound the wrong way are seen but let everything through.
  @Test func `walls wound the wrong way let everything through`() throws {
    let home = try MapFile.load(Hangar.home)
    var probe = WallProbe(home.grid, tolerance: 0)
    let faults = probe.faults(isReversed: true)
    #expect(faults.allSatisfy { $0.what == "passed" })
    #expect(faults.count > probe.walls * 8 / 10, "\(faults.count) of \(probe.walls)")
  }
}
