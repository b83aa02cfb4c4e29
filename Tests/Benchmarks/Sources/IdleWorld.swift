import FedRLCore
import FedRLNumerics

/// A world that costs nothing: what remains is the learner's own time.
struct IdleWorld: EnvironmentKind {
  let specification: EnvironmentSpecification

  init(observations: Int, actions: ActionSpace) {
    specification = EnvironmentSpecification(
      name: "idle", observations: BoxSpace(shape: [observations], low: -1, high: 1, name: "x"),
      actions: actions, controlPeriodSeconds: 0.2, maximumEpisodeSteps: nil)
  }

  func makeBatch(count: Int) -> any BatchEnvironment {
    Batch(specification: specification, count: count)
  }

  final class Batch: BatchEnvironment {
    let specification: EnvironmentSpecification
    let count: Int

    init(specification: EnvironmentSpecification, count: Int) {
      self.specification = specification
      self.count = count
    }

    func reset(random: RandomStream, into observations: inout MutableSpan<Float>) {
      var random = random
      for index in 0..<observations.count { observations[index] = Float(random.normal()) }
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
}
