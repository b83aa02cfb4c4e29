extension OccupancyGrid {
  /// The connected parts of the free space.
  public struct Components: Sendable, Equatable {
    /// `[height, width]`: number of the part a cell belongs to, −1 for cells that are not free.
    public let labels: [Int32]
    /// Cells in each part, in the order in which a scan from the lower-left meets them.
    public let sizes: [Int]

    /// The part with the most cells (the first of equals), or `nil` when nothing is free.
    public var largest: Int? {
      sizes.indices.max { sizes[$0] == sizes[$1] ? $0 > $1 : sizes[$0] < sizes[$1] }
    }
  }

  /// Finds the parts of the free space whose cells join by edges (4-connected). O(cells).
  public func freeComponents() -> Components {
    components { cells[$0] == Cell.free.rawValue }
  }

  /// Finds the 4-connected parts of the cells for which a predicate holds. O(cells).
  public func components(where belongs: (Int) -> Bool) -> Components {
    var labels = [Int32](repeating: -1, count: count)
    var sizes: [Int] = []
    var pending: [Int] = []
    for index in 0..<count { labels[index] = belongs(index) ? -2 : -1 }
    for start in 0..<count where labels[start] == -2 {
      let label = Int32(sizes.count)
      labels[start] = label
      pending.append(start)
      var size = 0
      while let index = pending.popLast() {
        size += 1
        let x = index % width
        if x > 0 { Self.visit(index - 1, label, &labels, &pending) }
        if x < width - 1 { Self.visit(index + 1, label, &labels, &pending) }
        if index >= width { Self.visit(index - width, label, &labels, &pending) }
        if index < count - width { Self.visit(index + width, label, &labels, &pending) }
      }
      sizes.append(size)
    }
    return Components(labels: labels, sizes: sizes)
  }

  @inline(__always)
  private static func visit(
    _ index: Int, _ label: Int32, _ labels: inout [Int32], _ pending: inout [Int]
  ) {
    guard labels[index] == -2 else { return }
    labels[index] = label
    pending.append(index)
  }

  /// The same map with every free cell outside one part made unknown.
  public func keeping(_ component: Int, of components: Components) -> OccupancyGrid {
    precondition(components.labels.count == count, "components of another grid")
    var result = self
    for index in 0..<count
    where cells[index] == Cell.free.rawValue && components.labels[index] != component {
      result.cells[index] = Cell.unknown.rawValue
    }
    return result
  }
}
