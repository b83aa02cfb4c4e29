/// Something round or square in the way.
package struct Obstacle: Sendable, Equatable, BitwiseCopyable {
  /// m
  package let center: SIMD2<Float>
  /// Radius, or half the edge of an upright square; m.
  package let size: Float
  package let isBox: Bool

  /// From its surface to a point; negative inside. m.
  @inline(__always)
  package func distance(to point: SIMD2<Float>) -> Float {
    let offset = point - center
    guard isBox else { return (offset * offset).sum().squareRoot() - size }
    let (x, y) = (offset.x.magnitude - size, offset.y.magnitude - size)
    let (outX, outY) = (max(x, 0), max(y, 0))
    return (outX * outX + outY * outY).squareRoot() + min(max(x, y), 0)
  }
}
