import FedRLMaps

/// The line that the scripted driver follows: the race line, kept off the edges by a car's width.
///
/// Race lines are made for a car of some width without a driver's errors; those of F1TENTH's tracks come
/// to 0.1 m from the edge, nearer than the half width of the car, and maps have walls before the edges.
/// Where that is, the line is drawn
/// towards the centre line by what is missing, and beside it by less and less.
enum DriverLine {
  /// - Parameter width: of the car, m.
  static func make(_ world: VehicleWorld, width: Double) -> ClosedPath {
    guard let line = world.track.raceLine else { return world.center }
    let center = world.center
    // As far apart as the points of files.
    let step = max(Int(5 * center.spacing / line.spacing), 1)
    let samples = Array(stride(from: 0, to: line.count - step / 2, by: step))
    var near = center.nearestSample(x: line[0].x, y: line[0].y)
    let places = samples.map { center.project(x: line[$0].x, y: line[$0].y, from: &near) }
    let missing = places.map { place -> Double in
      let side = room(world, at: place.s, toLeft: place.offset > 0)
      return max(place.offset.magnitude - max(side - width, 0), 0)
    }
    let narrowest = world.track.points.map { min($0.left, $0.right) }.min()!
    let reach = max(Int(4 * narrowest / (Double(step) * line.spacing)), 1)
    // The mean of neighbourhoods' greatest is nowhere less than what is missing.
    let moved = means(greatest(missing, reach), reach)
    let points = samples.indices.map { index -> Point in
      let (point, place) = (line[samples[index]], places[index])
      let middle = center.place(at: place.s)
      let way = place.offset > 0 ? -moved[index] : moved[index]
      let across = min(max(way, -place.offset.magnitude), place.offset.magnitude)
      return Point(x: point.x - middle.tangentY * across, y: point.y + middle.tangentX * across)
    }
    return ClosedPath(through: points, spacing: center.spacing)
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
