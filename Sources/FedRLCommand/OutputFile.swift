import FedRLReporting
import Foundation

/// A file that a command is to write, looked at before the work that fills it.
enum OutputFile {
  /// - Parameters:
  ///   - option: what names it: `--out`.
  ///   - folder: a folder that will be there in time, if it is not yet.
  /// - Throws: ``BadInput`` where nothing can be written there.
  static func check(_ path: String, option: String, made folder: String? = nil) throws {
    func problem(_ text: String) -> BadInput { BadInput("\(option) \(path): \(text)") }
    guard !path.isEmpty else { throw BadInput("\(option): expected a file's name, got none") }
    guard path != "-" else {
      throw problem("expected a file's name; standard output is /dev/stdout")
    }
    let parent = FileSystem.parent(of: path)
    if let folder, (folder as NSString).standardizingPath == (parent as NSString).standardizingPath
    {
      return
    }
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: parent, isDirectory: &isFolder),
      isFolder.boolValue
    else { throw problem("there is no folder \(parent)") }
    let isThere = FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
    if isThere && isFolder.boolValue { throw problem("expected a file's name, found a folder") }
    // A new file replaces an old one: what counts is its folder, but for a pipe or a device.
    let isOrdinary = !isThere || FileSystem.kind(path) == .file || FileSystem.kind(path) == .link
    guard access(isOrdinary ? parent : path, W_OK) != 0 else { return }
    throw problem(
      errno == EROFS ? "the file system is read-only" : "cannot be written here: permission denied")
  }
}
