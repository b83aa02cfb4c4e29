import Foundation

/// Real time from starting the program to its end, or to the first round, and the memory that it took.
func measureStart(_ bench: Bench) throws {
  guard let binary = bench.options.binary else {
    return bench.skip("start", why: "--fedrl names no executable")
  }
  let scenarios = Subjects.root + "/Scenarios"
  let commands: [(name: String, arguments: [String])] = [
    ("start, fedrl --version", ["--version"]),
    ("start, fedrl list environments", ["list", "environments"]),
    (
      "start, fedrl validate --quick cartpole-fleet",
      ["validate", "--quick", scenarios + "/cartpole-fleet.toml"]
    ),
    (
      "start, fedrl validate --quick vacuum-homes",
      ["validate", "--quick", scenarios + "/vacuum-homes.toml"]
    ),
  ]
  for command in commands {
    func milliseconds() throws -> Double {
      try 1e3 * Bench.seconds { try Command(binary, command.arguments).end() }
    }
    _ = try milliseconds()
    try bench.values(
      command.name, "ms", isOwnWork: false, note: "of real time", milliseconds)
  }
  for (name, rounds) in [("cartpole-fleet", 20), ("vacuum-homes", 2)] {
    let scenario = "\(scenarios)/\(name).toml"
    try bench.values(
      "fedrl train \(name), start to first round", "s", threads: bench.options.threads,
      isOwnWork: false,
      note: "of real time"
    ) { try Training(binary, scenario, threads: bench.options.threads).secondsToFirstRound() }
    try bench.values(
      "fedrl train \(name), peak memory", "MB", threads: bench.options.threads, isOwnWork: false,
      note: "\(rounds) rounds"
    ) {
      try Training(
        binary, scenario, threads: bench.options.threads, more: ["--rounds", "\(rounds)"]
      ).peakMegabytes()
    }
  }
}

/// A call of `fedrl`.
struct Command {
  let child: Child
  private let arguments: [String]

  init(_ binary: String, _ arguments: [String]) throws {
    guard let child = Child(binary, arguments) else {
      throw Options.Failure(description: "\(binary) could not be started")
    }
    self.child = child
    self.arguments = arguments
  }

  /// Waits for its end.
  func end() throws {
    let status = child.wait()
    guard status == 0 else {
      throw Options.Failure(
        description: "fedrl \(arguments.joined(separator: " ")) ended with status \(status)")
    }
  }
}

/// A run of `fedrl train` in a folder that is removed afterwards.
final class Training {
  private let clock = Stopwatch()
  private let folder: URL
  private let command: Command

  init(
    _ binary: String, _ scenario: String, seed: Int = 1, threads: Int, more: [String] = []
  ) throws {
    folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("fedrl-benchmark-\(UUID().uuidString)")
    Cleanup.add(folder: folder.path)
    command = try Command(
      binary,
      [
        "train", scenario, "--seed", "\(seed)", "--threads", "\(threads)", "--json", "--out",
        folder.path,
      ] + more)
  }

  deinit {
    command.child.stop()
    Cleanup.remove(folder: folder.path)
  }

  /// The next event of a kind in the federated arm, and the real time since the start.
  private func next(_ kind: String) throws -> (event: [String: Any], seconds: Double) {
    while let event = command.child.object() {
      if event["event"] as? String == kind, event["arm"] as? String == "federated" {
        return (event, clock.seconds)
      }
    }
    throw Options.Failure(description: "fedrl train ended without the \(kind) that was awaited")
  }

  func secondsToFirstRound() throws -> Double { try next("round").seconds }

  /// Real seconds of a round, on average over those after the first.
  func secondsPerRound(_ rounds: Int) throws -> Double {
    let first = try next("round").seconds
    for _ in 2..<rounds { _ = try next("round") }
    return (try next("round").seconds - first) / Double(rounds - 1)
  }

  /// - Returns: `nil` where no evaluation before the last round reaches the goal.
  func secondsToGoal(_ goal: Double) throws -> Double? {
    while true {
      let (event, seconds) = try next("evaluation")
      if let mean = event["return_mean"] as? Double, mean >= goal { return seconds }
      if event["final"] as? Bool == true { return nil }
    }
  }

  /// The most memory that the process held, as seen at its last event. (What `wait4` tells of a child
  /// is at least what this process itself held when it started it.)
  func peakMegabytes() throws -> Double {
    var peak = 0
    while command.child.object() != nil { peak = max(peak, command.child.peakKilobytes) }
    try command.end()
    return Double(peak) / 1000
  }
}
