import FedRLCommand
import FedRLCore
import FedRLReporting
import FedRLScenario
import FedRLTestSupport
import Foundation
import Testing

/// What the project ships to be run: every scenario is valid and runs, and the families' smoke runs hold
/// their expectations, repeat and resume.
@Suite struct ShippedScenariosTests {
  static let folder = SharedData.packageRoot.appendingPathComponent("Scenarios")

  static let files: [String] =
    (FileManager.default.subpaths(atPath: folder.path) ?? [])
    .filter { $0.hasSuffix(".toml") }.sorted()

  @Test func thereAreScenarios() {
    #expect(Self.files.contains("vacuum-homes.toml") && Self.files.count >= 7, "\(Self.files)")
  }

  /// Drones train and are judged in the open: there, conditions take the place of maps.
  @Test(arguments: files) func judgesWhereNobodyTrained(file: String) throws {
    let path = Self.folder.appendingPathComponent(file).path
    let scenario = try ScenarioLoader.load(path: path, registry: .standard)
    let places = ["vacuum": "map", "vehicle": "track", "drone": "map"]
    guard let setting = places[scenario.environmentName] else { return }
    let trained = scenario.members.map(\.environmentSettings)
    let judged = scenario.evaluationEnvironments.map(\.settings)
    #expect(judged.allSatisfy { !trained.contains($0) })
    let base = URL(fileURLWithPath: scenario.baseDirectory, isDirectory: true)
    func files(_ tables: [SettingTable]) -> Set<String> {
      Set(
        tables.compactMap { table in
          guard case .text(let name)? = table[setting], !name.isEmpty else { return nil }
          return URL(fileURLWithPath: name, relativeTo: base).standardizedFileURL.path
        })
    }
    #expect(files(trained).isDisjoint(with: files(judged)))
    #expect(files(judged).isEmpty == (scenario.environmentName == "drone"))
  }

  /// Two rounds of each arm, one evaluation episode in each environment. That is too little for some
  /// expectations.
  @Test(arguments: files) func runs(file: String) throws {
    let folder = try TestFolder()
    let run = try CommandProcess.run(
      [
        "train", Self.folder.appendingPathComponent(file).path, "--out", "run", "--quiet",
        "--rounds", "2", "--set", "evaluation.episodes=1",
      ], in: folder.path)
    guard let run else { return }
    #expect(run.status == 0 || run.status == 3, "\(run.errors)")
    let summary = try folder.json("run/summary.json")
    let score = summary["arms"]?["federated"]?["final"]?["return_mean"]?.double
    #expect(try #require(score).isFinite)
  }

  @Test(arguments: ["vacuum-smoke", "drone-smoke", "vehicle-smoke"])
  func smokeRunsHoldTheirExpectationsRepeatAndResume(name: String) throws {
    let scenario = Self.folder.appendingPathComponent(name + ".toml").path
    let every = ["--quiet", "--set", "output.checkpoint_every_seconds=0"]
    let folder = try TestFolder()
    func train(_ more: [String], out: String) throws -> CommandProcess? {
      try CommandProcess.run(["train", scenario, "--out", out] + every + more, in: folder.path)
    }
    guard let one = try train(["--threads", "1"], out: "one") else { return }
    #expect(one.status == 0, "\(one.errors)")
    let expected = try folder.results(of: "one")
    for threads in ["2", "4"] {
      #expect(try train(["--threads", threads], out: threads)?.status == 0)
      expectSame(try folder.results(of: threads), expected, "\(name), \(threads) threads")
    }
    // Killed once a round is in the table: in the middle of another, where episodes are running.
    let killed = try CommandProcess.run(
      ["train", scenario, "--out", "killed"] + every, in: folder.path, signal: SIGKILL,
      when: { folder.rounds(of: "killed") >= 1 })
    #expect(try #require(killed).status == 128 + SIGKILL || folder.rounds(of: "killed") > 1)
    let rest = try CommandProcess.run(
      ["train", "killed", "--resume", "--quiet"], in: folder.path)
    #expect(rest?.status == 0, "\(rest?.errors ?? "")")
    expectSame(try folder.results(of: "killed"), expected, "\(name), killed and resumed")
  }

  private func expectSame(_ got: [String: String], _ expected: [String: String], _ what: String) {
    #expect(got.keys.sorted() == expected.keys.sorted(), "\(what)")
    for name in expected.keys.sorted() where got[name] != expected[name] {
      Issue.record("\(name) differs: \(what)")
    }
  }
}
