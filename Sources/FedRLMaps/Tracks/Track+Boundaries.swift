extension Track {
  /// One edge of the track as a closed polygon in the direction of driving, free of crossings.
  ///
  /// The centre line is offset to the side; where it bends more tightly than the offset, the edge
  /// gets a corner.
  ///
  /// - Parameters:
  ///   - beyond: metres outside the track's edge; negative for inside.
  ///   - tolerance: how far the polygon may lie from the edge, m.
  /// - Throws: `MapError` where the edge crosses itself beyond what can be cut away.
  public func edge(_ side: Side, beyond: Double = 0, tolerance: Double = 0.005) throws(MapError)
    -> [Point]
  {
    let raw = offset(side, by: beyond)
    let widest = points.map { max($0.left, $0.right) }.max()! + max(beyond, 0)
    // A fold is no longer than half a circle of the offset's size, seen from the centre line.
    let reach = min(Int(8 * widest / center.spacing) + 4, raw.count / 3)
    let cut = ClosedOutline.withoutLoops(raw, reach: reach)
    let edge = ClosedOutline.simplified(cut, tolerance: tolerance, nearest: 0.011)
    if let crossing = ClosedOutline.firstCrossing(edge) {
      let place = center.project(x: crossing.at.x, y: crossing.at.y)
      throw .malformed(
        path: name, place: "\(side) edge near \(TrackCheck.short(place.s)) m",
        found: "an edge that crosses itself at (\(TrackCheck.short(crossing.at.x)), "
          + "\(TrackCheck.short(crossing.at.y))) m",
        expected: "stretches of road that do not overlap")
    }
    return edge
  }

  private func offset(_ side: Side, by beyond: Double) -> [Point] {
    (0..<center.count).map { index in
      let place = center[index]
      let width = side == .left ? place.left + beyond : -(place.right + beyond)
      return Point(x: place.x - place.tangentY * width, y: place.y + place.tangentX * width)
    }
  }

  /// Where the two edges cross each other, if they do: then stretches of road overlap.
  public static func firstCrossing(_ left: [Point], _ right: [Point]) -> Point? {
    let edges = ClosedOutline.segments(left) + ClosedOutline.segments(right)
    let mean = edges.reduce(0) { $0 + $1.length } / Double(edges.count)
    let grid = SegmentGrid(edges, cell: mean * 2)
    return grid.firstCrossing { i, j in (i < left.count) == (j < left.count) }?.at
  }
}
