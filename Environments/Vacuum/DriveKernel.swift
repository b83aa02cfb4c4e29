import FedRLNumerics

#if canImport(Glibc)
  import Glibc
#endif

/// Constants of one configured robot in one world, and the physics and sensing that use them.
///
/// Plain numbers and pointers only, so that passing it costs nothing; whoever makes one keeps the
/// world, the layout and the tables alive. Nothing here allocates.
struct DriveKernel {
  // World.
  let flags: UnsafePointer<UInt8>
  let clearance: UnsafePointer<Float>
  let rays: RayCaster
  let width, height: Int
  let cell, inverseCell: Double
  let cleanableCount: Int
  let dockX, dockY: Double

  // Own map.
  let mapWidth, mapHeight: Int
  let mapCell: Double
  let levels: UnsafePointer<RobotMapLayout.Level>
  let levelCount: Int
  let mapColumn, mapRow: UnsafePointer<Int32>
  let footprint: UnsafePointer<Int>
  let footprintCount: Int

  // Drive.
  let substepCount: Int
  let substep, period: Double
  let command: DriveCommand
  let bodyRadius: Double
  let maximumSpeed, reverseSpeed, maximumWheelSpeed, maximumYawRate: Double
  let speedChange, yawChange, carpetGrip: Double
  let halfSeparation, inverseSeparation: Double
  let leftGain, rightGain: Double
  let carpetHeadingBias: Double

  // Cleaning and energy.
  let discRadius: Float
  /// `[2, 128]`: dirt left after a pass, on hard floor and on carpet.
  let dirtAfter: UnsafePointer<UInt8>
  let countsOutline: Bool
  let hardJoules, carpetJoules, chargeJoules, capacity: Double

  // Sensors.
  let rayCount: Int
  /// `[rayCount]`: directions relative to the heading.
  let rayCosine, raySine: UnsafePointer<Float>
  let lidarRange, lidarNoise, lidarDropout, lidarScale: Double
  let positionNoise, headingNoise: Double

  /// Sine and cosine of an angle of at most half a radian, to the last digits (Taylor to h¹⁵).
  @inline(__always)
  static func smallSineCosine(_ h: Double) -> (sine: Double, cosine: Double) {
    let q = h * h
    let sine =
      h
      * (1 - q * (1.0 / 6)
        * (1 - q * (1.0 / 20)
          * (1 - q * (1.0 / 42)
            * (1 - q * (1.0 / 72) * (1 - q * (1.0 / 110) * (1 - q * (1.0 / 156)))))))
    let cosine =
      1 - q * 0.5
      * (1 - q * (1.0 / 12)
        * (1 - q * (1.0 / 30)
          * (1 - q * (1.0 / 56)
            * (1 - q * (1.0 / 90) * (1 - q * (1.0 / 132) * (1 - q * (1.0 / 182)))))))
    return (sine, cosine)
  }

  /// Index of the cell that holds a place.
  @inline(__always)
  func index(_ x: Double, _ y: Double) -> Int {
    Int(y * inverseCell) * width + Int(x * inverseCell)
  }

  /// Bilinear distance to what stops the body, metres, and its gradient (not normalised).
  @inline(__always)
  func field(_ x: Double, _ y: Double) -> (distance: Double, dx: Double, dy: Double) {
    let gx = x * inverseCell - 0.5
    let gy = y * inverseCell - 0.5
    let (ix, iy) = (Int(gx), Int(gy))
    assert(ix >= 0 && iy >= 0 && ix < width - 1 && iy < height - 1)
    let (fx, fy) = (gx - Double(ix), gy - Double(iy))
    let base = clearance + (iy &* width &+ ix)
    let (a, b) = (Double(base[0]), Double(base[1]))
    let (c, d) = (Double(base[width]), Double(base[width &+ 1]))
    let (low, high) = (a + (b - a) * fx, c + (d - c) * fx)
    return (low + (high - low) * fy, (b - a) * (1 - fy) + (d - c) * fy, high - low)
  }
}
