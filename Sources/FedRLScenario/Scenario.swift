public import FedRLCore

/// A scenario file as a value: every section decoded and checked, every distribution drawn.
///
/// Made by ``ScenarioLoader``; nothing outside the file has been loaded yet (see
/// ``PreparedScenario``).
public struct Scenario: Sendable, Equatable {
  /// `[scenario] name`, or the file's base name.
  public var name: String
  /// What the scenario shows, in a sentence; may be empty.
  public var summary: String
  /// Names every random number of the run.
  public var seed: UInt64
  /// How many versions of the fleet's model are made; at least 1.
  public var rounds: Int
  /// Real seconds after which the run ends by itself, saved; `nil` for none.
  public var maximumSeconds: Double?
  /// The file it was read from, as given.
  public var path: String
  /// Absolute folder in which relative paths of the scenario start.
  public var baseDirectory: String

  public var environmentName: String
  /// The fleet, in order of groups and of agents within them; `members[i].index == i`.
  public var members: [Member]
  public var policyName: String
  /// All settings of the learner; its entry decodes them.
  public var policySettings: SettingTable
  /// What the independent arm's learner has on top of them, so that each arm can be tuned for itself.
  public var independentPolicySettings: SettingTable
  /// The same for the pooled arm's.
  public var pooledPolicySettings: SettingTable
  public var federation: FederationSettings
  public var evaluation: EvaluationSettings
  /// Where policies are evaluated, in order; at least one.
  public var evaluationEnvironments: [EvaluationEnvironment]
  public var output: OutputSettings
  /// In order of the quantities' names.
  public var expectations: [ScenarioExpectation]

  /// What ``resolvedTOML()`` writes beyond the values above.
  package var source: Source

  /// The names of the fleet's groups, in order.
  public var groups: [String] {
    var seen: Set<String> = []
    return members.map(\.group).filter { seen.insert($0).inserted }
  }

  /// Environment steps of one whole run of one arm, where every agent takes part in every round.
  public var environmentSteps: Int { members.reduce(0) { $0 + $1.stepsPerRound } * rounds }
}
