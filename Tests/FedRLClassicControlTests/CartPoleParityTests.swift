import FedRLClassicControl
import FedRLCore
import FedRLTestSupport
import Testing

/// Against steps recorded from Gymnasium's own code.
@Suite struct CartPoleParityTests {
  private let stepTolerance = Parity<CartPole>.stepTolerance

  private func recorded() throws -> [RecordedEpisode<CartPole>] {
    try RecordedEpisode.all("CartPole-v1")
  }

  @Test(arguments: [1, 5, 8, 64])
  func everyRecordedStepIsMatchedByTheBatchInEveryLane(count: Int) throws {
    for episode in try recorded() {
      let batch = CartPoleBatch(count: count)
      var rows = BatchRows(batch)
      for step in episode.actions.indices {
        // A new start, so that no copy reaches the time limit.
        rows.reset(batch, seed: 1)
        // Each copy takes another of the recorded steps.
        let taken = (0..<count).map { (step + $0 * 7) % episode.actions.count }
        for copy in 0..<count {
          batch[copy] = episode.states[taken[copy]]
          rows.actions[copy] = episode.actions[taken[copy]]
        }
        rows.step(batch)
        for copy in 0..<count { try compare(copy, of: batch, rows, episode, step: taken[copy]) }
      }
    }
  }

  private func compare(
    _ copy: Int, of batch: CartPoleBatch, _ rows: BatchRows, _ episode: RecordedEpisode<CartPole>,
    step: Int
  ) throws {
    let isLost = episode.ends[step] == .terminated
    #expect((rows.ends[copy] == .terminated) == isLost)
    #expect(rows.rewards[copy] == Float(episode.rewards[step]))
    let observed = isLost ? rows.finalObservation(copy) : rows.observation(copy)
    expectClose(observed, episode.observations[step + 1], relative: 1e-6, absolute: 1e-12)
    // The copy that ended has started anew.
    if isLost { return }
    expectClose(
      batch[copy].values, episode.states[step + 1].values, absolute: stepTolerance,
      "\(episode.name) step \(step + 1) in copy \(copy)")
  }

  @Test func theLastStepOfALostEpisodeIsMatchedByTheBatchBeyondTheLimits() throws {
    // With limits of their own that do not bind, so that the batch keeps the last state.
    var settings = CartPoleSettings()
    settings.angleLimit = 0.7
    settings.positionLimit = 10
    for episode in try recorded() {
      let batch = CartPoleBatch(count: 2, settings: settings)
      var rows = BatchRows(batch)
      rows.reset(batch, seed: 1)
      batch[1] = episode.states[episode.actions.count - 1]
      rows.actions[1] = episode.actions[episode.actions.count - 1]
      rows.step(batch)
      #expect(rows.ends[1] == .none)
      expectClose(
        batch[1].values, episode.states[episode.actions.count].values, absolute: stepTolerance)
    }
  }

  @Test func controlledEpisodesEndInTruncationAtExactly500Steps() throws {
    for episode in try recorded() where episode.isControlled {
      #expect(episode.actions.count == 500 && episode.ends.last == .truncated)
      let batch = CartPoleBatch(count: 3)
      let adapter = BatchAdapter<CartPole>(count: 3) { CartPole() }
      for world in [batch as any BatchEnvironment, adapter] {
        var rows = BatchRows(world)
        rows.reset(world, seed: 4)
        for step in 0..<500 {
          // The pole is put back on the recorded path, so that only the step count can end it.
          for copy in 0..<3 {
            batch[copy] = episode.states[step]
            adapter.withEnvironment(copy) { $0.state = episode.states[step] }
            rows.actions[copy] = episode.actions[step]
          }
          rows.step(world)
          let expected: EpisodeEnd = step == 499 ? .truncated : .none
          #expect(rows.ends == [expected, expected, expected], "step \(step + 1)")
        }
        expectClose(
          rows.finalObservation(1), episode.observations[500], relative: 1e-6, absolute: 1e-12)
      }
    }
  }
}
