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

  /// A percentile bootstrap interval of a statistic of a table whose rows are seeds and whose columns
  /// are environments: seeds are drawn with replacement, then environments within each drawn seed.
  ///
  /// Every drawn seed counts the same, whatever its number of environments.
  /// - Parameters:
  ///   - samples: `[seeds][environments]`, no row empty.
  ///   - confidence: such as 0.95.
  ///   - resamples: at least 1; 10,000 gives two stable digits.
  ///   - random: names the draws; the same stream gives the same interval.
  ///   - statistic: of the drawn table.
  /// - Returns: `nil` if there is no seed.
  /// - Complexity: O(resamples · values).
  public static func bootstrapInterval<Value>(
    _ samples: [[Value]], confidence: Double = 0.95, resamples: Int = 10_000,
    random: RandomStream, statistic: ([[Value]]) -> Double
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
      let estimate = statistic(drawn)
      guard estimate.isFinite else { return nil }
      estimates.append(estimate)
    }
    estimates.sort()
    let tail = (1 - confidence) / 2
    return quantile(estimates, tail)...quantile(estimates, 1 - tail)
  }

  /// The same of the mean of the rows' means.
  public static func bootstrapInterval(
    _ samples: [[Double]], confidence: Double = 0.95, resamples: Int = 10_000,
    random: RandomStream
  ) -> ClosedRange<Double>? {
    bootstrapInterval(
      samples, confidence: confidence, resamples: resamples, random: random, statistic: meanOfMeans)
  }

  /// A percentile bootstrap interval that is stratified by environment, as rliable's (Agarwal et al.,
  /// arXiv:2108.13264, section 4.1): in every environment seeds are drawn with replacement for
  /// themselves, then episodes of each drawn seed.
  ///
  /// - Parameters:
  ///   - samples: `[seeds][environments][episodes]`, as many environments in every row.
  ///   - resamples: at least 1; fewer are drawn, but 200, where there are more than a thousand values.
  ///   - statistic: of all values of a draw.
  /// - Returns: `nil` if there is no value.
  /// - Complexity: O(resamples · statistic).
  public static func stratifiedInterval(
    _ samples: [[[Double]]], confidence: Double = 0.95, resamples: Int = 2_000,
    random: RandomStream, statistic: ([Double]) -> Double
  ) -> ClosedRange<Double>? {
    precondition(confidence > 0 && confidence < 1 && resamples > 0)
    guard let columns = samples.first?.count else { return nil }
    precondition(samples.allSatisfy { $0.count == columns }, "seeds with unlike environments")
    let count = samples.joined().reduce(0) { $0 + $1.count }
    guard count > 0 else { return nil }
    var random = random
    var drawn: [Double] = []
    drawn.reserveCapacity(count)
    let draws = min(resamples, max(200, resamples * 1_000 / count))
    var estimates = (0..<draws).map { _ in
      drawn.removeAll(keepingCapacity: true)
      for column in 0..<columns {
        for _ in samples {
          let episodes = samples[random.integer(below: samples.count)][column]
          for _ in episodes { drawn.append(episodes[random.integer(below: episodes.count)]) }
        }
      }
      return statistic(drawn)
    }
    estimates.sort()
    let tail = (1 - confidence) / 2
    return quantile(estimates, tail)...quantile(estimates, 1 - tail)
  }

  /// How likely a run of one kind scores higher than a run of another in the same environment: the mean
  /// over environments of the share of pairs, a tie counting half (Agarwal et al., arXiv:2108.13264,
  /// section 4.3; Mann and Whitney's U over the number of pairs).
  ///
  /// - Parameters: `[seeds][environments]` each, of the same environments.
  /// - Returns: `nil` if either has no value.
  public static func probabilityOfImprovement(_ one: [[Double]], over other: [[Double]]) -> Double?
  {
    guard let columns = one.first?.count, columns > 0, !other.isEmpty else { return nil }
    var sum = 0.0
    for column in 0..<columns {
      for a in one {
        for b in other { sum += a[column] > b[column] ? 1 : a[column] == b[column] ? 0.5 : 0 }
      }
    }
    return sum / Double(columns * one.count * other.count)
  }

  /// The mean over rows of each row's mean.
  public static func meanOfMeans(_ table: [[Double]]) -> Double {
    mean(table.map { mean($0) ?? .nan }) ?? .nan
  }
}
