#if canImport(Glibc)
  private import Glibc
#endif

/// A run's folder could not be taken.
public enum RunFolderError: Error, Equatable, CustomStringConvertible {
  case file(FileError)
  /// The folder holds a run already, and neither `--resume` nor `--force` was given.
  case existingRun(path: String, found: [String])
  case nothingToResume(path: String)
  case notAFolder(path: String)
  /// Another process is writing this run.
  case inUse(path: String, process: Int?)

  public var description: String {
    switch self {
    case .file(let error): error.description
    case .existingRun(let path, let found):
      "\(path): holds a run already (\(found.joined(separator: ", "))); "
        + "--resume continues it, --force replaces it"
    case .nothingToResume(let path): "\(path): expected a run to resume, found none"
    case .notAFolder(let path): "\(path): expected a folder, found a file"
    case .inUse(let path, let process):
      "\(path): is being written by " + (process.map { "process \($0)" } ?? "another process")
    }
  }
}

/// The folder that one run writes, held by this process while the object lives.
///
/// Making it is the first thing a run writes: call ``create(for:in:at:)`` or ``open(_:_:)`` once
/// the scenario is known to be right. The lock ends with the process, however it ends.
public final class RunFolder: Sendable {
  /// What to do with a run that is there already.
  public enum Mode: Sendable { case new, resume, force }

  /// Without a slash at its end.
  public let path: String
  private let lock: OpenFile
  /// Whether the folder was not there before.
  private let isNew: Bool

  private init(path: String, lock: consuming OpenFile, isNew: Bool) {
    self.path = path
    self.lock = lock
    self.isNew = isNew
  }

  /// Makes `root/scenario-yyyyMMdd-HHmmss`, with `-2`, `-3`, … where that exists.
  public static func create(
    for scenario: String, in root: String = "runs", at time: Timestamp = .now
  ) throws(RunFolderError) -> RunFolder {
    let base = root + "/" + fileName(scenario) + "-" + time.compactLocal
    var path = base
    var attempt = 1
    do {
      try FileSystem.makeFolders(root)
      while try !FileSystem.makeFolder(path) {
        attempt += 1
        path = "\(base)-\(attempt)"
      }
    } catch { throw .file(error) }
    return try open(path, .new, isNew: true)
  }

  /// The newest run of a scenario among those that ``create(for:in:at:)`` made; `nil` for none.
  public static func newest(of scenario: String, in root: String = "runs") -> String? {
    let prefix = fileName(scenario) + "-"
    // `home-long-…` is no run of `home`: a time must follow the name.
    let shape = "dddddddd-dddddd"
    let runs = ((try? FileSystem.entries(of: root)) ?? []).filter { name in
      guard name.hasPrefix(prefix) else { return false }
      let rest = name.dropFirst(prefix.count)
      let isTime = zip(rest, shape).allSatisfy { $1 == "d" ? ("0"..."9").contains($0) : $0 == $1 }
      return isTime && rest.count >= shape.count && isRun(root + "/" + name)
    }
    // `-10` comes after `-9`, and both after none.
    return runs.max { ($0.count, $0) < ($1.count, $1) }.map { root + "/" + $0 }
  }

  /// Takes a folder of the user's choice, making it where it does not exist.
  ///
  /// `.force` removes the files of the old run, and nothing else that lies there.
  public static func open(_ path: String, _ mode: Mode) throws(RunFolderError) -> RunFolder {
    try open(path, mode, isNew: false)
  }

