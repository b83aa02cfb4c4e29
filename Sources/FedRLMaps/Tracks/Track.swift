/// One point of a centre line as files give it.
public struct TrackPoint: Sendable, Equatable {
  /// m
  public var x, y: Double
  /// Room to the right and to the left in the direction of driving, m, more than 0.
  public var right, left: Double

  public init(x: Double, y: Double, right: Double, left: Double) {
    self.x = x
    self.y = y
    self.right = right
    self.left = left
  }
}

/// A circuit, or a road with two ends: its centre line with room on both sides, and a race line where
/// there is one.
public struct Track: Sendable {
  public enum Side: Sendable, CaseIterable {
    case left, right
  }

  public let name: String
  /// As read, in the direction of driving.
  public let points: [TrackPoint]
  public let center: TrackPath
  public let raceLine: TrackPath?
  /// The map_server YAML whose walls stand around the track, where there is one.
  public let mapPath: String?
  /// The place in the files' coordinates that is the track's (0, 0); the map's are the files'.
  public let origin: Point
  /// What a person should know about what was read.
  public let notes: [String]

  /// Points nearer to each other than this are one point twice, m.
  public static let leastSpacing = 1e-3
  public static let leastPoints = 4
  /// Coordinates and widths beyond this are no road's, m.
  public static let farthest = 1e6

  /// - Parameters:
  ///   - isClosed: whether the last point is joined to the first.
  ///   - places: what errors call the points: `line 7`; `[points]`.
  ///   - path: the file, for errors.
  /// - Throws: `MapError` for points that are no circuit.
  public init(
    name: String, points: [TrackPoint], raceLine: TrackPath? = nil, mapPath: String? = nil,
    origin: Point = Point(x: 0, y: 0), notes: [String] = [], isClosed: Bool = true,
    path: String = "track", places: [String]? = nil
  ) throws(MapError) {
    let check = TrackCheck(
      path: path, places: places ?? points.indices.map { "point \($0 + 1)" }, isClosed: isClosed)
    try check.widths(points)
    let line = points.map { Point(x: $0.x, y: $0.y) }
    try check.line(line)
    self.name = name
    self.points = points
    self.raceLine = raceLine
    self.mapPath = mapPath
    self.origin = origin
    self.notes = notes
    let narrowest = points.map { min($0.left, $0.right) }.min()!
    center = TrackPath(
      through: line, left: points.map(\.left), right: points.map(\.right),
      spacing: Self.spacing(line, width: narrowest, isClosed: isClosed), isClosed: isClosed)
  }

  /// m
  public var length: Double { center.length }

  /// Distance of samples: fine against the room beside the line, but no finer than a sixteenth of
  /// the distance of points.
  static func spacing(_ line: [Point], width: Double, isClosed: Bool = true) -> Double {
    let segments = Outline.segments(line, isClosed: isClosed)
    let along = segments.reduce(0) { $0 + $1.length }
    return max(width / 12, along / Double(segments.count) / 16)
  }

  /// A line without room beside it, such as a race line.
  ///
  /// - Throws: `MapError` for points that are no closed line.
  static func line(_ points: [Point], width: Double, path: String, places: [String])
    throws(MapError) -> TrackPath
  {
    try TrackCheck(path: path, places: places).line(points)
    return TrackPath(through: points, spacing: spacing(points, width: width))
  }
}

/// Says what is wrong with the points of a track, and where.
struct TrackCheck {
  let path: String
  /// `[points]`
  let places: [String]
  var isClosed = true

  func widths(_ points: [TrackPoint]) throws(MapError) {
    for (index, point) in points.enumerated() {
      for (name, width) in [("w_tr_right_m", point.right), ("w_tr_left_m", point.left)]
      where !(width > 0 && width <= Track.farthest) {
        throw .badValue(
          path: path, key: "\(places[index]): \(name)", found: "\(width)",
          expected: "a width of more than 0 m and at most \(Int(Track.farthest)) m")
      }
    }
  }

  func line(_ points: [Point]) throws(MapError) {
    for (index, point) in points.enumerated() {
      for (name, value) in [("x_m", point.x), ("y_m", point.y)]
      where !(value.magnitude <= Track.farthest) {
        throw .badValue(
          path: path, key: "\(places[index]): \(name)", found: "\(value)",
          expected: "at most \(Int(Track.farthest)) m from the first point or the origin")
      }
    }
    guard points.count >= Track.leastPoints else {
      throw .truncated(
        path: path, unit: "points", found: points.count, expected: Track.leastPoints)
    }
    try spacing(points)
    if let crossing = Outline.firstCrossing(points, isClosed: isClosed) {
      throw .malformed(
        path: path, place: "\(places[crossing.first]) and \(places[crossing.second])",
        found: "a line that crosses itself at (\(Self.short(crossing.at.x)), "
          + "\(Self.short(crossing.at.y))) m",
        expected: "a line that does not cross itself")
    }
  }

  private func spacing(_ points: [Point]) throws(MapError) {
    let lengths = Outline.segments(points, isClosed: isClosed).map(\.length)
    for (index, length) in lengths.enumerated() where length < Track.leastSpacing {
      let next = (index + 1) % points.count
      throw .malformed(
        path: path, place: "\(places[index]) and \(places[next])",
        found: "the point (\(Self.short(points[next].x)), \(Self.short(points[next].y))) twice",
        expected: "points at least \(Track.leastSpacing) m apart")
    }
    guard isClosed else { return }
    let gap = lengths[lengths.count - 1]
    let widest = lengths.dropLast().max()!
    guard gap <= 5 * widest else {
      throw .malformed(
        path: path, place: "\(places[places.count - 1])",
        found: "a last point \(Self.short(gap)) m away from the first",
        expected: "a closed line, with at most \(Self.short(5 * widest)) m left to close "
          + "(five times the widest other gap); or open_road, for a road with two ends")
    }
  }

  static func short(_ value: Double) -> String {
    guard value.isFinite, value.magnitude < 1e12 else { return "\(value)" }
    return "\((value * 1000).rounded() / 1000)"
  }
}
