public import FedRLCore
public import FedRLNumerics

/// How much an agent's update counts in the fleet's mean.
public enum UpdateWeighting: String, Sendable, CaseIterable {
  /// Every agent the same.
  case uniform
  /// In proportion to the environment steps behind it.
  case samples
}

/// What happens to the statistics that normalise observations.
public enum NormalizerSharing: String, Sendable, CaseIterable {
  /// Agents send sums, and the fleet has one set of statistics.
  case shared
  /// Every agent keeps its own; nothing is sent.
  case local
  /// Those of the initial policy are kept; nothing is gathered.
  case frozen
}

/// `[federation]`: who takes part in a round, and how updates are merged.
public struct FederationSettings: SettingsGroup, Equatable {
  public var strategy = "fedavg"
  /// Fraction of the fleet selected in a round.
  public var participation = 1.0
  /// Agents selected in a round; 0 to use `participation`.
  public var agentsPerRound = 0
  public var weighting = UpdateWeighting.samples
  public var normalizer = NormalizerSharing.shared
  /// Fleet time after which a round closes without its stragglers; 0 to wait for all.
  public var deadlineSeconds = 0.0
  /// Fraction of the selected agents whose updates make a round count.
  public var quorum = 0.5
  /// Parts of the network that are merged; others stay each agent's own.
  public var sharedParts = ParameterPart.allCases
  public var codec = "float32"
  /// Largest L2 norm of an update that is admitted; 0 for no limit.
  public var maximumUpdateNorm = 0.0

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
        "observation statistics: merged, each agent's own, or as the initial policy's"),
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
    ]
  }

  public func validate() -> [(setting: String, message: String)] {
    sharedParts.isEmpty
      ? [("shared_parts", "expected at least one part, got an empty list")]
      : Set(sharedParts).count < sharedParts.count
        ? [("shared_parts", "a part stands twice in \(sharedParts.map(\.rawValue))")] : []
  }

  /// How many of `fleetSize` agents a round selects: at least one, at most all.
  public func selected(of fleetSize: Int) -> Int {
    let asked =
      agentsPerRound > 0
      ? agentsPerRound : Int((participation * Double(fleetSize)).rounded())
    return min(max(asked, 1), fleetSize)
  }
}
