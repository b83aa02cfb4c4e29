import Foundation
import Glibc

/// A program that runs beside this one and talks in lines: its standard output is read here, and its
/// standard input can be written to. Foundation's `Process` would look only every 50 ms whether it
/// has ended.
final class Child {
  private let process: pid_t
  private let output: UnsafeMutablePointer<FILE>
  private var input: Int32
  private var status: Int32?
  /// - Returns: `nil` if the program could not be started.
  init?(_ program: String, _ arguments: [String]) {
    var down: [Int32] = [0, 0]
    var up: [Int32] = [0, 0]
    guard pipe(&down) == 0, pipe(&up) == 0 else { return nil }
    for end in down + up { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, down[0], 0)
    posix_spawn_file_actions_adddup2(&actions, up[1], 1)
    posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
    let environment = ProcessInfo.processInfo.environment.map { "\($0.key)=\($0.value)" }
    var words: [UnsafeMutablePointer<CChar>?] = ([program] + arguments).map { strdup($0) } + [nil]
    var variables: [UnsafeMutablePointer<CChar>?] = environment.map { strdup($0) } + [nil]
    defer { for text in words + variables { free(text) } }
    var process: pid_t = 0
    // This program ignores SIGINT as it has a handler of its own; children must not.
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var usual = sigset_t()
    sigemptyset(&usual)
    sigaddset(&usual, SIGINT)
    sigaddset(&usual, SIGTERM)
    posix_spawnattr_setsigdefault(&attributes, &usual)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGDEF))
    let result = posix_spawnp(&process, program, &actions, &attributes, &words, &variables)
    close(down[0])
    close(up[1])
    guard result == 0, let output = fdopen(up[0], "r") else {
      close(down[1])
      return nil
    }
    self.process = process
    Cleanup.add(process: process)
    self.output = output
    input = down[1]
  }

  deinit {
    stop()
    fclose(output)
  }

  /// The next line of its standard output; `nil` at the end.
  func line() -> String? {
    var text: UnsafeMutablePointer<CChar>?
    var capacity = 0
    defer { free(text) }
    guard getline(&text, &capacity, output) > 0, let text else { return nil }
    return String(cString: text).trimmingCharacters(in: .newlines)
  }

  /// The next line of its standard output that is an object in JSON; `nil` at the end.
  func object() -> [String: Any]? {
    while let line = line() {
      let parsed = try? JSONSerialization.jsonObject(with: Data(line.utf8))
      if let object = parsed as? [String: Any] { return object }
    }
    return nil
  }

  /// The most memory that it has held so far; 0 once it has ended.
  var peakKilobytes: Int {
    let text = try? String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8)
    let line = text?.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
    return line.flatMap { Int($0.split(separator: " ").dropLast().last ?? "") } ?? 0
  }

  func write(_ text: String) {
    let bytes = Array((text + "\n").utf8)
    _ = Glibc.write(input, bytes, bytes.count)
  }

  /// Lets it end by itself.
  /// - Returns: its exit status; −1 if it was killed.
  @discardableResult
  func wait() -> Int {
    if status == nil {
      closeInput()
      while line() != nil {}
      var ended: Int32 = 0
      waitpid(process, &ended, 0)
      Cleanup.remove(process: process)
      status = ended
    }
    let ended = status!
    return ended & 0x7f == 0 ? Int(ended >> 8 & 0xff) : -1
  }

  /// Kills it if it still runs.
  func stop() {
    guard status == nil else { return }
    kill(process, SIGKILL)
    wait()
  }

  private func closeInput() {
    if input >= 0 { close(input) }
    input = -1
  }
}
