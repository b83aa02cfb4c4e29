/// One place of a path.
public struct PathPlace: Sendable, Equatable, BitwiseCopyable {
  /// m
  public var x, y: Double
  /// Direction of travel, of length 1.
  public var tangentX, tangentY: Double
  /// 1/m, positive where the path turns left.
  public var curvature: Double
  /// Room to the left and to the right, m; 0 where the path is only a line.
  public var left, right: Double

  @inlinable
  public init(
    x: Double, y: Double, tangentX: Double, tangentY: Double, curvature: Double, left: Double,
    right: Double
  ) {
    self.x = x
    self.y = y
    self.tangentX = tangentX
    self.tangentY = tangentY
    self.curvature = curvature
    self.left = left
    self.right = right
  }

  /// Of the road's middle from the path, to the left, m.
  package var middle: Double { (left - right) / 2 }
}

/// Where a point lies along a path.
public struct PathProjection: Sendable, Equatable, BitwiseCopyable {
  /// Length along the path of its nearest place, in `0..<length` (an open one's end included), m.
  public var s: Double
  /// Distance to the path, positive to its left, m.
  public var offset: Double

  @inlinable
  public init(s: Double, offset: Double) {
    self.s = s
    self.offset = offset
  }
}

/// A smooth line with arc length, closed or with two ends: a track's centre line or a race line.
///
/// The cubic spline through the given points, sampled evenly in arc length. Positions between samples
/// are cubic, curvature and room linear.
public final class TrackPath: Sendable {
  /// Whether the end is joined to the beginning.
  public let isClosed: Bool
  /// m
  public let length: Double
  /// How many samples there are, without an open path's end.
  public let count: Int
  /// Distance of neighbouring samples along the path, m.
  public let spacing: Double
  /// `[count + 1]`, the last of a closed path equal to the first; never written after `init`.
  @usableFromInline nonisolated(unsafe) let places: UnsafeMutablePointer<PathPlace>

  /// - Parameters:
  ///   - points: at least four, neighbours apart, of a closed path without a repeated last point.
  ///   - left, right: `[points]`, room on both sides in m; `nil` for a line.
  ///   - spacing: greatest distance of samples, m.
  public init(
    through points: [Point], left: [Double]? = nil, right: [Double]? = nil, spacing: Double,
    isClosed: Bool = true
  ) {
    precondition(points.count >= 4, "a path through \(points.count) points")
    precondition(spacing > 0, "samples \(spacing) m apart")
    self.isClosed = isClosed
    let spline = TrackSpline(through: points, isClosed: isClosed)
    let walk = ArcLength(of: spline)
    length = walk.total
    count = min(max(Int((walk.total / spacing).rounded(.up)), 16), 1 << 20)
    self.spacing = walk.total / Double(count)
    places = .allocate(capacity: count + 1)
    for index in 0..<(isClosed ? count : count + 1) {
      let (piece, u) = walk.place(at: min(Double(index) * self.spacing, walk.total))
      let value = spline.value(piece, u)
      let share = u / spline.chords[piece]
      let next = (piece + 1) % points.count
      func room(_ sides: [Double]?) -> Double {
        sides.map { $0[piece] * (1 - share) + $0[next] * share } ?? 0
      }
      let speed = value.speed
      (places + index).initialize(
        to: PathPlace(
          x: value.x, y: value.y, tangentX: value.dx / speed, tangentY: value.dy / speed,
          curvature: value.curvature, left: room(left), right: room(right)))
    }
    if isClosed { (places + count).initialize(to: places[0]) }
  }

  deinit { places.deallocate() }

  /// The sample at `index * spacing`.
  /// - Precondition: `0 <= index <= count`.
  @inlinable @inline(__always)
  public subscript(index: Int) -> PathPlace { places[index] }

