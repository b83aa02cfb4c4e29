import FedRLCore
import FedRLMaps
import FedRLNumerics

/// Where drones fly: an open arena or the walls of a map. Fixed from episode to episode, and shared.
package final class DroneSite: Sendable {
  /// The visible and allowed part of the plane, m.
  package let low, high: SIMD2<Float>
  /// Walls as loops with free space at their right hand, m.
  package let loops: [[SIMD2<Float>]]
  /// Walls that are one line, free space at its right hand, m.
  let lines: [[SIMD2<Float>]]
  /// m²
  let freeArea: Float
  package let notes: [String]
  /// A place over ground as level as a pad is wide, should chance find none: the first of a map's; sought
  /// for landings only.
  let levelPlace: SIMD2<Float>?
  /// Two places of a map as far apart as those at its ends are.
  let farPair: (SIMD2<Float>, SIMD2<Float>)
  /// `nil`: an open arena.
  private let map: MapRoom?
  /// Whether an arena has walls on all sides, not only a floor.
  private let isClosed: Bool

  /// Loads the map that the settings name, or makes the arena of their size.
  ///
  /// - Throws: `EnvironmentError` where there is no such map or no room in it.
  init(settings: DroneSettings, context: EnvironmentContext) throws {
    guard settings.map.isEmpty else {
      let map = try Self.load(settings, context)
      let grid = map.grid
      let corners = [
        grid.world(gridX: 0, gridY: 0), grid.world(gridX: Double(grid.width), gridY: 0),
        grid.world(gridX: 0, gridY: Double(grid.height)),
        grid.world(gridX: Double(grid.width), gridY: Double(grid.height)),
      ].map { SIMD2(Float($0.x), Float($0.y)) }
      low = corners.dropFirst().reduce(corners[0]) { pointwiseMin($0, $1) }
      high = corners.dropFirst().reduce(corners[0]) { pointwiseMax($0, $1) }
      loops = map.loops
      lines = []
      freeArea = Float(grid.freeArea)
      notes = map.notes
      farPair = map.farPair
      let width = Float(settings.padWidth)
      levelPlace =
        settings.task == .landing
        ? map.allPlaces.first { Self.isLevel(map, under: $0, width: width) } : nil
      self.map = map
      isClosed = true
      return
    }
    let (width, height) = (Float(settings.arenaWidth), Float(settings.arenaHeight))
    low = .zero
    high = SIMD2(width, height)
    freeArea = width * height
    notes = []
    levelPlace = nil
    farPair = (low, high)
    map = nil
    isClosed = settings.task == .corridor
    // Clockwise: its right-hand side is inside.
    loops = isClosed ? [[[0, 0], [0, height], [width, height], [width, 0]]] : []
    // From right to left: its right-hand side is up. Beyond the arena's ends, so that nobody rolls off.
    lines = isClosed ? [] : [[[width + 10, 0], [-10, 0]]]
  }

  private static func load(_ settings: DroneSettings, _ context: EnvironmentContext) throws
    -> MapRoom
  {
    var options = settings.mapReading.options
    options.cropMargin = 2
    do {
      var home = try MapFile.load(context.resolve(settings.map), options: options)
      let (x, y) = (home.grid.originX, home.grid.originY)
      // Far from the origin, as in surveyed maps, single precision would be too coarse to fly in.
      if max(x.magnitude, y.magnitude) > 1000 {
        (home.grid.originX, home.grid.originY) = (0, 0)
        home.notes.append("coordinates are taken from (\(x), \(y)) m")
      }
      return try MapRoom(home, path: settings.map)
    } catch let error as MapError {
      throw EnvironmentError(setting: "map", error.description)
    }
  }

  /// Whether there are a map's walls, not only a few.
  var isMap: Bool { map != nil }

  /// At most the distance from a point to the nearest wall, m: how far nothing can be met.
  @inline(__always)
  package func clearance(at point: SIMD2<Float>) -> Float {
    if let map { return map.clearance(at: point) }
    guard isClosed else { return point.y }
    return min(min(point.x, high.x - point.x), min(point.y, high.y - point.y))
  }

  /// Height of what lies under a point, m.
  func ground(under point: SIMD2<Float>) -> Float { map?.ground(under: point) ?? low.y }

  /// A place at which a drone has room about it, by chance.
  func place(_ random: inout RandomStream) -> SIMD2<Float> {
    if let map { return map.place(&random) }
    return SIMD2(
      Float(random.uniform(Double(low.x) + 0.6, Double(high.x) - 0.6)),
      Float(random.uniform(Double(low.y) + 0.6, Double(high.y) - 0.6)))
  }

  /// Whether the ground is level and open upwards under a place, for a pad.
  func isLevel(under place: SIMD2<Float>, width: Float) -> Bool {
    map.map { Self.isLevel($0, under: place, width: width) } ?? true
  }

  private static func isLevel(_ map: MapRoom, under place: SIMD2<Float>, width: Float) -> Bool {
    let ground = map.ground(under: place)
    let step = min(width / 4, Float(map.grid.resolution))
    return stride(from: -width / 2, through: width / 2, by: step).allSatisfy { way in
      let beside = place + SIMD2(way, 0)
      return map.isFree(beside) && (map.ground(under: beside) - ground).magnitude < 0.01
    }
  }

  /// Whether a drone could fly straight from one place to another, obstacles aside.
  func seesStraight(from a: SIMD2<Float>, to b: SIMD2<Float>) -> Bool {
    guard let map else { return true }
    let way = b - a
    let steps = Int((way * way).sum().squareRoot() / 0.1) + 1
    return (0...steps).allSatisfy {
      map.clearance(at: a + Float($0) / Float(steps) * way) > MapRoom.leastRoom / 2
    }
  }

  /// Whether a point is within bounds by some metres.
  @inline(__always)
  func isInside(_ point: SIMD2<Float>, margin: Float) -> Bool {
    point.x > low.x + margin && point.y > low.y + margin && point.x < high.x - margin
      && point.y < high.y - margin
  }

  /// The two ends of a corridor without a map.
  var ends: (start: SIMD2<Float>, goal: SIMD2<Float>)? {
    guard map == nil else { return nil }
    return (SIMD2(0.75, high.y / 2), SIMD2(high.x - 0.75, high.y / 2))
  }
}
