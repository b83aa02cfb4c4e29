import FedRLCore
import FedRLNumerics
import FedRLSimulation
import Synchronization
import Testing

@Suite struct EvaluatorTests {
  let learner = NudgeKind()
  let evaluator = Evaluator(
    environments: [
      .init(name: "one", kind: DriftKind(gain: 1)), .init(name: "three", kind: DriftKind(gain: 3)),
    ], episodes: 5, seed: 21)

  func policies(_ count: Int) -> [PolicySnapshot] {
    (0..<count).map {
      PolicySnapshot(
        parameters: learner.initialParameters(RandomStream(seed: UInt64(100 + $0))),
        observationMoments: Moments(count: 4, mean: [0.1 * Double($0), 0], m2: [1, 1]), agent: $0)
    }
  }

  func evaluate(_ policies: [PolicySnapshot], workers: Int) throws -> [[[EpisodeRecord]]] {
    try evaluator.evaluate(policies, learner: learner, pool: WorkerPool(count: workers))
  }

  @Test func resultsDoNotDependOnWorkers() throws {
    let expected = try evaluate(policies(3), workers: 1)
    #expect(expected.count == 3)
    #expect(expected.allSatisfy { $0.count == 2 && $0.allSatisfy { $0.count == 5 } })
    #expect(expected[0] != expected[1])
    for workers in [2, 4] {
      #expect(try evaluate(policies(3), workers: workers) == expected)
    }
  }

  @Test func aPolicysEpisodesDoNotDependOnTheOthers() throws {
    let all = try evaluate(policies(3), workers: 2)
    #expect(try evaluate([policies(3)[2]], workers: 1) == [all[2]])
  }

  @Test func everyPolicyStartsFromTheSameSeedsWhichAllDiffer() throws {
    let all = try evaluate(policies(2), workers: 2)
    let seeds = all.map { $0.map { $0.map(\.seed) } }
    #expect(seeds[0] == seeds[1])
    #expect(Set(seeds[0].flatMap(\.self)).count == 10)
  }

  @Test func anEpisodeEqualsOnePlayedByHand() throws {
    let policy = policies(3)[1]
    let record = try evaluate([policy], workers: 1)[0][1][3]
    var environment = DriftEnvironment(gain: 3)
    var observation: [Float] = [0, 0]
    var span = observation.mutableSpan
    environment.reset(seed: record.seed, into: &span)
    let weights = Array(policy.parameters["actor"]!)
    var total = 0.0
    for _ in 0..<7 {
      let line =
        weights[0] * (observation[0] - Float(policy.observationMoments!.mean[0]))
        + weights[1] * observation[1]
      let action = [min(max(line, -1), 1)]
      var span = observation.mutableSpan
      total += Double(environment.step(action.span, into: &span).reward)
    }
    #expect(abs(record.episodeReturn - total) < 1e-6)
    #expect(record.steps == 7)
    #expect(record.end == .truncated)
    #expect(abs(record.metrics[0] - Double(abs(observation[0]))) < 1e-6)
  }

  @Test func aWorldThatGoesWrongIsNamed() {
    let evaluator = Evaluator(
      environments: [
        .init(name: "well", kind: DriftKind(gain: 1)),
        .init(name: "ill", kind: DriftKind(gain: .nan)),
      ], episodes: 2, seed: 1)
    let error = #expect(throws: EvaluationFailure.self) {
      try evaluator.evaluate(policies(1), learner: learner, pool: WorkerPool(count: 1))
    }
    #expect(error?.description == "evaluation in ill: observation 0 became nan at step 1")
  }

  @Test func aPolicyThatActsNotANumberIsNamed() {
    var policy = policies(1)[0]
    policy.observationMoments!.mean[0] = .nan
    let error = #expect(throws: EvaluationFailure.self) {
      try evaluator.evaluate([policy], learner: learner, pool: WorkerPool(count: 1))
    }
    #expect(error?.description == "evaluation in one: action 0 became nan at step 0")
  }

  @Test func aRewardThatIsNoNumberIsNamed() {
    let evaluator = Evaluator(
      environments: [.init(name: "greedy", kind: DriftKind(rewardScale: .infinity))], episodes: 2,
      seed: 1)
    let error = #expect(throws: EvaluationFailure.self) {
      try evaluator.evaluate(policies(1), learner: learner, pool: WorkerPool(count: 1))
    }
    #expect(error?.description == "evaluation in greedy: reward became -inf at step 1")
  }

  @Test func aCancelledEvaluationThrows() {
    let calls = Atomic<Int>(0)
    #expect(throws: Interrupted()) {
      try evaluator.evaluate(
        policies(3), learner: learner, pool: WorkerPool(count: 2),
        isCancelled: { calls.wrappingAdd(1, ordering: .relaxed).newValue > 2 })
    }
  }

  @Test func baselinesComeByNameAndEnvironmentWithThePoliciesSeeds() throws {
    let records = try evaluator.evaluateBaselines(["stay", "push"], pool: WorkerPool(count: 3))
    #expect(records.map(\.baseline) == ["stay", "stay", "push", "push"])
    #expect(records.map(\.environment) == ["one", "three", "one", "three"])
    #expect(records.map { $0.episodes[4].episodeReturn } == [0, 0, 1, 3])
    let policy = try evaluate(policies(1), workers: 1)[0]
    #expect(records[1].episodes.map(\.seed) == policy[1].map(\.seed))
    #expect(throws: Interrupted()) {
      try evaluator.evaluateBaselines(["stay"], pool: WorkerPool(count: 2), isCancelled: { true })
    }
  }
}
