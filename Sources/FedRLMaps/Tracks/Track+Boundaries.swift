extension Track {
  /// The edges of the road as closed polygons: left and right of a circuit, in the direction of driving;
  /// of an open road one around it, counter-clockwise.
  ///
  /// - Parameters:
  ///   - beyond: metres outside the road's edges, and beyond an open one's ends.
  ///   - tolerance: how far a polygon may lie from the edge, m.
  /// - Throws: `MapError` where one cannot be freed of crossings; both may still cross each other.
  public func edges(beyond: Double = 0, tolerance: Double = 0.005) throws(MapError) -> [[Point]] {
    guard center.isClosed else { return [try outline(beyond: beyond, tolerance: tolerance)] }
    return [
      try edge(.left, beyond: beyond, tolerance: tolerance),
      try edge(.right, beyond: beyond, tolerance: tolerance),
    ]
  }

  /// Up the right edge of an open road and down its left one.
  private func outline(beyond: Double, tolerance: Double) throws(MapError) -> [Point] {
    // The ends are cut off squarely.
    func end(_ place: PathPlace, _ way: Double) -> PathPlace {
      var end = place
      end.x += place.tangentX * way
      end.y += place.tangentY * way
      return end
    }
    let places =
      [end(center[0], -beyond)] + (1..<center.count).map { center[$0] }
      + [end(center[center.count], beyond)]
    let right = places.map { Self.beside($0, by: -($0.right + beyond)) }
    let left = places.reversed().map { Self.beside($0, by: $0.left + beyond) }
    return try withoutFolds(
      right + left, .right, "edge", beyond: beyond, tolerance: tolerance)
  }

  /// One edge of the track as a closed polygon in the direction of driving, free of crossings.
  ///
  /// The centre line is offset to the side; where it bends more tightly than the offset, the edge
  /// gets a corner.
  ///
  /// - Parameters:
  ///   - beyond: metres outside the track's edge; negative for inside.
  ///   - tolerance: how far the polygon may lie from the edge, m.
  /// - Throws: `MapError` where the edge crosses itself beyond what can be cut away, or lies beyond the
  ///   middle of the bend that it goes round.
  public func edge(_ side: Side, beyond: Double = 0, tolerance: Double = 0.005) throws(MapError)
    -> [Point]
  {
    let raw = offset(side, by: beyond)
    try checkDirection(of: raw, side)
    return try withoutFolds(raw, side, "\(side) edge", beyond: beyond, tolerance: tolerance)
  }

  /// - Parameters:
  ///   - side: of the road, looking along the polygon.
  ///   - what: what errors call it.
  private func withoutFolds(
    _ raw: [Point], _ side: Side, _ what: String, beyond: Double, tolerance: Double
  ) throws(MapError) -> [Point] {
    let widest = points.map { max($0.left, $0.right) }.max()! + max(beyond, 0)
    // A fold is no longer than half a circle of the offset's size, seen from the centre line.
    let reach = min(Int(8 * widest / center.spacing) + 4, raw.count / 3)
    let cut = Outline.withoutLoops(raw, reach: reach, side: side)
    let edge = Outline.simplified(cut, tolerance: tolerance, nearest: 0.011)
    // Both edges of a circuit turn as its centre line does, and an open road's outline to the left.
    let turns =
      center.isClosed
      ? Outline.area((0..<center.count).map { Point(x: center[$0].x, y: center[$0].y) }) : 1
    guard Outline.area(edge) * turns > 0 else {
      throw .malformed(
        path: name, place: what,
        found: "an edge turned inside out: the road covers all that it goes round",
        expected: "stretches of road that do not overlap")
    }
    if let crossing = Outline.firstCrossing(edge) {
      let place = center.project(x: crossing.at.x, y: crossing.at.y)
      throw .malformed(
        path: name, place: "\(what) near \(TrackCheck.short(place.s)) m",
        found: "an edge that crosses itself at (\(TrackCheck.short(crossing.at.x)), "
          + "\(TrackCheck.short(crossing.at.y))) m",
        expected: "stretches of road that do not overlap")
    }
    return edge
  }

  /// A fold of an edge runs backwards, and is cut away. One that runs backwards for most of its length
  /// has no part that could stay: the circuit is a ring narrower than its road.
  private func checkDirection(of edge: [Point], _ side: Side) throws(MapError) {
    var (forwards, backwards) = (0.0, 0.0)
    for (index, segment) in Outline.segments(edge).enumerated() {
      let place = center[index]
      let run =
        (segment.to.x - segment.from.x) * place.tangentX
        + (segment.to.y - segment.from.y) * place.tangentY
      if run < 0 { backwards -= run } else { forwards += run }
    }
    guard backwards > forwards else { return }
    throw .malformed(
      path: name, place: "\(side) edge",
      found: "an edge farther from the centre line than the middle of the bend",
      expected: "a road narrower than the circuit that it goes round")
  }

  private func offset(_ side: Side, by beyond: Double) -> [Point] {
    (0..<center.count).map { index in
      let place = center[index]
      return Self.beside(
        place, by: side == .left ? place.left + beyond : -(place.right + beyond))
    }
  }

  /// - Parameter width: to the left, m.
  private static func beside(_ place: PathPlace, by width: Double) -> Point {
    Point(x: place.x - place.tangentY * width, y: place.y + place.tangentX * width)
  }

  /// Where the two edges cross each other, if they do: then stretches of road overlap.
  public static func firstCrossing(_ left: [Point], _ right: [Point]) -> Point? {
    let edges = Outline.segments(left) + Outline.segments(right)
    let mean = edges.reduce(0) { $0 + $1.length } / Double(edges.count)
    let grid = SegmentGrid(edges, cell: mean * 2)
    return grid.firstCrossing { i, j in (i < left.count) == (j < left.count) }?.at
  }
}
