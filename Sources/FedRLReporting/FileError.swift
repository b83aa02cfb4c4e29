#if canImport(Glibc)
  private import Glibc
#endif

/// A file could not be written or read: which one, and why.
public enum FileError: Error, Equatable, CustomStringConvertible {
  /// No space, or no quota, is left where the file lies.
  case diskFull(path: String)
  case permissionDenied(path: String)
  /// The file system is mounted for reading only.
  case readOnly(path: String)
  case notFound(path: String)
  /// A file is shorter than what a checkpoint says was written to it, bytes.
  case truncated(path: String, got: Int, expected: Int)
  case system(path: String, operation: String, reason: String)

  /// The error that the last system call left in `errno`.
  init(_ operation: String, path: String) {
    let code = errno
    self =
      switch code {
      case ENOSPC, EDQUOT: .diskFull(path: path)
      case EACCES, EPERM: .permissionDenied(path: path)
      case EROFS: .readOnly(path: path)
      case ENOENT: .notFound(path: path)
      default:
        .system(path: path, operation: operation, reason: String(cString: strerror(code)))
      }
  }

  public var path: String {
    switch self {
    case .diskFull(let path), .permissionDenied(let path), .readOnly(let path), .notFound(let path),
      .truncated(let path, _, _), .system(let path, _, _):
      path
    }
  }

  public var description: String {
    switch self {
    case .diskFull(let path): "\(path): the disk is full"
    case .permissionDenied(let path): "\(path): permission denied"
    case .readOnly(let path): "\(path): the file system is read-only"
    case .notFound(let path): "\(path): no such file or folder"
    case .truncated(let path, let got, let expected):
      "\(path): expected at least \(expected) bytes, got \(got)"
    case .system(let path, let operation, let reason): "\(path): cannot \(operation): \(reason)"
    }
  }
}
