import FedRLMaps

#if canImport(Glibc)
  import Glibc
#endif

/// The line that the scripted driver follows: the race line, kept off the edges by a car's width.
///
/// Race lines are made for a car of some width without a driver's errors; those of F1TENTH's tracks come
/// to 0.1 m from the edge, nearer than the half width of the car, and maps have walls before the edges.
/// Where that is, the line is drawn
/// towards the centre line by what is missing, beside it by less and less, and smoothed where it has become
/// too tight for the car.
enum DriverLine {
  static func make(_ world: VehicleWorld, _ car: VehicleParameters) -> TrackPath {
    guard let line = world.track.raceLine else { return world.center }
    let center = world.center
    // As far apart as the points of files.
    let step = max(Int(5 * center.spacing / line.spacing), 1)
    let samples = Array(stride(from: 0, to: line.count - step / 2, by: step))
    var near = center.nearestSample(x: line[0].x, y: line[0].y)
    let places = samples.map { center.project(x: line[$0].x, y: line[$0].y, from: &near) }
    let missing = places.map { place -> Double in
      let side = room(world, at: place.s, toLeft: place.offset > 0)
      return max(place.offset.magnitude - max(side - car.width, 0), 0)
    }
    let narrowest = world.track.points.map { min($0.left, $0.right) }.min()!
    let reach = max(Int(4 * narrowest / (Double(step) * line.spacing)), 1)
    // The mean of neighbourhoods' greatest is nowhere less than what is missing.
    let moved = means(greatest(missing, reach), reach)
    var points = samples.indices.map { index -> Point in
      let (point, offset) = (line[samples[index]], places[index].offset)
      let way = min(moved[index], offset.magnitude)
      return beside(
        Point(x: point.x, y: point.y), center.place(at: places[index].s), offset > 0 ? -way : way)
    }
    let tightest = 0.7 * tan(car.maximumSteering) / car.wheelbase
    let bends = points.indices.map { Outline.curvature(points, at: $0).magnitude }
    let isKinked = greatest(bends, reach).map { $0 > tightest }
    relax(&points, beside: places, on: center, moved: zip(moved, isKinked).map { $1 ? $0 : 0 })
    return TrackPath(through: points, spacing: center.spacing)
  }

  /// - Parameter way: across the centre line to the left, m.
  private static func beside(_ point: Point, _ middle: PathPlace, _ way: Double) -> Point {
    Point(x: point.x - middle.tangentY * way, y: point.y + middle.tangentX * way)
  }

  /// Takes kinks out of the parts that were moved: descends on the sum of squared second differences of
  /// the points (Gauss and Seidel), each of which may go farther towards the centre line and no farther
  /// than there.
  ///
  /// - Parameters:
  ///   - places: of the race line's points.
  ///   - moved: by how much points were moved, m; those that were not stay.
  private static func relax(
    _ points: inout [Point], beside places: [PathProjection], on center: TrackPath, moved: [Double]
  ) {
    let (count, first) = (points.count, points)
    func at(_ points: [Point], _ index: Int) -> Point { points[((index % count) + count) % count] }
    for _ in 0..<40 {
      for index in 0..<count where moved[index] > 0 {
        let (a, b) = (at(points, index - 2), at(points, index - 1))
        let (c, d) = (at(points, index + 1), at(points, index + 2))
        let (x, y) = ((4 * (b.x + c.x) - a.x - d.x) / 6, (4 * (b.y + c.y) - a.y - d.y) / 6)
        let middle = center.place(at: places[index].s)
        let across =
          (y - first[index].y) * middle.tangentX - (x - first[index].x) * middle.tangentY
        let offset = places[index].offset
        let left = max(offset.magnitude - moved[index], 0)
        let way = offset > 0 ? max(min(across, 0), -left) : min(max(across, 0), left)
        points[index] = beside(first[index], middle, way)
      }
    }
  }

  /// From the centre line to the track's edge, or to a wall before it, m.
  private static func room(_ world: VehicleWorld, at s: Double, toLeft: Bool) -> Double {
    let middle = world.center.place(at: s)
    let edge = toLeft ? middle.left : middle.right
    let sign: Double = toLeft ? 1 : -1
    let wall = world.grid.distance(
      from: SIMD2(Float(middle.x), Float(middle.y)),
      along: SIMD2(Float(-middle.tangentY * sign), Float(middle.tangentX * sign)),
      limit: Float(edge))
    return min(edge, Double(wall))
  }

  /// The greatest value among the neighbours of each, `reach` to both sides, around the closed line.
  private static func greatest(_ values: [Double], _ reach: Int) -> [Double] {
    let count = values.count
    return values.indices.map { index in
      (-reach...reach).reduce(0) { max($0, values[((index + $1) % count + count) % count]) }
    }
  }

  private static func means(_ values: [Double], _ reach: Int) -> [Double] {
    let count = values.count
    return values.indices.map { index in
      (-reach...reach).reduce(0) { $0 + values[((index + $1) % count + count) % count] }
        / Double(2 * reach + 1)
    }
  }
}
