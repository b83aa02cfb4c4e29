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
  private let room: Room

  /// What is known of the free space.
  private enum Room: Sendable {
    /// Above the floor; between four walls if closed.
    case arena(isClosed: Bool)
    case map(MapRoom)
  }

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
      room = .map(map)
      return
    }
    let (width, height) = (Float(settings.arenaWidth), Float(settings.arenaHeight))
    low = .zero
    high = SIMD2(width, height)
    freeArea = width * height
    notes = []
    let isClosed = settings.task == .corridor
    room = .arena(isClosed: isClosed)
    // Clockwise: its right-hand side is inside.
    loops = isClosed ? [[[0, 0], [0, height], [width, height], [width, 0]]] : []
    // From right to left: its right-hand side is up. Beyond the arena's ends, so that nobody rolls off.
    lines = isClosed ? [] : [[[width + 10, 0], [-10, 0]]]
  }

  private static func load(_ settings: DroneSettings, _ context: EnvironmentContext) throws
    -> MapRoom
  {
    let options = MapOptions(
      resolution: settings.mapResolution > 0 ? settings.mapResolution : nil,
      negate: settings.mapNegate ? true : nil, cropMargin: 2)
    do {
      let home = try MapFile.load(context.resolve(settings.map), options: options)
      return try MapRoom(home, path: settings.map)
    } catch let error as MapError {
      throw EnvironmentError(setting: "map", error.description)
    }
  }

  /// At most the distance from a point to the nearest wall, m: how far nothing can be met.
  @inline(__always)
  package func clearance(at point: SIMD2<Float>) -> Float {
    switch room {
    case .arena(let isClosed):
      guard isClosed else { return point.y }
      return min(min(point.x, high.x - point.x), min(point.y, high.y - point.y))
    case .map(let map): return map.clearance(at: point)
    }
  }

  /// Height of what lies under a point, m.
  func ground(under point: SIMD2<Float>) -> Float {
    switch room {
    case .arena: low.y
    case .map(let map): map.ground(under: point)
    }
  }

  /// A place at which a drone has room about it, by chance.
  func place(_ random: inout RandomStream) -> SIMD2<Float> {
    switch room {
    case .arena:
      return SIMD2(
        Float(random.uniform(Double(low.x) + 0.6, Double(high.x) - 0.6)),
        Float(random.uniform(Double(low.y) + 0.6, Double(high.y) - 0.6)))
    case .map(let map): return map.place(&random)
    }
  }

  /// Whether a drone could fly straight from one place to another, obstacles aside.
  func seesStraight(from a: SIMD2<Float>, to b: SIMD2<Float>) -> Bool {
    guard case .map(let map) = room else { return true }
    let way = b - a
    let steps = Int((way * way).sum().squareRoot() / 0.1) + 1
    return (0...steps).allSatisfy {
      map.clearance(at: a + Float($0) / Float(steps) * way) > MapRoom.leastRoom / 2
    }
  }

  /// The two ends of a corridor without a map.
  var ends: (start: SIMD2<Float>, goal: SIMD2<Float>)? {
    guard case .arena = room else { return nil }
    return (SIMD2(0.75, high.y / 2), SIMD2(high.x - 0.75, high.y / 2))
  }
}

/// The free space of a map.
struct MapRoom: Sendable {
  /// Distance to walls that places keep, m.
  static let leastRoom: Float = 0.2
  /// How far simplified walls may lie beside the cells' edges, in cells: staircases become slopes.
  private static let tolerance = 0.75

  let grid: OccupancyGrid
  let loops: [[SIMD2<Float>]]
  let notes: [String]
  /// `[height, width]`: from a cell's centre to the nearest blocked cell, m.
  private let field: [Float]
  /// Cells that keep ``leastRoom``, of one connected part.
  private let places: [Int32]
  /// By how much the distance at a cell's centre exceeds that from its corners to the walls, at most.
  private let slack: Float

  /// - Throws: `EnvironmentError` where a drone has no room.
  init(_ home: HomeMap, path: String) throws {
    let parts = home.grid.freeComponents()
    let whole = home.grid.distanceField()
    let roomy = home.grid.components { whole[$0] >= Self.leastRoom }
    guard let largest = roomy.largest, let first = roomy.labels.firstIndex(of: Int32(largest)),
      roomy.sizes[largest] >= 16
    else {
      throw EnvironmentError(
        setting: "map",
        "\(path): expected free space \(2 * Self.leastRoom) m wide for a drone, found none")
    }
    let kept = home.grid.keeping(Int(parts.labels[first]), of: parts)
    grid = kept
    field = kept.distanceField()
    places = roomy.labels.indices.filter { roomy.labels[$0] == largest }.map { Int32($0) }
    loops = kept.outlines(tolerance: Self.tolerance * kept.resolution)
    // To a corner of the cell, what simplification moves, and the cut of touching corners.
    slack = Float(kept.resolution * (0.5.squareRoot() + Self.tolerance + 0.3))
    let dropped = home.grid.freeArea - kept.freeArea
    notes =
      home.notes + [
        "\(loops.count) walls of \(loops.reduce(0) { $0 + $1.count }) points around "
          + "\(Self.rounded(kept.freeArea)) m²"
          + (dropped > 0 ? "; \(Self.rounded(dropped)) m² that no drone reaches left out" : "")
      ]
  }

  private static func rounded(_ value: Double) -> Double { (value * 10).rounded() / 10 }

  func clearance(at point: SIMD2<Float>) -> Float {
    guard let cell = grid.cell(at: Point(x: Double(point.x), y: Double(point.y))) else { return 0 }
    return field[cell.y * grid.width + cell.x] - slack
  }

  func ground(under point: SIMD2<Float>) -> Float {
    let step = Float(grid.resolution) / 2
    var place = point
    while let cell = grid.cell(at: Point(x: Double(place.x), y: Double(place.y))),
      grid.isFree(cell.x, cell.y)
    { place.y -= step }
    return place.y + step / 2
  }

  func place(_ random: inout RandomStream) -> SIMD2<Float> {
    let cell = Int(places[random.integer(below: places.count)])
    let center = grid.center(cell % grid.width, cell / grid.width)
    return SIMD2(Float(center.x), Float(center.y))
  }
}
