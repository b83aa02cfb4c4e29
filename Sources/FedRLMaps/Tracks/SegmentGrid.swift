/// Straight segments sorted into the square cells that they touch, to find those near a place
/// quickly.
public struct SegmentGrid: Sendable {
  /// Lower-left corner of cell (0, 0), m.
  public let originX, originY: Double
  /// Edge of a cell, m.
  public let cell: Double
  public let columns, rows: Int
  public let segments: [Segment]
  /// `[columns · rows + 1]`: where the list of each cell starts in `members`; row-major from below.
  public let starts: [Int32]
  /// Indices of segments, ascending within a cell.
  public let members: [Int32]

  /// - Parameters:
  ///   - segments: at least one.
  ///   - cell: wanted edge of a cell, m; made larger where there would be more than 4 million cells.
  public init(_ segments: [Segment], cell wanted: Double) {
    precondition(!segments.isEmpty, "a grid of no segments")
    precondition(wanted > 0, "cells of \(wanted) m")
    let xs = segments.flatMap { [$0.from.x, $0.to.x] }
    let ys = segments.flatMap { [$0.from.y, $0.to.y] }
    let (wide, high) = (xs.max()! - xs.min()!, ys.max()! - ys.min()!)
    var cell = wanted
    while (wide / cell + 3) * (high / cell + 3) > 4_000_000 { cell *= 2 }
    self.segments = segments
    self.cell = cell
    // One empty cell around everything, so that rounding never leaves the grid.
    originX = xs.min()! - cell
    originY = ys.min()! - cell
    columns = Int(wide / cell) + 3
    rows = Int(high / cell) + 3
    let cells = Cells(originX: originX, originY: originY, cell: cell, columns: columns, rows: rows)
    var counts = [Int32](repeating: 0, count: columns * rows + 1)
    for segment in segments { cells.forEach(touching: segment) { counts[$0 + 1] += 1 } }
    for index in 1..<counts.count { counts[index] += counts[index - 1] }
    starts = counts
    var members = [Int32](repeating: 0, count: Int(counts[counts.count - 1]))
    for (index, segment) in segments.enumerated() {
      cells.forEach(touching: segment) {
        members[Int(counts[$0])] = Int32(index)
        counts[$0] += 1
      }
    }
    self.members = members
  }

  /// The first pair of segments that cross or touch, apart from pairs that `areNeighbours`.
  func firstCrossing(_ areNeighbours: (Int, Int) -> Bool) -> (first: Int, second: Int, at: Point)? {
    var best: (first: Int, second: Int, at: Point)?
    for index in 0..<(columns * rows) {
      let list = members[Int(starts[index])..<Int(starts[index + 1])]
      for i in list {
        for j in list where j > i && !areNeighbours(Int(i), Int(j)) {
          if let best, (best.first, best.second) <= (Int(i), Int(j)) { continue }
          if let point = segments[Int(i)].crossing(with: segments[Int(j)]) {
            best = (Int(i), Int(j), point)
          }
        }
      }
    }
    return best
  }

  private struct Cells {
    let originX, originY, cell: Double
    let columns, rows: Int

    /// The cells that a segment touches, with a little around it; each once.
    func forEach(touching segment: Segment, _ body: (Int) -> Void) {
      let margin = 1e-6 * cell
      let (a, b) = (segment.from, segment.to)
      let low = row(min(a.y, b.y) - margin)
      let high = row(max(a.y, b.y) + margin)
      for row in low...high {
        // The part of the segment in this row.
        let (bottom, top) = (
          originY + Double(row) * cell - margin, originY + Double(row + 1) * cell + margin
        )
        var (from, to) = (min(a.x, b.x), max(a.x, b.x))
        if (b.y - a.y).magnitude > 1e-12 * cell {
          let atBottom = a.x + (b.x - a.x) * (bottom - a.y) / (b.y - a.y)
          let atTop = a.x + (b.x - a.x) * (top - a.y) / (b.y - a.y)
          from = max(from, min(atBottom, atTop))
          to = min(to, max(atBottom, atTop))
        }
        guard from <= to else { continue }
        for column in column(from - margin)...column(to + margin) { body(row * columns + column) }
      }
    }

    private func column(_ x: Double) -> Int { min(max(Int((x - originX) / cell), 0), columns - 1) }
    private func row(_ y: Double) -> Int { min(max(Int((y - originY) / cell), 0), rows - 1) }
  }
}

extension Segment {
  /// Where two segments cross or touch; `nil` where they do not or are parallel.
  func crossing(with other: Segment) -> Point? {
    let (dx, dy) = (to.x - from.x, to.y - from.y)
    let (ex, ey) = (other.to.x - other.from.x, other.to.y - other.from.y)
    let cross = dx * ey - dy * ex
    guard cross != 0 else { return nil }
    let (fx, fy) = (other.from.x - from.x, other.from.y - from.y)
    let t = (fx * ey - fy * ex) / cross
    let u = (fx * dy - fy * dx) / cross
    guard (0...1).contains(t), (0...1).contains(u) else { return nil }
    return Point(x: from.x + t * dx, y: from.y + t * dy)
  }
}
