import FedRLCore
import FedRLNumerics
import FedRLTestSupport
import Testing

@Suite struct BatchAdapterTests {
  @Test func boxActionsAreMappedToPhysicalUnitsAndClipped() {
    let adapter = BatchAdapter<Walker>(count: 6) { Walker() }
    var rows = BatchRows(adapter)
    rows.reset(adapter, seed: 1)
    rows.actions = [-1, 1, 0, -7, 7, .nan]
    rows.step(adapter)
    var taken: [Float] = []
    for copy in 0..<6 { adapter.withEnvironment(copy) { taken.append($0.lastAction) } }
    #expect(taken[0] == -0.3 && taken[1] == 0.5)
    expectClose(Double(taken[2]), 0.1, absolute: 1e-7)
    #expect(taken[3] == -0.3 && taken[4] == 0.5)
    // Not hidden from the learner, which stops at NaN and says where.
    #expect(taken[5].isNaN)
  }

  @Test func discreteActionsArePassedOnUnchanged() {
    let adapter = BatchAdapter<Walker>(count: 3) { Walker(isDiscrete: true) }
    var rows = BatchRows(adapter)
    rows.reset(adapter, seed: 1)
    rows.actions = [2, 0, 1]
    rows.step(adapter)
    for copy in 0..<3 {
      adapter.withEnvironment(copy) { #expect($0.lastAction == [2, 0, 1][copy]) }
    }
  }

  @Test func episodesAreSeededByCopyAndEpisode() {
    let adapter = BatchAdapter<Walker>(count: 2) { Walker() }
    var rows = BatchRows(adapter)
    rows.reset(adapter, seed: 9)
    var episodes: [UInt64] = [0, 0]
    for _ in 0..<200 {
      rows.actions = [1, -1]
      rows.step(adapter)
      for copy in 0..<2 where rows.ends[copy] != .none {
        episodes[copy] += 1
        let seed = RandomStream(seed: 9).split("episode", UInt64(copy), episodes[copy]).seed
        var fresh = Walker()
        var observation = [Float](repeating: 0, count: 2)
        var row = observation.mutableSpan
        fresh.reset(seed: seed, into: &row)
        #expect(rows.observation(copy) == observation)
      }
    }
    #expect(episodes.allSatisfy { $0 >= 5 })
  }

  @Test func episodesAreTruncatedAtTheLimitAndFailureWins() {
    let adapter = BatchAdapter<Countdown>(count: 3) { Countdown() }
    var rows = BatchRows(adapter)
    rows.reset(adapter, seed: 1)
    // Copy 0 goes on to the limit, copy 1 fails at the limit, copy 2 fails before.
    for step in 1...5 {
      rows.actions = [0, step == 5 ? 1 : 0, step == 3 ? 1 : 0]
      rows.step(adapter)
      #expect(rows.ends[0] == (step == 5 ? .truncated : .none))
      #expect(rows.ends[1] == (step == 5 ? .terminated : .none))
      #expect(rows.ends[2] == (step == 3 ? .terminated : .none))
      if step == 3 { #expect(rows.finalObservation(2) == [3]) }
      if step == 3 { #expect(rows.observation(2) == [0]) }
    }
    #expect(rows.finalObservation(0) == [5] && rows.observation(0) == [0])
    #expect(rows.finalMetrics(0, of: adapter) == [5])
    #expect(rows.finalMetrics(2, of: adapter) == [3])
  }

  @Test func everyEnvironmentIsDestroyedOnce() {
    let counter = Counter()
    do {
      let adapter = BatchAdapter<Owner>(count: 4) { Owner(counter) }
      #expect(adapter.count == 4 && counter.living == 4)
    }
    #expect(counter.living == 0)
    #expect(throws: EnvironmentError.self) {
      _ = try BatchAdapter<Owner>(count: 4) {
        if counter.living == 2 { throw EnvironmentError("enough") }
        return Owner(counter)
      }
    }
    #expect(counter.living == 0)
  }

  @Test(arguments: [0, 1, 17, 60])
  func aRestoredBatchContinuesBitForBit(steps: Int) throws {
    for snapshots in [false, true] {
      let make = { () -> any BatchEnvironment in
        snapshots
          ? BatchAdapter<SnapshotWalker>(count: 3) { SnapshotWalker() }
          : BatchAdapter<Walker>(count: 3) { Walker() }
      }
      var random = (0..<3).map { RandomStream(seed: UInt64($0)) }
      let first = make()
      var rows = BatchRows(first)
      rows.reset(first, seed: 2)
      for _ in 0..<steps {
        rows.drawActions(&random, for: first.specification.actions)
        rows.step(first)
      }
      let second = make()
      var others = BatchRows(second)
      try others.restore(second, from: BatchRows.snapshot(first))
      #expect(others.observations == rows.observations)
      for _ in 0..<100 {
        rows.drawActions(&random, for: first.specification.actions)
        others.actions = rows.actions
        rows.step(first)
        others.step(second)
        #expect(others.observations == rows.observations && others.rewards == rows.rewards)
        #expect(others.ends == rows.ends)
      }
      #expect(BatchRows.snapshot(first) == BatchRows.snapshot(second))
    }
  }

  @Test func aReplayThatDoesNotArriveIsRefused() throws {
    var gusty = Walker.Settings()
    gusty.wind = 0.06
    let first = BatchAdapter<Walker>(count: 1) { Walker() }
    var rows = BatchRows(first)
    rows.reset(first, seed: 2)
    for _ in 0..<5 { rows.step(first) }
    let other = BatchAdapter<Walker>(count: 1) { Walker(gusty) }
    let bytes = BatchRows.snapshot(first)
    let failure = #expect(throws: StateDecoder.Failure.self) {
      try rows.restore(other, from: bytes)
    }
    guard case .invalid(let message) = failure else {
      Issue.record("got \(String(describing: failure))")
      return
    }
    #expect(message.hasPrefix("walker: replaying copy 0 to step 5 gave "))
  }

  @Test func aSnapshotOfAnotherBatchSizeIsRefused() {
    let first = BatchAdapter<Walker>(count: 2) { Walker() }
    var rows = BatchRows(first)
    rows.reset(first, seed: 2)
    let other = BatchAdapter<Walker>(count: 3) { Walker() }
    var others = BatchRows(other)
    #expect(
      throws: StateDecoder.Failure.invalid(
        "walker: saved with 2 copies of 2 observed values, expected 3 of 2")
    ) { try others.restore(other, from: BatchRows.snapshot(first)) }
  }

