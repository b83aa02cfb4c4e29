extension OccupancyGrid {
  /// The closed lines between what is free and what is not, in world metres.
  ///
  /// Going from point to point, free space lies on the **right-hand** side: what a Box2D chain loop
  /// needs to stop what comes from there. Corners are where cells' corners are; points in line are
  /// merged. Loops neither cross nor touch themselves or each other: two free cells that meet only at
  /// a corner are apart, as in ``freeComponents()``, and that corner is cut off both, by 0.29 of a
  /// cell. Points and lines that are not neighbours keep 0.4 of a cell, and 6 mm, from each other.
  ///
  /// Grids of cells below 14.5 mm have no room for that: their cells are first merged, as few as
  /// will do, into larger ones that are free where all of them are.
  ///
  /// - Parameters:
  ///   - tolerance: metres by which a point of the exact outline may lie beside the simplified one,
  ///     on either side; 0 keeps every corner. About one cell smooths slanted walls.
  ///   - outsideBlocked: whether the map's edge is a wall.
  /// - Returns: loops of three or more points, in the order in which a scan from the lower-left meets
  ///   them; the last point joins the first. O(cells), and O(points²) in the worst case with a
  ///   tolerance.
  public func outlines(tolerance: Double = 0, outsideBlocked: Bool = true) -> [[SIMD2<Float>]] {
    precondition(tolerance >= 0 && tolerance.isFinite, "outlines with a tolerance of \(tolerance)")
    let factor = Int((OutlineTracer.minimumCell / resolution).rounded(.up))
    let grid = factor > 1 ? coarsened(by: factor, outsideBlocked: outsideBlocked) : self
    var tracer = OutlineTracer(grid, outsideBlocked: outsideBlocked)
    var loops = tracer.loops()
    if tolerance > 0 {
      var simplifier = OutlineSimplifier(
        loops, tolerance: tolerance / grid.resolution,
        clearance: max(OutlineTracer.clearance / grid.resolution, 0.4))
      loops = simplifier.simplified()
    }
    return loops.map { loop in
      loop.map { corner in
        let point = grid.world(gridX: corner.x, gridY: corner.y)
        return SIMD2(Float(point.x), Float(point.y))
      }
    }
  }

  /// The same place in cells `factor` times as large, free where every cell in them is.
  func coarsened(by factor: Int, outsideBlocked: Bool) -> OccupancyGrid {
    let (wide, high) = ((width + factor - 1) / factor, (height + factor - 1) / factor)
    var result = OccupancyGrid(
      width: wide, height: high, resolution: resolution * Double(factor), originX: originX,
      originY: originY, originYaw: originYaw)
    for y in 0..<(high * factor) {
      for x in 0..<(wide * factor) {
        let isFree = contains(x, y) ? cells[y * width + x] == 0 : !outsideBlocked
        if !isFree { result.cells[y / factor * wide + x / factor] = Cell.occupied.rawValue }
      }
    }
    return result
  }
}

/// Walks along the edges between free and blocked cells with free space at its right hand.
struct OutlineTracer {
  /// What the points of different lines keep from each other, metres: more than Box2D's 5 mm.
  static let clearance = 0.006
  /// How far from a corner it is cut, in cells: then what is left of the edge, the cut and the gap
  /// between two cuts all are 0.41 cells long.
  static let cut = 1 / (2 + 2.0.squareRoot())
  /// The smallest cell, in metres, whose cut corners keep the clearance.
  static let minimumCell = clearance / (1 - 2 * cut)

  private let width, height: Int
  /// Cells in a row of the padded map.
  private let row: Int
  /// `[height + 2, width + 2]`: 1 where a cell, or the ring around the map, is free.
  private var isFree: [UInt8]
  /// `[height + 2, width + 2]`: 1 where the edge that starts at a cell's lower-left corner and leads
  /// along its lower side was walked.
  private var isWalked: [UInt8]

  init(_ grid: OccupancyGrid, outsideBlocked: Bool) {
    width = grid.width
    height = grid.height
    row = grid.width + 2
    isFree = [UInt8](repeating: outsideBlocked ? 0 : 1, count: row * (grid.height + 2))
    isWalked = [UInt8](repeating: 0, count: isFree.count)
    for y in 0..<height {
      for x in 0..<width {
        isFree[(y + 1) * row + x + 1] = grid.cells[y * width + x] == 0 ? 1 : 0
      }
    }
  }

  /// All loops, in grid coordinates: one unit is one cell.
  mutating func loops() -> [[SIMD2<Double>]] {
    var result: [[SIMD2<Double>]] = []
    // Every loop leads to the right somewhere, with a free cell below and a blocked one above.
    for y in 0...height {
      for x in 0..<width {
        let above = (y + 1) * row + x + 1
        if isFree[above] == 0 && isFree[above - row] == 1 && isWalked[above] == 0 {
          result.append(walk(fromX: x, y: y))
        }
      }
    }
    return result
  }

  /// Right, up, left, down.
  private static let directions: [SIMD2<Double>] = [[1, 0], [0, 1], [-1, 0], [0, -1]]

  private mutating func walk(fromX startX: Int, y startY: Int) -> [SIMD2<Double>] {
    var points: [SIMD2<Double>] = []
    var (x, y, direction) = (startX, startY, 0)
    repeat {
      if direction == 0 { isWalked[(y + 1) * row + x + 1] = 1 }
      let way = Self.directions[direction]
      x += Int(way.x)
      y += Int(way.y)
      let corner = SIMD2(Double(x), Double(y))
      let (left, right) = cellsAhead(x, y, direction)
      if !right {
        direction = (direction + 3) & 3
        if left {
          points.append(corner - Self.cut * way)
          points.append(corner + Self.cut * Self.directions[direction])
        } else {
          points.append(corner)
        }
      } else if left {
        direction = (direction + 1) & 3
        points.append(corner)
      }
    } while !(x == startX && y == startY && direction == 0)
    return points
  }

  /// Whether the two cells ahead of somebody at a corner are free.
  private func cellsAhead(_ x: Int, _ y: Int, _ direction: Int) -> (left: Bool, right: Bool) {
    let northEast = (y + 1) * row + x + 1
    let (left, right) =
      switch direction {
      case 0: (northEast, northEast - row)
      case 1: (northEast - 1, northEast)
      case 2: (northEast - row - 1, northEast - 1)
      default: (northEast - row, northEast - row - 1)
      }
    return (isFree[left] == 1, isFree[right] == 1)
  }
}
