import FedRLNumerics
import Foundation

/// What the environment makes of OpenBLAS's choice of kernels.
enum KernelChoice {
  /// The kernel set that OpenBLAS would choose here without its variables, where it is not the one in use.
  ///
  /// OpenBLAS chooses when it is loaded, so that a second process must tell; it takes some ten
  /// milliseconds, and only where a variable is set.
  static func available() -> String? {
    guard !BLAS.environmentOverrides.isEmpty else { return nil }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
    process.arguments = ["doctor", "--kernels"]
    process.environment = ProcessInfo.processInfo.environment.filter {
      !BLAS.environmentVariables.contains($0.key)
    }
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardInput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    guard (try? process.run()) != nil else { return nil }
    let output = (try? pipe.fileHandleForReading.readToEnd()) ?? Data()
    process.waitUntilExit()
    let name = String(decoding: output, as: UTF8.self)
      .trimmingCharacters(in: .whitespacesAndNewlines)
    guard process.terminationStatus == 0, !name.isEmpty, name != BLAS.kernelName else { return nil }
    return name
  }

  /// A sentence for each variable that is set.
  static func warnings(available: String?) -> [String] {
    BLAS.environmentOverrides.compactMap { override in
      if override.hasPrefix("OPENBLAS_L2_SIZE") {
        return "\(override) is set, so OpenBLAS does not size its blocks by the processor; unset it"
      }
      // Its own choice, named.
      guard let available else { return nil }
      return
        "\(override) is set, so OpenBLAS does not use \(available), the kernels for this processor; "
        + "unset it"
    }
  }
}
