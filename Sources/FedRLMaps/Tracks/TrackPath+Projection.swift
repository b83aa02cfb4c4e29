extension TrackPath {
  /// Where a point lies along the path, found from a sample near which it was before.
  ///
  /// Walks downhill in distance from the hinted sample, so that a point which moves on costs a few
  /// samples, and one on a neighbouring stretch of road is not taken for progress. Between samples
  /// the path is a circle of the sample's curvature.
  ///
  /// - Parameter sample: the index of a sample in `0..<count`; afterwards that of the nearest.
  /// - Complexity: O(way from the hint / spacing).
  @inlinable
  public func project(x: Double, y: Double, from sample: inout Int) -> PathProjection {
    var best = squaredDistance(x, y, sample)
    let start = sample
    while true {
      let isLast = sample + 1 == count
      if isLast && !isClosed { break }
      let next = isLast ? 0 : sample + 1
      let distance = squaredDistance(x, y, next)
      if !(distance < best) || next == start { break }
      (best, sample) = (distance, next)
    }
    if sample == start {
      while true {
        if sample == 0 && !isClosed { break }
        let before = sample == 0 ? count - 1 : sample - 1
        let distance = squaredDistance(x, y, before)
        if !(distance < best) || before == start { break }
        (best, sample) = (distance, before)
      }
    }
    return refined(x, y, sample)
  }

  /// Where a point lies along the path, wherever it is. O(count).
  public func project(x: Double, y: Double) -> PathProjection {
    refined(x, y, nearestSample(x: x, y: y))
  }

  /// The index of the sample nearest to a point. O(count).
  public func nearestSample(x: Double, y: Double) -> Int {
    var nearest = 0
    var best = Double.infinity
    for index in 0..<count {
      let distance = squaredDistance(x, y, index)
      if distance < best { (best, nearest) = (distance, index) }
    }
    return nearest
  }

  @inlinable @inline(__always)
  func squaredDistance(_ x: Double, _ y: Double, _ index: Int) -> Double {
    let (dx, dy) = (x - places[index].x, y - places[index].y)
    return dx * dx + dy * dy
  }

  /// Projects to the circle that touches the path at a sample.
  @inlinable
  func refined(_ x: Double, _ y: Double, _ index: Int) -> PathProjection {
    let place = places[index]
    let (dx, dy) = (x - place.x, y - place.y)
    let along = dx * place.tangentX + dy * place.tangentY
    let across = dy * place.tangentX - dx * place.tangentY
    let k = place.curvature
    // Beyond the circle's centre there is no nearest place on this side; stay short of it.
    let w = max(1 - k * across, 0.05)
    let turn = k * along / w
    // atan(turn) / k for the small turns between samples.
    var way = along / w * (1 - turn * turn / 3)
    way = min(max(way, -spacing), spacing)
    let r = (k * along * k * along + w * w).squareRoot()
    let offset = (2 * across - k * (along * along + across * across)) / (1 + r)
    return PathProjection(
      s: bounded(Double(index) * spacing + way), offset: w > 0.05 ? offset : across)
  }
}
