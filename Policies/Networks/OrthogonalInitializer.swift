public import FedRLNumerics

/// Draws a matrix with orthonormal rows or columns, whichever are fewer, times a gain (Saxe,
/// McClelland and Ganguli, arXiv:1312.6120).
public enum OrthogonalInitializer {
  /// Fills W, `[rows, columns]` row-major: `W Wᵀ = gain² I` if `rows ≤ columns`, else
  /// `Wᵀ W = gain² I`, uniformly distributed among such matrices.
  ///
  /// The Q of a Gaussian matrix's QR decomposition whose R has a positive diagonal, by Gram and
  /// Schmidt's method in Double, each vector orthogonalised twice (Giraud et al. 2005: twice is
  /// enough).
  /// - Complexity: O(max · min²)
  public static func fill(
    _ weights: UnsafeMutablePointer<Float>, rows: Int, columns: Int, gain: Double,
    random: inout RandomStream
  ) {
    let count = min(rows, columns)
    let length = max(rows, columns)
    var vectors = [Double](repeating: 0, count: count * length)
    for index in vectors.indices { vectors[index] = random.normal() }
    vectors.withUnsafeMutableBufferPointer { orthonormalize($0, count: count, length: length) }
    for vector in 0..<count {
      for element in 0..<length {
        let index = rows <= columns ? vector * columns + element : element * columns + vector
        weights[index] = Float(gain * vectors[vector * length + element])
      }
    }
  }

  /// Makes `count` rows of `length` elements orthonormal.
  private static func orthonormalize(
    _ vectors: UnsafeMutableBufferPointer<Double>, count: Int, length: Int
  ) {
    for current in 0..<count {
      let row = vectors.baseAddress! + current * length
      for _ in 0..<2 {
        for earlier in 0..<current {
          let other = vectors.baseAddress! + earlier * length
          var product = 0.0
          for element in 0..<length { product += row[element] * other[element] }
          for element in 0..<length { row[element] -= product * other[element] }
        }
      }
      var square = 0.0
      for element in 0..<length { square += row[element] * row[element] }
      precondition(square > 0, "a drawn matrix is singular")
      let inverse = 1 / square.squareRoot()
      for element in 0..<length { row[element] *= inverse }
    }
  }
}
