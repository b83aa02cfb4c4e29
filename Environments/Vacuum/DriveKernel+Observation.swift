import FedRLNumerics

#if canImport(Glibc)
  import Glibc
#endif

extension DriveKernel {
  /// Samples a 9×9 window of one level about the robot, turned with it: row 0 lies farthest ahead,
  /// column 0 farthest left. Bilinear between squares.
  ///
  /// - Parameter output: `[3, 9, 9]`: shares covered, blocked, unknown.
  func window(
    _ memory: CopyMemory, level number: Int, spacing: Double, _ c: Float, _ s: Float,
    into output: UnsafeMutablePointer<Float>
  ) {
    let level = levels[number]
    let side = ObservationLayout.windowSide
    let middle = Float(side / 2)
    let inverse = Float(1 / level.edge)
    let pitch = Float(spacing) * inverse
    let state = memory.state
    // Plus one for the ring, minus one half for the squares' centres.
    let px = Float(state.pointee.estimatedX) * inverse + 0.5
    let py = Float(state.pointee.estimatedY) * inverse + 0.5
    let (maxX, maxY) = (Float(level.width) - 1.001, Float(level.height) - 1.001)
    let width = level.width
    let base = memory.squares + level.offset
    let shares = SIMD4(level.worldShare, level.mapShare, level.mapShare, 0)
    for row in 0..<side {
      let ahead = (middle - Float(row)) * pitch
      var gx = px + ahead * c - middle * pitch * s
      var gy = py + ahead * s + middle * pitch * c
      for column in 0..<side {
        let x = Self.clamped(gx, maxX)
        let y = Self.clamped(gy, maxY)
        // Adding a large number rounds to whole squares; its lowest bits then hold the number.
        let (bx, by) = (x - 0.5 + Self.large, y - 0.5 + Self.large)
        let fx = x - (bx - Self.large)
        let fy = y - (by - Self.large)
        let ix = Int(bx.bitPattern & 0x3f_ffff)
        let square = base + (Int(by.bitPattern & 0x3f_ffff) &* width &+ ix)
        let low = square[0] + (square[1] - square[0]) * fx
        let high = square[width] + (square[width &+ 1] - square[width]) * fx
        let value = (low + (high - low) * fy) * shares
        let index = row &* side &+ column
        output[index] = value.x
        output[index &+ 81] = value.y
        output[index &+ 162] = value.z
        gx += pitch * s
        gy -= pitch * c
      }
    }
  }

  /// 1.5 · 2²³
  private static let large: Float = 12_582_912

  /// A number within 0.001...limit; plain comparisons, since nothing is NaN.
  @inline(__always)
  private static func clamped(_ value: Float, _ limit: Float) -> Float {
    let low = value < 0.001 ? 0.001 : value
    return low > limit ? limit : low
  }

  /// Samples one scale of the egomaps: 32×32 squares about the robot, turned with it, nearest square.
  ///
  /// - Parameter output: `[3, 32, 32]`: share covered; share blocked; 1 where a square is partly
  ///   covered and has floor left (the frontier passes through it).
  func egomap(
    _ memory: CopyMemory, level number: Int, pixel: Double, _ c: Float, _ s: Float,
    into output: UnsafeMutablePointer<Float>
  ) {
    let level = levels[number]
    let side = ObservationLayout.egoSide
    let plane = side * side
    let inverse = Float(1 / level.edge)
    let pitch = Float(pixel) * inverse
    let px = Float(memory.state.pointee.estimatedX) * inverse + 1
    let py = Float(memory.state.pointee.estimatedY) * inverse + 1
    let (maxX, maxY) = (Float(level.width) - 0.001, Float(level.height) - 0.001)
    let base = memory.squares + level.offset
    let middle = Float(side) / 2 - 0.5
    for row in 0..<side {
      let ahead = (middle - Float(row)) * pitch
      var gx = px + ahead * c - middle * pitch * s
      var gy = py + ahead * s + middle * pitch * c
      for column in 0..<side {
        let x = Int32(min(max(gx, 0), maxX))
        let y = Int32(min(max(gy, 0), maxY))
        let square = base[Int(y) &* level.width &+ Int(x)]
        let covered = square.x * level.worldShare
        let blocked = square.y * level.mapShare
        let index = row &* side &+ column
        output[index] = covered
        output[index &+ plane] = blocked
        output[index &+ 2 &* plane] = covered > 0 && covered + blocked < 0.999 ? 1 : 0
        gx += pitch * s
        gy -= pitch * c
      }
    }
  }

