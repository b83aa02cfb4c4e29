public import FedRLNumerics

#if canImport(Glibc)
  private import Glibc
#endif

/// Makes circuits: closed, smooth, of a given length and width, with room between stretches of
/// road.
///
/// A polygon of random corners around a centre is smoothed until no bend is too tight and no two
/// stretches come too near. Smoothing ends in a circle, so there is always a circuit. Coordinates
/// are rounded to a tenth of a millimetre, which takes away what mathematics libraries differ by.
public struct TrackGenerator: Sendable, Equatable {
  /// Of the centre line, m.
  public var length: Double
  /// Between the edges, m.
  public var width: Double
  /// Tightest radius of the centre line: beyond half the width, so that the inner edge is smooth
  /// too, m.
  public var tightestRadius: Double { width / 2 + 0.4 }
  /// Distance of points in the result, m.
  public static let spacing = 0.5

  /// - Precondition: `width` in 0.5…30, `length` at least 20 widths and at most 10 km.
  public init(length: Double, width: Double = 2.2) {
    precondition((0.5...30).contains(width), "a circuit \(width) m wide; 0.5…30 are built")
    precondition(
      (20 * width...10_000).contains(length),
      "a circuit of \(length) m; 20 widths (\(20 * width) m) to 10,000 m are built")
    self.length = length
    self.width = width
  }

  /// Builds one circuit.
  public func makeTrack(name: String, random: RandomStream) -> Track {
    var random = random
    var line = corners(&random)
    let count = Int((length / Self.spacing).rounded())
    repeat {
      line = Self.evenlySpaced(line, count: count)
      for _ in 0..<4 { line = Self.smoothed(line) }
      line = scaled(line)
    } while !isDrivable(line)
    if random.uniform() < 0.5 { line.reverse() }
    return Self.track(name, Self.startingOnStraight(line), width: width)
  }

  /// Two straights joined by half circles, driven counter-clockwise from the middle of a straight.
  ///
  /// - Parameters:
  ///   - straight: length of a straight, m.
  ///   - radius: of the centre line in the bends, more than half the width, m.
  public static func oval(name: String, straight: Double, radius: Double, width: Double) -> Track {
    precondition(
      straight > 0 && width > 0 && radius > width / 2,
      "an oval of straights of \(straight) m, bends of \(radius) m and width \(width) m")
    let total = 2 * straight + 2 * Double.pi * radius
    let count = max(Int((total / spacing).rounded()), 16)
    let line = (0..<count).map { index -> Point in
      var s = total * Double(index) / Double(count) + straight / 2
      let isBack = s >= total / 2 && s < total
      if s >= total { s -= total }
      if isBack { s -= total / 2 }
      let bend = max(s - straight, 0) / radius
      let x = min(s, straight) - straight / 2 + radius * sin(bend)
      let y = -radius * cos(bend)
      return isBack ? Point(x: -x, y: -y) : Point(x: x, y: y)
    }
    return track(name, line, width: width)
  }

  /// A straight road with two ends, along x from the origin.
  ///
  /// - Parameter length: m, at least 20 m.
  public static func straight(name: String, length: Double, width: Double) -> Track {
    precondition(
      length >= 20 && width > 0, "a straight of \(length) m and width \(width) m; 20 m are built")
    let count = Int((length / spacing).rounded())
    let line = (0...count).map { Point(x: length * Double($0) / Double(count), y: 0) }
    return track(name, line, width: width, isClosed: false)
  }

  // MARK: The making

  private func corners(_ random: inout RandomStream) -> [Point] {
    let count = 7 + random.integer(below: 7)
    return (0..<count).map { index in
      let turn = (Double(index) + random.uniform(-0.35, 0.35)) / Double(count)
      let radius = random.uniform(0.25, 1)
      return Point(x: radius * cos(2 * .pi * turn), y: radius * sin(2 * .pi * turn))
    }
  }

  private func scaled(_ line: [Point]) -> [Point] {
    let around = Outline.segments(line).reduce(0) { $0 + $1.length }
    let factor = length / around
    return line.map { Point(x: $0.x * factor, y: $0.y * factor) }
  }

