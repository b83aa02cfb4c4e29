private import COpenBLAS

#if canImport(Glibc)
  private import Glibc
#endif

/// The door to OpenBLAS: single-threaded single-precision products on row-major matrices.
///
/// Every function here is deterministic for one kernel set (see ``kernelName``) and allocates nothing
/// on the Swift side.
public enum BLAS {
  /// Whether a factor is used as stored or transposed.
  public enum Transpose: Sendable { case no, yes }

  /// Sets OpenBLAS to one thread. Call once at start; parallelism in fedrl is over agents.
  public static func useOneThread() { openblas_set_num_threads(1) }

  /// The kernel set OpenBLAS chose when it loaded, such as `SkylakeX`, `Haswell` or `Zen`.
  public static var kernelName: String { String(cString: openblas_get_corename()) }

  /// OpenBLAS's own description of its build.
  public static var buildDescription: String { String(cString: openblas_get_config()) }

  /// Computes `C ← α op(A) op(B) + β C` on row-major matrices.
  ///
  /// - Parameters:
  ///   - rows: m, rows of `op(A)` and of `C`.
  ///   - columns: n, columns of `op(B)` and of `C`.
  ///   - inner: k, columns of `op(A)` and rows of `op(B)`.
  ///   - a, b, c: first elements; row strides default to the tight ones.
  /// - Complexity: O(m·n·k).
  @inline(__always)
  public static func multiply(
    _ a: UnsafePointer<Float>, _ transposeA: Transpose = .no,
    _ b: UnsafePointer<Float>, _ transposeB: Transpose = .no,
    into c: UnsafeMutablePointer<Float>,
    rows: Int, columns: Int, inner: Int,
    alpha: Float = 1, beta: Float = 0,
    strideA: Int? = nil, strideB: Int? = nil, strideC: Int? = nil
  ) {
    cblas_sgemm(
      CblasRowMajor, transposeA == .yes ? CblasTrans : CblasNoTrans,
      transposeB == .yes ? CblasTrans : CblasNoTrans,
      blasint(rows), blasint(columns), blasint(inner), alpha,
      a, blasint(strideA ?? (transposeA == .yes ? rows : inner)),
      b, blasint(strideB ?? (transposeB == .yes ? inner : columns)), beta,
      c, blasint(strideC ?? columns))
  }

  /// Computes `y ← α op(A) x + β y` for a row-major `[rows, columns]` matrix.
  @inline(__always)
  public static func multiply(
    _ a: UnsafePointer<Float>, _ transpose: Transpose = .no, rows: Int, columns: Int,
    vector x: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>,
    alpha: Float = 1, beta: Float = 0
  ) {
    cblas_sgemv(
      CblasRowMajor, transpose == .yes ? CblasTrans : CblasNoTrans, blasint(rows),
      blasint(columns), alpha, a, blasint(columns), x, 1, beta, y, 1)
  }

  /// The variables of the environment by which OpenBLAS chooses otherwise than by the processor.
  public static let environmentVariables = ["OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE"]

  /// What in this process's environment makes OpenBLAS pick another kernel set than its own choice.
  public static var environmentOverrides: [String] {
    environmentVariables.compactMap { (name: String) -> String? in
      guard let value = getenv(name), value[0] != 0 else { return nil }
      return name + "=" + String(cString: value)
    }
  }
}
