#if canImport(Glibc)
  private import Glibc
#endif

/// The few questions and changes that a run folder needs of the file system.
package enum FileSystem {
  package enum Kind { case file, folder, link, other }

  /// What stands at `path` itself, links not followed; `nil` for nothing.
  package static func kind(_ path: String) -> Kind? {
    var status = stat()
    guard lstat(path, &status) == 0 else { return nil }
    return switch status.st_mode & S_IFMT {
    case S_IFREG: .file
    case S_IFDIR: .folder
    case S_IFLNK: .link
    default: .other
    }
  }

  /// The path with links resolved; `nil` where nothing exists.
  static func realPath(_ path: String) -> String? {
    guard let resolved = realpath(path, nil) else { return nil }
    defer { free(resolved) }
    return String(cString: resolved)
  }

  /// The folder that a path's last part stands in: `.` for a name alone.
  package static func parent(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  /// Bytes; `nil` where there is no such file.
  package static func size(_ path: String) -> Int? {
    var status = stat()
    return stat(path, &status) == 0 ? Int(status.st_size) : nil
  }

  /// Makes one folder; returns `false` where something of that name exists.
  static func makeFolder(_ path: String) throws(FileError) -> Bool {
    if mkdir(path, 0o777) == 0 { return true }
    if errno == EEXIST { return false }
    throw FileError("make it", path: path)
  }

  /// Makes a folder and those above it.
  static func makeFolders(_ path: String) throws(FileError) {
    var isFolder = stat()
    if stat(path, &isFolder) == 0, isFolder.st_mode & S_IFMT == S_IFDIR { return }
    let above = parent(of: path)
    if above != path && above != "." { try makeFolders(above) }
    if try !makeFolder(path), kind(path) == .file {
      throw .system(path: path, operation: "make it", reason: "a file of that name exists")
    }
  }

  /// Names in a folder, sorted.
  package static func entries(of path: String) throws(FileError) -> [String] {
    guard let folder = opendir(path) else { throw FileError("list it", path: path) }
    defer { closedir(folder) }
    var names: [String] = []
    while let entry = readdir(folder) {
      let capacity = MemoryLayout.size(ofValue: entry.pointee.d_name)
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: capacity) { String(cString: $0) }
      }
      if name != "." && name != ".." { names.append(name) }
    }
    return names.sorted()
  }

  /// Removes a folder that holds nothing; leaves any other alone.
  static func removeIfEmpty(_ path: String) { _ = rmdir(path) }

  /// Removes a file, a link (not what it points to) or a folder with all it holds.
  package static func remove(_ path: String) throws(FileError) {
    guard kind(path) == .folder else {
      if unlink(path) != 0 && errno != ENOENT { throw FileError("remove it", path: path) }
      return
    }
    for name in try entries(of: path) { try remove(path + "/" + name) }
    if rmdir(path) != 0 { throw FileError("remove it", path: path) }
  }
}
