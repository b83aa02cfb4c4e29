/// Takes points out of loops while they stay apart from each other and near what they were.
///
/// A point goes if the straight line between its neighbours passes every point that was there within
/// the tolerance, and if neither in the triangle that this cuts off nor within the clearance of the
/// new line there is any other point. Then no line can cross another: it would have to end in the
/// triangle, or cross the lines that were there before.
struct OutlineSimplifier {
  private let tolerance, clearance: Double
  /// All loops' points, one after the other.
  private var points: [SIMD2<Double>] = []
  /// First point of each loop, and the end.
  private var starts: [Int] = [0]
  /// Neighbours of each point that is still there.
  private var next: [Int] = []
  private var previous: [Int] = []
  private var isGone: [Bool] = []
  private var buckets: PointBuckets

  /// - Parameters:
  ///   - loops: that keep the clearance, of three or more points each.
  ///   - tolerance, clearance: in the points' unit.
  init(_ loops: [[SIMD2<Double>]], tolerance: Double, clearance: Double) {
    self.tolerance = tolerance
    self.clearance = clearance
    for loop in loops {
      let first = points.count
      points += loop
      for index in loop.indices {
        next.append(first + (index + 1) % loop.count)
        previous.append(first + (index + loop.count - 1) % loop.count)
      }
      starts.append(points.count)
    }
    isGone = [Bool](repeating: false, count: points.count)
    buckets = PointBuckets(points, size: 4)
  }

  mutating func simplified() -> [[SIMD2<Double>]] {
    // Small steps first, so that the shape is lost last where it is sharpest.
    for share in [0.25, 0.5, 0.75, 1] {
      for loop in 0..<(starts.count - 1) { simplify(loop, within: share * tolerance) }
    }
    return (0..<(starts.count - 1)).map { loop in
      (starts[loop]..<starts[loop + 1]).filter { !isGone[$0] }.map { points[$0] }
    }
  }

  private mutating func simplify(_ loop: Int, within limit: Double) {
    let range = starts[loop]..<starts[loop + 1]
    var remaining = range.reduce(0) { $0 + (isGone[$1] ? 0 : 1) }
    var changed = true
    while changed {
      changed = false
      var index = range.lowerBound
      while index < range.upperBound && remaining > 3 {
        if !isGone[index] && canGo(index, in: range, within: limit) {
          remove(index)
          remaining -= 1
          changed = true
          // Not its neighbour in the same pass: an even thinning keeps the shape.
          index += 1
        }
        index += 1
      }
    }
  }

  private mutating func remove(_ index: Int) {
    isGone[index] = true
    next[previous[index]] = next[index]
    previous[next[index]] = previous[index]
    buckets.remove(index, at: points[index])
  }

  private func canGo(_ index: Int, in range: Range<Int>, within limit: Double) -> Bool {
    let (before, after) = (previous[index], next[index])
    let (a, b, corner) = (points[before], points[after], points[index])
    guard Self.distance(a, b) > clearance else { return false }
    // Every point that once lay between them.
    var old = before
    repeat {
      old = old + 1 == range.upperBound ? range.lowerBound : old + 1
      if Self.distance(points[old], fromLine: a, b) > limit { return false }
    } while old != after
    return buckets.none(near: [a, b, corner], margin: clearance) { other in
      guard other != before && other != after && other != index else { return false }
      let point = points[other]
      return Self.triangle(a, corner, b, contains: point)
        || Self.distance(point, fromLine: a, b) <= clearance
    }
  }

  private static func distance(_ a: SIMD2<Double>, _ b: SIMD2<Double>) -> Double {
    ((a - b) * (a - b)).sum().squareRoot()
  }

  /// From a point to a piece of a straight line.
  static func distance(
    _ point: SIMD2<Double>, fromLine a: SIMD2<Double>, _ b: SIMD2<Double>
  ) -> Double {
    let way = b - a
    let square = (way * way).sum()
    let along = square > 0 ? min(max(((point - a) * way).sum() / square, 0), 1) : 0
    return distance(point, a + along * way)
  }

  private static func triangle(
    _ a: SIMD2<Double>, _ b: SIMD2<Double>, _ c: SIMD2<Double>, contains point: SIMD2<Double>
  ) -> Bool {
    func side(_ p: SIMD2<Double>, _ q: SIMD2<Double>) -> Double {
      (q.x - p.x) * (point.y - p.y) - (q.y - p.y) * (point.x - p.x)
    }
    let (first, second, third) = (side(a, b), side(b, c), side(c, a))
    // Of points in line there is no triangle: what lies further along the line is not in it.
    if (first + second + third).magnitude < 1e-9 { return false }
    return (first >= 0 && second >= 0 && third >= 0) || (first <= 0 && second <= 0 && third <= 0)
  }
}

/// Points by the square they lie in.
private struct PointBuckets {
  private let size: Double
  private let low: SIMD2<Double>
  private let columns, rows: Int
  /// First entry of each square in ``members``, and the end.
  private var starts: [Int]
  /// How many entries of each square are still there.
  private var counts: [Int]
  private var members: [Int]

  init(_ points: [SIMD2<Double>], size: Double) {
    self.size = size
    var (low, high) = (SIMD2<Double>.zero, SIMD2<Double>.zero)
    if let first = points.first { (low, high) = (first, first) }
    for point in points {
      low = pointwiseMin(low, point)
      high = pointwiseMax(high, point)
    }
    self.low = low
    columns = Int((high.x - low.x) / size) + 1
    rows = Int((high.y - low.y) / size) + 1
    counts = [Int](repeating: 0, count: columns * rows)
    members = [Int](repeating: 0, count: points.count)
    starts = [0]
    let places = points.map { [columns] point in
      Int((point.y - low.y) / size) * columns + Int((point.x - low.x) / size)
    }
    for place in places { counts[place] += 1 }
    for count in counts { starts.append(starts[starts.count - 1] + count) }
    for place in counts.indices { counts[place] = 0 }
    for (index, place) in places.enumerated() {
      members[starts[place] + counts[place]] = index
      counts[place] += 1
    }
  }

  mutating func remove(_ index: Int, at point: SIMD2<Double>) {
    let place = Int((point.y - low.y) / size) * columns + Int((point.x - low.x) / size)
    let range = starts[place]..<(starts[place] + counts[place])
    guard let found = range.first(where: { members[$0] == index }) else { return }
    counts[place] -= 1
    members.swapAt(found, starts[place] + counts[place])
  }

  /// Whether a condition holds for no point in the squares around a triangle.
  func none(
    near corners: [SIMD2<Double>], margin: Double, _ condition: (Int) -> Bool
  ) -> Bool {
    let least = corners.dropFirst().reduce(corners[0]) { pointwiseMin($0, $1) } - margin - low
    let most = corners.dropFirst().reduce(corners[0]) { pointwiseMax($0, $1) } + margin - low
    let firstColumn = max(Int(least.x / size), 0)
    let lastColumn = min(Int(most.x / size), columns - 1)
    for row in max(Int(least.y / size), 0)...min(Int(most.y / size), rows - 1) {
      for column in firstColumn...lastColumn {
        let place = row * columns + column
        for entry in starts[place]..<(starts[place] + counts[place])
        where condition(members[entry]) { return false }
      }
    }
    return true
  }
}
