public import FedRLNumerics
internal import FedRLSimulation

/// Summaries of returns and scores.
public enum Statistics {
  /// The mean, summed in order; `nil` of nothing.
  public static func mean(_ values: [Double]) -> Double? {
    values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
  }

  /// The mean of the middle half, where the values at its ends count in part if a quarter of the
  /// number of values is not whole; `nil` of nothing.
  ///
  /// Equal to rliable's `aggregate_iqm` (Agarwal et al., arXiv:2108.13264) where the number of
  /// values is a multiple of 4; that one cuts whole values otherwise.
  /// - Complexity: O(n log n).
  public static func interquartileMean(_ values: [Double]) -> Double? {
    FedRLSimulation.interquartileMean(values)
  }

  /// The quantile at `share`, between the two nearest values (NumPy's `linear`).
  ///
  /// - Parameters:
  ///   - sorted: ascending, not empty.
  ///   - share: in 0...1.
  public static func quantile(_ sorted: [Double], _ share: Double) -> Double {
    let position = share * Double(sorted.count - 1)
    let below = Int(position.rounded(.down))
    let above = min(below + 1, sorted.count - 1)
    return sorted[below] + (sorted[above] - sorted[below]) * (position - Double(below))
  }

  /// A percentile bootstrap interval of the mean of a table whose rows are seeds and whose columns
  /// are environments: seeds are drawn with replacement, then environments within each drawn seed.
  ///
  /// Every drawn seed counts the same, whatever its number of environments.
  /// - Parameters:
  ///   - samples: `[seeds][environments]`, no row empty.
  ///   - confidence: such as 0.95.
  ///   - resamples: at least 1; 10,000 gives two stable digits.
  ///   - random: names the draws; the same stream gives the same interval.
  ///   - statistic: of the drawn table; the mean of its rows' means by default.
  /// - Returns: `nil` if there is no seed.
  /// - Complexity: O(resamples · values).
  public static func bootstrapInterval(
    _ samples: [[Double]], confidence: Double = 0.95, resamples: Int = 10_000,
    random: RandomStream, statistic: ([[Double]]) -> Double = meanOfMeans
  ) -> ClosedRange<Double>? {
    precondition(confidence > 0 && confidence < 1 && resamples > 0)
    precondition(samples.allSatisfy { !$0.isEmpty }, "a seed without environments")
    guard !samples.isEmpty else { return nil }
    var random = random
    var estimates: [Double] = []
    estimates.reserveCapacity(resamples)
    var drawn = samples
    for _ in 0..<resamples {
      for index in drawn.indices {
        let seed = samples[random.integer(below: samples.count)]
        drawn[index] = seed.map { _ in seed[random.integer(below: seed.count)] }
      }
      estimates.append(statistic(drawn))
    }
    estimates.sort()
    let tail = (1 - confidence) / 2
    return quantile(estimates, tail)...quantile(estimates, 1 - tail)
  }

  /// The mean over rows of each row's mean.
  public static func meanOfMeans(_ table: [[Double]]) -> Double {
    mean(table.map { mean($0) ?? .nan }) ?? .nan
  }
}
