#if canImport(Glibc)
  private import Glibc
#endif

/// An open file with one owner; closed when it goes.
struct OpenFile: ~Copyable {
  enum Mode {
    case read
    /// Emptied, or made.
    case write
    /// Kept, or made; the position is at its end.
    case append
    case folder
  }

  let descriptor: Int32
  let path: String

  init(_ path: String, _ mode: Mode) throws(FileError) {
    let flags: Int32 =
      switch mode {
      case .read: O_RDONLY
      case .write: O_WRONLY | O_CREAT | O_TRUNC
      case .append: O_WRONLY | O_CREAT | O_APPEND
      case .folder: O_RDONLY | O_DIRECTORY
      }
    var descriptor = open(path, flags | O_CLOEXEC, 0o666)
    while descriptor < 0 && errno == EINTR { descriptor = open(path, flags | O_CLOEXEC, 0o666) }
    self.descriptor = descriptor
    self.path = path
    if descriptor < 0 { throw FileError("open it", path: path) }
  }

  deinit { if descriptor >= 0 { close(descriptor) } }

  /// Writes all of `bytes`, in as many calls as it takes.
  func write(_ bytes: [UInt8]) throws(FileError) {
    var start = 0
    while start < bytes.count {
      let written = bytes.withUnsafeBytes {
        Glibc.write(descriptor, $0.baseAddress! + start, bytes.count - start)
      }
      if written < 0 {
        if errno == EINTR { continue }
        throw FileError("write to it", path: path)
      }
      start += written
    }
  }

  /// The next `count` bytes; fewer at the end of the file.
  func read(_ count: Int) throws(FileError) -> [UInt8] {
    var failed = false
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { output, length in
      while length < count {
        let got = Glibc.read(descriptor, output.baseAddress! + length, count - length)
        if got < 0 && errno == EINTR { continue }
        failed = got < 0
        if got <= 0 { return }
        length += got
      }
    }
    if failed { throw FileError("read it", path: path) }
    return bytes
  }

  /// Everything from the present position to the end.
  func readAll() throws(FileError) -> [UInt8] {
    var result: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = chunk.withUnsafeMutableBytes {
        Glibc.read(descriptor, $0.baseAddress, $0.count)
      }
      if count < 0 {
        if errno == EINTR { continue }
        throw FileError("read it", path: path)
      }
      if count == 0 { return result }
      result.append(contentsOf: chunk[..<count])
    }
  }

  /// Waits until what was written is on the medium.
  func synchronize() throws(FileError) {
    // Pipes and devices have no medium; they answer EINVAL.
    if fsync(descriptor) != 0 && errno != EINVAL { throw FileError("save it", path: path) }
  }

  func truncate(to length: Int) throws(FileError) {
    if ftruncate(descriptor, off_t(length)) != 0 { throw FileError("shorten it", path: path) }
  }

  /// Takes the lock that goes with this open file, or returns `false` where another holds it.
  func lock() throws(FileError) -> Bool {
    if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { return true }
    if errno == EWOULDBLOCK { return false }
    throw FileError("lock it", path: path)
  }
}
