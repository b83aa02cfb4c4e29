public import Foundation

/// Finds the real files that lie beside a checkout of the package, in `../shared`.
///
/// The environment variable `FEDRL_SHARED` names another place for that folder. Tests whose file is
/// absent return early; the message printed here tells a reader of the log so.
public enum SharedData {
  /// The package's root folder.
  public static let packageRoot: URL = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  /// The folder that holds `data` and `reference`; `nil` where there is none.
  public static let folder: URL? = {
    var candidates = [packageRoot.deletingLastPathComponent().appendingPathComponent("shared")]
    if let given = ProcessInfo.processInfo.environment["FEDRL_SHARED"] {
      candidates.insert(URL(fileURLWithPath: given), at: 0)
    }
    return candidates.first { FileManager.default.fileExists(atPath: $0.path) }
  }()

  /// The absolute path of a file or folder.
  /// - Parameter relative: from the shared folder (`reference/gae.json`) or from its `data` folder
  ///   (`gymnasium-reference/…`, `data/gymnasium-reference/…`).
  /// - Returns: `nil`, after printing a message, where it is absent: the test should return.
  public static func path(_ relative: String) -> String? {
    let candidates = [relative, "data/" + relative].compactMap {
      folder?.appendingPathComponent($0).path
    }
    if let found = candidates.first(where: { FileManager.default.fileExists(atPath: $0) }) {
      return found
    }
    print("skipped: \(relative) is not in ../shared (or the folder named by FEDRL_SHARED)")
    return nil
  }

  /// The text of a file, or `nil` (with a message) where it is absent.
  public static func text(_ relative: String) throws -> String? {
    guard let path = path(relative) else { return nil }
    return try String(contentsOfFile: path, encoding: .utf8)
  }

  /// The bytes of a file, or `nil` (with a message) where it is absent.
  public static func bytes(_ relative: String) throws -> Data? {
    guard let path = path(relative) else { return nil }
    return try Data(contentsOf: URL(fileURLWithPath: path))
  }

  /// The names of a folder's entries in order, or `nil` (with a message) where it is absent.
  public static func names(in relative: String) throws -> [String]? {
    guard let path = path(relative) else { return nil }
    return try FileManager.default.contentsOfDirectory(atPath: path).sorted()
  }
}
