import Foundation

/// The built `fedrl`, run as a process of its own.
struct CommandProcess {
  let status: Int32
  let output: String
  let errors: String

  /// Lines without the empty ones.
  var outputLines: [String] { output.split(separator: "\n").map(String.init) }
  var errorLines: [String] { errors.split(separator: "\n").map(String.init) }

  /// The executable that was built beside these tests; `nil`, after printing a message, where there
  /// is none.
  static let executable: URL? = {
    let candidates = [
      (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? "",
      CommandLine.arguments[0],
    ]
    for path in candidates where !path.isEmpty {
      let url = URL(fileURLWithPath: path).deletingLastPathComponent()
        .appendingPathComponent("fedrl")
      if FileManager.default.isExecutableFile(atPath: url.path) { return url }
    }
    print("skipped: no built fedrl beside the tests")
    return nil
  }()

  /// Runs a command line to its end.
  /// - Parameters:
  ///   - folder: the working directory.
  ///   - environment: variables besides those of this process.
  ///   - signal: sent as soon as `isTime`, where the process still runs then.
  /// - Returns: `nil` where there is no executable. A process that a signal ended has the status
  ///   128 + its number.
  static func run(
    _ arguments: [String], in folder: String, environment: [String: String] = [:],
    signal: Int32? = nil, when isTime: () -> Bool = { true }
  ) throws -> CommandProcess? {
    guard let executable else { return nil }
    let files = FileManager.default.temporaryDirectory
      .appendingPathComponent("fedrl-output-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: files, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: files) }
    let process = Process()
    process.executableURL = executable
    process.arguments = arguments
    if !environment.isEmpty {
      process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    }
    process.currentDirectoryURL = URL(fileURLWithPath: folder)
    process.standardInput = FileHandle.nullDevice
    // Files and not pipes: nobody needs to drain them.
    let places = try ["out", "err"].map { name -> FileHandle in
      let path = files.appendingPathComponent(name)
      _ = FileManager.default.createFile(atPath: path.path, contents: nil)
      return try FileHandle(forWritingTo: path)
    }
    process.standardOutput = places[0]
    process.standardError = places[1]
    try process.run()
    if let signal {
      while process.isRunning && !isTime() { usleep(300) }
      if process.isRunning { kill(process.processIdentifier, signal) }
    }
    process.waitUntilExit()
    let status = process.terminationStatus
    return CommandProcess(
      status: process.terminationReason == .uncaughtSignal ? 128 + status : status,
      output: try String(contentsOf: files.appendingPathComponent("out"), encoding: .utf8),
      errors: try String(contentsOf: files.appendingPathComponent("err"), encoding: .utf8))
  }
}
