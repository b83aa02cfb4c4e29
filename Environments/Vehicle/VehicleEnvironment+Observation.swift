import FedRLMaps
import FedRLNumerics

#if canImport(Glibc)
  import Glibc
#endif

extension VehicleEnvironment {
  /// Writes a whole row; see ``ObservationLayout``.
  mutating func observe(into row: inout MutableSpan<Float>) {
    row[0] = Self.within(car.speed * kernel.overSpeedScale, 2)
    row[1] = Self.within(car.steering / kernel.maximumSteering, 1)
    row[2] = Self.within(car.yawRate * kernel.overYawScale, 2)
    row[3] = Self.within(car.slip / VehicleKernel.slipScale, 2)
    if layout.hasGrip { row[layout.grip] = kernel.grip }
    if layout.hasTrack {
      observePlace(into: &row)
      observeCars(into: &row)
    }
    if layout.rayCount > 0 { observeRays(into: &row) }
  }

  @inline(__always)
  private static func within(_ value: Double, _ limit: Double) -> Float {
    Float(min(max(value, -limit), limit))
  }

  private func observePlace(into row: inout MutableSpan<Float>) {
    let place = center.place(at: projection.s)
    let half = (place.left + place.right) / 2
    let middle = (place.left - place.right) / 2
    let (c, s) = (cos(car.yaw), sin(car.yaw))
    let first = layout.place
    row[first] = Self.within((projection.offset - middle) / half, 3)
    row[first + 1] = Self.within(place.tangentX * s - place.tangentY * c, 1)
    row[first + 2] = Self.within(place.tangentX * c + place.tangentY * s, 1)
    row[first + 3] = Self.within(half / (4 * kernel.halfLength), 5)
    let step = kernel.lookAhead / Double(layout.pointCount)
    for index in 0..<layout.pointCount {
      let bend = center.curvature(at: projection.s + Double(index) * step)
      row[layout.curvature + index] = Self.within(bend * kernel.overCurvatureScale, 3)
    }
  }

  /// The nearest cars along the track, ahead or behind, nearest first.
  private func observeCars(into row: inout MutableSpan<Float>) {
    var taken: UInt64 = 0
    for place in 0..<layout.carCount {
      let first = layout.cars + place * ObservationLayout.carWidth
      var (nearest, way) = (-1, Double(kernel.lidarRange))
      for index in 0..<trafficCount where taken & (1 << UInt64(index)) == 0 {
        let s = center.wrapped(traffic[index].s)
        let ahead = center.difference(from: projection.s, to: s)
        if ahead.magnitude < way.magnitude { (nearest, way) = (index, ahead) }
      }
      guard nearest >= 0 else {
        row[first] = 0
        row[first + 1] = 1
        row[first + 2] = 0
        row[first + 3] = 0
        continue
      }
      taken |= 1 << UInt64(nearest)
      let room = center.place(at: projection.s)
      let half = (room.left + room.right) / 2
      row[first] = 1
      row[first + 1] = Self.within(way / Double(kernel.lidarRange), 1)
      row[first + 2] = Self.within(-projection.offset / half, 3)
      row[first + 3] = Self.within(
        (traffic[nearest].speed - alongSpeed()) * kernel.overSpeedScale, 2)
    }
  }

  private mutating func observeRays(into row: inout MutableSpan<Float>) {
    scanAll()
    for ray in 0..<layout.rayCount {
      var reading = scan[ray]
      if kernel.lidarNoise > 0 {
        reading += kernel.lidarNoise * Float(random.normal())
        scan[ray] = min(max(reading, 0), kernel.lidarRange)
      }
      row[layout.rays + ray] = min(max(scan[ray] * kernel.overLidarScale, 0), 1)
    }
  }

  /// Where the lidar is, m.
  var lidarPlace: SIMD2<Float> {
    let (c, s) = (Float(cos(car.yaw)), Float(sin(car.yaw)))
    return SIMD2(Float(car.x) + kernel.lidarMount * c, Float(car.y) + kernel.lidarMount * s)
  }

  /// Casts all rays at walls and other cars; lengths in m go to `scan`.
  package mutating func scanAll() {
    let (c, s) = (Float(cos(car.yaw)), Float(sin(car.yaw)))
    let place = lidarPlace
    let count = layout.allRays
    let range = kernel.lidarRange
    let (cosines, sines) = (plan.rays, plan.rays + count)
    for ray in 0..<count {
      let dx = c * cosines[ray] - s * sines[ray]
      let dy = s * cosines[ray] + c * sines[ray]
      scan[ray] = walls.cast(place.x, place.y, dx, dy, limit: range)
    }
    let reach = range + Float(kernel.radius)
    for index in 0..<trafficCount {
      let other = traffic[index]
      let box = RayBox(
        x: Float(other.x) - place.x, y: Float(other.y) - place.y, cosine: Float(other.cosine),
        sine: Float(other.sine), halfLength: Float(kernel.halfLength),
        halfWidth: Float(kernel.halfWidth))
      guard box.x * box.x + box.y * box.y < reach * reach else { continue }
      for ray in 0..<count {
        let dx = c * cosines[ray] - s * sines[ray]
        let dy = s * cosines[ray] + c * sines[ray]
        scan[ray] = min(scan[ray], box.distance(dx, dy))
      }
    }
  }

  /// The last scan, m; for tests.
  package var readings: [Float] {
    Array(UnsafeBufferPointer(start: scan, count: layout.allRays))
  }
}

/// Another car as rays from the origin meet it.
struct RayBox: BitwiseCopyable {
  let x, y, cosine, sine, halfLength, halfWidth: Float

  /// How far a ray of direction (dx, dy) comes; infinite where it misses. From inside, 0.
  @inline(__always)
  func distance(_ dx: Float, _ dy: Float) -> Float {
    // The ray in the box's axes: origin (ox, oy), direction (ux, uy).
    let (ox, oy) = (-(x * cosine + y * sine), x * sine - y * cosine)
    let (ux, uy) = (dx * cosine + dy * sine, dy * cosine - dx * sine)
    let (ix, iy) = (1 / ux, 1 / uy)
    let (ax, bx) = ((-halfLength - ox) * ix, (halfLength - ox) * ix)
    let (ay, by) = ((-halfWidth - oy) * iy, (halfWidth - oy) * iy)
    let near = max(min(ax, bx), min(ay, by))
    let far = min(max(ax, bx), max(ay, by))
    return near <= far && far >= 0 ? max(near, 0) : .infinity
  }
}
