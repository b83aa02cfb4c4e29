package import FedRLCore

/// The rows of `episodes.csv`, which ``EpisodeTable`` reads back: one of each episode.
package struct EpisodeRows {
  private let metrics, lists: [MetricDefinition]

  /// - Parameters:
  ///   - metrics: the environment's own measures, in the order of the records.
  ///   - lists: its measures of which an episode has any number.
  package init(metrics: [MetricDefinition], lists: [MetricDefinition]) {
    self.metrics = metrics
    self.lists = lists
  }

  /// The first line.
  package var header: String {
    CSVRow(EpisodeTable.columns + (metrics + lists).map(\.name)).ended()
  }

  /// - Parameters:
  ///   - policy: an arm, a baseline or a policy's name.
  ///   - agent: `nil` where it is nobody's own.
  package func lines(
    of records: [EpisodeRecord], policy: String, agent: Int?, environment: String
  ) -> [String] {
    records.enumerated().map { index, record in
      var row = CSVRow([policy, agent.map { "\($0)" } ?? "", environment])
      row.append(index)
      row.append("\(record.seed)")
      row.append(record.episodeReturn)
      row.append(record.steps)
      row.append("\(record.end)")
      for metric in metrics.indices { row.append(record.metrics[safe: metric]) }
      for list in lists.indices { row.append(record.lists[safe: list] ?? []) }
      return row.ended()
    }
  }
}
