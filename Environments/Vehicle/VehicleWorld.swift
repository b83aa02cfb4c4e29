import FedRLCore
public import FedRLMaps

/// A circuit as cars meet it: its centre line, the line that fast drivers take, and its walls.
///
/// Shared by all copies and agents that use the same track; never written after `init`.
public final class VehicleWorld: Sendable {
  public let track: Track
  public let center: TrackPath
  /// The race line where there is one, else the centre line.
  public let line: TrackPath
  /// Closed polygons with the free side on the right-hand side of every edge, as Box2D's chains
  /// stop cars.
  public let walls: [[SIMD2<Float>]]
  public let grid: WallGrid
  /// The road's edges for drawings: of a circuit the one around the road and the one that the road
  /// goes round, one around an open road.
  let edges: [[SIMD2<Float>]]
  public let notes: [String]
  /// Of edges and walls: min x, min y, max x, max y, m.
  let bounds: (minX: Float, minY: Float, maxX: Float, maxY: Float)

  /// - Parameters:
  ///   - walls: where walls stand; `auto` takes a map's walls where the track comes with a map.
  ///   - runOff: distance of walls beyond the track's edges, m.
  /// - Throws: `MapError` where stretches of road overlap or a map cannot be read.
  public init(track: Track, walls kind: VehicleWalls, runOff: Double) throws {
    self.track = track
    center = track.center
    line = track.raceLine ?? track.center
    let width = track.points.map { min($0.left, $0.right) }.min()!
    let tolerance = min(max(width / 200, 0.002), 0.05)
    let edges = try track.edges(tolerance: tolerance)
    self.edges = edges.sorted { Outline.area($0).magnitude > Outline.area($1).magnitude }
      .map { $0.map(Self.single) }
    var notes = track.notes
    switch kind.resolved(for: track) {
    case .map:
      walls = try Self.mapWalls(track, notes: &notes)
    case .none:
      walls = []
    case .edges, .auto:
      walls = try Self.edgeWalls(track, runOff: runOff, tolerance: tolerance, edges)
    }
    let corners = (walls + self.edges).flatMap { $0 }
    bounds = (
      corners.map(\.x).min()!, corners.map(\.y).min()!, corners.map(\.x).max()!,
      corners.map(\.y).max()!
    )
    grid = WallGrid(walls, cell: max(0.5 * width, 0.25))
    if runOff > 0, kind.resolved(for: track) != .edges {
      notes.append("run_off has no effect: no walls stand along the road's edges")
    }
    notes.insert(Self.description(track), at: 0)
    self.notes = notes
  }

  static func single(_ point: Point) -> SIMD2<Float> { SIMD2(Float(point.x), Float(point.y)) }

  /// Along the road's edges, or beyond them.
  private static func edgeWalls(
    _ track: Track, runOff: Double, tolerance: Double, _ edges: [[Point]]
  ) throws -> [[SIMD2<Float>]] {
    var edges = edges
    if runOff > 0 {
      do {
        edges = try track.edges(beyond: runOff, tolerance: tolerance)
      } catch {
        throw EnvironmentError(setting: "run_off", error.description)
      }
    }
    // The outline of an open road runs counter-clockwise, with the road on its left-hand side.
    guard edges.count == 2 else { return edges.map { $0.reversed().map(single) } }
    let (left, right) = (edges[0], edges[1])
    if let crossing = Track.firstCrossing(left, right) {
      let error = MapError.malformed(
        path: track.name, place: "walls",
        found: "walls that cross at (\(crossing.x), \(crossing.y)) m",
        expected: "stretches of road that do not overlap")
      if runOff > 0 { throw EnvironmentError(setting: "run_off", error.description) }
      throw error
    }
    // Both edges run with the driver: the road is on the left one's right-hand side.
    return [left.map(single), right.reversed().map(single)]
  }

  /// Around the part of the map's free space that the centre line runs through.
  private static func mapWalls(_ track: Track, notes: inout [String]) throws -> [[SIMD2<Float>]] {
    guard let path = track.mapPath else {
      throw EnvironmentError(
        setting: "walls",
        "\(track.name): expected a map beside the track for walls = \"map\", got none")
    }
    var grid = try MapFile.load(path).grid
    let allFree = grid.count(of: .free)
    grid.originX -= track.origin.x
    grid.originY -= track.origin.y
    let components = grid.freeComponents()
    let labels = (0..<track.center.count).map { index -> Int32 in
      let place = track.center[index]
      guard let cell = grid.cell(at: Point(x: place.x, y: place.y)) else { return -1 }
      return components.labels[cell.y * grid.width + cell.x]
    }
    guard let part = labels.first, part >= 0, labels.allSatisfy({ $0 == part }) else {
      let bad = labels.firstIndex { $0 < 0 || $0 != labels[0] } ?? 0
      let place = track.center[bad]
      throw MapError.malformed(
        path: path, place: "cell at (\(place.x), \(place.y)) m",
        found: "a centre line that leaves the free space there",
        expected: "free space all along the centre line")
    }
    let kept = grid.keeping(Int(part), of: components)
    let walls = kept.outlines(tolerance: grid.resolution)
    let share = 100 * Double(kept.count(of: .free)) / Double(allFree)
    notes.append(
      "walls: \(walls.count) outlines of the map's free space"
        + (share < 100 ? " around the road, \(short(share)) % of all that is free" : ""))
    return walls
  }

  private static func short(_ value: Double) -> String { "\((value * 10).rounded() / 10)" }

  private static func description(_ track: Track) -> String {
    let widths = track.points.map { $0.left + $0.right }
    let bend = (0..<track.center.count).map { track.center[$0].curvature.magnitude }.max()!
    let radius = bend > 1e-6 ? "tightest bend \(short(1 / bend)) m" : "straight"
    let (least, most) = (short(widths.min()!), short(widths.max()!))
    let width = least == most ? least : "\(least) to \(most)"
    return "\(track.name): \(short(track.length)) m, \(width) m wide, \(radius)"
  }
}

extension VehicleWalls {
  /// What `auto` means for a track.
  func resolved(for track: Track) -> VehicleWalls {
    self == .auto ? (track.mapPath == nil ? .edges : .map) : self
  }
}
