import FedRLCommand
import FedRLNumerics
import FedRLReporting
import Foundation
import Testing

/// What `fedrl train` leaves behind.
@Suite struct RunFolderContentTests {
  /// One run that the tests of this suite look at.
  static let folder: TestFolder? = {
    guard let folder = try? TestFolder(), let run = try? folder.train("--out", "run"),
      run.status == 0
    else { return nil }
    return folder
  }()

  func folder() throws -> TestFolder? {
    guard CommandProcess.executable != nil else { return nil }
    let found: TestFolder = try #require(Self.folder)
    return found
  }

  @Test func everyFileIsThere() throws {
    guard let folder = try folder() else { return }
    let names = try folder.entries(below: "run").filter { !$0.hasSuffix(".ckpt") }
    #expect(
      names == [
        ".lock", "agents-independent.csv", "agents.csv", "checkpoints",
        "checkpoints/best.safetensors", "checkpoints/final-independent-0.safetensors",
        "checkpoints/final-independent-1.safetensors",
        "checkpoints/final-independent-2.safetensors", "checkpoints/final.safetensors",
        "egress.jsonl", "episodes.csv", "evaluation.csv", "metrics-independent.csv", "metrics.csv",
        "run.json",
        "scenario.toml", "summary.json",
      ])
    let states = try folder.entries(below: "run").filter { $0.hasSuffix(".ckpt") }
    #expect(states.count == 3)
    #expect(
      try folder.entries() == ["run"] + folder.entries(below: "run").map { "run/" + $0 }
        + ["small.toml"])
  }

  @Test func tablesHaveTheirColumnsAndARowForEach() throws {
    guard let folder = try folder() else { return }
    #expect(
      try folder.table("run/metrics.csv")[0] == [
        "round", "fleet_time_s", "wall_s", "env_steps", "return_mean", "return_iqm",
        "return_worst", "agents_selected", "agents_reported", "bytes_up", "bytes_down", "energy_j",
      ])
    #expect(try folder.column("round", of: "run/metrics.csv") == ["1", "2", "3", "4"])
    #expect(
      try folder.column("env_steps", of: "run/metrics.csv") == ["192", "384", "576", "768"])
    let agents = try folder.table("run/agents.csv")
    #expect(
      agents[0].prefix(17) == [
        "round", "agent", "name", "group", "device", "link", "status", "env_steps", "episodes",
        "return_mean", "bytes_up", "bytes_down", "collect_s", "train_s", "transfer_s", "energy_j",
        "battery_level",
      ])
    #expect(agents[0].contains("approx_kl"))
    #expect(agents.count == 1 + 12)
    #expect(agents.allSatisfy { $0.count == agents[0].count })
    #expect(
      try folder.column("name", of: "run/agents.csv").prefix(3) == [
        "fleet/1", "fleet/2", "fleet/3",
      ])
    let environments = try folder.column("environment", of: "run/evaluation.csv")
    // Two evaluations of the fleet's policy, one of three agents', two baselines; two environments.
    #expect(environments.count == 2 * (2 + 3 + 2))
    #expect(Set(environments).count == 2)
  }

  @Test func totalsAgreeWithTheTablesAndTheLedger() throws {
    guard let folder = try folder() else { return }
    let totals = try #require(try folder.json("run/summary.json")["totals"])
    func sum(_ column: String, _ table: String) throws -> Double {
      try folder.column(column, of: "run/" + table).compactMap(Double.init).reduce(0, +)
    }
    let ledger = try folder.text("run/egress.jsonl").split(separator: "\n")
      .map { try JSONValue(parsing: String($0)) }
    #expect(ledger.count == 12)
    let bytes = ledger.compactMap { $0["bytes"]?.int }.reduce(0, +)
    #expect(totals["bytes_up"]?.int == bytes)
    #expect(try sum("bytes_up", "metrics.csv") == Double(bytes))
    #expect(try sum("bytes_up", "agents.csv") == Double(bytes))
    #expect(try sum("bytes_down", "agents.csv") == totals["bytes_down"]?.double)
    let steps =
      try sum("env_steps", "agents.csv") + sum("env_steps", "agents-independent.csv")
    #expect(totals["env_steps"]?.double == steps)
    let energy = try sum("energy_j", "metrics.csv") + sum("energy_j", "metrics-independent.csv")
    #expect(abs(try #require(totals["energy_j"]?.double) - energy) < 1e-9)
    let time = try folder.column("fleet_time_s", of: "run/metrics.csv").last.flatMap(Double.init)
    #expect(totals["fleet_time_s"]?.double == time)
    for line in ledger {
      let fields = try #require(line["fields"]?.elements)
      #expect(fields.compactMap { $0["bytes"]?.int }.reduce(0, +) == line["bytes"]?.int)
    }
  }

  @Test func theSummarysHashIsThatOfTheFinalWeights() throws {
    guard let folder = try folder() else { return }
    let digest = try folder.json("run/summary.json")["weights_sha256"]?.string
    let policy = try PolicyFile.read(folder.file("run/checkpoints/final.safetensors"))
    #expect(digest == policy.parameters.sha256)
    // Again from the bytes: the weights are the tensors before the normaliser's, in file order.
    let bytes = try folder.bytes("run/checkpoints/final.safetensors")
    let header = bytes.prefix(8).reversed().reduce(0) { $0 << 8 | Int($1) }
    let weights = bytes[(8 + header)..<(8 + header + 4 * policy.parameters.count)]
    #expect(Array(weights).withUnsafeBytes { SHA256.hexadecimal($0) } == digest)
    #expect(policy.observationNames.count == 4)
    #expect(policy.metadata["round"] == "4")
  }

  @Test func theScenarioAsRunGivesTheSameRun() throws {
    guard let folder = try folder() else { return }
    let again = try TestFolder(folder.text("run/scenario.toml"))
    let run = try #require(try again.train("--out", "run", "--quiet"))
    #expect(run.status == 0)
    #expect(
      try again.json("run/summary.json")["weights_sha256"]
        == folder.json("run/summary.json")["weights_sha256"])
    #expect(try again.text("run/scenario.toml") == folder.text("run/scenario.toml"))
  }

  @Test func theRecordTellsTheEndAndItsCircumstances() throws {
    guard let folder = try folder() else { return }
    let record = try folder.json("run/run.json")
    #expect(record["exit_reason"]?.string == "done")
    #expect(record["version"]?.string == FedRLVersion.current)
    #expect(record["seed"]?.int == 3)
    #expect(record["sessions"]?.elements?.count == 1)
    #expect(record["end"]?.string?.isEmpty == false)
    #expect(record["blas_kernel"]?.string?.isEmpty == false)
  }

  @Test func aRunOfThePolicyFileScoresWhatTheRunDid() throws {
    guard let folder = try folder() else { return }
    let run = try #require(
      try CommandProcess.run(["evaluate", "run", "--json"], in: folder.path))
    #expect(run.status == 0, "\(run.errors)")
    let scores = try JSONValue(parsing: run.output)["scores"]
    let final = try folder.json("run/summary.json")["arms"]?["federated"]?["final"]
    #expect(scores?["return_mean"]?.double == final?["return_mean"]?.double)
  }

  /// Rows of `evaluate --csv` are those that the run wrote, but for the policy's name.
  @Test func theEpisodesOfAnEvaluationCanBeKept() throws {
    guard let folder = try folder() else { return }
    let other = try TestFolder()
    let run = try #require(
      try CommandProcess.run(
        ["evaluate", folder.file("run"), "--baselines", "--csv", "kept.csv"], in: other.path))
    #expect(run.status == 0, "\(run.errors)")
    let kept = try other.text("kept.csv").split(separator: "\n")
    let written = try folder.text("run/episodes.csv").split(separator: "\n")
    #expect(kept[0] == written[0])
    #expect(kept.filter { $0.hasPrefix("final,,") }.count > 1)
    let judged = written.filter { $0.hasPrefix("federated,,") }
    #expect(
      kept.filter { $0.hasPrefix("final,,") }.map { $0.dropFirst("final".count) }
        == judged.map { $0.dropFirst("federated".count) })
    let nowhere = try #require(
      try CommandProcess.run(
        ["evaluate", folder.file("run"), "--csv", "no/such/folder.csv"], in: other.path))
    #expect(nowhere.status != 0 && nowhere.errors.contains("no/such"), "\(nowhere.errors)")
    let crossed = try #require(
      try CommandProcess.run(
        ["evaluate", folder.file("run"), "--cross", "--csv", "kept.csv"], in: other.path))
    #expect(crossed.status == 2)
  }

  /// Foundation cannot take names of one letter apart.
  @Test func filesMayHaveNamesOfOneLetter() throws {
    guard let folder = try folder() else { return }
    let other = try TestFolder()
    for words in [
      ["replay", folder.file("run"), "--out", "a"], ["evaluate", folder.file("run"), "--csv", "b"],
    ] {
      let run = try #require(try CommandProcess.run(words, in: other.path))
      #expect(run.status == 0, "\(run.errors)")
    }
    #expect(try #require(try other.train("--out", "c", "--junit", "d", "--quiet")).status == 0)
    let unknown = try #require(try CommandProcess.run(["evaluate", "a"], in: other.path))
    #expect(unknown.status == 2 && unknown.errors.contains("expected a run folder"))
    for (words, option) in [(["replay"], "--out"), (["evaluate"], "--csv")] {
      let run = try #require(
        try CommandProcess.run(words + [folder.file("run"), option, ""], in: other.path))
      #expect(run.status == 2 && run.errors.contains("\(option): expected a file's name, got none"))
    }
    #expect(try other.entries().filter { ["a", "b", "d"].contains($0) }.count == 3)
  }

  @Test func aRunIsDescribedByItsScenario() throws {
    guard let folder = try folder() else { return }
    let run = try #require(try CommandProcess.run(["describe", "run"], in: folder.path))
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.output.hasPrefix("run/scenario.toml: cartpole with ppo."), "\(run.output)")
    let narrow = try #require(
      try CommandProcess.run(
        ["describe", "ppo"], in: folder.path, environment: ["COLUMNS": "50"]))
    #expect(narrow.output.split(separator: "\n").allSatisfy { $0.count <= 50 })
    let checkpoints = try #require(
      try CommandProcess.run(["describe", "run/checkpoints"], in: folder.path))
    #expect(checkpoints.status == 2)
    #expect(checkpoints.errors.contains("got a folder without a run"), "\(checkpoints.errors)")
  }

  /// The middle half is that of the episodes, whose means are those of the summary.
  @Test func comparingReadsTheEpisodes() throws {
    guard let folder = try folder() else { return }
    let run = try #require(
      try CommandProcess.run(["compare", "run", "--json"], in: folder.path))
    #expect(run.status == 0, "\(run.errors)")
    let json = try JSONValue(parsing: run.output)
    #expect(json["iqm_of"]?.string == "episodes")
    let score = try #require(json["score"]?.string)
    let row = try #require(json["rows"]?.elements?.first)
    let table = try EpisodeTable(run: folder.file("run"), score: score)
    let environments = (row["environments"]?.members ?? []).map(\.key)
    let episodes = environments.flatMap { table.scores(of: "federated", in: $0) }
    #expect(episodes.count > environments.count)
    #expect(row["iqm"]?.double == Statistics.interquartileMean(episodes))
    let text = try #require(try CommandProcess.run(["compare", "run"], in: folder.path)).output
    #expect(text.contains("IQM of episodes"))
    #expect(text.contains("worst independent agent of each run"))
    // A run of an earlier version has no such file.
    let other = try TestFolder()
    let copy = other.file("older")
    try FileManager.default.copyItem(atPath: folder.file("run"), toPath: copy)
    try FileManager.default.removeItem(atPath: copy + "/episodes.csv")
    let older = try #require(try CommandProcess.run(["compare", "older"], in: other.path))
    #expect(older.status == 0 && older.output.contains("IQM of runs"))
    #expect(older.output.contains("older has no episodes.csv"))
    try AtomicFile.write("policy,agent\n", to: copy + "/episodes.csv")
    let damaged = try #require(try CommandProcess.run(["compare", "older"], in: other.path))
    #expect(damaged.status == 2 && damaged.errors.contains("episodes.csv:1: expected the columns"))
  }

  /// Every agent's policy at home and elsewhere; the file of a policy judges the same.
  @Test func theCrossMatrixHasARowForEveryPolicy() throws {
    guard let folder = try folder() else { return }
    let run = try #require(
      try CommandProcess.run(
        ["evaluate", "run", "--cross", "--score", "return_mean", "--json"], in: folder.path))
    #expect(run.status == 0, "\(run.errors)")
    let json = try JSONValue(parsing: run.output)
    let columns = (json["environments"]?.elements ?? []).compactMap(\.string)
    #expect(!columns.isEmpty)
    let rows = try #require(json["rows"]?.elements)
    #expect(rows.count == 4)
    #expect(rows[0]["name"]?.string == "federated" && rows[0]["own_environment"]?.string == nil)
    for row in rows {
      #expect(row["scores"]?.elements?.count == columns.count)
      #expect(row["scores"]?.elements?.allSatisfy { $0.double?.isFinite == true } == true)
    }
    for row in rows.dropFirst() {
      #expect(columns.contains(row["own_environment"]?.string ?? ""))
    }
    let text = try #require(
      try CommandProcess.run(["evaluate", "run", "--cross"], in: folder.path)
    ).output
    #expect(text.contains("agents' policies at home"))
    let wrong = try #require(
      try CommandProcess.run(
        ["evaluate", "run", "--cross", "--score", "beauty"], in: folder.path))
    #expect(wrong.status == 2 && wrong.errors.contains("nothing is named beauty"))
    let file = try #require(
      try CommandProcess.run(
        ["evaluate", "run/checkpoints/final.safetensors", "--cross"], in: folder.path))
    #expect(file.status == 2 && file.errors.contains("needs a run folder"))
  }

  @Test func policiesThatWereRemovedAreNamed() throws {
    guard let folder = try folder() else { return }
    let other = try TestFolder()
    let copy = other.file("robbed")
    try FileManager.default.copyItem(atPath: folder.file("run"), toPath: copy)
    func evaluate(_ words: String...) throws -> CommandProcess {
      try #require(try CommandProcess.run(["evaluate", "robbed"] + words, in: other.path))
    }
    try FileManager.default.removeItem(
      atPath: copy + "/checkpoints/final-independent-1.safetensors")
    let agent = try evaluate("--cross")
    #expect(agent.status == 2 && agent.errors.contains("final-independent-1.safetensors"))
    try FileManager.default.removeItem(atPath: copy + "/checkpoints/final.safetensors")
    let final = try evaluate()
    #expect(final.status == 2)
    #expect(final.errors.contains("the run is finished, so that only"), "\(final.errors)")
    #expect(final.errors.contains("--policy best takes the one it has"))
  }
}
