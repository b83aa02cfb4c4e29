import FedRLCore

/// Plays one episode of a plain environment to its end or time limit.
/// - Parameters:
///   - watch: shown the world before every step and after the last.
///   - choose: writes an action, in physical units, for an observation.
func playEpisode<E: Environment & ~Copyable>(
  _ world: consuming E, seed: UInt64, watch: EpisodeWatch,
  choose: (_ observation: Span<Float>, _ action: inout MutableSpan<Float>) -> Void
) throws -> EpisodeRecord {
  let specification = world.specification
  var observation = [Float](repeating: 0, count: specification.observations.count)
  var action = [Float](repeating: 0, count: specification.actions.width)
  var record = EpisodeRecord(
    seed: seed, episodeReturn: 0, steps: 0, end: .none,
    metrics: [Double](repeating: .nan, count: specification.metrics.count))
  var row = observation.mutableSpan
  world.reset(seed: seed, into: &row)
  while record.end == .none {
    try watch { world.draw(into: &$0) }
    var actionRow = action.mutableSpan
    choose(observation.span, &actionRow)
    var row = observation.mutableSpan
    let outcome = world.step(action.span, into: &row)
    record.steps += 1
    record.episodeReturn += Double(outcome.reward)
    record.end = outcome.end
    if record.end == .none && record.steps >= specification.maximumEpisodeSteps ?? .max {
      record.end = .truncated
    }
  }
  try watch { world.draw(into: &$0) }
  var metrics = record.metrics
  var metricRow = metrics.mutableSpan
  world.writeMetrics(into: &metricRow)
  record.metrics = metrics
  return record
}
