import FedRLClassicControl
import FedRLCore
import FedRLTestSupport
import Testing

/// Comparisons of a plain environment with recorded episodes of Gymnasium's own.
enum Parity<E: ClassicEnvironment> {
  /// The bar for single steps, on every code path.
  static var stepTolerance: Double { 1e-12 }
  /// The recording's own statement of what double arithmetic should reach over an episode.
  static var episodeTolerance: Double { 1e-9 }

  /// Every step, each from the state recorded before it.
  static func expectSingleSteps(_ episodes: [RecordedEpisode<E>]) {
    for episode in episodes {
      var world = E(.init())
      for step in episode.actions.indices {
        world.state = episode.states[step]
        expectStep(
          step, of: episode, &world, relative: stepTolerance, absolute: stepTolerance)
      }
    }
  }

  /// The first steps from the recorded start.
  static func expectEpisodes(_ episodes: [RecordedEpisode<E>], steps: Int = .max) {
    for episode in episodes {
      var world = E(.init())
      world.state = episode.states[0]
      for step in episode.actions.indices.prefix(steps) {
        expectStep(
          step, of: episode, &world, relative: episodeTolerance, absolute: stepTolerance)
      }
    }
  }

  private static func expectStep(
    _ step: Int, of episode: RecordedEpisode<E>, _ world: inout E, relative: Double,
    absolute: Double
  ) {
    let place = "\(episode.name) step \(step + 1)"
    var observation = [Float](repeating: .nan, count: world.specification.observations.count)
    let action = [episode.actions[step]]
    var row = observation.mutableSpan
    let outcome = world.step(action.span, into: &row)
    expectClose(
      world.state.values, episode.states[step + 1].values, relative: relative,
      absolute: absolute, place)
    // Rewards and observations are kept as floats: half a unit in the last place is 6·10⁻⁸.
    expectClose(
      Double(outcome.reward), episode.rewards[step], relative: 1.2e-7, absolute: absolute, place)
    expectClose(
      observation, episode.observations[step + 1], relative: 1e-6, absolute: absolute, place)
    // The world itself knows no time limit.
    #expect(
      (outcome.end == .terminated) == (episode.ends[step] == .terminated), "\(place)")
    #expect(outcome.end != .truncated)
  }

  /// Episodes that were truncated last exactly `limit` steps, also as an adapter drives them.
  static func expectTruncation(_ episodes: [RecordedEpisode<E>], at limit: Int) {
    for episode in episodes where episode.ends.last == .truncated {
      #expect(episode.actions.count == limit)
      let adapter = BatchAdapter<E>(count: 3) { E(.init()) }
      let space = adapter.specification.actions
      var rows = BatchRows(adapter)
      rows.reset(adapter, seed: 4)
      for step in 0..<limit {
        // Put back on the recorded path, so that only the step count can end it.
        for copy in 0..<3 {
          adapter.withEnvironment(copy) { $0.state = episode.states[step] }
          rows.actions[copy] = space.policyAction(episode.actions[step])
        }
        rows.step(adapter)
        let expected: EpisodeEnd = step == limit - 1 ? .truncated : .none
        #expect(rows.ends == [expected, expected, expected], "step \(step + 1)")
      }
      expectClose(
        rows.finalObservation(1), episode.observations[limit], relative: 1e-6, absolute: 1e-6)
    }
  }
}

extension ActionSpace {
  /// What a policy must put out for the environment to get `value`, for boxes symmetric about 0.
  fileprivate func policyAction(_ value: Float) -> Float {
    guard case .box(let box) = self else { return value }
    return value / box.high[0]
  }
}
