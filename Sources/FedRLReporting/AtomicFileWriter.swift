#if canImport(Glibc)
  private import Glibc
#endif

/// Writes one file piece by piece, so that a reader, or the next start after a crash, finds the old
/// one or the new.
///
/// The bytes go to a file beside the target, which ``finish()`` brings to the medium and renames over
/// it; without that the target stays as it was. Where the target is no ordinary file (a pipe,
/// `/dev/stdout`) they are written straight to it.
public final class AtomicFileWriter {
  private let path: String
  private let target: String
  /// The file beside the target; `nil` where there is none.
  private let partial: String?
  private let file: OpenFile
  private var isFinished = false

  public init(_ path: String) throws(FileError) {
    self.path = path
    let target = FileSystem.realPath(path) ?? path
    self.target = target
    let isOrdinary = FileSystem.kind(target) ?? .file == .file
    // One fixed name: what a killed process left behind is overwritten, not collected.
    let partial = isOrdinary ? target + ".partial" : nil
    self.partial = partial
    do throws(FileError) {
      file = try OpenFile(partial ?? target, isOrdinary ? .write : .append)
    } catch { throw error.at(path, insteadOf: partial) }
  }

  deinit { if !isFinished, let partial { unlink(partial) } }

  /// Appends to what was written so far.
  public func write(_ bytes: [UInt8]) throws(FileError) {
    do throws(FileError) { try file.write(bytes) } catch {
      throw error.at(path, insteadOf: partial)
    }
  }

  /// Puts the new file in the old one's place. Nothing can be written afterwards.
  public func finish() throws(FileError) {
    guard let partial else { return }
    do throws(FileError) {
      try file.synchronize()
      if rename(partial, target) != 0 { throw FileError("replace it", path: target) }
    } catch { throw error.at(path, insteadOf: partial) }
    isFinished = true
    try OpenFile(FileSystem.parent(of: target), .folder).synchronize()
  }
}

extension FileError {
  /// The same error, told of the path a person knows.
  fileprivate func at(_ path: String, insteadOf partial: String?) -> FileError {
    guard self.path == partial else { return self }
    return switch self {
    case .diskFull: .diskFull(path: path)
    case .permissionDenied: .permissionDenied(path: path)
    case .readOnly: .readOnly(path: path)
    case .notFound: .notFound(path: path)
    case .truncated(_, let got, let expected):
      .truncated(path: path, got: got, expected: expected)
    case .system(_, let operation, let reason):
      .system(path: path, operation: operation, reason: reason)
    }
  }
}
