import FedRLCore
import FedRLNumerics
import FedRLPPO

/// Turns of one PPO agent in a world.
final class Turns {
  let kind: PPOKind
  private let learner: any Learner
  private let memory: any AgentMemory
  private let world: any BatchEnvironment
  private var moments: Moments?
  private(set) var parameters: ParameterVector
  private var turn: UInt64 = 0
  private let seed: RandomStream

  init(_ settings: PPOSettings, _ environment: any EnvironmentKind, seed: UInt64 = 1) {
    let random = RandomStream(seed: seed)
    self.seed = random
    kind = PPOKind(settings, for: environment.specification)
    learner = kind.makeLearner()
    memory = kind.makeMemory()
    world = environment.makeBatch(count: kind.copies)
    parameters = kind.initialParameters(random.split("parameters"))
    moments =
      kind.normalizesObservations
      ? Moments(features: environment.specification.observations.count) : nil
    learner.begin(memory: memory, in: world, random: random.split("world"))
  }

  /// Environment steps of one rollout, over all copies.
  var steps: Int { kind.stepQuantum }

  func run(
    rollouts: Int = 1, progress: FleetProgress = FleetProgress(start: 0, end: 0)
  ) throws {
    turn += 1
    var task = TrainingTask(
      parameters: parameters, observationMoments: moments, environmentSteps: rollouts * steps,
      progress: progress, random: seed.split("turn", turn), isFirstAfterSync: turn == 1)
    _ = try learner.train(&task, memory: memory, in: world)
    parameters = task.parameters
  }
}
