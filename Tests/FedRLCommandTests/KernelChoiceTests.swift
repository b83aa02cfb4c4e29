import FedRLNumerics
import FedRLReporting
import Testing

/// What is said where the environment chooses OpenBLAS's kernels.
@Suite struct KernelChoiceTests {
  /// Kernels for the oldest processors of this architecture, which this one would not choose.
  private static var oldest: String? {
    #if arch(x86_64)
      "Prescott"
    #else
      nil
    #endif
  }

  @Test func aForcedSetIsToldWithTheOneForThisProcessor() throws {
    let folder = try TestFolder()
    guard let oldest = Self.oldest,
      let free = try CommandProcess.run(
        ["doctor"], in: folder.path,
        environment: ["OPENBLAS_CORETYPE": "", "OPENBLAS_L2_SIZE": ""])
    else { return }
    #expect(free.output.contains("nothing found that slows fedrl down"))
    let label = "OpenBLAS kernels "
    let own = try #require(free.outputLines.first { $0.hasPrefix(label) }).dropFirst(label.count)
    guard own != oldest else { return }
    let forced = ["OPENBLAS_CORETYPE": oldest, "OPENBLAS_L2_SIZE": ""]
    let doctor = try #require(
      try CommandProcess.run(["doctor"], in: folder.path, environment: forced))
    #expect(doctor.output.contains("slow: OPENBLAS_CORETYPE=\(oldest) is set"))
    #expect(doctor.output.contains("does not use \(own),"), "\(doctor.output)")
    let run = try #require(
      try CommandProcess.run(
        ["train", "small.toml", "--out", "run", "--rounds", "1"], in: folder.path,
        environment: forced))
    #expect(run.status == 0 && (run.output + run.errors).contains("does not use \(own),"))
    let record = try folder.json("run/run.json")
    #expect(record["blas_kernel"]?.string == oldest)
    #expect(record["blas_kernel_available"]?.string == String(own))
    #expect(record["blas_overrides"]?.elements?.first?.string == "OPENBLAS_CORETYPE=\(oldest)")
    // Its own choice, named, slows nothing down.
    let named = try #require(
      try CommandProcess.run(
        ["doctor"], in: folder.path,
        environment: ["OPENBLAS_CORETYPE": String(own), "OPENBLAS_L2_SIZE": ""]))
    #expect(named.output.contains("nothing found that slows fedrl down"))
  }
}
