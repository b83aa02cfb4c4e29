import FedRLCore

extension Drawing.Shape {
  /// A straight bar between two points; a square of its width where they coincide.
  static func rod(from start: SIMD2<Float>, to end: SIMD2<Float>, width: Float, fill: Color)
    -> Drawing.Shape
  {
    let along = end - start
    let length = (along * along).sum().squareRoot()
    let unit = length > 0 ? along / length : [1, 0]
    let across = SIMD2(unit.y, -unit.x) * (width / 2)
    return .polygon(
      points: [start - across, start + across, end + across, end - across], fill: fill)
  }

  static func joint(_ center: SIMD2<Float>, radius: Float) -> Drawing.Shape {
    .circle(x: center.x, y: center.y, radius: radius, fill: Color(0.2, 0.2, 0.22))
  }
}
