import ArgumentParser
import FedRLReporting
import FedRLScenario
import Foundation

/// Seeds as a person writes them: `1..5`, `1,2,7`, `1..3,11`.
struct SeedList {
  /// In the order given, each once.
  let seeds: [UInt64]

  private static let limit = 10_000

  /// - Throws: `ValidationError` that says what is wrong with the text.
  @Sendable init(argument: String) throws {
    var seeds: [UInt64] = []
    for part in argument.split(separator: ",", omittingEmptySubsequences: false) {
      let ends = part.components(separatedBy: "..").map { UInt64($0) }
      guard (1...2).contains(ends.count), let low = ends[0], let high = ends[ends.count - 1] else {
        throw Self.problem("expected seeds such as 1..5 or 1,2,7, got \(argument)")
      }
      guard low <= high else { throw Self.problem("\(part) falls; did you mean \(high)..\(low)?") }
      guard high - low < Self.limit, seeds.count + Int(high - low) < Self.limit else {
        throw Self.problem("at most \(Self.limit) seeds, got \(argument)")
      }
      seeds += low...high
    }
    var known: Set<UInt64> = []
    for seed in seeds where !known.insert(seed).inserted {
      throw Self.problem("seed \(seed) stands twice in \(argument)")
    }
    self.seeds = seeds
  }

  private static func problem(_ text: String) -> ValidationError {
    ValidationError(text)
  }
}

/// `fedrl train --seeds`: one run after another, then the comparison.
struct SeveralSeeds {
  let options: Train
  let seeds: [UInt64]

  func run() throws {
    if RunFolder.isRun(options.scenario) {
      throw BadInput("\(options.scenario): is the folder of a run, which has the seed it has")
    }
    // Everything that is wrong with the scenario is said before the first run.
    let scenario = try ScenarioLoader.load(
      path: options.scenario, overrides: options.allOverrides, rounds: options.rounds,
      registry: FedRL.registry)
    let root = options.out ?? "\(scenario.output.directory)/\(scenario.name)-seeds"
    var status: ExitCode?
    for seed in seeds {
      if Interruption.isRequested { throw ExitCode(130) }
      do {
        try run(seed, in: "\(root)/seed-\(seed)")
      } catch let code as ExitCode where code == ExitCode(3) {
        status = code
      }
    }
    try compare(seeds.map { "\(root)/seed-\($0)" })
    if let status { throw status }
  }

  /// A finished run is kept where it is one of this scenario and this seed.
  private func checkKept(_ folder: String, _ seed: UInt64) throws {
    let scenario = try ScenarioLoader.load(
      path: options.scenario, overrides: options.allOverrides, seed: seed, rounds: options.rounds,
      registry: FedRL.registry)
    let now = try scenario.prepare(registry: FedRL.registry).scenario.resolvedTOML()
    let then = String(decoding: try AtomicFile.read(folder + "/scenario.toml"), as: UTF8.self)
    // A policy to start from is noted behind the scenario.
    let difference = then.hasPrefix(now) ? "" : ScenarioText.difference(then, now)
    guard difference.isEmpty else {
      throw BadInput(
        "\(folder): is finished, with another scenario or other settings than given now\(difference); "
          + "choose another --out, or --force to replace it")
    }
  }

  private func run(_ seed: UInt64, in folder: String) throws {
    var one = options
    one.seeds = nil
    one.seed = seed
    one.out = folder
    one.junit = options.junit.map { path in
      let name = path as NSString
      let ending = name.pathExtension.isEmpty ? "" : "." + name.pathExtension
      return name.deletingPathExtension + "-seed-\(seed)" + ending
    }
    if options.resume {
      one.resume = FileManager.default.fileExists(atPath: folder + "/run.json")
      if FileManager.default.fileExists(atPath: folder + "/summary.json") {
        try checkKept(folder, seed)
        if !options.quiet, !options.json { print("seed \(seed): \(folder) is finished, and kept") }
        return
      }
    }
    if !options.quiet, !options.json { print("seed \(seed):") }
    try one.runOnce()
    if !options.quiet, !options.json { print() }
  }

  /// A time limit may have left runs unfinished; what they reached is not known.
  private func compare(_ runs: [String]) throws {
    let finished = runs.filter {
      FileManager.default.fileExists(atPath: $0 + "/summary.json")
    }
    guard finished.count == runs.count else {
      Outcome.complain(
        "\(runs.count - finished.count) of \(runs.count) runs are not finished; --resume goes on with "
          + "them")
      return
    }
    guard !options.quiet else { return }
    let table = try ComparisonTable(runs: runs, score: nil)
    print(options.json ? table.json.text : table.text)
  }
}
