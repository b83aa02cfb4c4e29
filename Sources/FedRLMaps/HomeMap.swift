/// A home as a robot vacuum meets it: what blocks it, where it may not go, and what is on the floor.
public struct HomeMap: Sendable, Equatable {
  /// Short name: the file's name without its extension.
  public var name: String
  public var grid: OccupancyGrid
  /// The charging dock: where the robot stands on it, or, in maps of real robots, where the charger
  /// itself is (often on a wall's cell; see ``clearPoint(near:radius:field:)``). The yaw points away
  /// from the wall. World metres.
  public var dock: Pose?
  /// Where the robot starts, if the file says so; world metres.
  public var start: Pose?
  /// Areas with a rule of their own; see ``noGoMask(wallThickness:)``.
  public var zones: [Zone] = []
  /// Lines that a robot must not cross.
  public var virtualWalls: [Segment] = []
  /// `[height, width]` in the grid's order: cells a keep-out mask forbids.
  public var keepOut: [Bool]?
  /// `[height, width]` in the grid's order: carpet.
  public var carpet: [Bool]?
  /// `[height, width]` in the grid's order: cells over a drop.
  public var cliff: [Bool]?
  /// `[height, width]` in the grid's order: the room's ``Room/id``, 0 for none.
  public var roomOfCell: [UInt16]?
  public var rooms: [Room] = []
  /// What was dropped or assumed in reading, one sentence each.
  public var notes: [String] = []

  public init(name: String, grid: OccupancyGrid) {
    self.name = name
    self.grid = grid
  }

  /// The zones a vacuum must not enter.
  public var noGo: [Zone] { zones.filter { $0.purpose == .noGo } }

  /// Cells that a robot's centre may not be in by rule, whether or not they are free: no-go zones,
  /// the keep-out mask, and virtual walls of the given thickness (default: one and a half cells, so
  /// that a slanted wall has no gaps).
  ///
  /// - Returns: `[height, width]` in the grid's order, or `nil` when there is no such rule.
  public func noGoMask(wallThickness: Double? = nil) -> [Bool]? {
    let forbidden = noGo
    guard !forbidden.isEmpty || !virtualWalls.isEmpty || keepOut != nil else { return nil }
    var mask = keepOut ?? [Bool](repeating: false, count: grid.count)
    for zone in forbidden {
      grid.forEachCell(around: zone.corners, margin: 0) { index, center in
        if zone.contains(center) { mask[index] = true }
      }
    }
    let reach = (wallThickness ?? grid.resolution * 1.5) / 2
    for wall in virtualWalls {
      grid.forEachCell(around: [wall.from, wall.to], margin: reach) { index, center in
        if wall.distance(to: center) <= reach { mask[index] = true }
      }
    }
    return mask
  }

  /// The same home with cells of at most a given size, masks included.
  public func resampled(to maximumCellSize: Double) -> HomeMap {
    let factor = grid.subdivision(for: maximumCellSize)
    guard factor > 1 else { return self }
    let (width, height) = (grid.width, grid.height)
    var result = self
    result.grid = grid.resampled(to: maximumCellSize)
    result.mapMasks { OccupancyGrid.subdivide($0, width: width, height: height, factor: factor) }
    result.roomOfCell = roomOfCell.map {
      OccupancyGrid.subdivide($0, width: width, height: height, factor: factor)
    }
    return result
  }

  /// The same home cut down to its free cells and `margin` cells around them, masks included.
  public func cropped(margin: Int) -> HomeMap {
    guard let window = grid.freeWindow(margin: margin) else { return self }
    var result = self
    result.grid = grid.cropped(to: window)
    result.mapMasks { grid.crop($0, to: window, outside: false) }
    result.roomOfCell = roomOfCell.map { grid.crop($0, to: window, outside: 0) }
    return result
  }

  private mutating func mapMasks(_ transform: ([Bool]) -> [Bool]) {
    keepOut = keepOut.map(transform)
    carpet = carpet.map(transform)
    cliff = cliff.map(transform)
  }
}

extension OccupancyGrid {
  /// Calls `body` with index and centre of every cell in the box about some world points.
  package func forEachCell(
    around points: [Point], margin: Double, _ body: (_ index: Int, _ center: Point) -> Void
  ) {
    let positions = points.map { gridCoordinates(of: $0) }
    let reach = margin / resolution + 1
    func range(_ values: [Double], _ limit: Int) -> Range<Int> {
      let low = min(max((values.min() ?? 0) - reach, 0), Double(limit))
      let high = min(max((values.max() ?? 0) + reach + 1, low), Double(limit))
      return Int(low)..<Int(high)
    }
    for y in range(positions.map(\.y), height) {
      for x in range(positions.map(\.x), width) { body(y * width + x, center(x, y)) }
    }
  }
}
