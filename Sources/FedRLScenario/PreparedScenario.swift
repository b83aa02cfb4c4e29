public import FedRLCore

/// A scenario whose environments are loaded and whose learner is made: ready to run.
///
/// Everything here is shared by all workers; agents with the same settings share one kind.
public struct PreparedScenario: Sendable {
  public let scenario: Scenario
  /// What an agent receives and sends in a round.
  public let messages: RoundMessages
  /// Loaded environments, one per distinct table of settings.
  public let kinds: [any EnvironmentKind]
  /// For each member, the index of its environment in ``kinds``.
  public let kindOfMember: [Int]
  /// One per evaluation environment of the scenario, in its order; shared with ``kinds`` where the
  /// settings are the same.
  public let evaluationKinds: [(name: String, kind: any EnvironmentKind)]
  public let learner: any LearnerKind
  /// The same network with what `[policy.independent]` sets.
  public let independentLearner: any LearnerKind
  /// What learns from all agents' data, with what `[policy.pooled]` sets; `nil` where no arm does.
  public let pooledLearner: (any LearnerKind)?
  /// What all environments agree on: spaces and measures. Control period and episode length are the
  /// first member's.
  public let specification: EnvironmentSpecification
  /// Scripted policies to run, each known to every evaluation environment.
  public let baselines: [String]
}
