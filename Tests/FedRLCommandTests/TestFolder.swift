import FedRLReporting
import Foundation

/// A folder with a scenario in it, that goes when the test ends.
final class TestFolder: Sendable {
  let path: String

  /// Three carts that learn for four rounds in both arms, within a fraction of a second; a checkpoint
  /// after every round.
  static let scenario = """
    [scenario]
    name = "small"
    seed = 3
    rounds = 4
    [environment]
    name = "cartpole"
    max_steps = 60
    [policy]
    name = "ppo"
    environments = 2
    steps = 16
    minibatch = 16
    epochs = 2
    hidden = [8]
    normalize_observations = true
    [[fleet]]
    count = 3
    steps_per_round = 64
    [evaluation]
    every = 2
    episodes = 3
    environment = { pole_half_length = { each = [0.4, 0.6] } }
    [output]
    checkpoint_every_seconds = 0
    """

  init(_ scenario: String = TestFolder.scenario) throws {
    path = FileManager.default.temporaryDirectory.path + "/fedrl-command-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    try write(scenario, to: "small.toml")
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func file(_ name: String) -> String { path + "/" + name }

  func write(_ text: String, to name: String) throws {
    try Data(text.utf8).write(to: URL(fileURLWithPath: file(name)))
  }

  func write(_ bytes: [UInt8], to name: String) throws {
    try Data(bytes).write(to: URL(fileURLWithPath: file(name)))
  }

  func bytes(_ name: String) throws -> [UInt8] { try AtomicFile.read(file(name)) }
  func text(_ name: String) throws -> String { String(decoding: try bytes(name), as: UTF8.self) }
  func json(_ name: String) throws -> JSONValue { try JSONValue(parsing: text(name)) }

  /// Every file and folder below, sorted, as relative paths.
  func entries(below name: String = "") throws -> [String] {
    let root = name.isEmpty ? path : file(name)
    return try FileManager.default.subpathsOfDirectory(atPath: root).sorted()
  }

  /// `fedrl train small.toml …` in this folder; `nil` where there is no executable.
  func train(
    _ arguments: String..., signal: Int32? = nil, when isTime: () -> Bool = { true }
  ) throws -> CommandProcess? {
    try CommandProcess.run(
      ["train", "small.toml"] + arguments, in: path, signal: signal, when: isTime)
  }

  func train(_ arguments: [String]) throws -> CommandProcess? {
    try CommandProcess.run(["train", "small.toml"] + arguments, in: path)
  }

  /// A table's cells, its header first.
  func table(_ name: String) throws -> [[String]] {
    try text(name).split(separator: "\n").map {
      $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    }
  }

  /// A column's cells without its header.
  func column(_ column: String, of name: String) throws -> [String] {
    let rows = try table(name)
    guard let index = rows.first?.firstIndex(of: column) else { return [] }
    return rows.dropFirst().map { $0[index] }
  }

  /// Rounds of both arms in the tables of a run that may be going on.
  func rounds(of run: String) -> Int {
    ["metrics.csv", "metrics-independent.csv"].map { name in
      // A header, and a line for each round.
      let bytes = (try? bytes(run + "/" + name)) ?? []
      return max(bytes.filter { $0 == UInt8(ascii: "\n") }.count - 1, 0)
    }.reduce(0, +)
  }

  /// Everything in a run folder that must not depend on threads, time or interruptions, by name.
  func results(of run: String) throws -> [String: String] {
    var results: [String: String] = [:]
    for name in try entries(below: run) {
      let path = run + "/" + name
      if name.hasSuffix(".csv") {
        let wall = try table(path)[0].firstIndex(of: "wall_s")
        results[name] = try table(path).map { row in
          row.enumerated().filter { $0.offset != wall }.map(\.element).joined(separator: ",")
        }.joined(separator: "\n")
      } else if name == "summary.json" {
        results[name] = try text(path).split(separator: "\n")
          .filter { !$0.contains("\"wall_s\"") }.joined(separator: "\n")
      } else if name == "scenario.toml" {
        // Holds the folder in which its relative paths start.
        results[name] = try text(path).split(separator: "\n")
          .filter { !$0.hasPrefix("base = ") }.joined(separator: "\n")
      } else if name.hasSuffix(".jsonl") {
        results[name] = try text(path)
      } else if name.hasSuffix(".safetensors") {
        results[name] = "\(try bytes(path))"
      }
    }
    return results
  }
}
