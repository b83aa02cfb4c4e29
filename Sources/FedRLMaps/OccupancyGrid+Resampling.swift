extension OccupancyGrid {
  /// Into how many parts along an edge a cell must be cut so that no part exceeds a size.
  ///
  /// 1 when cells are already small enough; a millionth of slack lets 0.05000000074505806 pass for 0.05.
  public func subdivision(for maximumCellSize: Double) -> Int {
    precondition(maximumCellSize > 0, "cells of at most \(maximumCellSize) m were asked for")
    return max(1, Int((resolution / maximumCellSize - 1e-6).rounded(.up)))
  }

  /// The same map with every cell cut into `subdivision(for:)`² equal cells; never made coarser.
  public func resampled(to maximumCellSize: Double) -> OccupancyGrid {
    let factor = subdivision(for: maximumCellSize)
    guard factor > 1 else { return self }
    return OccupancyGrid(
      width: width * factor, height: height * factor, resolution: resolution / Double(factor),
      originX: originX, originY: originY, originYaw: originYaw,
      cells: Self.subdivide(cells, width: width, height: height, factor: factor))
  }

  /// Repeats every element of a `[height, width]` array `factor` times along both axes.
  package static func subdivide<T>(_ values: [T], width: Int, height: Int, factor: Int) -> [T] {
    var result: [T] = []
    result.reserveCapacity(values.count * factor * factor)
    for y in 0..<height {
      let start = result.count
      for x in 0..<width {
        for _ in 0..<factor { result.append(values[y * width + x]) }
      }
      let row = Array(result[start..<(start + width * factor)])
      for _ in 1..<max(factor, 1) { result.append(contentsOf: row) }
    }
    return result
  }

  /// A range of columns and of rows; may reach outside the grid.
  public struct Window: Sendable, Equatable {
    public var columns: Range<Int>
    public var rows: Range<Int>

    public init(columns: Range<Int>, rows: Range<Int>) {
      self.columns = columns
      self.rows = rows
    }
  }

  /// The smallest window that holds all free cells and `margin` cells around them, or `nil` when
  /// nothing is free. O(cells).
  public func freeWindow(margin: Int) -> Window? {
    var (left, right, low, high) = (width, -1, height, -1)
    for y in 0..<height {
      for x in 0..<width where cells[y * width + x] == Cell.free.rawValue {
        left = min(left, x)
        right = max(right, x)
        low = min(low, y)
        high = max(high, y)
      }
    }
    guard right >= 0 else { return nil }
    return Window(
      columns: (left - margin)..<(right + margin + 1), rows: (low - margin)..<(high + margin + 1))
  }

  /// The part of the map in a window, at the same place in the world; cells beyond the old edge are
  /// unknown.
  public func cropped(to window: Window) -> OccupancyGrid {
    let corner = world(
      gridX: Double(window.columns.lowerBound), gridY: Double(window.rows.lowerBound))
    return OccupancyGrid(
      width: window.columns.count, height: window.rows.count, resolution: resolution,
      originX: corner.x, originY: corner.y, originYaw: originYaw,
      cells: crop(cells, to: window, outside: Cell.unknown.rawValue))
  }

  /// The map cut down to its free cells and `margin` cells around them (the same map if none is free).
  public func cropped(margin: Int) -> OccupancyGrid {
    freeWindow(margin: margin).map { cropped(to: $0) } ?? self
  }

  /// A window of any `[height, width]` array of this grid's size.
  package func crop<T>(_ values: [T], to window: Window, outside: T) -> [T] {
    var result: [T] = []
    result.reserveCapacity(window.columns.count * window.rows.count)
    for y in window.rows {
      for x in window.columns {
        result.append(contains(x, y) ? values[y * width + x] : outside)
      }
    }
    return result
  }
}
