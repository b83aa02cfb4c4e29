/// Sums of one feature vector about a fixed centre: n, Σ(x−c), Σ(x−c)².
///
/// Additive, so sums from many agents about one common centre can be added exactly and in any order.
public struct MomentSums: Sendable, Equatable {
  /// c, `[features]`.
  public let center: [Double]
  public var count: Double
  /// Σ(x−c), `[features]`.
  public var first: [Double]
  /// Σ(x−c)², `[features]`.
  public var second: [Double]

  public init(center: [Double]) {
    self.center = center
    count = 0
    first = [Double](repeating: 0, count: center.count)
    second = first
  }

  /// Adds one observation row of `center.count` values. Allocates nothing.
  public mutating func add(_ row: UnsafePointer<Float>) {
    count += 1
    let size = center.count
    center.withUnsafeBufferPointer { center in
      first.withUnsafeMutableBufferPointer { first in
        second.withUnsafeMutableBufferPointer { second in
          for index in 0..<size {
            let difference = Double(row[index]) - center[index]
            first[index] += difference
            second[index] += difference * difference
          }
        }
      }
    }
  }
}

/// Count, mean and M2 of a feature vector, merged by Chan, Golub and LeVeque's formula (1979).
public struct Moments: Sendable, Equatable {
  public var count: Double
  /// `[features]`
  public var mean: [Double]
  /// Σ(x−mean)², `[features]`
  public var m2: [Double]

  /// Nothing seen yet.
  public init(features: Int) {
    count = 0
    mean = [Double](repeating: 0, count: features)
    m2 = mean
  }

  public init(count: Double, mean: [Double], m2: [Double]) {
    precondition(mean.count == m2.count)
    self.count = count
    self.mean = mean
    self.m2 = m2
  }

  /// The moments of sums about a centre.
  public init(_ sums: MomentSums) {
    self.init(features: sums.center.count)
    guard sums.count > 0 else { return }
    count = sums.count
    for index in mean.indices {
      mean[index] = sums.center[index] + sums.first[index] / count
      m2[index] = max(sums.second[index] - sums.first[index] * sums.first[index] / count, 0)
    }
  }

  /// Adds another set's moments: δ = μ₂−μ₁, μ = μ₁ + δ n₂/n, M2 = M2₁ + M2₂ + δ² n₁n₂/n.
  public mutating func merge(_ other: Moments) {
    precondition(mean.count == other.mean.count)
    guard other.count > 0 else { return }
    let total = count + other.count
    for index in mean.indices {
      let delta = other.mean[index] - mean[index]
      mean[index] += delta * other.count / total
      m2[index] += other.m2[index] + delta * delta * count * other.count / total
    }
    count = total
  }

  /// Limits the count, so that the moments can still follow a drift; M2 shrinks with it.
  public mutating func capCount(_ limit: Double) {
    guard count > limit, count > 0 else { return }
    for index in m2.indices { m2[index] *= limit / count }
    count = limit
  }

  /// Population variance, 1 where nothing was seen.
  public func variance(_ index: Int) -> Double { count > 0 ? m2[index] / count : 1 }
}
