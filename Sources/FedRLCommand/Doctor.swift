import ArgumentParser
import FedRLNumerics
import FedRLSimulation
import Foundation

/// `fedrl doctor`: what this machine gives, and what slows it down.
struct Doctor: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Say what this machine offers and what slows fedrl down on it.",
    discussion: "EXAMPLES:\n  fedrl doctor")

  @Flag(help: .hidden)
  var kernels = false

  func run() {
    BLAS.useOneThread()
    if kernels { return print(BLAS.kernelName) }
    print("fedrl \(FedRLVersion.current)")
    print("processors       \(WorkerPool.processorCount)")
    print("memory           \(ProcessInfo.processInfo.physicalMemory >> 20) MiB")
    print("OpenBLAS         \(BLAS.buildDescription)")
    print("OpenBLAS kernels \(BLAS.kernelName)")
    print("own kernels      \(Kernels.pathName)")
    print("sgemm 64x64x64   \(Self.gigaflops(64)) GFLOP/s on one core")
    let warnings = KernelChoice.warnings(available: KernelChoice.available())
    for warning in warnings { print("slow: \(warning)") }
    if warnings.isEmpty { print("nothing found that slows fedrl down") }
  }

  /// Rate of square products, best of five tries.
  private static func gigaflops(_ size: Int) -> Int {
    let a = FloatBuffer(count: size * size)
    let b = FloatBuffer(count: size * size)
    let c = FloatBuffer(count: size * size)
    a.fill(0.5)
    b.fill(0.25)
    let repeats = 2000
    let best = (0..<5).map { _ in
      let start = ContinuousClock.now
      for _ in 0..<repeats {
        BLAS.multiply(
          a.pointer, .no, b.pointer, .no, into: c.pointer, rows: size, columns: size, inner: size)
      }
      return (ContinuousClock.now - start).seconds
    }.min()!
    return Int(2 * Double(size * size * size) * Double(repeats) / best / 1e9)
  }
}
