import FedRLMaps

/// Walls as straight edges in square cells: rays and touching, without Box2D.
///
/// Rays see the same edges that Box2D's chains are made of; a test holds the two to each other.
/// Edges lie cell by cell one after the other, so that a ray reads memory in order.
public final class WallGrid: Sendable {
  /// Start and way to the end of an edge, m.
  struct Edge: BitwiseCopyable {
    var x, y, dx, dy: Float
  }

  /// What a ray needs: plain pointers, so that passing one costs nothing.
  struct Reader: BitwiseCopyable {
    fileprivate let starts: UnsafePointer<Int32>
    fileprivate let edges: UnsafePointer<Edge>
    fileprivate let originX, originY, cell, overCell: Float
    fileprivate let columns, rows: Int
  }

  nonisolated(unsafe) let reader: Reader
  nonisolated(unsafe) private let starts: UnsafeMutablePointer<Int32>
  nonisolated(unsafe) private let edges: UnsafeMutablePointer<Edge>
  public let byteCount: Int

  /// - Parameters:
  ///   - loops: closed polygons; none for a world without walls.
  ///   - cell: edge of a cell, m.
  public init(_ loops: [[SIMD2<Float>]], cell: Double) {
    let segments = loops.flatMap { loop in
      loop.indices.map { index in
        let (a, b) = (loop[index], loop[(index + 1) % loop.count])
        return Segment(
          from: Point(x: Double(a.x), y: Double(a.y)), to: Point(x: Double(b.x), y: Double(b.y)))
      }
    }
    let grid = segments.isEmpty ? nil : SegmentGrid(segments, cell: cell)
    let cells = grid.map { $0.columns * $0.rows } ?? 1
    starts = .allocate(capacity: cells + 1)
    edges = .allocate(capacity: max(grid?.members.count ?? 0, 1))
    starts.initialize(repeating: 0, count: cells + 1)
    if let grid {
      for index in 0...cells { starts[index] = grid.starts[index] }
      for (index, member) in grid.members.enumerated() {
        let segment = grid.segments[Int(member)]
        (edges + index).initialize(
          to: Edge(
            x: Float(segment.from.x), y: Float(segment.from.y),
            dx: Float(segment.to.x) - Float(segment.from.x),
            dy: Float(segment.to.y) - Float(segment.from.y)))
      }
    }
    byteCount = 4 * (cells + 1) + 16 * (grid?.members.count ?? 0)
    reader = Reader(
      starts: starts, edges: edges, originX: Float(grid?.originX ?? 0),
      originY: Float(grid?.originY ?? 0), cell: Float(grid?.cell ?? 1),
      overCell: 1 / Float(grid?.cell ?? 1), columns: grid?.columns ?? 1, rows: grid?.rows ?? 1)
  }

  deinit {
    starts.deallocate()
    edges.deallocate()
  }

  /// How far a ray comes, at most `limit`, m.
  /// - Parameter direction: of length 1.
  public func distance(
    from origin: SIMD2<Float>, along direction: SIMD2<Float>, limit: Float
  ) -> Float {
    reader.cast(origin.x, origin.y, direction.x, direction.y, limit: limit)
  }
}

extension WallGrid.Reader {
  /// Length of a ray until it meets an edge, at most `limit`, m.
  ///
  /// Goes from cell to cell (Amanatides and Woo, 1987); an edge that is met beyond the cell's end
  /// is met again in its own cell.
  ///
  /// - Parameters:
  ///   - x, y: origin, m.
  ///   - dx, dy: direction, of length 1.
  func cast(_ x: Float, _ y: Float, _ dx: Float, _ dy: Float, limit: Float) -> Float {
    let (gx, gy) = ((x - originX) * overCell, (y - originY) * overCell)
    guard let entry = entry(gx, gy, dx, dy), entry * cell < limit else { return limit }
    var (column, row) = (
      min(max(Int(gx + dx * entry), 0), columns - 1), min(max(Int(gy + dy * entry), 0), rows - 1)
    )
    let (stepX, stepY) = (dx > 0 ? 1 : -1, dy > 0 ? 1 : -1)
    let (overX, overY) = (cell / dx.magnitude, cell / dy.magnitude)
    // Where the ray enters the next column and the next row, m.
    var nextX = dx > 0 ? (Float(column + 1) - gx) * overX : (gx - Float(column)) * overX
    var nextY = dy > 0 ? (Float(row + 1) - gy) * overY : (gy - Float(row)) * overY
    // Along the border of two cells, 0 · ∞: never.
    if nextX.isNaN { nextX = .infinity }
    if nextY.isNaN { nextY = .infinity }
    var found = limit
    while true {
      let index = row &* columns &+ column
      let last = Int(starts[index + 1])
      var edge = Int(starts[index])
      while edge < last {
        found = meet(edges[edge], x, y, dx, dy, found)
        edge &+= 1
      }
      let exit = nextX < nextY ? nextX : nextY
      // Strictly: at the very border an edge of the next cell could be nearer by rounding only.
      if found <= exit { return found }
      if nextX < nextY {
        column &+= stepX
        nextX += overX
        if column < 0 || column >= columns { return found }
      } else {
        row &+= stepY
        nextY += overY
        if row < 0 || row >= rows { return found }
      }
    }
  }

