import FedRLCore

/// What Gymnasium's `lunar_lander.py` (version 3) fixes. Its picture has 30 pixels per metre, in which it
/// gives its shapes; here they are metres.
enum LunarLanderPlan {
  static let pixelsPerMeter = 30.0
  static let stepsPerSecond = 50.0
  static let stepSeconds = Float(1 / stepsPerSecond)
  static let velocityIterations = 180
  static let positionIterations = 60

  /// Of the visible moon.
  static let width = 600 / pixelsPerMeter
  static let height = 400 / pixelsPerMeter

  // The lander hits the ground and nothing else.
  static let groundCategory: UInt16 = 0x0001
  static let landerCategory: UInt16 = 0x0010
  static let legCategory: UInt16 = 0x0020

  static let bodyCorners = points([(-14, 17), (-17, 0), (-17, -10), (17, -10), (17, 0), (14, 17)])
  static let legHalfSize = point(2, 8)
  /// From the lander's middle to where a leg hangs, in the leg's frame.
  static let legOffset = SIMD2(20 / pixelsPerMeter, 18 / pixelsPerMeter)
  /// rad, at the start; mirrored for the other leg.
  static let legTilt: Float = 0.05
  /// rad/s
  static let legMotorSpeed: Float = 0.3
  /// How far out a leg may be, rad.
  static let legAngles: ClosedRange<Float> = 0.4...0.9

  /// Below the lander's middle.
  static let mainEngineOffset = 4 / pixelsPerMeter
  static let sideEngineOffset = 12 / pixelsPerMeter
  static let sideEngineHeight = 14 / pixelsPerMeter
  /// Gymnasium has 17 where it seems to mean 14, so that the side engines move as the lander turns.
  static let sideEngineDrift = 17 / pixelsPerMeter

  static func point(_ x: Double, _ y: Double) -> SIMD2<Float> {
    SIMD2(Float(x / pixelsPerMeter), Float(y / pixelsPerMeter))
  }

  private static func points(_ pixels: [(Double, Double)]) -> [SIMD2<Float>] {
    pixels.map { point($0.0, $0.1) }
  }

  static func specification(_ settings: LunarLanderSettings, isContinuous: Bool)
    -> EnvironmentSpecification
  {
    let bounds: [Float] = [2.5, 2.5, 10, 10, 2 * .pi, 10]
    return EnvironmentSpecification(
      name: isContinuous ? "lunarlander-continuous" : "lunarlander",
      observations: BoxSpace(
        shape: [8], low: bounds.map { -$0 } + [0, 0], high: bounds + [1, 1],
        names: [
          "lander.x", "lander.y", "lander.vx", "lander.vy", "lander.angle",
          "lander.angular_velocity", "leg.0.contact", "leg.1.contact",
        ]),
      actions: isContinuous
        ? .box(BoxSpace(shape: [2], low: [-1, -1], high: [1, 1], names: ["main", "side"]))
        : .discrete(count: 4),
      controlPeriodSeconds: 1 / stepsPerSecond, maximumEpisodeSteps: settings.maxSteps,
      metrics: [
        MetricDefinition(
          "landed", unit: "1", higherIsBetter: true, "1 once the lander has come to rest"),
        MetricDefinition(
          "crashed", unit: "1", higherIsBetter: false, "1 once the lander's body has hit the ground"
        ),
        MetricDefinition(
          "main_engine_s", unit: "s", higherIsBetter: false,
          "time of the main engine, at full throttle"),
        MetricDefinition(
          "side_engine_s", unit: "s", higherIsBetter: false,
          "time of the side engines, at full throttle"),
      ])
  }
}
