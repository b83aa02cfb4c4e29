/// A point of the plane, in metres.
public struct Point: Sendable, Equatable {
  public var x: Double
  public var y: Double

  public init(x: Double, y: Double) {
    self.x = x
    self.y = y
  }
}

/// A place and a heading: metres, and radians counter-clockwise from the x axis.
public struct Pose: Sendable, Equatable {
  public var x: Double
  public var y: Double
  public var yaw: Double

  public init(x: Double, y: Double, yaw: Double) {
    self.x = x
    self.y = y
    self.yaw = yaw
  }

  public var position: Point { Point(x: x, y: y) }
}

/// A straight line between two points, in world metres: a virtual wall.
public struct Segment: Sendable, Equatable {
  public var from: Point
  public var to: Point

  public init(from: Point, to: Point) {
    self.from = from
    self.to = to
  }

  /// Distance of a point to the nearest point of the segment, in metres.
  public func distance(to point: Point) -> Double {
    let dx = to.x - from.x
    let dy = to.y - from.y
    let length2 = dx * dx + dy * dy
    let along =
      length2 > 0 ? ((point.x - from.x) * dx + (point.y - from.y) * dy) / length2 : 0
    let t = min(max(along, 0), 1)
    let ex = point.x - from.x - t * dx
    let ey = point.y - from.y - t * dy
    return (ex * ex + ey * ey).squareRoot()
  }
}

/// An area of the floor in world metres, bounded by a closed polygon (the last corner joins the
/// first; a rectangle is four corners).
public struct Zone: Sendable, Equatable {
  /// What a robot is to do about the area.
  public enum Purpose: String, Sendable {
    /// It must not enter.
    case noGo
    /// It may enter but must not mop; a vacuum without a mop takes no notice.
    case noMop
  }

  public var purpose: Purpose
  /// At least three.
  public var corners: [Point]

  public init(corners: [Point], purpose: Purpose = .noGo) {
    precondition(corners.count >= 3, "a zone of \(corners.count) corners")
    self.corners = corners
    self.purpose = purpose
  }

  /// Whether a point lies inside, by the even-odd rule. O(corners).
  public func contains(_ point: Point) -> Bool {
    var inside = false
    var previous = corners[corners.count - 1]
    for corner in corners {
      if (corner.y > point.y) != (previous.y > point.y) {
        let crossing =
          (previous.x - corner.x) * (point.y - corner.y) / (previous.y - corner.y) + corner.x
        if point.x < crossing { inside.toggle() }
      }
      previous = corner
    }
    return inside
  }
}

/// One room of a home.
public struct Room: Sendable, Equatable {
  /// The identity that ``HomeMap/roomOfCell`` uses: 1…65,535.
  public var id: UInt16
  public var name: String

  public init(id: UInt16, name: String) {
    self.id = id
    self.name = name
  }
}
