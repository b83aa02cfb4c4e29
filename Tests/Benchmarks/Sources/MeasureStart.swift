import Foundation

/// Real time from starting the program to its end, for commands that do next to nothing.
func measureStart(_ bench: Bench) throws {
  guard let binary = bench.options.binary else { return }
  let scenarios = Subjects.root + "/Scenarios"
  let commands: [(name: String, arguments: [String])] = [
    ("start, fedrl --version", ["--version"]),
    ("start, fedrl list environments", ["list", "environments"]),
    (
      "start, fedrl validate --quick cartpole-fleet",
      ["validate", "--quick", "cartpole-fleet.toml"]
    ),
    ("start, fedrl validate --quick vacuum-homes", ["validate", "--quick", "vacuum-homes.toml"]),
  ]
  for command in commands {
    func milliseconds() throws -> Double {
      let process = Process()
      process.executableURL = URL(fileURLWithPath: binary)
      process.arguments = command.arguments
      process.currentDirectoryURL = URL(fileURLWithPath: scenarios)
      process.standardOutput = FileHandle.nullDevice
      let clock = Stopwatch()
      try process.run()
      process.waitUntilExit()
      guard process.terminationStatus == 0 else {
        throw Options.Failure(
          description: "fedrl \(command.arguments.joined(separator: " ")) ended with "
            + "\(process.terminationStatus)")
      }
      return clock.seconds * 1e3
    }
    _ = try milliseconds()
    try bench.values(
      command.name, "ms", note: "of real time; cpu is the other process's", milliseconds)
  }
}
