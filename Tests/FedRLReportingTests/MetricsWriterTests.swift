import FedRLCore
import FedRLReporting
import FedRLSimulation
import Foundation
import Testing

@Suite struct MetricsWriterTests {
  static let metrics = [
    MetricDefinition("coverage_ratio", unit: "1", higherIsBetter: true, "share covered"),
    MetricDefinition("t90_s", unit: "s", higherIsBetter: false, "time to 90 %"),
  ]

  static func round(_ number: Int, arm: Arm = .federated) -> RoundRecord {
    var agent = AgentRecord()
    agent.round = number
    agent.name = "small, quiet/0"
    agent.group = "say \"hi\""
    agent.status = .reported
    agent.returnMean = 0.1 + 0.2
    agent.metrics = [0.5, .nan]
    agent.diagnostics = [("entropy", 1.25), ("policy_loss", -0.5)]
    var record = RoundRecord()
    record.arm = arm
    record.round = number
    record.rounds = 9
    record.fleetTimeSeconds = 12.5 * Double(number)
    record.environmentSteps = 1000 * number
    record.returnMean = number == 2 ? nil : 3
    record.metrics = [0.25, .nan]
    record.bytesUp = 7
    record.agents = [agent]
    return record
  }

  static func episode(_ value: Double, t90: Double) -> EpisodeRecord {
    EpisodeRecord(
      seed: 1, episodeReturn: value, steps: 10, end: .truncated, metrics: [value / 10, t90])
  }

  static func write(_ rounds: ClosedRange<Int>, to writer: MetricsWriter) throws {
    for number in rounds {
      var egress = EgressRecord()
      egress.round = number
      egress.message = "update"
      egress.bytes = 44
      egress.fields = [.init(name: "delta", type: "float32", shape: [3, 3], bytes: 36)]
      try writer.messageLeft(egress)
      try writer.roundFinished(round(number))
      var evaluation = EvaluationRecord()
      evaluation.round = number
      evaluation.environment = "home"
      evaluation.episodes = [episode(4, t90: 100), episode(6, t90: .nan)]
      try writer.evaluationFinished([evaluation])
    }
  }

