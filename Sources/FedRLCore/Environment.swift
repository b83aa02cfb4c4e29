public import FedRLNumerics

/// How a step left its episode. Where both a failure and a time limit hold, it is `terminated`.
public enum EpisodeEnd: UInt8, Sendable, BitwiseCopyable {
  /// The episode goes on.
  case none
  /// The task ended: success or failure. The state has no future value.
  case terminated
  /// Cut off from outside, by a time limit. The value of the final observation still counts.
  case truncated
}

/// What one step gave.
public struct StepOutcome: Sendable, Equatable {
  /// Scenario reward units.
  public var reward: Float
  public var end: EpisodeEnd

  @inlinable
  public init(reward: Float, end: EpisodeEnd = .none) {
    self.reward = reward
    self.end = end
  }
}

/// A measure of one episode, apart from its reward.
public struct MetricDefinition: Sendable, Equatable {
  /// Snake case, as in the files: `coverage_ratio`.
  public let name: String
  /// SI unit, or "1".
  public let unit: String
  public let text: String
  /// Whether more is better; `nil` where neither is.
  public let higherIsBetter: Bool?

  public init(_ name: String, unit: String, higherIsBetter: Bool?, _ text: String) {
    self.name = name
    self.unit = unit
    self.text = text
    self.higherIsBetter = higherIsBetter
  }
}

/// What is fixed about an environment: its spaces, its clock and its measures.
public struct EnvironmentSpecification: Sendable, Equatable {
  public let name: String
  public let observations: BoxSpace
  public let actions: ActionSpace
  /// Simulated seconds between two actions.
  public let controlPeriodSeconds: Double
  /// Steps after which an episode is truncated; `nil` for none.
  public let maximumEpisodeSteps: Int?
  /// Measures of an episode, in the order ``Environment/writeMetrics(into:)`` gives them.
  public let metrics: [MetricDefinition]
  /// Measures of which an episode has any number, such as lap times, in the order of
  /// ``Environment/appendListMetric(_:to:)``.
  public let listMetrics: [MetricDefinition]
  /// Whether some discrete actions can be invalid in some states.
  public let masksActions: Bool
  /// Whether the environment models the agent's battery, which is then the only one it has.
  public let modelsBattery: Bool

  public init(
    name: String, observations: BoxSpace, actions: ActionSpace, controlPeriodSeconds: Double,
    maximumEpisodeSteps: Int?, metrics: [MetricDefinition] = [],
    listMetrics: [MetricDefinition] = [], masksActions: Bool = false, modelsBattery: Bool = false
  ) {
    self.name = name
    self.observations = observations
    self.actions = actions
    self.controlPeriodSeconds = controlPeriodSeconds
    self.maximumEpisodeSteps = maximumEpisodeSteps
    self.metrics = metrics
    self.listMetrics = listMetrics
    self.masksActions = masksActions
    self.modelsBattery = modelsBattery
  }
}

/// One world with one agent in it: what an author of an environment writes.
///
/// The caller resets before the first step and after every end; it enforces
/// `specification.maximumEpisodeSteps`. All randomness comes from the reset's seed, so that seed and
/// actions repeat an episode exactly. Nothing in `step` should allocate.
public protocol Environment: ~Copyable {
  var specification: EnvironmentSpecification { get }

  /// Starts an episode.
  /// - Parameters:
  ///   - seed: names the episode; the same seed gives the same start.
  ///   - observation: `[observations.count]`, written whole.
  mutating func reset(seed: UInt64, into observation: inout MutableSpan<Float>)

  /// Acts for one control period.
  /// - Parameters:
  ///   - action: `[actions.width]`; physical units within the box, or a choice's index.
  ///   - observation: `[observations.count]`, written whole, also where the episode ends.
  mutating func step(_ action: Span<Float>, into observation: inout MutableSpan<Float>)
    -> StepOutcome

  /// Measures of the episode so far, `[specification.metrics.count]`; NaN where there is none (a time
  /// that was never reached).
  func writeMetrics(into values: inout MutableSpan<Double>)

  /// Appends the episode's values of `specification.listMetrics[index]` so far, oldest first.
  func appendListMetric(_ index: Int, to values: inout [Double])

  /// Writes 1 for actions that are possible now and 0 for others, `[choices]`.
  func writeActionMask(into mask: inout MutableSpan<Float>)

  /// Bytes held beyond the value itself, such as those of a physics world; for estimates.
  var byteCount: Int { get }

  /// Adds what a person should see. Must not change the world or its random numbers.
  func draw(into drawing: inout Drawing)
}

extension Environment where Self: ~Copyable {
  public func writeMetrics(into values: inout MutableSpan<Double>) {}
  public func appendListMetric(_ index: Int, to values: inout [Double]) {}
  public func writeActionMask(into mask: inout MutableSpan<Float>) {
    for index in 0..<mask.count { mask[index] = 1 }
  }
  public var byteCount: Int { 0 }
  public func draw(into drawing: inout Drawing) {}
}

/// An environment whose running episode can be written to bytes and read back, so that a resumed run
/// need not replay the episode's actions.
public protocol SnapshotEnvironment: Environment, ~Copyable {
  func encodeState(into encoder: inout StateEncoder)
  mutating func decodeState(from decoder: inout StateDecoder) throws
}

/// An environment that is made from settings; what a registry lists.
public protocol ConfigurableEnvironment: Environment, SendableMetatype, ~Copyable {
  associatedtype Settings: SettingsGroup
  /// The name in `[environment] name = "…"`.
  static var name: String { get }
  /// One line for `fedrl list environments`.
  static var summary: String { get }
  init(settings: Settings, context: EnvironmentContext) throws
}
