public import FedRLNumerics

/// How far the whole fleet is through its training, for learning-rate and clip schedules.
public struct FleetProgress: Sendable, Equatable {
  /// 0 at the first round's start, 1 at the last round's end.
  public let start, end: Double

  public init(start: Double, end: Double) {
    precondition(start >= 0 && end <= 1 && start <= end, "progress \(start)...\(end)")
    self.start = start
    self.end = end
  }
}

/// Changes the flat gradient before it is clipped and applied: the hook for drift corrections
/// (FedProx, SCAFFOLD). `parameters` are the present ones.
public protocol GradientHook: Sendable {
  func adjust(_ gradient: inout MutableSpan<Float>, parameters: Span<Float>)
}

/// One agent's turn in a round: what a learner is given, and what it changes.
public struct TrainingTask: Sendable {
  /// In: the model the agent starts from. Out: the trained one.
  public var parameters: ParameterVector
  /// Observation statistics, frozen for the round; `nil` where observations are not normalised.
  public var observationMoments: Moments?
  /// Out: sums of the raw observations seen, about `observationMoments.mean`.
  public var observedSums: MomentSums?
  /// The budget: environment steps over all copies.
  public let environmentSteps: Int
  /// Episodes with whose end the turn ends before its steps are used up, at the next end of a rollout
  /// or phase; `nil` for none.
  public var episodeLimit: Int?
  public let progress: FleetProgress
  /// Names every random number the learner draws in this turn.
  public let random: RandomStream
  public var gradientHook: (any GradientHook)?
  /// Whether the fleet's weights replaced the agent's since its last turn.
  public let isFirstAfterSync: Bool

  /// Whether a turn with that report has had its episodes.
  package func isOver(_ report: LearningReport) -> Bool {
    episodeLimit.map { report.episodeReturns.count >= $0 } ?? false
  }

  public init(
    parameters: ParameterVector, observationMoments: Moments?, environmentSteps: Int,
    progress: FleetProgress, random: RandomStream, isFirstAfterSync: Bool,
    gradientHook: (any GradientHook)? = nil
  ) {
    self.parameters = parameters
    self.observationMoments = observationMoments
    observedSums = observationMoments.map { MomentSums(center: $0.mean) }
    self.environmentSteps = environmentSteps
    self.progress = progress
    self.random = random
    self.isFirstAfterSync = isFirstAfterSync
    self.gradientHook = gradientHook
  }
}

/// What a turn did: read by displays and files beside the federation, never sent through it.
public struct LearningReport: Sendable, Equatable {
  public var environmentSteps = 0
  public var gradientSteps = 0
  /// Floating-point operations of training (forward and backward products of updates).
  public var trainingFLOPs = 0.0
  /// Forward passes of the actor while collecting.
  public var inferences = 0
  /// Returns of episodes that ended in this turn, unnormalised.
  public var episodeReturns: [Double] = []
  public var episodeSteps: [Int] = []
  /// One row per ended episode, in the specification's order.
  public var episodeMetrics: [[Double]] = []
  /// Named training diagnostics, averaged over the last update: `policy_loss`, `value_loss`,
  /// `entropy`, `approx_kl`, `clip_fraction`, `explained_variance`, `learning_rate`, …
  public var diagnostics: [(name: String, value: Double)] = []

  public init() {}

  public static func == (a: LearningReport, b: LearningReport) -> Bool {
    a.environmentSteps == b.environmentSteps && a.gradientSteps == b.gradientSteps
      && a.trainingFLOPs == b.trainingFLOPs && a.inferences == b.inferences
      && a.episodeReturns == b.episodeReturns && a.episodeSteps == b.episodeSteps
      && a.episodeMetrics == b.episodeMetrics
      && a.diagnostics.elementsEqual(b.diagnostics) { $0.name == $1.name && $0.value == $1.value }
  }
}

/// Training went where it cannot go on: a quantity stopped being finite.
public struct LearningError: Error, Equatable, CustomStringConvertible {
  /// `policy loss`, `reward`, `observation 17`, …
  public let quantity: String
  /// Environment step within the turn.
  public let step: Int
  public let value: Double

  public init(quantity: String, step: Int, value: Double) {
    self.quantity = quantity
    self.step = step
    self.value = value
  }
  public var description: String { "\(quantity) became \(value) at step \(step)" }
}

/// What a learner keeps for one agent from turn to turn: optimiser moments, running returns, reward
/// statistics. Small: rollouts and gradients belong to the ``Learner``.
public protocol AgentMemory: AnyObject {
  /// Bytes held, for estimates.
  var byteCount: Int { get }
  func encodeState(into encoder: inout StateEncoder)
  func decodeState(from decoder: inout StateDecoder) throws
}

