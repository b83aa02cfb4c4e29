import FedRLCore
import FedRLReporting
import FedRLScenario
import Foundation

/// A policy to judge or show, with the scenario it belongs to: a run's folder, or a policy's file
/// together with a scenario.
struct PolicySource {
  let scenario: Scenario
  let prepared: PreparedScenario
  let policy: PolicyFile
  let policyPath: String

  /// - Parameters:
  ///   - path: a run folder or a `.safetensors` file.
  ///   - scenarioPath: needed for a file that is not in a run folder.
  ///   - name: which of a run's policies: `final` or `best`.
  init(
    _ path: String, scenarioPath: String?, name: String, overrides: [String], registry: Registry
  ) throws {
    let isRun = RunFolder.isRun(path)
    guard isRun || FileManager.default.fileExists(atPath: path) else {
      throw BadInput("\(path): expected a run folder or a policy file, found nothing")
    }
    let inRun = Self.runFolder(of: path)
    guard let file = scenarioPath ?? inRun.map({ $0 + "/scenario.toml" }) else {
      throw BadInput(
        isRun || path.hasSuffix(".safetensors")
          ? "\(path): is not in a run folder; name its scenario with --scenario"
          : "\(path): expected a run folder or a .safetensors file")
    }
    scenario = try ScenarioLoader.load(path: file, overrides: overrides, registry: registry)
    prepared = try scenario.prepare(registry: registry)
    policyPath = isRun ? try Self.policy(name, in: path) : path
    policy = try PolicyFile.read(policyPath, for: prepared)
  }

  private static func policy(_ name: String, in run: String) throws -> String {
    let path = "\(run)/checkpoints/\(name).safetensors"
    guard FileManager.default.fileExists(atPath: path) else {
      let other = name == "final" ? "best" : "final"
      let hasOther = FileManager.default.fileExists(
        atPath: "\(run)/checkpoints/\(other).safetensors")
      let isFinished = FileManager.default.fileExists(atPath: run + "/summary.json")
      throw BadInput(
        "\(run): has no \(name) policy\(isFinished ? "" : " (yet)"): expected \(path); "
          + (isFinished
            ? "the run is finished, so that only fedrl train --force makes it again"
            : "fedrl train \(run) --resume goes on with the run")
          + (hasOther ? ", --policy \(other) takes the one it has" : ""))
    }
    return path
  }

  /// The run that `path` is or lies in; `nil` for a policy that stands alone.
  static func runFolder(of path: String) -> String? {
    RunFolder.isRun(path) ? path : runFolder(around: path)
  }

  private static func runFolder(around policy: String) -> String? {
    let checkpoints = FileSystem.parent(of: policy)
    let run = checkpoints == "." ? ".." : FileSystem.parent(of: checkpoints)
    return RunFolder.isRun(run) ? run : nil
  }
}
