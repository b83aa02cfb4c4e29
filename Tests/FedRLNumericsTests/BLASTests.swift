import FedRLNumerics
import FedRLTestSupport
import Testing

@Suite struct BLASTests {
  private func matrix(_ count: Int, seed: UInt64) -> [Float] {
    var random = RandomStream(seed: seed)
    return (0..<count).map { _ in Float(random.uniform(-1, 1)) }
  }

  /// α op(A) op(B) + β C by the definition, in `Double`.
  private func product(
    _ a: [Float], _ ta: BLAS.Transpose, _ strideA: Int, _ b: [Float], _ tb: BLAS.Transpose,
    _ strideB: Int, _ c: [Float], _ strideC: Int, size: (m: Int, n: Int, k: Int), alpha: Double,
    beta: Double
  ) -> [Double] {
    var result = c.map(Double.init)
    for i in 0..<size.m {
      for j in 0..<size.n {
        var sum = 0.0
        for l in 0..<size.k {
          let left = ta == .yes ? a[l * strideA + i] : a[i * strideA + l]
          let right = tb == .yes ? b[j * strideB + l] : b[l * strideB + j]
          sum += Double(left) * Double(right)
        }
        result[i * strideC + j] = alpha * sum + beta * Double(c[i * strideC + j])
      }
    }
    return result
  }

  @Test(arguments: [(1, 1, 1), (2, 3, 4), (8, 64, 4), (33, 17, 65), (64, 2, 64)])
  func productsAreThoseOfTheDefinitionForAllTransposes(m: Int, n: Int, k: Int) {
    for ta in [BLAS.Transpose.no, .yes] {
      for tb in [BLAS.Transpose.no, .yes] {
        for (alpha, beta) in [(1.0, 0.0), (0.5, 1.0), (-2.0, 0.25)] {
          let a = matrix(m * k, seed: 1)
          let b = matrix(k * n, seed: 2)
          var c = matrix(m * n, seed: 3)
          let expected = product(
            a, ta, ta == .yes ? m : k, b, tb, tb == .yes ? k : n, c, n, size: (m, n, k),
            alpha: alpha, beta: beta)
          c.withUnsafeMutableBufferPointer {
            BLAS.multiply(
              a, ta, b, tb, into: $0.baseAddress!, rows: m, columns: n, inner: k,
              alpha: Float(alpha), beta: Float(beta))
          }
          // Rounding of k products of size 1 in single precision.
          expectClose(c, expected, absolute: Double(k + 1) * 2.4e-7, "\(ta) \(tb) \(alpha) \(beta)")
        }
      }
    }
  }

  @Test func stridesLeaveTheRestOfTheRowsAlone() {
    let (m, n, k) = (5, 3, 4)
    for ta in [BLAS.Transpose.no, .yes] {
      for tb in [BLAS.Transpose.no, .yes] {
        let a = matrix(80, seed: 4)
        let b = matrix(80, seed: 5)
        var c = matrix(m * 9, seed: 6)
        let expected = product(
          a, ta, 7, b, tb, 8, c, 9, size: (m, n, k), alpha: 1, beta: 0)
        c.withUnsafeMutableBufferPointer {
          BLAS.multiply(
            a, ta, b, tb, into: $0.baseAddress!, rows: m, columns: n, inner: k, strideA: 7,
            strideB: 8, strideC: 9)
        }
        expectClose(c, expected, absolute: 1e-6, "\(ta) \(tb)")
      }
    }
  }

  @Test func vectorsAreMultipliedFromBothSides() {
    let (rows, columns) = (7, 4)
    let a = matrix(rows * columns, seed: 7)
    for transpose in [BLAS.Transpose.no, .yes] {
      let x = matrix(transpose == .yes ? rows : columns, seed: 8)
      var y = matrix(transpose == .yes ? columns : rows, seed: 9)
      let expected = y.indices.map { i in
        2
          * x.indices.reduce(0.0) { sum, j in
            let element = transpose == .yes ? a[j * columns + i] : a[i * columns + j]
            return sum + Double(element) * Double(x[j])
          } - 0.5 * Double(y[i])
      }
      y.withUnsafeMutableBufferPointer {
        BLAS.multiply(
          a, transpose, rows: rows, columns: columns, vector: x, into: $0.baseAddress!, alpha: 2,
          beta: -0.5)
      }
      expectClose(y, expected, absolute: 1e-5)
    }
  }

  @Test func theSameProductHasTheSameBits() {
    BLAS.useOneThread()
    let a = matrix(300 * 200, seed: 10)
    let b = matrix(200 * 100, seed: 11)
    var results: [[Float]] = []
    for _ in 0..<3 {
      var c = [Float](repeating: 0, count: 300 * 100)
      c.withUnsafeMutableBufferPointer {
        BLAS.multiply(a, .no, b, into: $0.baseAddress!, rows: 300, columns: 100, inner: 200)
      }
      results.append(c)
    }
    #expect(results[0] == results[1] && results[1] == results[2])
  }

  @Test func theKernelSetHasAName() {
    #expect(!BLAS.kernelName.isEmpty)
    #expect(BLAS.buildDescription.contains("OpenBLAS"))
  }
}
