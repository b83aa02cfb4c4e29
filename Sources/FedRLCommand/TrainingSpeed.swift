import FedRLCore
import FedRLNumerics
import FedRLScenario

/// How fast one core of this machine runs a scenario, by trying it for about a second.
package struct TrainingSpeed: Sendable, Equatable {
  /// Environment steps collected and learned from.
  let trainingStepsPerSecond: Double
  /// Environment steps of deterministic episodes.
  let evaluationStepsPerSecond: Double

  /// Trains the first agent of each group for one rollout or two, and acts for a while in the first
  /// evaluation environment.
  static func measure(_ prepared: PreparedScenario) throws -> TrainingSpeed {
    TrainingSpeed(
      trainingStepsPerSecond: try training(prepared),
      evaluationStepsPerSecond: evaluation(prepared))
  }

  /// Groups count by their steps; those beyond the eighth are taken to be as the others.
  private static func training(_ prepared: PreparedScenario) throws -> Double {
    let members = prepared.scenario.members
    var (steps, seconds) = (0.0, 0.0)
    for group in prepared.scenario.groups.prefix(8) {
      let agents = members.filter { $0.group == group }
      guard let first = agents.first else { continue }
      let weight = Double(agents.reduce(0) { $0 + $1.stepsPerRound })
      steps += weight
      seconds +=
        try weight / training(prepared, in: prepared.kinds[prepared.kindOfMember[first.index]])
    }
    return steps / seconds
  }

  private static func training(_ prepared: PreparedScenario, in world: any EnvironmentKind) throws
    -> Double
  {
    let kind = prepared.learner
    let learner = kind.makeLearner()
    let memory = kind.makeMemory()
    let batch = world.makeBatch(count: kind.copies)
    let random = RandomStream(seed: prepared.scenario.seed).split("calibration")
    learner.begin(memory: memory, in: batch, random: random.split("environment"))
    var parameters = kind.initialParameters(random.split("initialization"))
    var best = 0.0
    // The first turn warms caches up; a slow one need not be repeated.
    for turn in 0..<3 {
      var task = TrainingTask(
        parameters: parameters,
        observationMoments: kind.normalizesObservations
          ? Moments(features: prepared.specification.observations.count) : nil,
        environmentSteps: kind.stepQuantum, progress: FleetProgress(start: 0, end: 0),
        random: random.split("turn", UInt64(turn)), isFirstAfterSync: true)
      let start = ContinuousClock.now
      _ = try learner.train(&task, memory: memory, in: batch)
      let seconds = (ContinuousClock.now - start).seconds
      parameters = task.parameters
      best = max(best, Double(kind.stepQuantum) / max(seconds, 1e-9))
      if seconds > 0.2 { break }
    }
    return best
  }

  private static func evaluation(_ prepared: PreparedScenario) -> Double {
    let environment = prepared.evaluationKinds[0].kind
    let copies = min(prepared.scenario.evaluation.episodes, 64)
    let batch = environment.makeBatch(count: copies)
    let actor = prepared.learner.makeActor(copies: copies)
    let random = RandomStream(seed: prepared.scenario.seed).split("calibration")
    let features = prepared.specification.observations.count
    actor.load(
      prepared.learner.initialParameters(random),
      observationMoments: prepared.learner.normalizesObservations
        ? Moments(features: features) : nil)
    return stepsPerSecond(batch, actor, copies: copies, random: random)
  }

  private static func stepsPerSecond(
    _ batch: any BatchEnvironment, _ actor: any Actor, copies: Int, random: RandomStream
  ) -> Double {
    let specification = batch.specification
    var observations = [Float](repeating: 0, count: copies * specification.observations.count)
    var finals = observations
    var masks: [Float] = []
    if specification.masksActions {
      masks = [Float](repeating: 1, count: copies * specification.actions.policyOutputs)
    }
    var actions = [Float](repeating: 0, count: copies * specification.actions.width)
    var state = [Float](repeating: 0, count: copies * actor.stateWidth)
    var rewards = [Float](repeating: 0, count: copies)
    var ends = [EpisodeEnd](repeating: .none, count: copies)
    var first = observations.mutableSpan
    batch.reset(random: random, into: &first)
    let start = ContinuousClock.now
    var steps = 0
    var seconds = 0.0
    while seconds < 0.2 {
      var stateSpan = state.mutableSpan
      var actionSpan = actions.mutableSpan
      actor.act(
        observations: observations.span, masks: masks.span, state: &stateSpan, random: nil,
        into: &actionSpan)
      var observationSpan = observations.mutableSpan
      var rewardSpan = rewards.mutableSpan
      var endSpan = ends.mutableSpan
      var finalSpan = finals.mutableSpan
      batch.step(
        actions.span, into: &observationSpan, rewards: &rewardSpan, ends: &endSpan,
        finalObservations: &finalSpan)
      steps += copies
      seconds = (ContinuousClock.now - start).seconds
    }
    return Double(steps) / seconds
  }
}
