public import FedRLNumerics

/// The settings of a federation.
public struct FederationConfiguration: Sendable, Equatable {
  /// At least 1.
  public var rounds = 100
  public var participation = Participation.fraction(1)
  public var weighting = Weighting.uniform
  public var normalizer = NormalizerMode.shared
  /// Rounds that ``NormalizerMode/frozen`` merges before it fixes the statistics. At least 1.
  public var normalizerWarmupRounds = 10
  /// Observations the merged statistics count at most, so that they can follow a drift.
  public var normalizerCountLimit = 1e6
  /// Admitted updates without which a round leaves the model as it is. At least 1.
  public var quorum = 1
  /// Seconds after which a round closes without those still missing; `nil` waits for everybody.
  public var deadlineSeconds: Double?
  /// Parts whose parameters are shared; the others never leave a member.
  public var sharedParts: Set<ParameterPart> = Set(ParameterPart.allCases)
  /// An update of a larger ‖Δ‖₂ is refused; `nil` for no limit.
  public var maximumNorm: Double?
  /// Binary digits of the exact sum after the point, 0…52.
  public var fractionBits = 32
  /// Updates one round may sum, 1…65,536: with `fractionBits` this fixes the largest change of a
  /// parameter, 2^(62 − fractionBits) ÷ maximumUpdates = 16,384 with the defaults.
  public var maximumUpdates = 1 << 16
  /// Samples one update may stand for, 1…2³⁰. Under `samples` it also scales the exact sum, so it
  /// should be near the largest budget.
  public var maximumSampleCount = 1 << 20
  /// η of the server's step, in (0, 10].
  public var serverLearningRate = 1.0
  /// Names the choice of members, round by round.
  public var seed: UInt64 = 0

  public init() {}

  /// Everything that is wrong: `(setting's name, message)`, with what was expected and found.
  public func validate() -> [(setting: String, message: String)] {
    var problems: [(setting: String, message: String)] = []
    func require(_ holds: Bool, _ setting: String, _ expected: String, _ got: String) {
      if !holds { problems.append((setting, "expected \(expected), got \(got)")) }
    }
    func whole(_ value: Int, in range: ClosedRange<Int>, _ setting: String) {
      require(
        range.contains(value), setting,
        "an integer in \(range.lowerBound)...\(range.upperBound)", "\(value)")
    }
    whole(rounds, in: 1...10_000_000, "rounds")
    switch participation {
    case .fraction(let share):
      require(share > 0 && share <= 1, "participation", "a fraction in (0, 1]", "\(share)")
    case .count(let count):
      whole(count, in: 1...maximumUpdates, "participation")
      require(count >= quorum, "quorum", "at most the \(count) participants", "\(quorum)")
    }
    whole(normalizerWarmupRounds, in: 1...10_000_000, "normalizer_warmup_rounds")
    require(
      normalizerCountLimit >= 1 && normalizerCountLimit <= 0x1p53, "normalizer_count_limit",
      "a number in 1...2^53", "\(normalizerCountLimit)")
    whole(quorum, in: 1...maximumUpdates, "quorum")
    if let deadlineSeconds {
      require(
        deadlineSeconds > 0 && deadlineSeconds <= 1e9, "deadline_seconds",
        "a number in (0, 1e9]", "\(deadlineSeconds)")
    }
    require(!sharedParts.isEmpty, "shared", "at least one part", "none")
    if let maximumNorm {
      require(
        maximumNorm > 0 && maximumNorm.isFinite, "maximum_norm", "a number above 0",
        "\(maximumNorm)")
    }
    whole(fractionBits, in: 0...52, "fraction_bits")
    whole(maximumUpdates, in: 1...(1 << 16), "maximum_updates")
    whole(maximumSampleCount, in: 1...(1 << 30), "maximum_sample_count")
    require(
      serverLearningRate > 0 && serverLearningRate <= 10, "server_learning_rate",
      "a number in (0, 10]", "\(serverLearningRate)")
    return problems
  }

  /// Whether members send observation sums in a round, where the fleet has statistics at all.
  public func sendsObservationSums(inRound round: Int) -> Bool {
    switch normalizer {
    case .shared: true
    case .local: false
    case .frozen: round <= normalizerWarmupRounds
    }
  }
}
