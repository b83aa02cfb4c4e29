import FedRLBox2D

extension Drone {
  /// More obstacles than this are left to Box2D's tree.
  private static let fewObstacles = 16
  /// m: nearer than this to something, Box2D looks at the next piece of a ray.
  private static let near: Float = 0.02
  /// m: length of such a piece, and how far the next one reaches back, that no wall slips between.
  private static let (piece, overlap): (Float, Float) = (0.25, 0.001)

  /// Casts all rays; each range goes to `rayFractions`.
  mutating func castRays(sine: Float, cosine: Float) {
    let range = Float(settings.rayRange)
    if usesShortcut && design.site.isMap && plan.obstacles.count <= Self.fewObstacles {
      for ray in 0..<settings.rays {
        let d = rayDirections[ray]
        let direction = SIMD2(cosine * d.x - sine * d.y, sine * d.x + cosine * d.y)
        rayFractions[ray] = march(ray, along: direction, range: range) / range
      }
      return
    }
    for ray in 0..<settings.rays {
      let d = rayDirections[ray]
      rayEnds[ray] =
        state.position + range * SIMD2(cosine * d.x - sine * d.y, sine * d.x + cosine * d.y)
    }
    arena.world.castRays(
      from: state.position, to: UnsafeBufferPointer(start: rayEnds, count: settings.rays),
      ignoring: arena.drone, into: rayFractions)
  }

  /// How far a ray comes, m: through free space in strides as long as nothing can be met, and in short
  /// pieces by Box2D where a wall is near. Gives Box2D's distance but for rounding, in a fraction of the
  /// time, since most of a map's walls are near most long rays' boxes.
  private mutating func march(_ ray: Int, along direction: SIMD2<Float>, range: Float) -> Float {
    var reach: Float = 0
    while reach < range {
      let place = state.position + reach * direction
      let free = clearance(at: place)
      if free > Self.near {
        reach += free
        continue
      }
      let length = min(Self.piece, range - reach)
      rayEnds[ray] = place + length * direction
      arena.world.castRays(
        from: place, to: UnsafeBufferPointer(start: rayEnds + ray, count: 1),
        ignoring: arena.drone, into: rayFractions + ray)
      if rayFractions[ray] < 1 { return reach + rayFractions[ray] * length }
      if reach + length >= range { return range }
      reach += length - Self.overlap
    }
    return range
  }

  /// At most the distance to the nearest wall or obstacle, m.
  @inline(__always)
  func clearance(at place: SIMD2<Float>) -> Float {
    var least = design.site.clearance(at: place)
    for obstacle in plan.obstacles { least = min(least, obstacle.distance(to: place)) }
    return least
  }
}
