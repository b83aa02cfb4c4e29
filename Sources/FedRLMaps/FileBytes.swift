#if canImport(Glibc)
  private import Glibc
#endif

/// Whole files as bytes, with errors that say what stands at the path.
enum FileBytes {
  /// Files beyond this size (bytes) are refused: no map of at most 100 M cells needs more.
  static let maximumSize = 2_000_000_000

  /// Reads a regular file that is not empty.
  static func read(_ path: String) throws(MapError) -> [UInt8] {
    // Opening a pipe would wait for its other end.
    var kindBefore = stat()
    if stat(path, &kindBefore) == 0, ![S_IFREG, S_IFDIR].contains(kindBefore.st_mode & S_IFMT) {
      throw .unreadable(path: path, reason: "not a regular file")
    }
    guard let file = fopen(path, "rb") else {
      if errno == ENOENT || errno == ENOTDIR { throw .missingFile(path: path) }
      throw .unreadable(path: path, reason: String(cString: strerror(errno)))
    }
    defer { fclose(file) }
    var status = stat()
    guard fstat(fileno(file), &status) == 0 else {
      throw .unreadable(path: path, reason: String(cString: strerror(errno)))
    }
    let kind = status.st_mode & S_IFMT
    if kind == S_IFDIR { throw .isDirectory(path: path) }
    guard kind == S_IFREG else { throw .unreadable(path: path, reason: "not a regular file") }
    let size = Int(status.st_size)
    guard size > 0 else { throw .emptyFile(path: path) }
    guard size <= maximumSize else {
      throw .unreadable(path: path, reason: "\(size) bytes; expected at most \(maximumSize)")
    }
    let bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
      count = fread(buffer.baseAddress, 1, size, file)
    }
    guard bytes.count == size else {
      throw .truncated(path: path, unit: "bytes", found: bytes.count, expected: size)
    }
    return bytes
  }

  /// Reads a UTF-8 text file; a byte order mark is dropped.
  static func text(_ bytes: [UInt8], path: String) throws(MapError) -> String {
    let start = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    guard let text = String(validating: bytes[start...], as: UTF8.self) else {
      throw .malformed(path: path, place: "text", found: "other bytes", expected: "UTF-8")
    }
    return text
  }

  /// Writes a file, replacing what was there.
  static func write(_ bytes: [UInt8], to path: String) throws(MapError) {
    guard let file = fopen(path, "wb") else {
      throw .unwritable(path: path, reason: String(cString: strerror(errno)))
    }
    let written = fwrite(bytes, 1, bytes.count, file)
    let problem = errno
    guard fclose(file) == 0, written == bytes.count else {
      throw .unwritable(path: path, reason: String(cString: strerror(problem)))
    }
  }

  static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

  static func isFolder(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }
}

/// Paths as text: folders, file names and extensions.
enum FilePath {
  /// The part before the last slash, without it; `.` when there is none.
  static func folder(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  static func name(of path: String) -> String {
    path.lastIndex(of: "/").map { String(path[path.index(after: $0)...]) } ?? path
  }

  /// The file's name without its last extension.
  static func stem(of path: String) -> String {
    let name = name(of: path)
    guard let dot = name.lastIndex(of: "."), dot != name.startIndex else { return name }
    return String(name[..<dot])
  }

  /// The last extension in lower case, without the dot; empty when there is none.
  static func fileExtension(of path: String) -> String {
    let name = name(of: path)
    guard let dot = name.lastIndex(of: "."), dot != name.startIndex else { return "" }
    return name[name.index(after: dot)...].lowercased()
  }

  /// `relative` as seen from the folder of `file`; an absolute path stays as it is.
  static func resolve(_ relative: String, besides file: String) -> String {
    if relative.hasPrefix("/") { return relative }
    let folder = folder(of: file)
    return folder == "." ? relative : folder == "/" ? "/" + relative : folder + "/" + relative
  }
}
