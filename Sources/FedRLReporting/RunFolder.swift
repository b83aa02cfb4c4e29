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

  private init(path: String, lock: consuming OpenFile) {
    self.path = path
    self.lock = lock
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
    return try open(path, .new)
  }

  /// Takes a folder of the user's choice, making it where it does not exist.
  ///
  /// `.force` removes the files of the old run, and nothing else that lies there.
  public static func open(_ path: String, _ mode: Mode) throws(RunFolderError) -> RunFolder {
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
      let folder = RunFolder(path: path, lock: try takeLock(in: path))
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
    let tables = ["metrics", "agents", "evaluation"]
    let plain = name.hasSuffix(".partial") ? String(name.dropLast(8)) : name
    return whole.contains(plain)
      || tables.contains { plain.hasPrefix($0) && plain.hasSuffix(".csv") }
      || plain.hasPrefix("replay") && plain.hasSuffix(".html")
  }

  private static func takeLock(in folder: String) throws -> OpenFile {
    let path = folder + "/" + lockName
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
