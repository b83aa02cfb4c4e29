import FedRLNumerics

/// Casts rays through the true map: plain pointers, so that passing one costs nothing.
struct RayCaster {
  /// ``VacuumWorld/trace``
  let trace: UnsafePointer<UInt8>
  let width: Int

  /// Length of a ray through the true map until it meets a wall, at most `limit`.
  ///
  /// Sphere tracing: every cell stores how far a ray may go without meeting a wall; where that is
  /// less than to the cell's edge, the ray goes to the edge. Exact for square cells, but for corners
  /// cut by less than a thousandth of a cell.
  ///
  /// - Parameters:
  ///   - px, py: origin in cells.
  ///   - dx, dy: direction, of length 1.
  ///   - limit: in cells, as the result.
  func cast(_ px: Float, _ py: Float, _ dx: Float, _ dy: Float, limit: Float) -> Float {
    let dx = dx.magnitude < 1e-9 ? 1e-9 : dx
    let dy = dy.magnitude < 1e-9 ? 1e-9 : dy
    let (ix, iy) = (1 / dx, 1 / dy)
    // Distance to a cell's far edge: (cell + [d > 0] − p) / d.
    let ex = (dx > 0 ? 1 : 0) - px
    let ey = (dy > 0 ? 1 : 0) - py
    var t: Float = 0
    while t < limit {
      let (x, y) = (px + dx * t, py + dy * t)
      let cx = (x - 0.5 + Self.magic) - Self.magic
      let cy = (y - 0.5 + Self.magic) - Self.magic
      let value = trace[Self.integer(cy) &* width &+ Self.integer(cx)]
      if value == 0 { return t }
      let free = Float(Int32(value) &- 1) * 0.125
      let (exitX, exitY) = ((cx + ex) * ix, (cy + ey) * iy)
      let exit = (exitX < exitY ? exitX : exitY) + 1e-3
      let next = t + free < exit ? exit : t + free
      // A ray along an edge may be put on its wrong side by rounding: it goes on all the same.
      t = next < t + Self.crawl ? t + Self.nudge : next
    }
    return limit
  }

  /// 1.5 · 2²³: adding it rounds a small number to a whole one, which then stands in the lowest bits.
  private static let magic: Float = 12_582_912

  /// Progress that is none, and what is made instead, cells.
  private static let crawl: Float = 1e-4
  private static let nudge: Float = 0.02

  /// A whole number below 2²², as an integer.
  @inline(__always)
  private static func integer(_ value: Float) -> Int {
    Int((value + magic).bitPattern & 0x3f_ffff)
  }

  /// Casts all rays of a scan: the arithmetic of ``cast(_:_:_:_:limit:)``, many at a time.
  ///
  /// - Parameters:
  ///   - rayCosine, raySine: `[rayCount]`, directions relative to the heading.
  ///   - px, py: origin in cells.
  ///   - c, s: cosine and sine of the heading.
  ///   - limit: in cells.
  ///   - lengths: `[rayCount]`, in cells.
  func castAll(
    _ rayCount: Int, _ rayCosine: UnsafePointer<Float>, _ raySine: UnsafePointer<Float>,
    _ px: Float, _ py: Float, _ c: Float, _ s: Float, limit: Float,
    into lengths: UnsafeMutablePointer<Float>
  ) {
    Kernels.castRays(
      free: trace, width: width, cosines: rayCosine, sines: raySine, count: rayCount,
      fan: .init(x: px, y: py, cosine: c, sine: s, limit: limit), into: lengths)
  }
}
