import FedRLNumerics

/// The matrix products of an update, each on its own with OpenBLAS and everything in the cache: what an
/// update would take if it were nothing but these.
struct Products {
  private struct Shape: Hashable {
    let rows, columns, inner: Int
    let transposesLeft, transposesRight: Bool
  }

  private var shapes: [Shape: Int] = [:]

  /// The forward and, if asked for, the backward pass of layers of these widths.
  mutating func add(_ widths: [Int], rows: Int, trains: Bool = true) {
    for (layer, (inputs, outputs)) in zip(widths, widths.dropFirst()).enumerated() {
      shapes[
        Shape(
          rows: rows, columns: outputs, inner: inputs, transposesLeft: false,
          transposesRight: true), default: 0] += 1
      guard trains else { continue }
      shapes[
        Shape(
          rows: outputs, columns: inputs, inner: rows, transposesLeft: true,
          transposesRight: false), default: 0] += 1
      // The observations' gradient is not needed.
      guard layer > 0 else { continue }
      shapes[
        Shape(
          rows: rows, columns: inputs, inner: outputs, transposesLeft: false,
          transposesRight: false), default: 0] += 1
    }
  }

  var operations: Double {
    shapes.reduce(0) { $0 + Double(2 * $1.key.rows * $1.key.columns * $1.key.inner * $1.value) }
  }

  /// Seconds of all of them, one after another.
  func seconds() -> Double {
    shapes.reduce(0) { $0 + Self.seconds($1.key) * Double($1.value) }
  }

  private static func seconds(_ shape: Shape) -> Double {
    let a = FloatBuffer(count: shape.rows * shape.inner)
    let b = FloatBuffer(count: shape.inner * shape.columns)
    let c = FloatBuffer(count: shape.rows * shape.columns)
    a.fill(0.5)
    b.fill(0.25)
    let work = shape.rows * shape.columns * shape.inner
    return Bench.seconds(max(20, 50_000_000 / work)) {
      BLAS.multiply(
        a.pointer, shape.transposesLeft ? .yes : .no, b.pointer,
        shape.transposesRight ? .yes : .no, into: c.pointer, rows: shape.rows,
        columns: shape.columns, inner: shape.inner)
    }
  }
}
