import FedRLCore
import FedRLNumerics
import FedRLPPO
import FedRLTestSupport

/// What a fleet of one has after its training.
struct Trained {
  var parameters: ParameterVector
  var moments: Moments?
  var reports: [LearningReport] = []
}

/// One turn's task, as a fleet of one would give it.
func makeTask(
  _ parameters: ParameterVector, moments: Moments? = nil, steps: Int, turn: Int = 0,
  turns: Int = 1, random: RandomStream, isFirstAfterSync: Bool = false
) -> TrainingTask {
  TrainingTask(
    parameters: parameters, observationMoments: moments, environmentSteps: steps,
    progress: FleetProgress(
      start: Double(turn) / Double(turns), end: Double(turn + 1) / Double(turns)),
    random: random.split("turn", UInt64(turn)), isFirstAfterSync: isFirstAfterSync)
}

/// Trains for some turns, as a fleet of one would.
/// - Parameter isEnough: asked after every turn.
func trainAlone(
  _ kind: PPOKind, in environment: any BatchEnvironment, seed: UInt64, turns: Int,
  stepsPerTurn: Int, until isEnough: (Trained) -> Bool = { _ in false }
) throws -> Trained {
  let root = RandomStream(seed: seed)
  var trained = Trained(parameters: kind.initialParameters(root.split("initial")))
  if kind.normalizesObservations {
    trained.moments = Moments(features: kind.specification.observations.count)
  }
  let memory = kind.makeMemory()
  let learner = kind.makeLearner()
  learner.begin(memory: memory, in: environment, random: root.split("environment"))
  for turn in 0..<turns {
    var task = makeTask(
      trained.parameters, moments: trained.moments, steps: stepsPerTurn, turn: turn,
      turns: turns, random: root)
    trained.reports.append(try learner.train(&task, memory: memory, in: environment))
    trained.parameters = task.parameters
    if let sums = task.observedSums { trained.moments?.merge(Moments(sums)) }
    if isEnough(trained) { break }
  }
  return trained
}

/// Returns of each copy's first episode under the deterministic policy.
func evaluate(
  _ kind: PPOKind, _ trained: Trained, in environment: any BatchEnvironment, seed: UInt64
) -> [Double] {
  let actor = kind.makeActor(copies: environment.count)
  actor.load(trained.parameters, observationMoments: trained.moments)
  var rows = BatchRows(environment)
  rows.reset(environment, seed: seed)
  var returns = [Double](repeating: 0, count: environment.count)
  var running = [Bool](repeating: true, count: environment.count)
  let noMasks: [Float] = []
  var remembered = [Float](repeating: 0, count: environment.count * actor.stateWidth)
  while running.contains(true) {
    let observations = rows.observations
    var state = remembered.mutableSpan
    var actions = rows.actions.mutableSpan
    actor.act(
      observations: observations.span, masks: noMasks.span, state: &state, random: nil,
      into: &actions)
    rows.step(environment)
    for copy in running.indices where running[copy] {
      returns[copy] += Double(rows.rewards[copy])
      if rows.ends[copy] != .none { running[copy] = false }
    }
  }
  return returns
}

func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }
