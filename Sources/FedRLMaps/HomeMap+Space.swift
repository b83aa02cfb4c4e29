extension HomeMap {
  /// The pose nearest to a point at which a disc of a given radius touches nothing, in the part of the
  /// floor that such discs can move in (the largest, if the nearest is a pocket of under 1 m²).
  ///
  /// - Parameters:
  ///   - radius: metres.
  ///   - field: ``OccupancyGrid/distanceField(outsideBlocked:signed:)`` of ``grid``.
  /// - Returns: a cell's centre, or `nil` when the disc fits nowhere. O(cells).
  public func clearPoint(near point: Point, radius: Double, field: [Float]) -> Point? {
    precondition(field.count == grid.count, "a distance field of another grid")
    let forbidden = noGoMask()
    let parts = grid.components {
      Double(field[$0]) >= radius && !(forbidden?[$0] ?? false)
    }
    guard let largest = parts.largest else { return nil }
    let enough = min(parts.sizes[largest], Int(1 / (grid.resolution * grid.resolution)))
    var best: (distance: Double, point: Point)?
    for y in 0..<grid.height {
      for x in 0..<grid.width {
        let part = Int(parts.labels[y * grid.width + x])
        guard part >= 0, parts.sizes[part] >= enough else { continue }
        let center = grid.center(x, y)
        let (dx, dy) = (center.x - point.x, center.y - point.y)
        let distance = dx * dx + dy * dy
        if distance < best?.distance ?? .infinity { best = (distance, center) }
      }
    }
    return best?.point
  }
}
