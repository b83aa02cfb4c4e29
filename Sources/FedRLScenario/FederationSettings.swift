public import FedRLCore
public import FedRLFederation
public import FedRLNumerics

/// `[federation]`: who takes part in a round, and how updates are merged.
public struct FederationSettings: SettingsGroup, Equatable {
  public var strategy = "fedavg"
  /// Fraction of the fleet selected in a round.
  public var participation = 1.0
  /// Agents selected in a round; 0 to use `participation`.
  public var agentsPerRound = 0
  public var weighting = Weighting.samples
  public var normalizer = NormalizerMode.shared
  /// Rounds after which frozen statistics stay as they are.
  public var normalizerWarmupRounds = 10
  /// Observations that merged statistics count at most.
  public var normalizerCountLimit = 1e6
  /// Fleet time after which a round closes without its stragglers; 0 to wait for all.
  public var deadlineSeconds = 0.0
  /// Fraction of the selected agents whose updates make a round count.
  public var quorum = 0.5
  /// Parts of the network that are merged; others stay each agent's own.
  public var sharedParts = ParameterPart.allCases
  public var codec = "float32"
  /// Largest L2 norm of an update that is admitted; 0 for no limit.
  public var maximumUpdateNorm = 0.0
  /// η of the server's step.
  public var serverLearningRate = 1.0

  public init() {}

  public static var settings: [Setting<Self>] {
    [
      .text("strategy", \.strategy, "how updates are merged; see fedrl list strategies"),
      .number(
        "participation", \.participation, range: 0.000_001...1,
        "fraction of the fleet selected in each round, at least one agent"),
      .integer(
        "agents_per_round", \.agentsPerRound, unit: "agents", range: 0...100_000,
        "agents selected in each round; 0 to use participation"),
      .choice(
        "weighting", \.weighting,
        "whether updates count the same or by the environment steps behind them"),
      .choice(
        "normalizer", \.normalizer,
        "observation statistics: shared are merged, local are each agent's own, frozen are merged "
          + "for the first rounds"),
      .integer(
        "normalizer_warmup_rounds", \.normalizerWarmupRounds, unit: "rounds",
        range: 1...1_000_000, "rounds that frozen statistics are merged in"),
      .number(
        "normalizer_count_limit", \.normalizerCountLimit, unit: "steps", range: 1...1e15,
        "observations that merged statistics count at most, so that they can follow a drift"),
      .number(
        "deadline_seconds", \.deadlineSeconds, unit: "s", range: 0...1e9,
        "fleet time after which a round closes without stragglers; 0 to wait for all"),
      .number(
        "quorum", \.quorum, range: 0...1,
        "fraction of the selected agents that must report for a round to change the model"),
      .list(
        "shared_parts", \.sharedParts,
        range: ParameterPart.allCases.map(\.rawValue).joined(separator: " | "),
        "parts of the network that are merged; the others stay each agent's own",
        encode: { .text($0.rawValue) },
        decode: { if case .text(let text) = $0 { ParameterPart(rawValue: text) } else { nil } }),
      .text("codec", \.codec, "how updates are written as bytes; see fedrl list codecs"),
      .number(
        "max_update_norm", \.maximumUpdateNorm, range: 0...1e9,
        "largest L2 norm of an update that is admitted; 0 for no limit"),
      .number(
        "server_learning_rate", \.serverLearningRate, range: 0.000_001...10,
        "factor on the merged update before it is added to the fleet's model"),
    ]
  }

  public func validate() -> [(setting: String, message: String)] {
    var problems: [(setting: String, message: String)] = []
    if sharedParts.isEmpty {
      problems.append(("shared_parts", "expected at least one part, got an empty list"))
    }
    if Set(sharedParts).count < sharedParts.count {
      problems.append(("shared_parts", "a part stands twice in \(sharedParts.map(\.rawValue))"))
    }
    for (setting, name, known) in [
      ("strategy", strategy, FederationCatalogue.strategies.map(\.name)),
      ("codec", codec, FederationCatalogue.codecs.map(\.name)),
    ] where !known.contains(name) {
      let near = nearestName(to: name, among: known)
      problems.append(
        (
          setting,
          "expected one of \(known.joined(separator: ", ")), got \"\(name)\""
            + (near.map { "; did you mean \($0)?" } ?? "")
        ))
    }
    return problems
  }

  /// Who takes part in a round of a fleet.
  public var participationRule: Participation {
    agentsPerRound > 0 ? .count(agentsPerRound) : .fraction(participation)
  }

  /// How many of `fleetSize` agents a round selects: at least one, at most all.
  public func selected(of fleetSize: Int) -> Int { participationRule.members(of: fleetSize) }
}
