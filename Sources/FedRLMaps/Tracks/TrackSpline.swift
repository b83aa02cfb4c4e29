/// A cubic spline through points of the plane, smooth to its second derivative.
///
/// Its parameter is the length of the polygon through the points. Closed, each coordinate is the periodic
/// cubic spline of that parameter, found by one cyclic tridiagonal system (Sherman and Morrison); open,
/// the natural one, which is straight at its ends.
struct TrackSpline {
  let points: [Point]
  /// `[n]`, one less where open: from point i to the next, m.
  let chords: [Double]
  /// `[n]`: second derivatives at the points.
  private let bendX, bendY: [Double]

  /// - Precondition: at least three points, neighbours apart, the last of a closed one not equal to the
  ///   first.
  init(through points: [Point], isClosed: Bool) {
    self.points = points
    chords = Outline.segments(points, isClosed: isClosed).map(\.length)
    let bends = isClosed ? Self.periodicBends : Self.naturalBends
    bendX = bends(points.map(\.x), chords)
    bendY = bends(points.map(\.y), chords)
  }

  /// Position, first and second derivative at a place of one piece.
  struct Value {
    var x, y, dx, dy, ddx, ddy: Double
    var speed: Double { (dx * dx + dy * dy).squareRoot() }
    /// 1/m, positive to the left.
    var curvature: Double {
      let speed = speed
      return (dx * ddy - dy * ddx) / (speed * speed * speed)
    }
  }

  /// - Parameter u: from the start of piece `index`, in `0...chords[index]`.
  func value(_ index: Int, _ u: Double) -> Value {
    let next = index + 1 == points.count ? 0 : index + 1
    let h = chords[index]
    let x = Self.piece(points[index].x, points[next].x, bendX[index], bendX[next], h, u)
    let y = Self.piece(points[index].y, points[next].y, bendY[index], bendY[next], h, u)
    return Value(x: x.0, y: y.0, dx: x.1, dy: y.1, ddx: x.2, ddy: y.2)
  }

  /// Length of the curve between two places of one piece, m; by Gauss and Legendre's five points.
  func length(_ index: Int, from low: Double, to high: Double) -> Double {
    let half = (high - low) / 2
    let middle = (high + low) / 2
    var sum = 0.5688888888888889 * value(index, middle).speed
    for (node, weight) in [
      (0.5384693101056831, 0.47862867049936647), (0.906179845938664, 0.23692688505618908),
    ] {
      sum += weight * value(index, middle - half * node).speed
      sum += weight * value(index, middle + half * node).speed
    }
    return half * sum
  }

  private static func piece(
    _ a: Double, _ b: Double, _ bendA: Double, _ bendB: Double, _ h: Double, _ u: Double
  ) -> (Double, Double, Double) {
    let v = h - u
    let slopeA = a / h - bendA * h / 6
    let slopeB = b / h - bendB * h / 6
    return (
      (bendA * v * v * v + bendB * u * u * u) / (6 * h) + slopeA * v + slopeB * u,
      (bendB * u * u - bendA * v * v) / (2 * h) - slopeA + slopeB, (bendA * v + bendB * u) / h
    )
  }

  /// Solves `h[i−1] M[i−1] + 2 (h[i−1] + h[i]) M[i] + h[i] M[i+1] = 6 (slope[i] − slope[i−1])`.
  private static func periodicBends(_ values: [Double], _ h: [Double]) -> [Double] {
    let n = values.count
    var right = [Double](repeating: 0, count: n)
    var diagonal = [Double](repeating: 0, count: n)
    for i in 0..<n {
      let before = (i + n - 1) % n
      let next = (i + 1) % n
      diagonal[i] = 2 * (h[before] + h[i])
      right[i] = 6 * ((values[next] - values[i]) / h[i] - (values[i] - values[before]) / h[before])
    }
    // The corner elements h[n−1] are split off as a rank-one change.
    let corner = h[n - 1]
    let gamma = -diagonal[0]
    var change = [Double](repeating: 0, count: n)
    change[0] = gamma
    change[n - 1] = corner
    diagonal[0] -= gamma
    diagonal[n - 1] -= corner * corner / gamma
    let solution = tridiagonal(diagonal, h, right)
    let correction = tridiagonal(diagonal, h, change)
    let factor =
      (solution[0] + corner * solution[n - 1] / gamma)
      / (1 + correction[0] + corner * correction[n - 1] / gamma)
    return (0..<n).map { solution[$0] - factor * correction[$0] }
  }

  /// The same equations with M = 0 at both ends.
  private static func naturalBends(_ values: [Double], _ h: [Double]) -> [Double] {
    let inner = 1..<(values.count - 1)
    let diagonal = inner.map { 2 * (h[$0 - 1] + h[$0]) }
    let right = inner.map { i in
      6 * ((values[i + 1] - values[i]) / h[i] - (values[i] - values[i - 1]) / h[i - 1])
    }
    return [0] + tridiagonal(diagonal, Array(h.dropFirst()), right) + [0]
  }

  /// A symmetric system whose element beside the diagonal in row i is `beside[i]` (Thomas).
  private static func tridiagonal(_ diagonal: [Double], _ beside: [Double], _ right: [Double])
    -> [Double]
  {
    let n = right.count
    var upper = [Double](repeating: 0, count: n)
    var result = right
    upper[0] = beside[0] / diagonal[0]
    result[0] = right[0] / diagonal[0]
    for i in 1..<n {
      let pivot = diagonal[i] - beside[i - 1] * upper[i - 1]
      upper[i] = beside[i] / pivot
      result[i] = (right[i] - beside[i - 1] * result[i - 1]) / pivot
    }
    for i in stride(from: n - 2, through: 0, by: -1) { result[i] -= upper[i] * result[i + 1] }
    return result
  }
}