  /// Where a ray comes into the grid, in cells; `nil` where it misses.
  @inline(__always)
  private func entry(_ gx: Float, _ gy: Float, _ dx: Float, _ dy: Float) -> Float? {
    let (wide, high) = (Float(columns), Float(rows))
    if gx >= 0 && gy >= 0 && gx < wide && gy < high { return 0 }
    var (low, far): (Float, Float) = (0, .infinity)
    for (place, way, size) in [(gx, dx, wide), (gy, dy, high)] {
      if way.magnitude < 1e-12 {
        if place < 0 || place >= size { return nil }
        continue
      }
      let (a, b) = ((0 - place) / way, (size - place) / way)
      low = max(low, min(a, b))
      far = min(far, max(a, b))
    }
    return low < far ? low : nil
  }

  @inline(__always)
  private func meet(
    _ edge: WallGrid.Edge, _ x: Float, _ y: Float, _ dx: Float, _ dy: Float, _ nearest: Float
  ) -> Float {
    let (fx, fy) = (edge.x - x, edge.y - y)
    let cross = dx * edge.dy - dy * edge.dx
    // Along the edge, and along the ray; parallel ones give an infinity or NaN and fail.
    let u = (fx * dy - fy * dx) / cross
    let t = (fx * edge.dy - fy * edge.dx) / cross
    // Ends a little longer than they are: a ray through a corner must not slip between two edges.
    return u >= -1e-5 && u <= 1.00001 && t >= 0 && t < nearest ? t : nearest
  }

  /// Whether a turned rectangle touches an edge.
  ///
  /// - Parameters:
  ///   - x, y: its centre, m.
  ///   - c, s: cosine and sine of its angle.
  ///   - halfLength, halfWidth: m.
  func touches(
    _ x: Float, _ y: Float, _ c: Float, _ s: Float, halfLength: Float, halfWidth: Float
  ) -> Bool {
    let wide = halfLength * c.magnitude + halfWidth * s.magnitude
    let high = halfLength * s.magnitude + halfWidth * c.magnitude
    let (left, right) = (column(x - wide), column(x + wide))
    for row in row(y - high)...row(y + high) {
      var edge = Int(starts[row &* columns &+ left])
      let last = Int(starts[row &* columns &+ right &+ 1])
      while edge < last {
        if overlaps(edges[edge], x, y, c, s, halfLength, halfWidth) { return true }
        edge &+= 1
      }
    }
    return false
  }

  @inline(__always)
  private func column(_ x: Float) -> Int { min(max(Int((x - originX) * overCell), 0), columns - 1) }
  @inline(__always)
  private func row(_ y: Float) -> Int { min(max(Int((y - originY) * overCell), 0), rows - 1) }

  /// An edge and a rectangle apart on none of the rectangle's axes nor on the edge's normal.
  @inline(__always)
  private func overlaps(
    _ edge: WallGrid.Edge, _ x: Float, _ y: Float, _ c: Float, _ s: Float, _ halfLength: Float,
    _ halfWidth: Float
  ) -> Bool {
    let (fx, fy) = (edge.x - x, edge.y - y)
    // In the rectangle's axes.
    let (ax, ay) = (fx * c + fy * s, fy * c - fx * s)
    let (ex, ey) = (edge.dx * c + edge.dy * s, edge.dy * c - edge.dx * s)
    if min(ax, ax + ex) > halfLength || max(ax, ax + ex) < -halfLength { return false }
    if min(ay, ay + ey) > halfWidth || max(ay, ay + ey) < -halfWidth { return false }
    return (ax * ey - ay * ex).magnitude
      <= halfLength * ey.magnitude + halfWidth * ex.magnitude
  }
}
