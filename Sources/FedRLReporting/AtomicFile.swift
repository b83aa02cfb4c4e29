#if canImport(Glibc)
  private import Glibc
#endif

/// Writes whole files so that a reader, or the next start after a crash, finds the old one or the
/// new.
///
/// The bytes go to a file beside the target, reach the medium, and are then renamed over it. Where
/// the target is no ordinary file (a pipe, `/dev/stdout`) they are written straight to it.
public enum AtomicFile {
  public static func write(_ text: String, to path: String) throws(FileError) {
    try write(Array(text.utf8), to: path)
  }

  public static func write(_ bytes: [UInt8], to path: String) throws(FileError) {
    let target = FileSystem.realPath(path) ?? path
    guard FileSystem.kind(target) ?? .file == .file else {
      let file = try OpenFile(target, .append)
      return try file.write(bytes)
    }
    // One fixed name: what a killed process left behind is overwritten, not collected.
    let partial = target + ".partial"
    do throws(FileError) {
      try fill(partial, with: bytes)
      if rename(partial, target) != 0 { throw FileError("replace it", path: target) }
    } catch {
      unlink(partial)
      throw error.at(path, insteadOf: partial)
    }
    try OpenFile(FileSystem.parent(of: target), .folder).synchronize()
  }

  /// The whole of a file.
  public static func read(_ path: String) throws(FileError) -> [UInt8] {
    try OpenFile(path, .read).readAll()
  }

  private static func fill(_ path: String, with bytes: [UInt8]) throws(FileError) {
    let file = try OpenFile(path, .write)
    try file.write(bytes)
    try file.synchronize()
  }
}

extension FileError {
  /// The same error, told of the path a person knows.
  fileprivate func at(_ path: String, insteadOf partial: String) -> FileError {
    guard self.path == partial else { return self }
    return switch self {
    case .diskFull: .diskFull(path: path)
    case .permissionDenied: .permissionDenied(path: path)
    case .notFound: .notFound(path: path)
    case .truncated(_, let got, let expected):
      .truncated(path: path, got: got, expected: expected)
    case .system(_, let operation, let reason):
      .system(path: path, operation: operation, reason: reason)
    }
  }
}
