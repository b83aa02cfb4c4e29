import FedRLCore
import FedRLNumerics
import FedRLPPO
import Testing

/// Trains for some turns, as a fleet of one would.
func trainAlone(
  _ kind: PPOKind, in environment: any BatchEnvironment, seed: UInt64, turns: Int,
  stepsPerTurn: Int
) throws -> (ParameterVector, Moments?, [LearningReport]) {
  let root = RandomStream(seed: seed)
  var parameters = kind.initialParameters(root.split("initial"))
  var moments: Moments? =
    kind.normalizesObservations ? Moments(features: kind.specification.observations.count) : nil
  let memory = kind.makeMemory()
  let learner = kind.makeLearner()
  learner.begin(memory: memory, in: environment, random: root.split("environment"))
  var reports: [LearningReport] = []
  for turn in 0..<turns {
    var task = TrainingTask(
      parameters: parameters, observationMoments: moments, environmentSteps: stepsPerTurn,
      progress: FleetProgress(
        start: Double(turn) / Double(turns), end: Double(turn + 1) / Double(turns)),
      random: root.split("turn", UInt64(turn)), isFirstAfterSync: false)
    reports.append(try learner.train(&task, memory: memory, in: environment))
    parameters = task.parameters
    if let sums = task.observedSums { moments?.merge(Moments(sums)) }
  }
  return (parameters, moments, reports)
}

/// Steps at 60 per episode; the mean return of deterministic episodes, one per copy.
func pointMassScore(_ kind: PPOKind, _ parameters: ParameterVector, _ moments: Moments?) -> Double {
  let environment = PointMass(count: 50)
  let actor = kind.makeActor(copies: 50)
  actor.load(parameters, observationMoments: moments)
  var observations = [Float](repeating: 0, count: 100)
  var actions = [Float](repeating: 0, count: 50)
  var rewards = actions
  var finals = observations
  var ends = [EpisodeEnd](repeating: .none, count: 50)
  var observationSpan = observations.mutableSpan
  environment.reset(random: RandomStream(seed: 999), into: &observationSpan)
  var total = 0.0
  for _ in 0..<60 {
    var none: [Float] = []
    var state = none.mutableSpan
    var actionSpan = actions.mutableSpan
    let masks: [Float] = []
    actor.act(
      observations: observations.span, masks: masks.span, state: &state, random: nil,
      into: &actionSpan)
    var o = observations.mutableSpan
    var r = rewards.mutableSpan
    var e = ends.mutableSpan
    var f = finals.mutableSpan
    environment.step(actions.span, into: &o, rewards: &r, ends: &e, finalObservations: &f)
    total += rewards.reduce(0.0) { $0 + Double($1) }
  }
  return total / 50
}

@Suite struct LearningTests {
  @Test func aPointOnALineIsBroughtToTheOrigin() throws {
    BLAS.useOneThread()
    var settings = PPOSettings()
    settings.environments = 8
    settings.steps = 64
    settings.minibatch = 128
    settings.learningRate = 1e-3
    settings.learningRateSchedule = .linear
    settings.normalizeObservations = true
    settings.normalizeRewards = true
    let environment = PointMass(count: 8)
    let kind = PPOKind(settings, for: environment.specification)
    for seed in [1, 2, 3] as [UInt64] {
      let (parameters, moments, reports) = try trainAlone(
        kind, in: environment, seed: seed, turns: 10, stepsPerTurn: 4096)
      let before = pointMassScore(
        kind, kind.initialParameters(RandomStream(seed: seed).split("initial")), nil)
      let after = pointMassScore(kind, parameters, moments)
      print("point mass, seed \(seed): \(before) before, \(after) after")
      #expect(after > -12)
      #expect(reports.allSatisfy { $0.environmentSteps == 4096 })
    }
  }
}
