import FedRLCore
import FedRLNumerics

/// A walker on a line that is pushed and blown about; sound unless told to break a promise.
struct Walker: ConfigurableEnvironment {
  /// Promises to break, each in its own way.
  enum Fault: String, CaseIterable {
    case none
    case observationUnwrittenInReset, observationUnwrittenInStep, observationNaN
    case observationOutOfBounds, rewardInfinite, realRandomness, keepsVelocityOverReset
    case ignoresSeed, startsWhereItStopped, neverEnds, metricUnwritten, metricInfinite
    case maskFraction, maskEmpty, drawingMoves, drawingNaN
  }

  struct Settings: SettingsGroup {
    var wind = 0.05
    var maxSteps = 25
    var refuses = false
    static var settings: [Setting<Settings>] {
      [
        .number("wind", \.wind, unit: "m/s²", range: 0...1, "Strength of gusts"),
        .integer("max_steps", \.maxSteps, range: 1...1000, "Steps until truncation"),
        .boolean("refuses", \.refuses, "Whether it fails to load"),
      ]
    }
  }

  /// What drawing must not change.
  final class Nudge { var value: Float = 0 }

  static let name = "walker"
  static let summary = "A walker for tests"

  let settings: Settings
  let fault: Fault
  let isDiscrete: Bool
  let nudge = Nudge()
  var random = RandomStream(seed: 0)
  var position: Float = 0
  var velocity: Float = 0
  var travelled = 0.0
  var lastAction: Float = .nan

  init(settings: Settings, context: EnvironmentContext) throws {
    if settings.refuses {
      throw EnvironmentError(setting: "refuses", "no walker under \(context.baseDirectory)")
    }
    self.init(settings)
  }

  init(_ settings: Settings = .init(), fault: Fault = .none, isDiscrete: Bool = false) {
    self.settings = settings
    self.fault = fault
    self.isDiscrete = isDiscrete
  }

  var specification: EnvironmentSpecification {
    EnvironmentSpecification(
      name: Self.name,
      observations: BoxSpace(
        shape: [2], low: [-2, -5], high: [2, 5], names: ["position", "velocity"]),
      actions: isDiscrete
        ? .discrete(count: 3)
        : .box(BoxSpace(shape: [1], low: [-0.3], high: [0.5], names: ["push"])),
      controlPeriodSeconds: 0.1, maximumEpisodeSteps: fault == .neverEnds ? nil : settings.maxSteps,
      metrics: [
        MetricDefinition("distance", unit: "m", higherIsBetter: true, "Way travelled"),
        MetricDefinition("arrival", unit: "s", higherIsBetter: nil, "Never reached"),
      ], masksActions: isDiscrete)
  }

  mutating func reset(seed: UInt64, into observation: inout MutableSpan<Float>) {
    random = RandomStream(seed: fault == .ignoresSeed ? 3 : seed)
    position =
      fault == .startsWhereItStopped ? position * 0.5 : Float(random.uniform(-0.2, 0.2))
    if fault != .keepsVelocityOverReset { velocity = 0 }
    travelled = 0
    observation[0] = position
    if fault != .observationUnwrittenInReset { observation[1] = velocity }
  }

  mutating func step(_ action: Span<Float>, into observation: inout MutableSpan<Float>)
    -> StepOutcome
  {
    lastAction = action[0]
    let push = isDiscrete ? (action[0] - 1) * 0.4 : action[0]
    let gust =
      fault == .realRandomness
      ? Double.random(in: -0.05...0.05)
      : fault == .ignoresSeed ? 0.01 : random.normal() * settings.wind
    velocity += push * 0.5 + Float(gust) + nudge.value
    velocity *= fault == .neverEnds ? 0.1 : 0.95
    position += velocity * 0.1
    if fault == .neverEnds { position *= 0.5 }
    travelled += Double(velocity.magnitude) * 0.1
    observation[0] = fault == .observationOutOfBounds && position > 0.3 ? 2.5 : position
    if fault != .observationUnwrittenInStep { observation[1] = velocity }
    if fault == .observationNaN && position > 0.3 { observation[1] = .nan }
    let isLost = position.magnitude > 1
    return StepOutcome(
      reward: fault == .rewardInfinite && position > 0.3 ? .infinity : 1 - position.magnitude,
      end: isLost ? .terminated : .none)
  }

  func writeMetrics(into values: inout MutableSpan<Double>) {
    values[0] = fault == .metricInfinite ? .infinity : travelled
    if fault != .metricUnwritten { values[1] = .nan }
  }

  func writeActionMask(into mask: inout MutableSpan<Float>) {
    mask[0] = fault == .maskEmpty || position < -0.5 ? 0 : 1
    mask[1] = fault == .maskEmpty ? 0 : fault == .maskFraction ? 0.5 : 1
    mask[2] = fault == .maskEmpty || position > 0.5 ? 0 : 1
  }

  func draw(into drawing: inout Drawing) {
    if fault == .drawingMoves { nudge.value += 0.01 }
    drawing.shapes.append(
      .circle(
        x: fault == .drawingNaN ? .nan : position, y: 0, radius: 0.1, fill: Color(1, 0, 0)))
  }
}

/// The walker with snapshots, which may forget something.
struct SnapshotWalker: SnapshotEnvironment {
  var walker: Walker
  let forgets: Bool

  init(forgets: Bool = false) {
    walker = Walker()
    self.forgets = forgets
  }

  var specification: EnvironmentSpecification { walker.specification }

  mutating func reset(seed: UInt64, into observation: inout MutableSpan<Float>) {
    walker.reset(seed: seed, into: &observation)
  }

  mutating func step(_ action: Span<Float>, into observation: inout MutableSpan<Float>)
    -> StepOutcome
  {
    walker.step(action, into: &observation)
  }

  func writeMetrics(into values: inout MutableSpan<Double>) { walker.writeMetrics(into: &values) }

  func encodeState(into encoder: inout StateEncoder) {
    encoder.encode(walker.random)
    encoder.encode(walker.position)
    encoder.encode(forgets ? 0 : walker.velocity)
    encoder.encode(walker.travelled)
  }

  mutating func decodeState(from decoder: inout StateDecoder) throws {
    walker.random = try decoder.decode()
    walker.position = try decoder.decode()
    walker.velocity = try decoder.decode()
    walker.travelled = try decoder.decode()
  }
}