/// The machine that trains: one per worker, used for one agent after another.
public protocol Learner: AnyObject {
  /// Collects `task.environmentSteps` in `environment` and learns from them.
  ///
  /// The environment must have been reset, and `memory` holds its current observations; both carry
  /// on where the last turn left them.
  func train(
    _ task: inout TrainingTask, memory: any AgentMemory, in environment: any BatchEnvironment
  ) throws -> LearningReport

  /// Resets the environment and puts its first observations into `memory`.
  func begin(
    memory: any AgentMemory, in environment: any BatchEnvironment, random: RandomStream)
}

/// The acting side alone: evaluation, replays, deployment.
public protocol Actor: AnyObject {
  /// Takes weights and frozen statistics for the coming calls.
  func load(_ parameters: ParameterVector, observationMoments: Moments?)

  /// Elements of recurrent state per copy; 0 for a feed-forward network.
  var stateWidth: Int { get }

  /// Chooses actions for B rows.
  /// - Parameters:
  ///   - observations: `[B, observations]`, raw.
  ///   - masks: `[B, choices]`, or empty.
  ///   - state: `[B, stateWidth]`, updated.
  ///   - actions: `[B, actions.width]`: in [−1, 1], or a choice's index.
  ///   - random: `nil` for the deterministic action (mean, most probable choice).
  func act(
    observations: Span<Float>, masks: Span<Float>, state: inout MutableSpan<Float>,
    random: UnsafeMutablePointer<RandomStream>?, into actions: inout MutableSpan<Float>)
}

/// A configured learner: the network's layout and the machines that train and run it.
public protocol LearnerKind: Sendable {
  /// `ppo`, `dqn`.
  var name: String { get }
  var layout: ParameterLayout { get }
  /// Copies of the environment each agent steps together.
  var copies: Int { get }
  /// Budgets must be multiples of this many environment steps: one rollout.
  var stepQuantum: Int { get }
  /// Whether observations are normalised by running moments.
  var normalizesObservations: Bool { get }
  /// Floating-point operations to train on that many environment steps, for estimates.
  func trainingFLOPs(environmentSteps: Int) -> Double
  /// Multiply-accumulates of one forward pass of the actor.
  var inferenceMACs: Int { get }

  func initialParameters(_ random: RandomStream) -> ParameterVector
  /// What one agent keeps from turn to turn.
  /// - Parameter byteLimit: what its device has for that, at least ``leastMemoryBytes``; a learner whose
  ///   memory can be smaller takes no more. `nil` where nothing limits it.
  func makeMemory(byteLimit: Int?) -> any AgentMemory
  /// Bytes of the smallest memory that ``makeMemory(byteLimit:)`` can make.
  var leastMemoryBytes: Int { get }
  /// Bytes that training takes on a device besides that memory: weights, gradient, samples.
  var workingBytes: Int { get }
  /// The same learner for the data of so many agents together: as many times the copies of its
  /// environment, and as much work per sample as before.
  func pooled(_ agents: Int) -> any LearnerKind
  func makeLearner() -> any Learner
  func makeActor(copies: Int) -> any Actor
  /// What a robot needs to run the policy: `activation`, `hidden`, `head`, … as text.
  var exportMetadata: [String: String] { get }
}

extension LearnerKind {
  /// Memory that nothing limits.
  public func makeMemory() -> any AgentMemory { makeMemory(byteLimit: nil) }
}

/// A line of the registry of learners.
public struct LearnerEntry: Sendable {
  public let name: String
  public let summary: String
  public let settings: [SettingDescription]
  public let check: @Sendable (_ table: SettingTable, _ path: String) -> [SettingProblem]
  public let make: @Sendable (SettingTable, EnvironmentSpecification) throws -> any LearnerKind

  public init<Settings: SettingsGroup>(
    name: String, summary: String, settings: Settings.Type,
    make: @escaping @Sendable (Settings, EnvironmentSpecification) throws -> any LearnerKind
  ) {
    self.name = name
    self.summary = summary
    self.settings = Settings.descriptions
    check = { table, path in
      var problems: [SettingProblem] = []
      _ = Settings(decoding: table, at: path, problems: &problems)
      return problems
    }
    self.make = { table, specification in
      var problems: [SettingProblem] = []
      let decoded = Settings(decoding: table, at: "[policy]", problems: &problems)
      if !problems.isEmpty { throw SettingProblems(problems) }
      return try make(decoded, specification)
    }
  }
}
