public import FedRLCore
public import FedRLSimulation

/// Writes a run's tables as they grow: `metrics.csv`, `agents.csv`, `evaluation.csv`,
/// `episodes.csv`, `egress.jsonl`.
///
/// The first arm's rounds go to `metrics.csv` and `agents.csv`, those of other arms to
/// `metrics-<arm>.csv` and `agents-<arm>.csv`. A checkpoint keeps ``position()``; a writer that
/// resumes there drops what was written after it, so that a run that was killed leaves the same
/// rows as one that was not.
public final class MetricsWriter: RunObserver {
  private struct ArmFiles {
    let metrics: LineFile
    let agents: LineFile
    /// `nil` until the first round says which there are.
    var diagnostics: [String]?
  }

  private let metricDefinitions: [MetricDefinition]
  private let episodeRows: EpisodeRows
  private var arms: [Arm: ArmFiles] = [:]
  private let evaluation: LineFile
  /// Every episode of the final evaluations and of the baselines.
  private let episodes: LineFile
  private let egress: LineFile
  /// All of them, in a fixed order.
  private let files: [LineFile]

  /// - Parameters:
  ///   - folder: where the files go.
  ///   - metrics: the environment's own measures, in the order of the records.
  ///   - lists: its measures of which an episode has any number.
  ///   - arms: in the scenario's order, the main one first.
  ///   - diagnostics: columns of `agents.csv` for the learner's own numbers; `nil` takes the names
  ///     that stand in the first round's records. Numbers of other names are left out.
  ///   - position: what ``position()`` gave at the checkpoint from which the run goes on.
  public init(
    folder: String, metrics: [MetricDefinition], lists: [MetricDefinition] = [], arms: [Arm],
    diagnostics: [String]? = nil,
    resumingAt position: [String: Int]? = nil
  ) throws(FileError) {
    precondition(!arms.isEmpty)
    metricDefinitions = metrics
    episodeRows = EpisodeRows(metrics: metrics, lists: lists)
    var files: [LineFile] = []
    func open(_ name: String) throws(FileError) -> LineFile {
      let path = folder + "/" + name
      // A file that the checkpoint does not know came after it.
      let file =
        if let length = position?[name] {
          try LineFile(resuming: path, at: length)
        } else {
          try LineFile(creating: path)
        }
      files.append(file)
      return file
    }
    for (index, arm) in arms.enumerated() {
      let suffix = index == 0 ? "" : "-" + arm.rawValue
      self.arms[arm] = ArmFiles(
        metrics: try open("metrics\(suffix).csv"), agents: try open("agents\(suffix).csv"),
        diagnostics: diagnostics)
    }
    evaluation = try open("evaluation.csv")
    episodes = try open(EpisodeTable.fileName)
    egress = try open("egress.jsonl")
    self.files = files
    try begin(arms)
  }

  /// The length of each file, by name, after everything so far was handed to the operating system.
  /// Before it is relied on after a loss of power, ``synchronize(_:in:)`` it.
  public func position() throws(FileError) -> [String: Int] {
    var lengths: [String: Int] = [:]
    for file in files {
      try file.flush()
      lengths[String(file.path.split(separator: "/").last!)] = file.length
    }
    return lengths
  }

  /// Waits until the medium holds the files that a position names. Any thread may call it.
  public static func synchronize(_ position: [String: Int], in folder: String) throws(FileError) {
    for name in position.keys.sorted() {
      try OpenFile(folder + "/" + name, .read).synchronize()
    }
  }

  public func roundFinished(_ record: RoundRecord) throws {
    guard var files = arms[record.arm] else {
      preconditionFailure("a round of the arm \(record.arm), which was not announced")
    }
    files.metrics.append(roundRow(record).ended())
    let diagnostics = files.diagnostics ?? Self.diagnosticNames(record)
    if files.agents.length == 0 { files.agents.append(agentHeader(diagnostics).ended()) }
    for agent in record.agents {
      files.agents.append(agentRow(agent, diagnostics: diagnostics).ended())
    }
    files.diagnostics = diagnostics
    arms[record.arm] = files
    try flush()
  }

  public func evaluationFinished(_ records: [EvaluationRecord]) throws {
    for record in records {
      var row = CSVRow()
      row.append(record.round)
      row.append(record.arm.rawValue)
      row.append(record.agent.map { "\($0)" } ?? "")
      row.append(record.environment)
      appendEpisodes(record.episodes, to: &row)
      evaluation.append(row.ended())
      guard record.isFinal else { continue }
      appendEach(
        record.episodes, of: record.arm.rawValue, agent: record.agent, in: record.environment)
    }
    try flush()
  }

  public func baselinesFinished(_ records: [BaselineRecord]) throws {
    for record in records {
      var row = CSVRow(["", record.baseline, "", record.environment])
      appendEpisodes(record.episodes, to: &row)
      evaluation.append(row.ended())
      appendEach(record.episodes, of: record.baseline, agent: nil, in: record.environment)
    }
    try flush()
  }

