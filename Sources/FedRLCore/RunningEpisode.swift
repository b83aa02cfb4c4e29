import FedRLNumerics

/// Return and length of an episode that goes on.
public struct RunningEpisode: Sendable, BitwiseCopyable, Equatable {
  /// Sum of raw rewards.
  public var episodeReturn = 0.0
  public var steps = 0

  public init() {}

  /// Counts one step's reward.
  @inlinable
  public mutating func count(_ reward: Float) {
    episodeReturn += Double(reward)
    steps += 1
  }
}

extension LearningReport {
  /// Takes note of an episode that copy `copy` of the environment has just ended.
  public mutating func append(
    _ episode: RunningEpisode, ofCopy copy: Int, in environment: any BatchEnvironment,
    metricCount: Int
  ) {
    episodeReturns.append(episode.episodeReturn)
    episodeSteps.append(episode.steps)
    var metrics = [Double](repeating: .nan, count: metricCount)
    var span = metrics.mutableSpan
    environment.writeFinalMetrics(ofCopy: copy, into: &span)
    episodeMetrics.append(metrics)
  }
}

extension LearningError {
  /// Refuses observations that are not finite.
  /// - Parameters:
  ///   - observations: `[rows, width]`
  ///   - step: environment steps of the turn before them.
  public static func check(
    observations: UnsafePointer<Float>, rows: Int, width: Int, step: Int
  ) throws(LearningError) {
    if let index = Kernels.firstNonFinite(observations, count: rows * width) {
      throw LearningError(
        quantity: "observation \(index % width)", step: step + index / width,
        value: Double(observations[index]))
    }
  }
}