  private func isDrivable(_ line: [Point]) -> Bool {
    let tightest = line.indices.map { Outline.curvature(line, at: $0).magnitude }.max()!
    guard tightest * tightestRadius <= 1 else { return false }
    let clearance = width + 0.4
    // Along a bend of the tightest radius, points this far apart along the line have that distance.
    let apart = Int((Double.pi * max(tightestRadius, clearance / 2) / Self.spacing).rounded(.up))
    let count = line.count
    for i in 0..<count {
      for j in (i + 1)..<max(count, i + 1) where min(j - i, count - (j - i)) > apart {
        if Segment(from: line[i], to: line[j]).length < clearance { return false }
      }
    }
    return true
  }

  private static func smoothed(_ line: [Point]) -> [Point] {
    let count = line.count
    return line.indices.map { index in
      let (a, b, c) = (
        line[(index + count - 1) % count], line[index], line[(index + 1) % count]
      )
      return Point(x: (a.x + 2 * b.x + c.x) / 4, y: (a.y + 2 * b.y + c.y) / 4)
    }
  }

  private static func evenlySpaced(_ line: [Point], count: Int) -> [Point] {
    let edges = Outline.segments(line)
    let step = edges.reduce(0) { $0 + $1.length } / Double(count)
    var result: [Point] = []
    var (edge, start) = (0, 0.0)
    for index in 0..<count {
      let s = Double(index) * step
      while edge + 1 < edges.count, s > start + edges[edge].length {
        start += edges[edge].length
        edge += 1
      }
      let (a, b) = (edges[edge].from, edges[edge].to)
      let t = (s - start) / edges[edge].length
      result.append(Point(x: a.x + (b.x - a.x) * t, y: a.y + (b.y - a.y) * t))
    }
    return result
  }

  /// The same circuit from the middle of its straightest 10 m, placed at the origin.
  private static func startingOnStraight(_ line: [Point]) -> [Point] {
    let count = line.count
    let bends = line.indices.map { Outline.curvature(line, at: $0).magnitude }
    let reach = min(10, count / 8)
    let sums = line.indices.map { index in
      (-reach...reach).reduce(0.0) { $0 + bends[(index + $1 + count) % count] }
    }
    let start = sums.indices.min { sums[$0] < sums[$1] }!
    return (0..<count).map { index in
      let point = line[(start + index) % count]
      return Point(x: point.x - line[start].x, y: point.y - line[start].y)
    }
  }

  private static func track(
    _ name: String, _ line: [Point], width: Double, isClosed: Bool = true
  ) -> Track {
    func rounded(_ value: Double) -> Double { (value * 10_000).rounded() / 10_000 }
    let points = line.map {
      TrackPoint(x: rounded($0.x), y: rounded($0.y), right: width / 2, left: width / 2)
    }
    do {
      return try Track(name: name, points: points, isClosed: isClosed)
    } catch {
      preconditionFailure("a generated circuit is none: \(error)")
    }
  }
}

// MARK: - The circuits that are shipped

extension TrackGenerator {
  /// How many generated circuits are shipped, beside the oval; the last three are held back for
  /// evaluation.
  public static let shippedCount = 11
  public static let heldBackCount = 3

  /// The seed of the shipped circuits.
  public static let shippedSeed: UInt64 = 20_261_125

  /// `circuit-01`, …; `oval-01` for another kind.
  public static func roadName(_ number: Int, kind: String = "circuit") -> String {
    "\(kind)-" + (number < 10 ? "0" : "") + "\(number)"
  }

  /// All shipped circuits: those made from seeds, 60 to 200 m long, and an oval; for cars of 1:10.
  public static func shippedTracks() -> [Track] {
    let circuits = (1...shippedCount).map { number in
      let share = Double((number * 4) % shippedCount) / Double(shippedCount - 1)
      return TrackGenerator(length: 60 + 140 * share).makeTrack(
        name: roadName(number),
        random: RandomStream(seed: shippedSeed).split("circuit", UInt64(number)))
    }
    return circuits + [oval(name: "oval", straight: 20, radius: 5, width: 2.2)]
  }
}