  /// A length brought into `0..<length` by whole lengths of the path, also of an open one.
  @inlinable @inline(__always)
  public func wrapped(_ s: Double) -> Double {
    if s >= 0 && s < length { return s }
    let rest = s - (s / length).rounded(.down) * length
    // Rounding may leave a tiny negative number at the length itself.
    return rest < length ? rest : 0
  }

  /// The length along the path that any number means: round a closed path; no farther than an open
  /// one's ends.
  @inlinable @inline(__always)
  public func bounded(_ s: Double) -> Double { isClosed ? wrapped(s) : min(max(s, 0), length) }

  /// The way from one length along the path to another: the shortest, in `−length/2...length/2`, where
  /// the path is closed.
  @inlinable @inline(__always)
  public func difference(from start: Double, to end: Double) -> Double {
    let way = end - start
    return isClosed ? way - (way / length).rounded() * length : way
  }

  /// The place at a length along the path; any number, see ``bounded(_:)``.
  @inlinable
  public func place(at s: Double) -> PathPlace {
    let position = bounded(s) / spacing
    let index = min(Int(position), count - 1)
    let t = position - Double(index)
    let (a, b) = (places[index], places[index + 1])
    // Cubic Hermite through both samples with their directions.
    let (t2, u) = (t * t, 1 - t)
    let (h00, h01) = ((1 + 2 * t) * u * u, t2 * (3 - 2 * t))
    let (h10, h11) = (t * u * u * spacing, -t2 * u * spacing)
    let tx = a.tangentX * u + b.tangentX * t
    let ty = a.tangentY * u + b.tangentY * t
    let scale = 1 / (tx * tx + ty * ty).squareRoot()
    return PathPlace(
      x: h00 * a.x + h01 * b.x + h10 * a.tangentX + h11 * b.tangentX,
      y: h00 * a.y + h01 * b.y + h10 * a.tangentY + h11 * b.tangentY, tangentX: tx * scale,
      tangentY: ty * scale, curvature: a.curvature * u + b.curvature * t,
      left: a.left * u + b.left * t, right: a.right * u + b.right * t)
  }

  /// Curvature at a length along the path, 1/m.
  @inlinable
  public func curvature(at s: Double) -> Double {
    let position = bounded(s) / spacing
    let index = min(Int(position), count - 1)
    let t = position - Double(index)
    return places[index].curvature * (1 - t) + places[index + 1].curvature * t
  }
}

/// Finds places of a spline by their length along it.
private struct ArcLength {
  private let spline: TrackSpline
  /// Parts of a piece: enough for five-point quadrature to be exact to rounding on real tracks.
  private static let parts = 4
  /// `[pieces · parts + 1]`: length up to the start of each part, m.
  private let lengths: [Double]

  init(of spline: TrackSpline) {
    self.spline = spline
    var lengths = [0.0]
    for piece in spline.chords.indices {
      let step = spline.chords[piece] / Double(Self.parts)
      for part in 0..<Self.parts {
        let low = Double(part) * step
        lengths.append(lengths.last! + spline.length(piece, from: low, to: low + step))
      }
    }
    self.lengths = lengths
  }

  var total: Double { lengths.last! }

  /// The piece that holds a length, and the place in it.
  func place(at s: Double) -> (piece: Int, u: Double) {
    var (low, high) = (0, lengths.count - 1)
    while high - low > 1 {
      let middle = (low + high) / 2
      if lengths[middle] <= s { low = middle } else { high = middle }
    }
    let piece = low / Self.parts
    let step = spline.chords[piece] / Double(Self.parts)
    let start = Double(low % Self.parts) * step
    let wanted = s - lengths[low]
    var u = start + step * wanted / max(lengths[low + 1] - lengths[low], .leastNormalMagnitude)
    for _ in 0..<4 {
      let error = spline.length(piece, from: start, to: u) - wanted
      u -= error / max(spline.value(piece, u).speed, 1e-9)
    }
    return (piece, min(max(u, 0), spline.chords[piece]))
  }
}
