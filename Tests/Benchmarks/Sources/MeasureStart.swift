import Foundation
import Glibc

/// Real time from starting the program to its end, for commands that do next to nothing.
func measureStart(_ bench: Bench) throws {
  guard let binary = bench.options.binary else { return }
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
      let clock = Stopwatch()
      let status = run(binary, command.arguments)
      let seconds = clock.seconds
      guard status == 0 else {
        throw Options.Failure(
          description: "fedrl \(command.arguments.joined(separator: " ")) ended with \(status)")
      }
      return seconds * 1e3
    }
    _ = try milliseconds()
    try bench.values(
      command.name, "ms", note: "of real time; cpu is the other process's", milliseconds)
  }
}

/// Runs a program without its standard output and waits for it; Foundation's `Process` would look only
/// every 50 ms whether it has ended.
/// - Returns: its exit status; −1 if it could not be started or was killed.
private func run(_ program: String, _ arguments: [String]) -> Int {
  var actions = posix_spawn_file_actions_t()
  posix_spawn_file_actions_init(&actions)
  defer { posix_spawn_file_actions_destroy(&actions) }
  posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0)
  let environment = ProcessInfo.processInfo.environment.map { "\($0.key)=\($0.value)" }
  var words: [UnsafeMutablePointer<CChar>?] = ([program] + arguments).map { strdup($0) } + [nil]
  var variables: [UnsafeMutablePointer<CChar>?] = environment.map { strdup($0) } + [nil]
  defer { for text in words + variables { free(text) } }
  var process: pid_t = 0
  guard posix_spawn(&process, program, &actions, nil, &words, &variables) == 0 else { return -1 }
  var status: Int32 = 0
  guard waitpid(process, &status, 0) == process, status & 0x7f == 0 else { return -1 }
  return Int(status >> 8 & 0xff)
}
