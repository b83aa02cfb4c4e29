#if canImport(Glibc)
  private import Glibc
#endif

/// A rectangular map of square cells that are free, occupied or unknown, and its place in the world.
public struct OccupancyGrid: Sendable, Equatable {
  /// What is known of one cell. Everything but `free` blocks a robot.
  public enum Cell: UInt8, Sendable {
    case free = 0
    case occupied = 1
    case unknown = 2
  }

  /// Columns.
  public let width: Int
  /// Rows.
  public let height: Int
  /// Edge of a cell, in metres.
  public let resolution: Double
  /// World position of the lower-left corner of cell (0, 0), in metres.
  public var originX: Double
  public var originY: Double
  /// Direction of the grid's x axis in the world, in radians counter-clockwise.
  public var originYaw: Double
  /// `[height, width]`, rows from the lower edge upwards: index `y · width + x`; raw values of ``Cell``.
  public var cells: [UInt8]

  /// - Parameters:
  ///   - cells: `[height, width]` from the lower-left, or `nil` for all free.
  public init(
    width: Int, height: Int, resolution: Double, originX: Double = 0, originY: Double = 0,
    originYaw: Double = 0, cells: [UInt8]? = nil
  ) {
    precondition(width > 0 && height > 0, "a grid of \(width) × \(height) cells")
    precondition(resolution > 0 && resolution.isFinite, "a grid of \(resolution) m cells")
    self.width = width
    self.height = height
    self.resolution = resolution
    self.originX = originX
    self.originY = originY
    self.originYaw = originYaw
    self.cells = cells ?? [UInt8](repeating: Cell.free.rawValue, count: width * height)
    precondition(
      self.cells.count == width * height,
      "\(self.cells.count) cells for a grid of \(width) × \(height)")
  }

  /// Number of cells.
  public var count: Int { width * height }

  /// The cell in column `x` and row `y` (row 0 is the lowest).
  public subscript(x: Int, y: Int) -> Cell {
    get {
      precondition(contains(x, y), "cell (\(x), \(y)) of a grid of \(width) × \(height)")
      return Cell(rawValue: cells[y * width + x]) ?? .unknown
    }
    set {
      precondition(contains(x, y), "cell (\(x), \(y)) of a grid of \(width) × \(height)")
      cells[y * width + x] = newValue.rawValue
    }
  }

  /// Whether column `x` and row `y` exist.
  @inlinable
  public func contains(_ x: Int, _ y: Int) -> Bool {
    x >= 0 && y >= 0 && x < width && y < height
  }

  /// Whether the cell exists and is free.
  @inlinable
  public func isFree(_ x: Int, _ y: Int) -> Bool { contains(x, y) && cells[y * width + x] == 0 }

  /// How many cells are of a kind. O(cells).
  public func count(of cell: Cell) -> Int {
    cells.withUnsafeBufferPointer { buffer in
      var sum = 0
      for value in buffer where value == cell.rawValue { sum += 1 }
      return sum
    }
  }

  /// Free area in m².
  public var freeArea: Double { Double(count(of: .free)) * resolution * resolution }

  // MARK: World and cells

  /// World position of a point in grid coordinates, where (0, 0) is the lower-left corner and one
  /// unit is one cell: the centre of cell (x, y) is (x + ½, y + ½).
  public func world(gridX: Double, gridY: Double) -> Point {
    let (s, c) = (sin(originYaw), cos(originYaw))
    let (u, v) = (gridX * resolution, gridY * resolution)
    return Point(x: originX + c * u - s * v, y: originY + s * u + c * v)
  }

  /// Grid coordinates (in cells, from the lower-left corner) of a world position in metres.
  public func gridCoordinates(of point: Point) -> Point {
    let (s, c) = (sin(originYaw), cos(originYaw))
    let (u, v) = (point.x - originX, point.y - originY)
    return Point(x: (c * u + s * v) / resolution, y: (c * v - s * u) / resolution)
  }

  /// World position of the centre of cell (x, y), in metres.
  public func center(_ x: Int, _ y: Int) -> Point {
    world(gridX: Double(x) + 0.5, gridY: Double(y) + 0.5)
  }

  /// Column and row of the cell that holds a world position, or `nil` outside the grid.
  public func cell(at point: Point) -> (x: Int, y: Int)? {
    let position = gridCoordinates(of: point)
    guard
      position.x >= 0, position.y >= 0, position.x < Double(width), position.y < Double(height)
    else { return nil }
    return (Int(position.x), Int(position.y))
  }
}
