#if canImport(Glibc)
  import Glibc
#endif

extension VacuumWorld {
  /// Length of a noiseless ray, in metres: what a perfect lidar reads.
  ///
  /// - Parameters:
  ///   - x, y: in the world's own frame, inside the map.
  ///   - angle: of the ray in that frame, radians.
  ///   - limit: the longest reading, metres.
  package func rayLength(x: Double, y: Double, angle: Double, limit: Double) -> Double {
    let caster = RayCaster(trace: UnsafePointer(trace), width: width)
    let length = caster.cast(
      Float(x / cell), Float(y / cell), Float(cos(angle)), Float(sin(angle)),
      limit: Float(limit / cell))
    return min(Double(length) * cell, limit)
  }

  /// Whether nothing stands on the straight line of a given direction and length.
  func isVisible(fromX x: Double, _ y: Double, _ dx: Double, _ dy: Double, _ range: Double) -> Bool
  {
    let caster = RayCaster(trace: UnsafePointer(trace), width: width)
    let limit = Float(range / cell)
    return caster.cast(Float(x / cell), Float(y / cell), Float(dx), Float(dy), limit: limit)
      >= limit
  }
}
