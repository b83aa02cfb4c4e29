import FedRLReporting
import FedRLTestSupport
import Foundation
import Testing

/// The main scenario on homes that real robots mapped, by overriding its maps.
@Suite struct RealHomesTests {
  @Test func twelveAgentsTrainInTwelveHomesOfRawImages() throws {
    guard let homes = try homes("neato-homes", ".png") else { return }
    let raw = [
      "environment.map_resolution=0.04", "environment.map_negate=yes",
      "environment.map_occupied_thresh=0.65", "environment.map_free_thresh=0.196",
    ]
    try train(in: Array(homes.prefix(12)), judgeIn: Array(homes[12..<14]), raw)
  }

  @Test func twelveAgentsTrainInTwelveHomesWithDocksAndZones() throws {
    guard let homes = try homes("valetudo-homes", ".json") else { return }
    // Those with zones first, so that they are among the twelve.
    let zoned = homes.filter { $0.contains("forbidden") || $0.contains("virtual") }
    #expect(zoned.count == 4)
    let all = zoned + homes.filter { !zoned.contains($0) }
    try train(in: Array(all.prefix(12)), judgeIn: Array(all[12..<14]), ["environment.start=dock"])
  }

  private func homes(_ folder: String, _ ending: String) throws -> [String]? {
    try SharedData.names(in: "data/" + folder)?.filter { $0.hasSuffix(ending) }
      .compactMap { SharedData.path("data/\(folder)/\($0)") }
  }

  /// Two rounds of the shipped scenario; every robot must learn in its own home, and clean.
  private func train(in homes: [String], judgeIn others: [String], _ settings: [String]) throws {
    let folder = try TestFolder()
    func list(_ paths: [String]) -> String {
      "{ each = [\(paths.map { "\"\($0)\"" }.joined(separator: ", "))] }"
    }
    let overrides =
      [
        "environment.map=\(list(homes))", "evaluation.environment.map=\(list(others))",
        "scenario.rounds=2", "fleet.*.steps_per_round=2048", "environment.episode_seconds=60",
        "evaluation.episodes=1", "evaluation.arms=[\"federated\"]",
        "evaluation.baselines=[\"nearest-frontier\"]",
      ] + settings
    let scenario = SharedData.packageRoot.appendingPathComponent("Scenarios/vacuum-homes.toml")
    guard
      let run = try CommandProcess.run(
        ["train", scenario.path, "--out", "run", "--quiet"]
          + overrides.flatMap { ["--set", $0] }, in: folder.path)
    else { return }
    #expect(run.status == 0, "\(run.errors)")
    let agents = try folder.column("agent", of: "run/agents.csv")
    #expect(Set(agents).count == 12 && agents.count == 24)
    let coverage = try folder.column("coverage_ratio", of: "run/agents.csv").compactMap(Double.init)
    #expect(coverage.count >= 12 && coverage.allSatisfy { $0 > 0 && $0 <= 1 })
    // Different homes: no two robots had the same first round.
    #expect(Set(coverage).count > 10)
    let summary = try folder.json("run/summary.json")
    let reached = try #require(
      summary["arms"]?["federated"]?["final"]?["coverage_ratio"]?.double)
    #expect(reached > 0.02 && reached <= 1)
    // Nothing of a home leaves its robot.
    let egress = try folder.text("run/egress.jsonl")
    for home in homes {
      let name = URL(fileURLWithPath: home).deletingPathExtension().lastPathComponent
      #expect(!egress.contains(name))
    }
  }
}
