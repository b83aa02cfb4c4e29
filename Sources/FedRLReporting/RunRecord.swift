private import FedRLNumerics

/// What `run.json` says of a run: which program ran it, on what, when, and how it ended.
public struct RunRecord: Sendable, Equatable {
  /// One process's share of the run; a run that was resumed has several.
  public struct Session: Sendable, Equatable {
    public var start: Timestamp
    /// `nil` while it runs, and for one that was killed.
    public var end: Timestamp?
    /// The round it began with, from 1.
    public var firstRound: Int
    public var processID: Int

    public init(start: Timestamp, firstRound: Int, processID: Int) {
      self.start = start
      self.firstRound = firstRound
      self.processID = processID
    }
  }

  /// Such as `0.1.0`.
  public var version: String
  public var scenario: String
  public var seed: UInt64
  /// Worker threads; results do not depend on it.
  public var threads: Int
  /// `avx512`, `avx2` or `portable`: the path of our own kernels.
  public var simdPath: String
  /// The words of the command line, without the program.
  public var arguments: [String]
  /// OpenBLAS's kernel set.
  public var blasKernel: String
  /// Variables of the environment that changed OpenBLAS's choice, as NAME=VALUE.
  public var blasOverrides: [String]
  /// The set that it would have chosen without them, where that is another.
  public var blasKernelAvailable: String?
  public var host: Host
  public var sessions: [Session]
  /// Over all sessions.
  public var wallSeconds = 0.0
  /// `running`, `done`, `interrupted`, `failed: …`, `time limit`.
  public var exitReason = "running"

  public init(
    version: String, scenario: String, seed: UInt64, threads: Int, simdPath: String,
    arguments: [String] = [], session: Session
  ) {
    self.version = version
    self.scenario = scenario
    self.seed = seed
    self.threads = threads
    self.simdPath = simdPath
    self.arguments = arguments
    blasKernel = BLAS.kernelName
    blasOverrides = BLAS.environmentOverrides
    host = .current
    sessions = [session]
  }

  /// Keeps the sessions of a run that this one resumes, as its `run.json` tells them.
  public mutating func addEarlierSessions(from text: String) throws(JSONError) {
    let old = try JSONValue(parsing: text)
    sessions = (old["sessions"]?.elements ?? []).compactMap(Session.init) + sessions
  }

  public var json: JSONValue {
    [
      "version": .text(version), "scenario": .text(scenario),
      // As text: above 2^53 many readers would round a number.
      "seed": seed <= 1 << 53 ? .integer(Int(seed)) : .text("\(seed)"),
      "arguments": .list(arguments.map { .text($0) }),
      "start": sessions.first.map { .text($0.start.iso8601) } ?? .null,
      "end": sessions.last?.end.map { .text($0.iso8601) } ?? .null,
      "wall_s": .number(wallSeconds), "exit_reason": .text(exitReason),
      "threads": .integer(threads), "blas_kernel": .text(blasKernel),
      "blas_overrides": .list(blasOverrides.map { .text($0) }),
      "blas_kernel_available": blasKernelAvailable.map { .text($0) } ?? .null,
      "simd_path": .text(simdPath), "host": host.json,
      "sessions": .list(sessions.map(\.json)),
    ]
  }

  /// Writes `run.json` atomically.
  public func write(to folder: RunFolder) throws(FileError) {
    try folder.write(json.prettyText, to: "run.json")
  }
}

extension RunRecord.Session {
  fileprivate var json: JSONValue {
    [
      "start": .text(start.iso8601), "end": end.map { .text($0.iso8601) } ?? .null,
      "first_round": .integer(firstRound), "process": .integer(processID),
    ]
  }

  fileprivate init?(_ json: JSONValue) {
    guard let start = json["start"]?.string.flatMap(Timestamp.init(iso8601:)) else { return nil }
    self.start = start
    end = json["end"]?.string.flatMap(Timestamp.init(iso8601:))
    firstRound = json["first_round"]?.int ?? 1
    processID = json["process"]?.int ?? 0
  }
}
