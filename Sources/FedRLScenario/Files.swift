private import Glibc

/// What can go wrong with a file that should hold text; the text says what was found and expected.
struct FileProblem: Error, Equatable {
  let reason: String
}

/// The little a scenario needs of the file system. Paths are taken as given; nothing follows `~`.
enum Files {
  /// The whole file as text.
  static func text(at path: String) throws(FileProblem) -> String {
    var status = stat()
    guard stat(path, &status) == 0 else {
      throw FileProblem(
        reason: errno == ENOENT
          ? "no such file" : "cannot be opened: \(String(cString: strerror(errno)))")
    }
    guard status.st_mode & S_IFMT != S_IFDIR else {
      throw FileProblem(reason: "expected a file, got a folder")
    }
    guard let file = fopen(path, "r") else {
      throw FileProblem(reason: "cannot be opened: \(String(cString: strerror(errno)))")
    }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = fread(&chunk, 1, chunk.count, file)
      bytes.append(contentsOf: chunk[..<count])
      if count < chunk.count { break }
    }
    guard ferror(file) == 0 else { throw FileProblem(reason: "cannot be read") }
    return try text(of: bytes)
  }

  private static func text(of bytes: [UInt8]) throws(FileProblem) -> String {
    if let zero = bytes.firstIndex(of: 0) {
      throw FileProblem(reason: "expected a text in UTF-8, got a zero byte at \(zero)")
    }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw FileProblem(reason: "expected a text in UTF-8, got other bytes")
    }
    return text
  }

  /// The path from the root, symbolic links followed where it exists.
  static func absolute(_ path: String) -> String {
    if let resolved = realpath(path, nil) {
      defer { free(resolved) }
      return String(cString: resolved)
    }
    return path.hasPrefix("/") ? path : workingDirectory() + "/" + path
  }

  /// The working directory; `.` where it cannot be told.
  static func workingDirectory() -> String {
    guard let here = getcwd(nil, 0) else { return "." }
    defer { free(here) }
    return String(cString: here)
  }

  static func isFolder(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  /// The folder a file is in; `.` for a bare name.
  static func folder(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  /// The last component without its extension: `home-a` of `maps/home-a.yaml`.
  static func baseName(of path: String) -> String {
    let last = path.split(separator: "/").last.map(String.init) ?? path
    guard let dot = last.lastIndex(of: "."), dot != last.startIndex else { return last }
    return String(last[..<dot])
  }

  /// Files that a pattern of `*`, `?`, `[…]` and `{a,b}` matches, sorted by their bytes.
  ///
  /// - Parameter folder: where a relative pattern starts; results stay relative to it.
  static func matching(_ pattern: String, in folder: String) -> [String] {
    let isRelative = !pattern.hasPrefix("/")
    let prefix = isRelative ? (folder.hasSuffix("/") ? folder : folder + "/") : ""
    var result = glob_t()
    defer { globfree(&result) }
    // The folder itself may hold characters that a pattern gives a meaning.
    let escaped = prefix.map { "*?[]{}\\".contains($0) ? "\\\($0)" : "\($0)" }.joined()
    guard glob(escaped + pattern, GLOB_BRACE, nil, &result) == 0 else { return [] }
    var paths: [String] = []
    for index in 0..<Int(result.gl_pathc) {
      guard let path = result.gl_pathv[index] else { continue }
      paths.append(String(String(cString: path).dropFirst(prefix.count)))
    }
    return Set(paths).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }
}
