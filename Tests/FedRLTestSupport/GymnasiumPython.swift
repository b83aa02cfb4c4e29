import Foundation

/// An interpreter that has the Python package gymnasium.
public enum GymnasiumPython {
  /// `FEDRL_GYMNASIUM_PYTHON`, the environments that the scripts make, or `python3`; `nil`, after
  /// printing a message, where none of them has gymnasium.
  public static let path: String? = {
    let root = SharedData.packageRoot.appendingPathComponent(".build/peers")
    var candidates = ["gymnasium", "libraries"].map {
      root.appendingPathComponent("\($0)/bin/python").path
    }
    if let given = ProcessInfo.processInfo.environment["FEDRL_GYMNASIUM_PYTHON"] {
      candidates.insert(given, at: 0)
    }
    candidates.append("/usr/bin/python3")
    for candidate in candidates where FileManager.default.isExecutableFile(atPath: candidate) {
      if run(candidate, ["-c", "import gymnasium"])?.status == 0 { return candidate }
    }
    print("skipped: no Python with gymnasium (Scripts/gymnasium-python makes one)")
    return nil
  }()

  /// Runs Python to its end.
  public static func run(_ python: String, _ arguments: [String], in folder: String = "/")
    -> (status: Int32, output: String, errors: String)?
  {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: python)
    process.arguments = arguments
    process.currentDirectoryURL = URL(fileURLWithPath: folder)
    process.standardInput = FileHandle.nullDevice
    let output = Pipe()
    let errors = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    _ = FileManager.default.createFile(atPath: errors.path, contents: nil)
    defer { try? FileManager.default.removeItem(at: errors) }
    process.standardOutput = output
    process.standardError = try? FileHandle(forWritingTo: errors)
    guard (try? process.run()) != nil else { return nil }
    let data = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return (
      process.terminationStatus, String(decoding: data, as: UTF8.self),
      (try? String(contentsOf: errors, encoding: .utf8)) ?? ""
    )
  }
}