  @Test func masksMetricsAndDrawingsAreThoseOfTheCopy() {
    let adapter = BatchAdapter<Walker>(count: 2) { Walker(isDiscrete: true) }
    var rows = BatchRows(adapter)
    rows.reset(adapter, seed: 2)
    adapter.withEnvironment(1) {
      $0.position = 0.75
      $0.travelled = 3
    }
    var masks = [Float](repeating: -1, count: 6)
    var span = masks.mutableSpan
    adapter.writeActionMasks(into: &span)
    #expect(masks == [1, 1, 1, 1, 1, 0])
    var metrics = [0.0, 0.0]
    var values = metrics.mutableSpan
    adapter.writeMetrics(ofCopy: 1, into: &values)
    #expect(metrics[0] == 3 && metrics[1].isNaN)
    var drawing = Drawing()
    adapter.draw(copy: 1, into: &drawing)
    #expect(drawing.shapes == [.circle(x: 0.75, y: 0, radius: 0.1, fill: Color(1, 0, 0))])
  }

  /// Counts its steps, and fails when told to.
  struct Countdown: Environment {
    var steps: Float = 0
    let specification = EnvironmentSpecification(
      name: "countdown", observations: BoxSpace(shape: [1], low: 0, high: 5, name: "steps"),
      actions: .discrete(count: 2), controlPeriodSeconds: 1, maximumEpisodeSteps: 5,
      metrics: [MetricDefinition("steps", unit: "1", higherIsBetter: nil, "Steps taken")])

    mutating func reset(seed: UInt64, into observation: inout MutableSpan<Float>) {
      steps = 0
      observation[0] = 0
    }
    mutating func step(_ action: Span<Float>, into observation: inout MutableSpan<Float>)
      -> StepOutcome
    {
      steps += 1
      observation[0] = steps
      return StepOutcome(reward: 0, end: action[0] == 1 ? .terminated : .none)
    }
    func writeMetrics(into values: inout MutableSpan<Double>) { values[0] = Double(steps) }
  }

  final class Counter { var living = 0 }

  /// Cannot be copied, as a physics world cannot.
  struct Owner: Environment, ~Copyable {
    let counter: Counter
    init(_ counter: Counter) {
      self.counter = counter
      counter.living += 1
    }
    deinit { counter.living -= 1 }
    var specification: EnvironmentSpecification { Countdown().specification }
    mutating func reset(seed: UInt64, into observation: inout MutableSpan<Float>) {
      observation[0] = 0
    }
    mutating func step(_ action: Span<Float>, into observation: inout MutableSpan<Float>)
      -> StepOutcome
    { StepOutcome(reward: 0) }
  }
}