  /// Writes speed, yaw rate, bumps, cliffs, battery, dock and time: `[16]`, normalised.
  func scalars(
    _ memory: CopyMemory, timeLeft: Double, into output: UnsafeMutablePointer<Float>
  ) {
    let state = memory.state
    output[0] = Float(min(max(state.pointee.speed / maximumSpeed, -1), 1))
    output[1] = Float(min(max(state.pointee.yawRate / maximumYawRate, -1), 1))
    for zone in 0..<5 { output[2 + zone] = Float(state.pointee.bumps >> zone & 1) }
    let (s, c) = Kernels.sineCosine(state.pointee.heading)
    cliffSensors(state, c, s, into: output + 7)
    output[11] = Float(state.pointee.charge / capacity)
    dockSensor(state, c, s, into: output + 12)
    output[15] = Float(max(timeLeft, 0))
  }

  /// Four sensors at ±60° and ±20°, at nine tenths of the radius, looking down.
  private func cliffSensors(
    _ state: UnsafeMutablePointer<RobotState>, _ c: Double, _ s: Double,
    into output: UnsafeMutablePointer<Float>
  ) {
    let reach = 0.9 * bodyRadius
    func sensor(_ cosine: Double, _ sine: Double) -> Float {
      let x = state.pointee.x + reach * (c * cosine - s * sine)
      let y = state.pointee.y + reach * (s * cosine + c * sine)
      return flags[index(x, y)] & CellFlags.cliff != 0 ? 1 : 0
    }
    // cos and sin of 60° and 20°.
    output[0] = sensor(0.5, -0.8660254037844386)
    output[1] = sensor(0.9396926207859084, -0.3420201433256687)
    output[2] = sensor(0.9396926207859084, 0.3420201433256687)
    output[3] = sensor(0.5, 0.8660254037844386)
  }

  /// Bearing (sine, cosine) and range of the dock while it is in view, else 0, 0, 1.
  private func dockSensor(
    _ state: UnsafeMutablePointer<RobotState>, _ c: Double, _ s: Double,
    into output: UnsafeMutablePointer<Float>
  ) {
    (output[0], output[1], output[2]) = (0, 0, 1)
    let (dx, dy) = (dockX - state.pointee.x, dockY - state.pointee.y)
    let squared = dx * dx + dy * dy
    guard squared < lidarRange * lidarRange else { return }
    let range = squared.squareRoot()
    if range < 1e-3 {
      (output[0], output[1], output[2]) = (0, 1, 0)
      return
    }
    let (ux, uy) = (dx / range, dy / range)
    let limit = Float(range * inverseCell)
    let seen = rays.cast(
      Float(state.pointee.x * inverseCell), Float(state.pointee.y * inverseCell), Float(ux),
      Float(uy), limit: limit)
    guard seen >= limit else { return }
    output[0] = Float(min(max(c * uy - s * ux, -1), 1))
    output[1] = Float(min(max(c * ux + s * uy, -1), 1))
    output[2] = Float(range / lidarRange)
  }

  /// Seven short-range sensors on the rim: 0 at 0.025 m or nearer, 1 at 0.2 m or nothing.
  func infrared(_ memory: CopyMemory, into output: UnsafeMutablePointer<Float>) {
    let state = memory.state
    let radius = bodyRadius
    let angles = (-1.309, -0.873, -0.436, 0.0, 0.436, 0.873, 1.309)
    func sensor(_ angle: Double) -> Float {
      let direction = state.pointee.heading + angle
      let (dx, dy) = (cos(direction), sin(direction))
      let limit = Float((radius + 0.2) * inverseCell)
      let reading = rays.cast(
        Float(state.pointee.x * inverseCell), Float(state.pointee.y * inverseCell), Float(dx),
        Float(dy), limit: limit)
      let gap = Double(reading) * cell - radius
      return Float(min(max((gap - 0.025) / 0.175, 0), 1))
    }
    (output[0], output[1], output[2]) = (sensor(angles.0), sensor(angles.1), sensor(angles.2))
    output[3] = sensor(angles.3)
    (output[4], output[5], output[6]) = (sensor(angles.4), sensor(angles.5), sensor(angles.6))
  }
}
