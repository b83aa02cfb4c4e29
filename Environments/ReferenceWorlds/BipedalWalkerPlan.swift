import FedRLBox2D
import FedRLCore

/// What Gymnasium's `bipedal_walker.py` (version 3) fixes. Its picture has 30 pixels per metre, in which
/// it gives its shapes; here they are metres.
enum BipedalWalkerPlan {
  static let pixelsPerMeter = 30.0
  static let stepsPerSecond = 50.0
  static let stepSeconds = Float(1 / stepsPerSecond)
  static let velocityIterations = 180
  static let positionIterations = 60

  /// Of Gymnasium's picture, which is in the units of velocities.
  static let width = 600 / pixelsPerMeter
  static let height = 400 / pixelsPerMeter

  // The walker hits the ground and nothing else, itself included.
  static let groundCategory: UInt16 = 0x0001
  static let walkerCategory: UInt16 = 0x0020

  static let hullCorners = [(-30, 9), (6, 9), (34, 1), (34, -8), (-30, -8)].map {
    SIMD2(Float($0.0 / pixelsPerMeter), Float($0.1 / pixelsPerMeter))
  }
  static let hullDensity: Float = 5
  static let legDensity: Float = 1
  static let legHeight = 34 / pixelsPerMeter
  static let upperLegHalfSize = halfSize(width: 8 / pixelsPerMeter)
  static let lowerLegHalfSize = halfSize(width: 0.8 * 8 / pixelsPerMeter)
  /// Of the hips, against the hull's middle.
  static let hipHeight = -8 / pixelsPerMeter
  /// rad, of both parts of a leg at the start.
  static let legTilt: Float = 0.05
  /// rad
  static let hipAngles: ClosedRange<Float> = -0.8...1.1
  static let kneeAngles: ClosedRange<Float> = -1.6 ... -0.1

  /// The lidar's directions from the hull, from straight down to 1.35 rad ahead of it.
  static let rayCount = 10
  static func rayDirection(_ index: Int) -> SIMD2<Double> {
    let angle = 1.5 * Double(index) / 10
    return SIMD2(sin(angle), -cos(angle))
  }

  private static func halfSize(width: Double) -> SIMD2<Float> {
    SIMD2(Float(width / 2), Float(legHeight / 2))
  }

  static func specification(_ settings: BipedalWalkerSettings) -> EnvironmentSpecification {
    let legNames = [0, 1].flatMap { leg in
      ["hip.angle", "hip.speed", "knee.angle", "knee.speed", "contact"].map { "leg.\(leg).\($0)" }
    }
    let legHigh: [Float] = [.pi, 5, .pi, 5, 5]
    let legLow: [Float] = [-.pi, -5, -.pi, -5, 0]
    let joints = ["hip.0", "knee.0", "hip.1", "knee.1"]
    return EnvironmentSpecification(
      name: "bipedal-walker",
      observations: BoxSpace(
        shape: [24],
        low: [-.pi, -5, -5, -5] + legLow + legLow + [Float](repeating: -1, count: rayCount),
        high: [.pi, 5, 5, 5] + legHigh + legHigh + [Float](repeating: 1, count: rayCount),
        names: ["hull.angle", "hull.angular_velocity", "hull.vx", "hull.vy"] + legNames
          + (0..<rayCount).map { "lidar.\($0)" }),
      actions: .box(
        BoxSpace(
          shape: [4], low: [Float](repeating: -1, count: 4),
          high: [Float](repeating: 1, count: 4), names: joints)),
      controlPeriodSeconds: 1 / stepsPerSecond, maximumEpisodeSteps: settings.stepLimit,
      metrics: [
        MetricDefinition(
          "distance_m", unit: "m", higherIsBetter: true, "how far the hull has come"),
        MetricDefinition(
          "arrived", unit: "1", higherIsBetter: true, "1 once the far end is reached"),
        MetricDefinition(
          "fallen", unit: "1", higherIsBetter: false,
          "1 once the hull has hit the ground or gone back beyond the start"),
        MetricDefinition(
          "effort", unit: "1", higherIsBetter: false, "sum of the actions' magnitudes"),
      ])
  }
}

#if canImport(Glibc)
  import Glibc
#endif
