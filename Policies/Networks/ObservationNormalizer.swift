public import FedRLNumerics

/// `(x − μ) / √(σ² + 10⁻⁸)`, limited to ±10, with statistics that are frozen for a turn.
///
/// Before anything was seen μ is 0 and σ is 1; without statistics rows are copied as they are.
public struct ObservationNormalizer: ~Copyable {
  private let width: Int
  private let mean: FloatBuffer
  private let inverse: FloatBuffer
  private var isActive = false
  public static let limit: Float = 10

  public init(width: Int) {
    self.width = width
    mean = FloatBuffer(count: width)
    inverse = FloatBuffer(count: width)
  }

  /// Takes the statistics for the coming calls.
  public mutating func load(_ moments: Moments?) {
    isActive = moments != nil
    guard let moments else { return }
    precondition(
      moments.mean.count == width, "statistics of \(moments.mean.count) features for \(width)")
    for index in 0..<width {
      mean.pointer[index] = Float(moments.mean[index])
      inverse.pointer[index] =
        moments.count > 0 ? Float(1 / (moments.variance(index) + 1e-8).squareRoot()) : 1
    }
  }

  /// Writes what the network sees of `rows` raw observations.
  @inline(__always)
  public func apply(_ raw: UnsafePointer<Float>, into seen: UnsafeMutablePointer<Float>, rows: Int)
  {
    if isActive {
      Kernels.normalize(
        raw, mean: mean.pointer, inverse: inverse.pointer, limit: Self.limit, into: seen,
        rows: rows, columns: width)
    } else {
      seen.update(from: raw, count: rows * width)
    }
  }
}

extension MomentSums {
  /// Adds `rows` observations.
  public mutating func add(_ x: UnsafePointer<Float>, rows: Int) {
    count += Double(rows)
    let width = center.count
    center.withUnsafeBufferPointer { center in
      first.withUnsafeMutableBufferPointer { first in
        second.withUnsafeMutableBufferPointer { second in
          guard width > 0 else { return }
          Kernels.addMomentSums(
            x, rows: rows, columns: width, center: center.baseAddress!, first: first.baseAddress!,
            second: second.baseAddress!)
        }
      }
    }
  }
}
