import FedRLCore

/// The mean of the middle half: sorted values weighted so that a quarter at each end is left out,
/// fractions of a value included (Agarwal et al., arXiv:2108.13264).
/// - Returns: `nil` for no values.
public func interquartileMean(_ values: [Double]) -> Double? {
  guard !values.isEmpty else { return nil }
  let sorted = values.sorted()
  let cut = Double(sorted.count) / 4
  var sum = 0.0
  var weight = 0.0
  for (index, value) in sorted.enumerated() {
    let share = max(
      0, min(Double(index + 1), Double(sorted.count) - cut) - max(Double(index), cut))
    sum += share * value
    weight += share
  }
  return sum / weight
}

extension RoundRecord {
  /// Fills in what follows from the agents' rows.
  mutating func summarizeAgents(metricCount: Int) {
    let returns = agents.compactMap(\.returnMean)
    returnMean = returns.isEmpty ? nil : returns.reduce(0, +) / Double(returns.count)
    returnIQM = interquartileMean(returns)
    returnWorst = returns.min()
    metrics = columnMeans(agents.filter { $0.episodes > 0 }.map(\.metrics), columns: metricCount)
    bytesUp = agents.reduce(0) { $0 + $1.bytesUp }
    bytesDown = agents.reduce(0) { $0 + $1.bytesDown }
    energyJoules = agents.reduce(0) { $0 + $1.energyJoules }
  }
}

extension AgentRecord {
  /// Fills in what the learner reported.
  mutating func summarize(_ report: LearningReport, metricCount: Int) {
    environmentSteps = report.environmentSteps
    episodes = report.episodeReturns.count
    returnMean =
      episodes == 0 ? nil : report.episodeReturns.reduce(0, +) / Double(episodes)
    metrics = columnMeans(report.episodeMetrics, columns: metricCount)
    diagnostics = report.diagnostics
  }
}

/// Means over rows, column by column, leaving NaN out; NaN where a column has nothing else.
func columnMeans(_ rows: [[Double]], columns: Int) -> [Double] {
  (0..<columns).map { column in
    let values = rows.map { $0[column] }.filter { !$0.isNaN }
    return values.isEmpty ? .nan : values.reduce(0, +) / Double(values.count)
  }
}