  private static func open(_ path: String, _ mode: Mode, isNew: Bool) throws(RunFolderError)
    -> RunFolder
  {
    var path = path
    while path.count > 1 && path.hasSuffix("/") { path.removeLast() }
    let existing = FileSystem.realPath(path)
    if mode == .resume && existing == nil { throw .nothingToResume(path: path) }
    if let existing, FileSystem.kind(existing) != .folder { throw .notAFolder(path: path) }
    do {
      if existing == nil { try FileSystem.makeFolders(path) }
      // Refused before the lock file is made, so that a refusal leaves no trace.
      let entries = try FileSystem.entries(of: path)
      let found = entries.filter(isRunFile)
      if mode == .new && !found.isEmpty {
        throw RunFolderError.existingRun(path: path, found: found)
      }
      if mode == .resume && found.isEmpty && !entries.contains(lockName) {
        throw RunFolderError.nothingToResume(path: path)
      }
      let isNew = isNew || existing == nil
      let folder = RunFolder(
        path: path, lock: try takeLock(in: path, isNew: isNew), isNew: isNew)
      // Again, now that nobody else can start one here.
      let late = mode == .new ? try FileSystem.entries(of: path).filter(isRunFile) : []
      if !late.isEmpty { throw RunFolderError.existingRun(path: path, found: late) }
      if mode == .force { for name in found { try FileSystem.remove(path + "/" + name) } }
      return folder
    } catch let error as RunFolderError {
      throw error
    } catch let error as FileError {
      throw .file(error)
    } catch {
      preconditionFailure("unexpected error \(error)")
    }
  }

  /// Removes what the run has written, and the folder where it was made for the run: for a run that
  /// could not begin. Removes nothing else, and reports nothing.
  public func discard() {
    for name in (try? FileSystem.entries(of: path)) ?? [] where Self.isRunFile(name) {
      try? FileSystem.remove(file(name))
    }
    try? FileSystem.remove(file(Self.lockName))
    if isNew { FileSystem.removeIfEmpty(path) }
  }

  /// Whether a folder holds a run.
  public static func isRun(_ path: String) -> Bool {
    ((try? FileSystem.entries(of: path)) ?? []).contains(where: isRunFile)
  }

  /// The path of a file in the folder.
  public func file(_ name: String) -> String { path + "/" + name }

  /// Makes a folder inside, such as `checkpoints`, and returns its path.
  @discardableResult
  public func makeFolder(_ name: String) throws(FileError) -> String {
    try FileSystem.makeFolders(file(name))
    return file(name)
  }

  /// Writes a whole file atomically.
  public func write(_ text: String, to name: String) throws(FileError) {
    try AtomicFile.write(text, to: file(name))
  }

  /// Writes a whole file atomically.
  public func write(_ bytes: [UInt8], to name: String) throws(FileError) {
    try AtomicFile.write(bytes, to: file(name))
  }

  private static let lockName = ".lock"

  /// What a run writes: all that `--force` may remove.
  private static func isRunFile(_ name: String) -> Bool {
    let whole = [
      "scenario.toml", "run.json", "egress.jsonl", "summary.json", "report.html", "checkpoints",
      "tensorboard",
    ]
    let tables = ["metrics", "agents", "evaluation", "episodes"]
    let plain = name.hasSuffix(".partial") ? String(name.dropLast(8)) : name
    return whole.contains(plain)
      || tables.contains { plain.hasPrefix($0) && plain.hasSuffix(".csv") }
      || plain.hasPrefix("replay") && plain.hasSuffix(".html")
  }

  private static func takeLock(in folder: String, isNew: Bool) throws -> OpenFile {
    let path = folder + "/" + lockName
    let wasThere = FileSystem.kind(path) != nil
    do {
      return try lock(path, in: folder)
    } catch let error as FileError {
      // A full disk takes an empty file, but not its content.
      if !wasThere { try? FileSystem.remove(path) }
      if isNew { FileSystem.removeIfEmpty(folder) }
      throw error
    }
  }

  private static func lock(_ path: String, in folder: String) throws -> OpenFile {
    let file = try OpenFile(path, .append)
    guard try file.lock() else {
      let text = String(decoding: (try? AtomicFile.read(path)) ?? [], as: UTF8.self)
      throw RunFolderError.inUse(path: folder, process: Int(text))
    }
    try file.truncate(to: 0)
    try file.write(Array("\(getpid())".utf8))
    return file
  }

  private static func fileName(_ name: String) -> String {
    let kept = name.unicodeScalars.map { scalar -> Character in
      switch scalar {
      case "a"..."z", "A"..."Z", "0"..."9", "-", "_", ".": Character(scalar)
      default: "-"
      }
    }
    let text = String(kept)
    return text.isEmpty || text.hasPrefix(".") ? "run" + text : text
  }
}
