import FedRLCore
import FedRLNumerics

/// A world that costs nothing: what remains is the learner's own time.
final class IdleWorld: BatchEnvironment {
  let specification: EnvironmentSpecification
  let count: Int
  private var random = RandomStream(seed: 3)

  init(observations: Int, actions: ActionSpace, count: Int) {
    specification = EnvironmentSpecification(
      name: "idle", observations: BoxSpace(shape: [observations], low: -1, high: 1, name: "x"),
      actions: actions, controlPeriodSeconds: 0.2, maximumEpisodeSteps: nil)
    self.count = count
  }

  func reset(random: RandomStream, into observations: inout MutableSpan<Float>) {
    for index in 0..<observations.count { observations[index] = Float(self.random.normal()) }
  }
  func step(
    _ actions: Span<Float>, into observations: inout MutableSpan<Float>,
    rewards: inout MutableSpan<Float>, ends: inout MutableSpan<EpisodeEnd>,
    finalObservations: inout MutableSpan<Float>
  ) {
    for copy in 0..<count {
      let first = copy * specification.observations.count
      observations[first] = 0.9 * observations[first] + 0.1 * actions[copy]
      rewards[copy] = observations[first]
      ends[copy] = .none
    }
  }
  func encodeState(into encoder: inout StateEncoder) {}
  func decodeState(
    from decoder: inout StateDecoder, into observations: inout MutableSpan<Float>
  ) throws {}
}
