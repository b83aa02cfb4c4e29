import FedRLCore
import FedRLReporting
import FedRLSimulation
import Testing

#if canImport(Glibc)
  import Glibc
#endif

@Suite struct SummaryTests {
  static func evaluation(
    _ environment: String, _ returns: [Double], arm: Arm = .federated, agent: Int? = nil,
    round: Int = 3
  ) -> EvaluationRecord {
    var record = EvaluationRecord()
    record.arm = arm
    record.agent = agent
    record.round = round
    record.environment = environment
    record.episodes = returns.map { MetricsWriterTests.episode($0, t90: $0 > 5 ? 60 : .nan) }
    return record
  }

  static func summary() throws -> Summary {
    let summary = Summary(
      metrics: MetricsWriterTests.metrics, arms: [.federated, .independent])
    for round in 1...3 {
      summary.roundFinished(MetricsWriterTests.round(round))
      summary.roundFinished(MetricsWriterTests.round(round, arm: .independent))
    }
    summary.evaluationFinished([evaluation("home.1", [9, 9], round: 2)])
    summary.evaluationFinished([
      evaluation("home.1", [8, 6]), evaluation("home.2", [4]),
      evaluation("home.1", [2], arm: .independent, agent: 0),
      evaluation("home.1", [6], arm: .independent, agent: 1),
    ])
    var baseline = BaselineRecord()
    baseline.baseline = "spiral"
    baseline.environment = "home.1"
    baseline.episodes = [MetricsWriterTests.episode(1, t90: .nan)]
    summary.baselinesFinished([baseline])
    return summary
  }

  @Test(arguments: [
    ("arms.federated.final.return_mean", 5.5), ("arms.federated.final.coverage_ratio", 0.55),
    ("arms.federated.final.t90_s", 60), ("arms.federated.final.t90_s_reached", 0.5),
    ("arms.federated.final.worst_environment.return_mean", 4),
    ("arms.federated.final.environments.home.1.return_mean", 7),
    ("arms.federated.best.return_mean", 9), ("arms.federated.best.round", 2),
    ("arms.independent.final.return_mean", 4), ("arms.independent.final.agents", 2),
    ("arms.independent.final.best_agent.return_mean", 6),
    ("arms.independent.final.best_agent.agent", 1),
    ("arms.independent.final.worst_agent.coverage_ratio", 0.2),
    ("baselines.spiral.return_mean", 1), ("baselines.spiral.environments.home.1.return_mean", 1),
    ("totals.env_steps", 6000), ("totals.bytes_up", 42), ("totals.fleet_time_s", 37.5),
    ("arms.federated.totals.bytes_up", 21),
  ])
  func scoresAreThoseComputedByHand(path: String, expected: Double) throws {
    let document = try Self.summary().document(weightsSHA256: "ab")
    let value = try #require(document.number(at: path), "\(path)")
    #expect(abs(value - expected) < 1e-12, "\(path) is \(value)")
  }

  @Test func aSummaryGoesOnFromItsState() throws {
    let first = try Self.summary()
    let second = Summary(metrics: MetricsWriterTests.metrics, arms: [.federated, .independent])
    try second.restore(first.state)
    #expect(first.document(weightsSHA256: "x") == second.document(weightsSHA256: "x"))
    for summary in [first, second] {
      summary.evaluationFinished([Self.evaluation("home.1", [8.5], round: 4)])
    }
    #expect(first.document(weightsSHA256: "x").text == second.document(weightsSHA256: "x").text)
    #expect(second.best(.federated)?.round == 2)
    #expect(second.final(.federated)?.round == 4)
  }

  @Test func aPathThatLeadsNowhereHasNoNumber() throws {
    let document = try Self.summary().document(weightsSHA256: "ab")
    for path in [
      "arms.federated.final.return_men", "weights_sha256", "arms", "", ".", "arms..final",
      "arms.independent.final.worst_agent.t90_s",
    ] {
      #expect(document.number(at: path) == nil, "\(path)")
    }
  }

  static let results = [
    ExpectationResult(quantity: "totals.bytes_up", condition: "<= 41", value: 42, holds: false),
    ExpectationResult(quantity: "totals.bytes_down", condition: ">= 0", value: 0, holds: true),
    ExpectationResult(quantity: "a<b>&\"\u{1}", condition: ">= 1", value: nil, holds: false),
  ]

  @Test func expectationsStandInTheDocument() throws {
    let document = try Self.summary().document(
      weightsSHA256: "ab", expectations: [Self.results[0]])
    #expect(document["expectations_hold"] == false)
    #expect(
      document["expectations"] == [
        [
          "quantity": "totals.bytes_up", "condition": "<= 41", "value": .number(42),
          "holds": false,
        ]
      ])
    #expect(Self.results[0].message == "totals.bytes_up: expected <= 41, got 42.0")
    #expect(Self.results[2].message.hasSuffix("expected >= 1, got no such value"))
  }

  @Test func junitIsValidXML() throws {
    let text = JUnitReport.text(
      scenario: "homes & <co>", seconds: 12.3456, failure: "it's \"broken\"\nreally",
      expectations: Self.results, at: Timestamp(seconds: 1_700_000_000))
    #expect(text.contains("tests=\"4\" failures=\"2\" errors=\"1\" skipped=\"0\" time=\"12.345\""))
    #expect(text.contains("name=\"totals.bytes_up &lt;= 41\""))
    #expect(text.contains("timestamp=\"2023-11-14T22:13:20\""))
    let folder = TemporaryFolder()
    try AtomicFile.write(text, to: folder.file("junit.xml"))
    guard run("python3 -c 'import xml.dom.minidom' 2>/dev/null") == 0 else {
      print("skipped: no Python to parse XML")
      return
    }
    let script = "import sys,xml.dom.minidom as x; x.parse(sys.argv[1])"
    #expect(run("python3 -c '\(script)' \(folder.file("junit.xml"))") == 0)
  }

  @Test func theRunRecordKeepsEarlierSessions() throws {
    let start = Timestamp(seconds: 1_700_000_000)
    var first = RunRecord(
      version: "1.0", scenario: "s", seed: .max, threads: 2, simdPath: "avx2",
      session: .init(start: start, firstRound: 1, processID: 10))
    first.exitReason = "interrupted"
    first.sessions[0].end = Timestamp(seconds: 1_700_000_060)
    var second = RunRecord(
      version: "1.0", scenario: "s", seed: .max, threads: 4, simdPath: "avx2",
      session: .init(start: Timestamp(seconds: 1_700_000_100), firstRound: 5, processID: 11))
    try second.addEarlierSessions(from: first.json.prettyText)
    #expect(second.sessions.count == 2)
    #expect(second.sessions[0] == first.sessions[0])
    #expect(second.json["start"] == "2023-11-14T22:13:20Z")
    #expect(second.json["end"] == .null)
    #expect(second.json["seed"] == "18446744073709551615")
    let host = try #require(second.json["host"])
    #expect(host["libc"]?.string?.hasPrefix("glibc ") == true)
    #expect(host["processor_count"]?.int ?? 0 > 0)
    #expect(second.json["blas_kernel"]?.string?.isEmpty == false)
  }
}
