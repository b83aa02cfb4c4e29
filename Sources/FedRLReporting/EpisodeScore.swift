public import FedRLCore

/// What a set of episodes scored.
public struct EpisodeScore: Sendable, Equatable {
  public let episodes: Int
  /// `nil` without episodes, as all that follow.
  public let returnMean: Double?
  public let returnIQM: Double?
  public let returnMinimum: Double?
  public let returnMaximum: Double?
  public let stepsMean: Double?
  /// Means over the episodes that have the measure, in the specification's order; `nil` where none
  /// has.
  public let metrics: [Double?]
  /// Share of episodes that have the measure, in 0...1.
  public let reached: [Double?]

  public init(_ records: [EpisodeRecord], metrics definitions: [MetricDefinition]) {
    let returns = records.map(\.episodeReturn)
    episodes = records.count
    returnMean = Statistics.mean(returns)
    returnIQM = Statistics.interquartileMean(returns)
    returnMinimum = returns.min()
    returnMaximum = returns.max()
    stepsMean = Statistics.mean(records.map { Double($0.steps) })
    var means: [Double?] = []
    var shares: [Double?] = []
    for index in definitions.indices {
      let values = records.compactMap { $0.metrics[safe: index] }.filter { !$0.isNaN }
      means.append(Statistics.mean(values))
      shares.append(records.isEmpty ? nil : Double(values.count) / Double(records.count))
    }
    metrics = means
    reached = shares
  }
}

extension MetricDefinition {
  /// Whether this is a time, which an episode can end without reaching.
  package var isTime: Bool { unit == "s" }
  /// The column that says what share of episodes reached it.
  package var reachedName: String { name + "_reached" }
}