  @Test func tablesHoldWhatWasRecorded() throws {
    let folder = TemporaryFolder()
    let writer = try MetricsWriter(
      folder: folder.path, metrics: Self.metrics, arms: [.federated, .independent])
    try Self.write(1...2, to: writer)
    try writer.roundFinished(Self.round(1, arm: .independent))
    let metrics = try folder.text("metrics.csv").split(separator: "\n")
    #expect(
      metrics[0]
        == """
        round,fleet_time_s,wall_s,env_steps,return_mean,return_iqm,return_worst,agents_selected,\
        agents_reported,bytes_up,bytes_down,energy_j,coverage_ratio,t90_s
        """)
    #expect(metrics[1] == "1,12.5,0.0,1000,3.0,,,0,0,7,0,0.0,0.25,")
    #expect(metrics[2] == "2,25.0,0.0,2000,,,,0,0,7,0,0.0,0.25,")
    #expect(metrics.count == 3)
    let agents = try folder.text("agents.csv").split(separator: "\n")
    #expect(agents[0].hasSuffix("battery_level,coverage_ratio,t90_s,entropy,policy_loss"))
    #expect(
      agents[1]
        == """
        1,0,"small, quiet/0","say ""hi""\",,,reported,0,0,0.30000000000000004,0,0,0.0,0.0,0.0,0.0,,\
        0.5,,1.25,-0.5
        """)
    #expect(try folder.text("metrics-independent.csv").split(separator: "\n").count == 2)
    let evaluation = try folder.text("evaluation.csv").split(separator: "\n")
    #expect(evaluation[0].hasSuffix("steps_mean,coverage_ratio,t90_s,t90_s_reached"))
    #expect(evaluation[1] == "1,federated,,home,2,5.0,4.0,6.0,10.0,0.5,100.0,0.5")
    let egress = try folder.text("egress.jsonl").split(separator: "\n")
    #expect(
      egress[1]
        == """
        {"round":2,"agent":0,"fleet_time_s":0.0,"message":"update","bytes":44,\
        "fields":[{"name":"delta","type":"float32","shape":[3,3],"bytes":36}]}
        """)
  }

  @Test func listsStandInOneCellOfTheirEpisode() throws {
    let folder = TemporaryFolder()
    let writer = try MetricsWriter(
      folder: folder.path, metrics: Self.metrics,
      lists: [.init("lap_times", unit: "s", higherIsBetter: false, "")], arms: [.federated])
    var record = EvaluationRecord()
    record.environment = "oval"
    record.episodes = [Self.episode(4, t90: 100), Self.episode(6, t90: 100)]
    record.episodes[0].lists = [[12.5, 12.25]]
    record.isFinal = true
    try writer.evaluationFinished([record])
    try writer.flush()
    let rows = try folder.text("episodes.csv").split(separator: "\n")
    #expect(rows[0].hasSuffix("coverage_ratio,t90_s,lap_times"))
    #expect(rows[1].hasSuffix(",0.4,100.0,12.5 12.25"))
    #expect(rows[2].hasSuffix(",0.6,100.0,"))
  }

  @Test func baselinesAreRowsWithoutARound() throws {
    let folder = TemporaryFolder()
    let writer = try MetricsWriter(folder: folder.path, metrics: Self.metrics, arms: [.federated])
    var baseline = BaselineRecord()
    baseline.baseline = "random-bounce"
    baseline.environment = "home"
    baseline.episodes = [Self.episode(2, t90: .nan)]
    try writer.baselinesFinished([baseline])
    let rows = try folder.text("evaluation.csv").split(separator: "\n")
    #expect(rows[1] == ",random-bounce,,home,1,2.0,2.0,2.0,10.0,0.2,,0.0")
  }

  @Test func everyEpisodeOfAFinalEvaluationIsARowThatIsReadBack() throws {
    let folder = TemporaryFolder()
    let writer = try MetricsWriter(
      folder: folder.path, metrics: Self.metrics, arms: [.federated, .independent])
    func record(_ arm: Arm, agent: Int?, _ returns: [Double], isFinal: Bool) -> EvaluationRecord {
      var record = EvaluationRecord()
      record.arm = arm
      record.agent = agent
      record.isFinal = isFinal
      record.environment = "home, small"
      record.episodes = returns.map { Self.episode($0, t90: $0 < 3 ? 7 : .nan) }
      return record
    }
    try writer.evaluationFinished([record(.federated, agent: nil, [8, 9], isFinal: false)])
    try writer.evaluationFinished([
      record(.federated, agent: nil, [2, 3], isFinal: true),
      record(.independent, agent: 0, [4], isFinal: true),
      record(.independent, agent: 1, [1], isFinal: true),
    ])
    var baseline = BaselineRecord()
    baseline.baseline = "random-bounce"
    baseline.environment = "home, small"
    baseline.episodes = [Self.episode(6, t90: .nan)]
    try writer.baselinesFinished([baseline])
    let rows = try folder.text("episodes.csv").split(separator: "\n")
    #expect(rows.count == 6)
    #expect(
      rows[0] == "policy,agent,environment,episode,seed,return,steps,end,coverage_ratio,t90_s")
    #expect(rows[2].hasPrefix("federated,,\"home, small\",1,"))
    func scores(_ score: String, _ policy: String) throws -> [Double] {
      try EpisodeTable(run: folder.path, score: score).scores(of: policy, in: "home, small")
    }
    #expect(try scores("return_mean", "federated") == [2, 3])
    #expect(try scores("return_mean", "independent") == [4, 1])
    #expect(try scores("return_mean", "random-bounce") == [6])
    #expect(try scores("t90_s", "federated") == [7])
    #expect(try scores("t90_s_reached", "federated") == [1, 0])
    #expect(try scores("steps_mean", "independent") == [10, 10])
    #expect(throws: EpisodeTable.Failure.self) { try scores("nothing", "federated") }
    #expect(try scores("return_mean", "nobody") == [])
    #expect(EpisodeTable.exists(run: folder.path) && !EpisodeTable.exists(run: folder.path + "/no"))
    let text = try folder.text("episodes.csv")
    for (wrong, message) in [
      (
        text.replacingOccurrences(of: ",4.0,", with: ",xyz,"),
        ":4: expected a number for return, got xyz"
      ),
      (
        text.replacingOccurrences(of: ",4.0,", with: ",nan,"),
        ":4: expected a number for return, got nan"
      ),
      (String(text.dropLast(9)), ":6: expected 10 cells, got"), ("", ":1: expected the columns"),
    ] {
      try AtomicFile.write(wrong, to: folder.file("episodes.csv"))
      do {
        _ = try scores("return_mean", "federated")
        Issue.record("a damaged file was read")
      } catch { #expect("\(error)".contains(message), "\(error)") }
    }
  }

  @Test(arguments: [0, 1, 2, 4])
  func aResumedWriterLeavesTheSameFiles(checkpoint: Int) throws {
    let whole = TemporaryFolder()
    let uninterrupted = try MetricsWriter(
      folder: whole.path, metrics: Self.metrics, arms: [.federated, .independent])
    try Self.write(1...5, to: uninterrupted)
    let broken = TemporaryFolder()
    var position: [String: Int]
    do {
      let writer = try MetricsWriter(
        folder: broken.path, metrics: Self.metrics, arms: [.federated, .independent])
      if checkpoint > 0 { try Self.write(1...checkpoint, to: writer) }
      position = try writer.position()
      // Rounds after the checkpoint, the last torn in the middle of a line.
      try Self.write((checkpoint + 1)...(checkpoint + 2), to: writer)
    }
    let torn = try LineFile(
      resuming: broken.file("metrics.csv"),
      at: FileSystem.size(broken.file("metrics.csv"))! - 5)
    try torn.flush()
    let resumed = try MetricsWriter(
      folder: broken.path, metrics: Self.metrics, arms: [.federated, .independent],
      resumingAt: position)
    try Self.write((checkpoint + 1)...5, to: resumed)
    try resumed.flush()
    for name in try FileSystem.entries(of: whole.path) {
      #expect(try whole.text(name) == broken.text(name), "\(name)")
    }
    #expect(try FileSystem.entries(of: whole.path) == FileSystem.entries(of: broken.path))
  }

  @Test func aFileThatIsShorterThanTheCheckpointSaysIsRefused() throws {
    let folder = TemporaryFolder()
    do {
      let writer = try MetricsWriter(folder: folder.path, metrics: [], arms: [.federated])
      try writer.flush()
    }
    #expect(throws: FileError.truncated(path: folder.file("egress.jsonl"), got: 0, expected: 9)) {
      try MetricsWriter(
        folder: folder.path, metrics: [], arms: [.federated], resumingAt: ["egress.jsonl": 9])
    }
  }

  @Test func cellsAreReadBack() {
    let cells = ["plain", "with,comma", "with \"quotes\"", "", "é"]
    let line = CSVRow(cells).ended().dropLast()
    #expect(CSVRow.cells(of: String(line)) == cells)
  }
}