  public func messageLeft(_ record: EgressRecord) throws {
    let fields = record.fields.map { field -> JSONValue in
      [
        "name": .text(field.name), "type": .text(field.type),
        "shape": .list(field.shape.map { .integer($0) }), "bytes": .integer(field.bytes),
      ]
    }
    let line: JSONValue = [
      "round": .integer(record.round), "agent": .integer(record.agent),
      "fleet_time_s": .number(record.fleetTimeSeconds), "message": .text(record.message),
      "bytes": .integer(record.bytes), "fields": .list(fields),
    ]
    egress.append(line.text + "\n")
  }

  /// Hands everything to the operating system.
  public func flush() throws(FileError) { for file in files { try file.flush() } }
}

// MARK: - Rows

extension MetricsWriter {
  private static let roundColumns = [
    "round", "fleet_time_s", "wall_s", "env_steps", "return_mean", "return_iqm", "return_worst",
    "agents_selected", "agents_reported", "bytes_up", "bytes_down", "energy_j",
  ]
  private static let agentColumns = [
    "round", "agent", "name", "group", "device", "link", "status", "env_steps", "episodes",
    "return_mean", "bytes_up", "bytes_down", "collect_s", "train_s", "transfer_s", "energy_j",
    "battery_level",
  ]
  private static let evaluationColumns = [
    "round", "arm", "agent", "environment", "episodes", "return_mean", "return_min", "return_max",
    "steps_mean",
  ]

  private var metricNames: [String] { metricDefinitions.map(\.name) }

  /// Writes the headers of empty files, and reads back those of resumed ones.
  private func begin(_ order: [Arm]) throws(FileError) {
    for arm in order {
      guard var files = arms[arm] else { continue }
      if files.metrics.length == 0 {
        files.metrics.append(CSVRow(Self.roundColumns + metricNames).ended())
      }
      if files.agents.length > 0 {
        let bytes = try AtomicFile.read(files.agents.path)
        let line = String(decoding: bytes.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
        let fixed = Self.agentColumns.count + metricNames.count
        files.diagnostics = Array(CSVRow.cells(of: line).dropFirst(fixed))
      }
      arms[arm] = files
    }
    if evaluation.length == 0 {
      let measures = metricDefinitions.flatMap {
        $0.isTime ? [$0.name, $0.reachedName] : [$0.name]
      }
      evaluation.append(CSVRow(Self.evaluationColumns + measures).ended())
    }
    if episodes.length == 0 { episodes.append(episodeRows.header) }
    try flush()
  }

  private func roundRow(_ record: RoundRecord) -> CSVRow {
    var row = CSVRow()
    row.append(record.round)
    row.append(record.fleetTimeSeconds)
    row.append(record.wallSeconds)
    row.append(record.environmentSteps)
    row.append(record.returnMean)
    row.append(record.returnIQM)
    row.append(record.returnWorst)
    row.append(record.agentsSelected)
    row.append(record.agentsReported)
    row.append(record.bytesUp)
    row.append(record.bytesDown)
    row.append(record.energyJoules)
    for index in metricDefinitions.indices { row.append(record.metrics[safe: index]) }
    return row
  }

  private func agentHeader(_ diagnostics: [String]) -> CSVRow {
    CSVRow(Self.agentColumns + metricNames + diagnostics)
  }

  private func agentRow(_ record: AgentRecord, diagnostics: [String]) -> CSVRow {
    var row = CSVRow()
    row.append(record.round)
    row.append(record.agent)
    for text in [record.name, record.group, record.device, record.link, record.status.rawValue] {
      row.append(text)
    }
    row.append(record.environmentSteps)
    row.append(record.episodes)
    row.append(record.returnMean)
    row.append(record.bytesUp)
    row.append(record.bytesDown)
    row.append(record.collectSeconds)
    row.append(record.trainSeconds)
    row.append(record.transferSeconds)
    row.append(record.energyJoules)
    row.append(record.batteryLevel)
    for index in metricDefinitions.indices { row.append(record.metrics[safe: index]) }
    for name in diagnostics { row.append(record.diagnostics.first { $0.name == name }?.value) }
    return row
  }

  private static func diagnosticNames(_ record: RoundRecord) -> [String] {
    var names: [String] = []
    for (name, _) in record.agents.flatMap(\.diagnostics) where !names.contains(name) {
      names.append(name)
    }
    return names
  }

  private func appendEach(
    _ records: [EpisodeRecord], of policy: String, agent: Int?, in environment: String
  ) {
    for line in episodeRows.lines(
      of: records, policy: policy, agent: agent, environment: environment)
    { episodes.append(line) }
  }

  private func appendEpisodes(_ episodes: [EpisodeRecord], to row: inout CSVRow) {
    let score = EpisodeScore(episodes, metrics: metricDefinitions)
    row.append(score.episodes)
    row.append(score.returnMean)
    row.append(score.returnMinimum)
    row.append(score.returnMaximum)
    row.append(score.stepsMean)
    for (index, metric) in metricDefinitions.enumerated() {
      row.append(score.metrics[index])
      if metric.isTime { row.append(score.reached[index]) }
    }
  }
}

extension Array {
  /// The element, or `nil` beyond the end.
  subscript(safe index: Int) -> Element? { indices.contains(index) ? self[index] : nil }
}
