public import FedRLCore
import FedRLNetworks
public import FedRLNumerics

/// DQN's machine: networks, minibatch, gradient and activations, allocated once and used for one agent
/// after another. Nothing in it outlives a turn, so results do not depend on which learner a turn got.
public final class DQNLearner: Learner {
  let kind: DQNKind
  let settings: DQNSettings
  let loss: DQNLoss
  let targets: TDTargets
  let network: QNetwork
  let targetNetwork: QNetwork
  let adam: Adam
  var normalizer: ObservationNormalizer
  package let batch: DQNBatch
  /// The flat parameters in training.
  package let weights: FloatBuffer
  let gradient: FloatBuffer
  /// `[M, A, N]`
  let outputGradient: FloatBuffer
  /// `[M, A, N]`: the target network's values of the observations acted on, for Munchausen's reward.
  let currentValues: FloatBuffer
  /// `[B, observations]`, as the network sees them.
  let seen: FloatBuffer
  /// `[B, choices]`, `[B]`: actions that are possible now, and those chosen.
  let masks: FloatBuffer
  let actions: FloatBuffer
  let rewards: FloatBuffer
  let ends: UnsafeMutablePointer<EpisodeEnd>
  /// `[B, observations]`, raw.
  let finalObservations: FloatBuffer

  init(_ kind: DQNKind) {
    self.kind = kind
    settings = kind.settings
    let design = kind.design
    let copies = settings.environments
    let rows = max(settings.minibatch, copies)
    loss = DQNLoss(
      choices: design.choices, atoms: design.atoms, isDistributional: settings.quantiles > 0)
    targets = TDTargets(choices: design.choices, atoms: design.atoms)
    network = QNetwork(design, maximumRows: rows, trains: true)
    targetNetwork = QNetwork(design, maximumRows: settings.minibatch, trains: false)
    adam = Adam(epsilon: settings.adamEpsilon)
    normalizer = ObservationNormalizer(width: design.inputs)
    batch = DQNBatch(kind)
    weights = FloatBuffer(count: design.layout.count)
    gradient = FloatBuffer(count: design.layout.count)
    outputGradient = FloatBuffer(count: settings.minibatch * design.choices * design.atoms)
    currentValues = FloatBuffer(count: settings.munchausen > 0 ? outputGradient.count : 0)
    seen = FloatBuffer(count: copies * design.inputs)
    masks = FloatBuffer(count: copies * kind.maskWidth)
    actions = FloatBuffer(count: copies)
    rewards = FloatBuffer(count: copies)
    ends = .allocate(capacity: copies)
    ends.initialize(repeating: .none, count: copies)
    finalObservations = FloatBuffer(count: copies * design.inputs)
  }

  deinit { ends.deallocate() }

  public func begin(
    memory: any AgentMemory, in environment: any BatchEnvironment, random: RandomStream
  ) {
    let memory = cast(memory)
    for copy in memory.running.indices { memory.running[copy] = .init() }
    let buffer = memory.observations.buffer
    var observations = buffer.mutableSpan
    environment.reset(random: random, into: &observations)
    for copy in 0..<settings.environments {
      memory.replay.begin(copy, observation: observation(of: copy, memory))
    }
    noteMasks(memory, environment)
  }

  public func train(
    _ task: inout TrainingTask, memory: any AgentMemory, in environment: any BatchEnvironment
  ) throws -> LearningReport {
    let memory = cast(memory)
    precondition(
      environment.count == settings.environments,
      "\(environment.count) copies of the environment, expected \(settings.environments)")
    precondition(
      task.environmentSteps % kind.stepQuantum == 0,
      "\(task.environmentSteps) steps are no multiple of a phase's \(kind.stepQuantum)")
    precondition(task.parameters.count == weights.count)
    load(task.parameters.values)
    normalizer.load(task.observationMoments)
    if task.isFirstAfterSync {
      memory.synchronize(
        settings.optimizerOnSync, settings.targetOnSync, weights: weights.pointer)
    }
    if memory.isFresh { memory.copyTarget(weights.pointer) }
    loadTarget(memory)

    var turn = DQNTurn(task)
    task.observedSums = nil
    defer { task.observedSums = turn.observedSums }
    for _ in 0..<(task.environmentSteps / kind.stepQuantum) {
      try collect(&turn, memory, environment)
      // Random acting is over, and there is something to draw.
      if memory.environmentSteps > settings.learningStarts, memory.replay.stepCount > 0 {
        try learn(&turn, memory, hook: task.gradientHook)
      }
      if task.isOver(turn.report) { break }
    }
    turn.finish(replay: memory.replay)
    task.parameters.values.withUnsafeMutableBufferPointer {
      $0.baseAddress!.update(from: weights.pointer, count: weights.count)
    }
    return turn.report
  }

  /// Puts parameters in the place of those in training.
  /// - Parameter parameters: `[layout.count]`
  package func load(_ parameters: [Float]) {
    weights.pointer.update(from: parameters, count: weights.count)
    network.load(weights.pointer)
  }

  /// Takes note of a changed target network.
  package func loadTarget(_ memory: DQNMemory) { targetNetwork.load(memory.target.pointer) }

  func observation(of copy: Int, _ memory: DQNMemory) -> UnsafePointer<Float> {
    UnsafePointer(memory.observations.pointer + copy * kind.design.inputs)
  }

  private func cast(_ memory: any AgentMemory) -> DQNMemory {
    guard let memory = memory as? DQNMemory else {
      preconditionFailure("DQN needs the memory it made, got \(type(of: memory))")
    }
    return memory
  }
}

/// What grows while a turn goes on.
package struct DQNTurn {
  var report = LearningReport()
  var observedSums: MomentSums?
  var exploring: RandomStream
  var drawing: RandomStream
  let progress: FleetProgress
  let budget: Int
  let episodeLimit: Int?
  /// Environment steps over all copies.
  var steps = 0
  /// Sums over gradient steps.
  package var lossSum = 0.0
  var valueSum = 0.0
  var gradientNormSum = 0.0
  var exploration = 0.0
  var learningRate = 0.0

  package init(_ task: TrainingTask) {
    observedSums = task.observedSums
    exploring = task.random.split("action")
    drawing = task.random.split("replay")
    progress = task.progress
    budget = task.environmentSteps
    episodeLimit = task.episodeLimit
  }

  /// The fleet's progress at this step.
  var fleetProgress: Double {
    let share =
      episodeLimit.map { Double(report.episodeReturns.count) / Double(max($0, 1)) }
      ?? Double(steps) / Double(max(budget, 1))
    return progress.start + (progress.end - progress.start) * min(share, 1)
  }

  mutating func finish(replay: ReplayMemory) {
    let count = Double(max(report.gradientSteps, 1))
    report.diagnostics = [
      ("td_loss", report.gradientSteps > 0 ? lossSum / count : .nan),
      ("q_mean", report.gradientSteps > 0 ? valueSum / count : .nan),
      ("gradient_norm", report.gradientSteps > 0 ? gradientNormSum / count : .nan),
      ("exploration", exploration),
      ("learning_rate", learningRate),
      ("replay_steps", Double(replay.stepCount)),
    ]
  }
}
