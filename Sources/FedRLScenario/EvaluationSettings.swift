public import FedRLCore
public import FedRLSimulation

/// `[evaluation]`: which arms are run, and how their policies are judged.
public struct EvaluationSettings: SettingsGroup, Equatable {
  /// Rounds between evaluations; 0 for one after the last round only.
  public var everyRounds = 0
  /// Episodes in each evaluation environment.
  public var episodes = 5
  /// Names the evaluation's episodes, whatever the run's seed.
  public var seed = 1
  public var arms: [Arm] = [.federated, .independent]
  /// Last rounds of the finetuned arm in which agents train alone; 0 for a tenth of all.
  public var finetuneRounds = 0
  /// Scripted policies to compare with; `all` for every one that the environment has.
  public var baselines = ["all"]
  public var environment: SettingTable = [:]

  public init() {}

  public static var settings: [Setting<Self>] {
    [
      .integer(
        "every", \.everyRounds, unit: "rounds", range: 0...1_000_000,
        "rounds between evaluations; 0 for one after the last round only"),
      .integer(
        "episodes", \.episodes, unit: "episodes", range: 1...100_000,
        "episodes in each evaluation environment"),
      .integer(
        "seed", \.seed, range: 0...Int.max,
        "names the evaluation's episodes; independent of the run's seed, so that runs compare"),
      .list(
        "arms", \.arms, range: Arm.allCases.map(\.rawValue).joined(separator: " | "),
        "ways of training the fleet to run and compare, at equal steps per agent: federated; independent, "
          + "each agent alone; pooled, one learner with all agents' data; finetuned, federated but for the "
          + "last rounds, which each agent trains alone",
        encode: { .text($0.rawValue) },
        decode: { if case .text(let text) = $0 { Arm(rawValue: text) } else { nil } }),
      .integer(
        "finetune_rounds", \.finetuneRounds, unit: "rounds", range: 0...1_000_000,
        "last rounds of the finetuned arm in which agents train alone; 0 for a tenth of all rounds"),
      .list(
        "baselines", \.baselines, range: "texts",
        "scripted policies to compare with; [\"all\"] for all of the environment's, [] for none",
        encode: { .text($0) },
        decode: { if case .text(let text) = $0 { text } else { nil } }),
      .table(
        "environment", \.environment,
        "settings on top of [environment]; each = […] makes one evaluation environment per element"),
    ]
  }

  public func validate() -> [(setting: String, message: String)] {
    arms.isEmpty
      ? [("arms", "expected at least one arm, got an empty list")]
      : Set(arms).count < arms.count
        ? [("arms", "an arm stands twice in \(arms.map(\.rawValue))")] : []
  }
}
