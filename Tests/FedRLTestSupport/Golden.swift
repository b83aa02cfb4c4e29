import FedRLNumerics
public import Testing

/// Values that must not change unnoticed: hashes of trajectories and files.
///
/// Golden values hold for one kernel set (OpenBLAS core, vector path, C library); a test lists the
/// ones it knows and prints the present value where its kernel set is new.
public enum Golden {
  /// SHA-256 over the bits of the numbers, little-endian.
  public static func hash(_ values: [Float]) -> String {
    values.map(\.bitPattern.littleEndian).withUnsafeBytes { SHA256.hexadecimal($0) }
  }

  /// SHA-256 over the bits of the numbers, little-endian.
  public static func hash(_ values: [Double]) -> String {
    values.map(\.bitPattern.littleEndian).withUnsafeBytes { SHA256.hexadecimal($0) }
  }

  /// Expects `actual` to be the value recorded for this process's OpenBLAS kernel set.
  /// - Parameter recorded: kernel name to value; `any` stands for results that use no BLAS.
  public static func expect(
    _ actual: String, recorded: [String: String], at location: SourceLocation = #_sourceLocation
  ) {
    guard let expected = recorded[BLAS.kernelName] ?? recorded["any"] else {
      print("skipped: no golden value for kernel set \(BLAS.kernelName); it gives \(actual)")
      return
    }
    #expect(actual == expected, sourceLocation: location)
  }
}
