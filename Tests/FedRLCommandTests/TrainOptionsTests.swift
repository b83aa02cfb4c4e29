import FedRLNumerics
import FedRLReporting
import FedRLScenario
import FedRLSimulation
import FedRLTestSupport
import Foundation
import Testing

/// What options of `fedrl train` change.
@Suite struct TrainOptionsTests {
  @Test func anExistingRunIsKeptUnlessForced() throws {
    let folder = try TestFolder()
    guard let first = try folder.train("--out", "run", "--quiet", "--rounds", "1") else { return }
    #expect(first.status == 0)
    let before = try folder.results(of: "run")
    let second = try #require(try folder.train("--out", "run", "--quiet"))
    #expect(second.status == 2)
    #expect(second.errorLines.count == 1)
    #expect(second.errors.contains("run: holds a run already"))
    #expect(second.errors.contains("--resume continues it, --force replaces it"))
    #expect(try folder.results(of: "run") == before)

    try folder.write("mine", to: "run/notes.txt")
    let third = try #require(try folder.train("--out", "run", "--quiet", "--force"))
    #expect(third.status == 0)
    #expect(try folder.column("round", of: "run/metrics.csv").count == 4)
    #expect(try folder.text("run/notes.txt") == "mine")
  }

  @Test func resumingNeedsTheSameScenario() throws {
    let folder = try TestFolder()
    guard let first = try folder.train("--out", "run", "--quiet") else { return }
    #expect(first.status == 0)
    let before = try folder.results(of: "run")
    let other = try #require(
      try folder.train("--out", "run", "--quiet", "--resume", "--seed", "4"))
    #expect(other.status == 2)
    #expect(other.errors.contains("run: was run with another scenario or other settings"))
    #expect(other.errors.contains(": [scenario] seed = "), "\(other.errors)")
    #expect(other.errors.contains("then, seed = 4 now;"), "\(other.errors)")
    #expect(try folder.results(of: "run") == before)
  }

  @Test func aRunFolderIsResumedWithoutItsScenario() throws {
    let folder = try TestFolder()
    let whole = ["--rounds", "6", "--set", "output.checkpoint_every_seconds=0", "--quiet"]
    guard let straight = try folder.train(["--out", "straight"] + whole) else { return }
    #expect(straight.status == 0)
    let begun = try #require(
      try folder.train(["--out", "run", "--max-seconds", "0.02"] + whole))
    #expect([0, 3].contains(begun.status), "\(begun.errors)")
    let refused = try #require(try CommandProcess.run(["train", "run"], in: folder.path))
    #expect(refused.status == 2)
    #expect(refused.errors.contains("is the folder of a run; --resume goes on with it"))
    let resumed = try #require(
      try CommandProcess.run(["train", "run", "--resume", "--quiet"], in: folder.path))
    #expect(resumed.status == 0, "\(resumed.errors)")
    #expect(try folder.results(of: "run") == folder.results(of: "straight"))
  }

  @Test func aDamagedCheckpointIsPassedOverAloud() throws {
    let folder = try TestFolder()
    let options = ["--rounds", "4", "--set", "output.checkpoint_every_seconds=0", "--quiet"]
    guard let run = try folder.train(["--out", "run"] + options) else { return }
    #expect(run.status == 0)
    let before = try folder.results(of: "run")
    let store = folder.file("run/checkpoints")
    let names = try FileManager.default.contentsOfDirectory(atPath: store)
      .filter { $0.hasSuffix(".ckpt") }.sorted()
    try #require(names.count >= 2)
    func damage(_ name: String) throws {
      let path = store + "/" + name
      try AtomicFile.write(Array(try AtomicFile.read(path).dropLast(100)), to: path)
    }
    try damage(names[names.count - 1])
    let again = try #require(try folder.train(["--out", "run", "--resume"] + options))
    #expect(again.status == 0)
    #expect(again.errorLines.count == 1)
    #expect(again.errors.contains("the checkpoint is damaged; going on from an older one"))
    #expect(try folder.results(of: "run") == before)

    for name in try FileManager.default.contentsOfDirectory(atPath: store)
    where name.hasSuffix(".ckpt") { try damage(name) }
    let lost = try #require(try folder.train(["--out", "run", "--resume"] + options))
    #expect(lost.status == 2)
    #expect(lost.errors.contains("no checkpoint can be read"))
    #expect(lost.errors.contains("--force begins the run again"))
  }

  @Test(arguments: [
    "metrics.csv", "agents.csv", "evaluation.csv", "episodes.csv", "egress.jsonl",
  ])
  func aRunWithoutOneOfItsTablesIsNotResumed(name: String) throws {
    let folder = try TestFolder()
    guard let run = try folder.train("--out", "run", "--quiet") else { return }
    #expect(run.status == 0)
    try FileManager.default.removeItem(atPath: folder.file("run/" + name))
    let again = try #require(try folder.train("--out", "run", "--quiet", "--resume"))
    #expect(again.status == 2)
    #expect(again.errors.contains("--force begins it again"), "\(again.errors)")
  }

  @Test func resumingWithoutACheckpointSparesAnotherRun() throws {
    let folder = try TestFolder()
    guard let first = try folder.train("--out", "run", "--quiet") else { return }
    #expect(first.status == 0)
    let store = folder.file("run/checkpoints")
    for name in try FileManager.default.contentsOfDirectory(atPath: store)
    where name.hasSuffix(".ckpt") {
      try FileManager.default.removeItem(atPath: store + "/" + name)
    }
    let before = try folder.results(of: "run")
    let other = try #require(
      try folder.train("--out", "run", "--quiet", "--resume", "--seed", "4"))
    #expect(other.status == 2)
    #expect(other.errors.contains("another scenario or other settings"))
    let same = try #require(try folder.train("--out", "run", "--quiet", "--resume"))
    #expect(same.status == 2)
    #expect(same.errors.contains("has no checkpoint to resume; --force replaces it"))
    #expect(try folder.results(of: "run") == before)
  }

  @Test func silenceIsForWhatWentWell() throws {
    let folder = try TestFolder()
    guard
      let run = try folder.train(
        "--out", "run", "-q", "--set", "expect.\"totals.bytes_up\"=\"<= 10\"")
    else { return }
    #expect(run.status == 3 && run.output.isEmpty)
    #expect(run.errorLines.count == 1)
    #expect(run.errors.hasPrefix("FAILED totals.bytes_up: expected <= 10.0"))
  }

  @Test func comparedRunsHaveOneScenarioAndDifferentSeeds() throws {
    let folder = try TestFolder()
    guard let first = try folder.train("--out", "one", "-q") else { return }
    #expect(first.status == 0)
    #expect(try #require(try folder.train("--out", "two", "-q", "--seed", "8")).status == 0)
    let name = "scenario.name=other"
    #expect(
      try #require(try folder.train("--out", "other", "-q", "--seed", "9", "--set", name)).status
        == 0)
    func compare(_ runs: String...) throws -> CommandProcess {
      try #require(try CommandProcess.run(["compare"] + runs, in: folder.path))
    }
    #expect(try compare("one", "two").status == 0)
    // A seed may differ, and nothing else.
    try FileManager.default.copyItem(
      atPath: folder.file("two"), toPath: folder.file("changed"))
    let file = folder.file("changed/scenario.toml")
    let text = String(decoding: try AtomicFile.read(file), as: UTF8.self)
    try AtomicFile.write(
      text.replacingOccurrences(of: "gravity = 9.8", with: "gravity = 5.0"), to: file)
    let changed = try compare("one", "changed")
    #expect(changed.status == 2)
    #expect(
      changed.errors.contains("gravity = 9.8 there, gravity = 5.0 here"), "\(changed.errors)")
    let twice = try compare("one", "one")
    #expect(twice.status == 2 && twice.errors.contains("seed 3"))
    let mixed = try compare("one", "other")
    #expect(mixed.status == 2 && mixed.errors.contains("is a run of other"))
  }

  @Test func lostOutputIsAFailure() throws {
    let folder = try TestFolder()
    guard let executable = CommandProcess.executable else { return }
    let process = Process()
    process.executableURL = executable
    process.arguments = ["list"]
    process.currentDirectoryURL = URL(fileURLWithPath: folder.path)
    process.standardOutput = try FileHandle(
      forWritingTo: URL(fileURLWithPath: "/dev/full"))
    process.standardError = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    #expect(process.terminationStatus == 1)
  }

  @Test func withoutAFolderTheNewestRunOfTheScenarioIsResumed() throws {
    let folder = try TestFolder()
    guard let none = try folder.train("--resume") else { return }
    #expect(none.status == 2)
    #expect(none.errors.contains("found no run of small to resume"))
    #expect(try #require(try folder.train("--quiet")).status == 0)
    let runs = try FileManager.default.contentsOfDirectory(atPath: folder.file("runs"))
    #expect(runs.count == 1 && runs[0].hasPrefix("small-2"))
    // A run of another scenario whose name begins alike, and that looks newer.
    let other = "runs/small-zone-29991231-235959"
    try FileManager.default.createDirectory(
      atPath: folder.file(other), withIntermediateDirectories: true)
    try folder.write("{}", to: other + "/run.json")
    let resumed = try #require(try folder.train("--resume"))
    #expect(resumed.status == 0)
    #expect(resumed.output.contains("run folder runs/" + runs[0]))
  }

  @Test func everyLineOfJSONParses() throws {
    let folder = try TestFolder()
    guard let run = try folder.train("--out", "run", "--json") else { return }
    #expect(run.status == 0 && run.errors.isEmpty)
    let lines = try run.outputLines.map { try JSONValue(parsing: $0) }
    let events = lines.compactMap { $0["event"]?.string }
    #expect(events.count == lines.count)
    #expect(events.filter { $0 == "round" }.count == 8)
    #expect(events.filter { $0 == "evaluation" }.count == 3)
    #expect(events.filter { $0 == "baseline" }.count == 2)
    #expect(events.last == "done")
    #expect(lines.last?["expectations_hold"] == .boolean(true))

    let stopped = try #require(
      try folder.train("--out", "other", "--json", "--max-seconds", "1e-9"))
    #expect(stopped.status == 0)
    let last = try JSONValue(parsing: try #require(stopped.outputLines.last))
    #expect(last["event"]?.string == "time_limit" && last["next_round"]?.int == 1)
  }

  @Test func pathsOnTheCommandLineStartAtTheWorkingDirectory() throws {
    let folder = try TestFolder()
    let homes = SharedData.packageRoot.appendingPathComponent("Environments/Vacuum/Homes").path
    try FileManager.default.createDirectory(
      atPath: folder.file("maps"), withIntermediateDirectories: true)
    for name in try FileManager.default.contentsOfDirectory(atPath: homes)
    where name.hasPrefix("home-01") || name.hasPrefix("home-02") {
      try FileManager.default.copyItem(
        atPath: homes + "/" + name, toPath: folder.file("maps/" + name))
    }
    let smoke = SharedData.packageRoot.appendingPathComponent("Scenarios/vacuum-smoke.toml").path
    func validate(_ value: String) throws -> CommandProcess? {
      try CommandProcess.run(
        ["validate", smoke, "--set", "environment.map=\(value)"], in: folder.path)
    }
    guard let one = try validate("maps/home-01.yaml") else { return }
    #expect(one.status == 0, "\(one.errors)")
    let many = try #require(try validate("{ each = \"maps/*.yaml\" }"))
    #expect(many.status == 0, "\(many.errors)")
    let none = try #require(try validate("maps/home-03.yaml"))
    #expect(none.status == 2)
    #expect(none.errors.contains(folder.file("maps/home-03.yaml")))
  }

  @Test func quietPrintsNothing() throws {
    let folder = try TestFolder()
    guard let run = try folder.train("--out", "run", "--quiet") else { return }
    #expect(run.status == 0 && run.output.isEmpty && run.errors.isEmpty)
  }

  @Test func plainOutputIsALineForEachRoundWithoutEscapes() throws {
    let folder = try TestFolder()
    guard let run = try folder.train("--out", "run") else { return }
    #expect(!run.output.contains("\u{1b}"))
    for arm in ["federated", "independent"] {
      for round in 1...4 {
        #expect(run.outputLines.filter { $0.hasPrefix("\(arm)  round \(round)/4") }.count == 1)
      }
    }
    #expect(run.outputLines.last?.hasSuffix("everything is in run") == true)
  }

  @Test func anExpectationThatFailsGivesStatus3AndIsInTheReport() throws {
    let folder = try TestFolder(
      TestFolder.scenario + """

        [expect]
        "totals.env_steps" = ">= 1000"
        "totals.bytes_up" = "<= 10"
        """)
    guard let run = try folder.train("--out", "run", "--junit", "junit.xml") else { return }
    #expect(run.status == 3)
    #expect(run.output.contains("holds  totals.env_steps: expected >= 1000.0, got 1536.0"))
    #expect(run.output.contains("FAILED totals.bytes_up: expected <= 10.0, got 6624.0"))
    let junit = try folder.text("junit.xml")
    #expect(junit.contains("<testsuites tests=\"3\" failures=\"1\" errors=\"0\""))
    #expect(junit.contains("<failure message=\"totals.bytes_up: expected &lt;= 10.0"))
    let summary = try folder.json("run/summary.json")
    #expect(summary["expectations_hold"] == .boolean(false))
    #expect(
      summary["expectations"]?.elements?.map { $0["holds"] } == [.boolean(false), .boolean(true)])

    let limited = try #require(
      try folder.train("--out", "short", "--junit", "short.xml", "--max-seconds", "1e-9", "-q"))
    #expect(limited.status == 3)
    #expect(try folder.text("short.xml").contains("the time limit was reached before round 1"))
    let right = try #require(
      try folder.train("--out", "right", "-q", "--set", "expect.\"totals.bytes_up\"=\">= 10\""))
    #expect(right.status == 0)
  }

  @Test func aPolicyCanBeTheStart() throws {
    let folder = try TestFolder()
    guard let run = try folder.train("--out", "run", "-q") else { return }
    #expect(run.status == 0)
    let policy = "run/checkpoints/final.safetensors"
    let next = try #require(
      try folder.train("--out", "next", "-q", "--init", policy, "--rounds", "1"))
    #expect(next.status == 0, "\(next.errors)")
    let without = try #require(
      try folder.train("--out", "next", "-q", "--resume", "--rounds", "1"))
    #expect(without.status == 2 && without.errors.contains("another scenario or other settings"))
    let same = try #require(
      try folder.train("--out", "next", "-q", "--resume", "--init", policy, "--rounds", "1"))
    #expect(same.status == 0)
    let fresh = try #require(try folder.train("--out", "fresh", "-q", "--rounds", "1"))
    #expect(fresh.status == 0)
    let old = try PolicyFile.read(folder.file(policy))
    func distance(_ run: String) throws -> Float {
      let new = try PolicyFile.read(folder.file(run + "/checkpoints/final.safetensors"))
      return zip(new.parameters.values, old.parameters.values).map { abs($0 - $1) }.max()!
    }
    #expect(try distance("next") < 0.3 * distance("fresh"))
    // Statistics go on too: 768 observations before, 192 now.
    let moments = try PolicyFile.read(folder.file("next/checkpoints/final.safetensors"))
      .observationMoments
    #expect(moments?.count == 960)
  }

  @Test func optionsReplaceTheScenariosNumbers() throws {
    let folder = try TestFolder()
    guard
      let run = try folder.train(
        "--out", "run", "-q", "--seed", "9", "--rounds", "2", "--set", "fleet.*.count=1", "--set",
        "evaluation.arms=[\"independent\"]")
    else { return }
    #expect(run.status == 0, "\(run.errors)")
    let resolved = try ScenarioLoader.load(
      path: folder.file("run/scenario.toml"), registry: ExplainingCommandTests.registry)
    #expect(resolved.seed == 9 && resolved.rounds == 2 && resolved.members.count == 1)
    #expect(resolved.evaluation.arms == [.independent])
    #expect(try folder.column("env_steps", of: "run/metrics.csv") == ["64", "128"])
    #expect(try folder.bytes("run/egress.jsonl").isEmpty)
    #expect(try folder.json("run/summary.json")["weights_sha256"]?.string?.count == 64)
  }

  @Test func theVersionAndHelpArePrinted() throws {
    let folder = try TestFolder()
    guard let version = try CommandProcess.run(["--version"], in: folder.path) else { return }
    #expect(version.status == 0 && version.output == "0.1.0\n")
    for words in [["--help"], ["train", "--help"], ["evaluate", "--help"], ["list"], ["doctor"]] {
      let run = try #require(try CommandProcess.run(words, in: folder.path))
      #expect(run.status == 0 && run.errors.isEmpty && run.output.count > 100, "\(words)")
    }
  }
}
