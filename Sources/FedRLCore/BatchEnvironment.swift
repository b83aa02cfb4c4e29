public import FedRLNumerics

/// B copies of a world stepped together: what workers drive and hot worlds implement directly.
///
/// Every copy that ends is reset in the same step; its last observation is kept apart. Copies draw
/// their episode seeds from the stream given at `reset`, so a copy's fate does not depend on the
/// others'. One owner at a time; it may move between threads.
public protocol BatchEnvironment: AnyObject {
  var specification: EnvironmentSpecification { get }
  /// B.
  var count: Int { get }

  /// Starts new episodes in all copies.
  /// - Parameters:
  ///   - random: names all episodes from here on; copy b's episode e is seeded by
  ///     `random.split("episode", b, e).seed`.
  ///   - observations: `[B, observations.count]`.
  func reset(random: RandomStream, into observations: inout MutableSpan<Float>)

  /// Acts in all copies for one control period.
  /// - Parameters:
  ///   - actions: `[B, actions.width]`: box actions in [−1, 1] (clipped here), or choices' indices.
  ///   - observations: `[B, observations.count]`; of the new episode where one ended.
  ///   - rewards: `[B]`.
  ///   - ends: `[B]`.
  ///   - finalObservations: `[B, observations.count]`; only rows of copies that ended are written.
  func step(
    _ actions: Span<Float>, into observations: inout MutableSpan<Float>,
    rewards: inout MutableSpan<Float>, ends: inout MutableSpan<EpisodeEnd>,
    finalObservations: inout MutableSpan<Float>)

  /// Measures of the episode that copy `index` ended in the last step, `[metrics.count]`.
  func writeFinalMetrics(ofCopy index: Int, into values: inout MutableSpan<Double>)

  /// Values of `specification.listMetrics[list]` of the episode that copy `index` ended in the last
  /// step, oldest first.
  func finalListMetric(_ list: Int, ofCopy index: Int) -> [Double]

  /// Measures of the running episode of copy `index`, `[metrics.count]`.
  func writeMetrics(ofCopy index: Int, into values: inout MutableSpan<Double>)

  /// `[B, choices]`: 1 for actions that are possible now. Called only if `masksActions`.
  func writeActionMasks(into masks: inout MutableSpan<Float>)

  /// Bytes held by this batch alone, not what it shares with others; for estimates.
  var byteCount: Int { get }

  /// What went wrong in a step or reset, for worlds that can fail: a process that died. Nothing the
  /// batch gives after that means anything; callers look here after every step, or at the end of a
  /// turn.
  var failure: (any Error)? { get }

  /// Draws the running episode of copy `index`.
  func draw(copy index: Int, into drawing: inout Drawing)

  /// Writes everything that the next steps depend on.
  func encodeState(into encoder: inout StateEncoder)
  /// Takes up where `encodeState` left off, and gives the current observations, `[B, observations]`.
  func decodeState(
    from decoder: inout StateDecoder, into observations: inout MutableSpan<Float>) throws
}

extension BatchEnvironment {
  public var failure: (any Error)? { nil }
  /// The size of the encoded state, which must have been reset before.
  public var byteCount: Int {
    var encoder = StateEncoder()
    encodeState(into: &encoder)
    return encoder.bytes.count
  }
  public func writeFinalMetrics(ofCopy index: Int, into values: inout MutableSpan<Double>) {}
  public func finalListMetric(_ list: Int, ofCopy index: Int) -> [Double] { [] }
  public func writeMetrics(ofCopy index: Int, into values: inout MutableSpan<Double>) {}
  public func writeActionMasks(into masks: inout MutableSpan<Float>) {
    for index in 0..<masks.count { masks[index] = 1 }
  }
  public func draw(copy index: Int, into drawing: inout Drawing) {}
}
