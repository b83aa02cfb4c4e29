import FedRLCore

/// A cart on a rail that must stop at a mark: the example of the README.
struct RailCart: ConfigurableEnvironment {
  struct Settings: SettingsGroup {
    var railLength = 4.0
    static var settings: [Setting<Settings>] {
      [
        .number(
          "rail_length", \.railLength, unit: "m", range: 1...100, "length of the rail")
      ]
    }
  }

  static let name = "rail-cart"
  static let summary = "a cart on a rail stops at a mark"

  let specification: EnvironmentSpecification
  private let halfLength: Float
  private var position: Float = 0
  private var speed: Float = 0

  init(settings: Settings, context: EnvironmentContext) {
    halfLength = Float(settings.railLength / 2)
    specification = EnvironmentSpecification(
      name: Self.name,
      observations: BoxSpace(
        shape: [2], low: [-halfLength, -5], high: [halfLength, 5], names: ["position", "speed"]),
      actions: .box(BoxSpace(shape: [1], low: [-2], high: [2], names: ["acceleration"])),
      controlPeriodSeconds: 0.1, maximumEpisodeSteps: 100,
      metrics: [
        MetricDefinition("distance", unit: "m", higherIsBetter: false, "distance to the mark")
      ])
  }

  mutating func reset(seed: UInt64, into observation: inout MutableSpan<Float>) {
    // Any function of the seed will do; the same seed must give the same start.
    position = (Float(seed % 1000) / 500 - 1) * halfLength * 0.9
    speed = 0
    observe(into: &observation)
  }

  mutating func step(_ action: Span<Float>, into observation: inout MutableSpan<Float>)
    -> StepOutcome
  {
    speed = min(max(speed + action[0] * 0.1, -5), 5)
    position += speed * 0.1
    let fellOff = abs(position) > halfLength
    position = min(max(position, -halfLength), halfLength)
    observe(into: &observation)
    return StepOutcome(
      reward: fellOff ? -10 : -abs(position) - 0.1 * abs(speed), end: fellOff ? .terminated : .none)
  }

  func writeMetrics(into values: inout MutableSpan<Double>) { values[0] = Double(abs(position)) }

  private func observe(into observation: inout MutableSpan<Float>) {
    observation[0] = position
    observation[1] = speed
  }
}
