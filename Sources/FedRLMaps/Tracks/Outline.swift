/// Polygons as they are made into walls: free of loops, and with few corners.
package enum Outline {
  /// The edges; of a closed one, the last corner joined to the first.
  static func segments(_ points: [Point], isClosed: Bool = true) -> [Segment] {
    points.indices.dropLast(isClosed ? 0 : 1).map {
      Segment(from: points[$0], to: points[($0 + 1) % points.count])
    }
  }

  /// Of a polygon, m²: positive where it runs counter-clockwise.
  package static func area(_ points: [Point]) -> Double {
    segments(points).reduce(0) { $0 + ($1.from.x * $1.to.y - $1.to.x * $1.from.y) } / 2
  }

  /// Curvature of the circle through a corner and its neighbours, 1/m: positive where it turns left.
  package static func curvature(_ points: [Point], at index: Int) -> Double {
    let count = points.count
    let (a, b) = (points[(index + count - 1) % count], points[index])
    let c = points[(index + 1) % count]
    let area = (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x)
    let sides =
      Segment(from: a, to: b).length * Segment(from: b, to: c).length
      * Segment(from: a, to: c).length
    return sides > 0 ? 2 * area / sides : 0
  }

  /// Where a polygon crosses itself: the indices of two edges, and the place.
  static func firstCrossing(_ points: [Point], isClosed: Bool = true)
    -> (first: Int, second: Int, at: Point)?
  {
    let edges = segments(points, isClosed: isClosed)
    let count = edges.count
    let lengths = edges.map(\.length)
    let cell = max(lengths.reduce(0, +) / Double(count) * 2, 1e-6)
    return SegmentGrid(edges, cell: cell).firstCrossing { i, j in
      j - i == 1 || (isClosed && j - i == count - 1)
    }
  }

  /// Cuts away the small loops that a line offset by more than its radius of curvature makes.
  ///
  /// Where edge i crosses a later edge j no more than `reach` edges ahead, what lies between is
  /// replaced by the crossing; of several j the farthest is taken.
  ///
  /// - Parameter side: to which the line is offset, looking along it. A fold turns away from that side;
  ///   a loop that turns to it is a pocket between two stretches that overlap, and stays.
  static func withoutLoops(_ points: [Point], reach: Int, side: Track.Side) -> [Point] {
    let count = points.count
    guard count > 4 else { return points }
    let start = quietCorner(points, reach: reach)
    let turned = (0..<count).map { points[(start + $0) % count] }
    let edges = segments(turned)
    var kept: [Point] = []
    var index = 0
    var from = turned[0]
    while index < count {
      kept.append(from)
      var cut: (edge: Int, at: Point)?
      let edge = Segment(from: from, to: edges[index].to)
      for other in stride(from: min(index + reach, count - 1), to: index + 1, by: -1) {
        if let place = edge.crossing(with: edges[other]),
          isFold([place] + turned[(index + 1)...other], side)
        {
          cut = (other, place)
          break
        }
      }
      if let cut {
        // Goes on from the crossing along the later edge, which may be crossed again.
        from = cut.at
        index = cut.edge
        kept.append(from)
        from = edges[index].to
        index += 1
      } else {
        index += 1
        if index < count { from = turned[index] }
      }
    }
    return withoutRepeats(kept, nearest: 1e-9)
  }

  /// - Parameter loop: what a line goes round between two visits of its first point.
  private static func isFold(_ loop: [Point], _ side: Track.Side) -> Bool {
    // Whichever way, where it is of no size.
    let area = Self.area(loop)
    return area.magnitude < 1e-6 || (area < 0) == (side == .left)
  }

  /// A corner from which the way round starts outside every loop: the one whose surroundings bend
  /// least.
  private static func quietCorner(_ points: [Point], reach: Int) -> Int {
    let count = points.count
    let window = min(reach, count / 4)
    let bends = points.indices.map { index -> Double in
      let (a, b, c) = (
        points[(index + count - 1) % count], points[index], points[(index + 1) % count]
      )
      let (ux, uy, vx, vy) = (b.x - a.x, b.y - a.y, c.x - b.x, c.y - b.y)
      let sine = ux * vy - uy * vx
      let cosine = ux * vx + uy * vy
      let size = (ux * ux + uy * uy).squareRoot() * (vx * vx + vy * vy).squareRoot()
      return size > 0 ? sine.magnitude / size + (cosine < 0 ? 2 : 0) : 2
    }
    var sum = (-window...window).reduce(0.0) { $0 + bends[($1 + count) % count] }
    var (best, quiet) = (sum, 0)
    for index in 1..<count {
      sum += bends[(index + window) % count] - bends[(index - 1 - window + count) % count]
      if sum < best - 1e-12 { (best, quiet) = (sum, index) }
    }
    return quiet
  }

  /// Drops corners that do not change the polygon by more than `tolerance` (Douglas and Peucker),
  /// and corners nearer than `nearest` to the one before.
  static func simplified(_ points: [Point], tolerance: Double, nearest: Double) -> [Point] {
    let points = withoutRepeats(points, nearest: nearest)
    let count = points.count
    guard count > 4 else { return points }
    // A closed line has no ends: it is cut at its first corner and the one farthest from it.
    let far = (1..<count).max {
      Segment(from: points[0], to: points[$0]).length
        < Segment(from: points[0], to: points[$1]).length
    }!
    var isKept = [Bool](repeating: false, count: count)
    isKept[0] = true
    isKept[far] = true
    var parts = [(0, far), (far, count)]
    while let (low, high) = parts.popLast() {
      let chord = Segment(from: points[low], to: points[high % count])
      var (worst, distance) = (low, tolerance)
      for index in (low + 1)..<max(high, low + 1) {
        let away = chord.distance(to: points[index])
        if away > distance { (worst, distance) = (index, away) }
      }
      guard worst != low else { continue }
      isKept[worst] = true
      parts.append((low, worst))
      parts.append((worst, high))
    }
    return points.indices.filter { isKept[$0] }.map { points[$0] }
  }

  static func withoutRepeats(_ points: [Point], nearest: Double) -> [Point] {
    var kept: [Point] = []
    for point in points {
      if let last = kept.last, Segment(from: last, to: point).length <= nearest { continue }
      kept.append(point)
    }
    while kept.count > 3, Segment(from: kept[kept.count - 1], to: kept[0]).length <= nearest {
      kept.removeLast()
    }
    return kept
  }
}

extension Segment {
  /// m
  public var length: Double {
    let (dx, dy) = (to.x - from.x, to.y - from.y)
    return (dx * dx + dy * dy).squareRoot()
  }
}
