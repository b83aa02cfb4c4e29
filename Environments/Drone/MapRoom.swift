import FedRLCore
import FedRLMaps
import FedRLNumerics

#if canImport(Glibc)
  import Glibc
#endif

/// The free space of a map.
final class MapRoom: Sendable {
  /// Distance to walls that places keep, m.
  static let leastRoom: Float = 0.2
  /// How far simplified walls may lie beside the cells' edges, m: staircases of 5 cm become slopes.
  private static let tolerance = 0.04

  let grid: OccupancyGrid
  let loops: [[SIMD2<Float>]]
  let notes: [String]
  /// `[height, width]`: from a cell's centre to the nearest blocked cell, m.
  private nonisolated(unsafe) let field: UnsafePointer<Float>
  /// World to cells: lower-left corner, cells per metre along the grid's x axis.
  private let corner, axis: SIMD2<Float>
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
    let distances = kept.distanceField()
    let field = UnsafeMutablePointer<Float>.allocate(capacity: distances.count)
    field.initialize(from: distances, count: distances.count)
    self.field = UnsafePointer(field)
    corner = SIMD2(Float(kept.originX), Float(kept.originY))
    axis = SIMD2(
      Float(cos(kept.originYaw) / kept.resolution), Float(sin(kept.originYaw) / kept.resolution))
    places = roomy.labels.indices.filter { roomy.labels[$0] == largest }.map { Int32($0) }
    loops = kept.outlines(tolerance: Self.tolerance)
    // To a corner of the cell, what simplification moves, and the cut of touching corners.
    slack = Float(kept.resolution * (0.5.squareRoot() + 0.3) + Self.tolerance)
    let dropped = home.grid.freeArea - kept.freeArea
    notes =
      home.notes + [
        "\(loops.count) wall\(loops.count == 1 ? "" : "s") of \(loops.reduce(0) { $0 + $1.count }) points around "
          + "\(Self.rounded(kept.freeArea)) m²"
          + (dropped > 0 ? "; \(Self.rounded(dropped)) m² that no drone reaches left out" : "")
      ]
  }

  deinit { field.deallocate() }

  private static func rounded(_ value: Double) -> Double { (value * 10).rounded() / 10 }

  @inline(__always)
  func clearance(at point: SIMD2<Float>) -> Float {
    let offset = point - corner
    let (x, y) = ((axis * offset).sum(), axis.x * offset.y - axis.y * offset.x)
    guard x >= 0, y >= 0, x < Float(grid.width), y < Float(grid.height) else { return 0 }
    return field[Int(y) * grid.width + Int(x)] - slack
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
    place(Int(places[random.integer(below: places.count)]))
  }

  private func place(_ cell: Int) -> SIMD2<Float> {
    let center = grid.center(cell % grid.width, cell / grid.width)
    return SIMD2(Float(center.x), Float(center.y))
  }

  /// All places, in the order of cells.
  var allPlaces: some Sequence<SIMD2<Float>> { places.lazy.map { self.place(Int($0)) } }

  /// The places at the ends of the map's longer side.
  var farPair: (SIMD2<Float>, SIMD2<Float>) {
    var ends = [SIMD2<Float>](repeating: place(Int(places[0])), count: 4)
    for place in allPlaces {
      if place.x < ends[0].x { ends[0] = place }
      if place.x > ends[1].x { ends[1] = place }
      if place.y < ends[2].y { ends[2] = place }
      if place.y > ends[3].y { ends[3] = place }
    }
    let isWide = ends[1].x - ends[0].x >= ends[3].y - ends[2].y
    return isWide ? (ends[0], ends[1]) : (ends[2], ends[3])
  }

  func isFree(_ point: SIMD2<Float>) -> Bool {
    grid.cell(at: Point(x: Double(point.x), y: Double(point.y))).map { grid.isFree($0.x, $0.y) }
      ?? false
  }
}
