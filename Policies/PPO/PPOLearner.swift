public import FedRLCore
package import FedRLNetworks
public import FedRLNumerics

/// PPO's machine: rollout, minibatch, gradient and activations, allocated once and used for one agent
/// after another. Nothing in it outlives a turn, so results do not depend on which learner a turn got.
public final class PPOLearner: Learner {
  let settings: PPOSettings
  let head: PolicyHead
  let masksActions: Bool
  let metricCount: Int
  package let network: ActorCriticNetwork
  let adam: Adam
  package let rollout: Rollout
  let minibatch: Minibatch
  var normalizer: ObservationNormalizer
  /// The flat parameters in training.
  package let weights: FloatBuffer
  package let gradient: FloatBuffer
  /// `[minibatch, outputs]` and `[minibatch]`: gradients by the networks' outputs.
  let outputGradient: FloatBuffer
  let valueGradient: FloatBuffer
  /// `[B, actionWidth]`: what the environment gets.
  let environmentActions: FloatBuffer
  /// `[B, observations]`, raw last observations, and `[B, observations]` of those that were cut off.
  let finalObservations: FloatBuffer
  let truncatedObservations: FloatBuffer
  /// Rows of one pass of the critic over a rollout.
  let valueRows: Int
  /// `[T·B]` samples, or `[T·B/L]` sequences of a policy with a memory; shuffled anew in each epoch.
  var order: [Int32]
  /// `[memories, B, units]`: what was remembered in front of observations that were cut off.
  let truncatedStates: FloatBuffer

  init(_ kind: PPOKind) {
    settings = kind.settings
    head = kind.head
    masksActions = kind.masksActions
    metricCount = kind.specification.metrics.count
    let design = kind.design
    let copies = settings.environments
    let samples = copies * settings.steps
    let capacity = min(settings.minibatch, samples)
    let width = design.inputs
    let maskWidth = masksActions ? head.outputs : 0
    valueRows = kind.valueRows
    network = ActorCriticNetwork(design, maximumRows: valueRows, trains: true)
    adam = Adam(epsilon: settings.adamEpsilon)
    let sequence = kind.remembers ? settings.sequence : 0
    let stateWidth = design.memories * design.memoryUnits
    rollout = Rollout(
      steps: settings.steps, copies: copies, observationWidth: width,
      actionWidth: head.actionWidth, maskWidth: maskWidth, sequence: sequence,
      stateWidth: stateWidth)
    minibatch = Minibatch(
      capacity: capacity == samples && sequence == 0 ? 0 : capacity, observationWidth: width,
      actionWidth: head.actionWidth, maskWidth: maskWidth, sequence: sequence,
      stateWidth: stateWidth)
    truncatedStates = FloatBuffer(count: copies * stateWidth)
    normalizer = ObservationNormalizer(width: width)
    weights = FloatBuffer(count: design.layout.count)
    gradient = FloatBuffer(count: design.layout.count)
    outputGradient = FloatBuffer(count: capacity * head.outputs)
    valueGradient = FloatBuffer(count: capacity)
    environmentActions = FloatBuffer(count: copies * head.actionWidth)
    finalObservations = FloatBuffer(count: copies * width)
    truncatedObservations = FloatBuffer(count: copies * width)
    order = [Int32](repeating: 0, count: sequence == 0 ? samples : samples / sequence)
  }

  public func begin(
    memory: any AgentMemory, in environment: any BatchEnvironment, random: RandomStream
  ) {
    let memory = cast(memory)
    memory.running.update(repeating: .init(), count: memory.copies)
    memory.states.fill(0)
    let buffer = memory.observations.buffer
    var observations = buffer.mutableSpan
    environment.reset(random: random, into: &observations)
  }

  public func train(
    _ task: inout TrainingTask, memory: any AgentMemory, in environment: any BatchEnvironment
  ) throws -> LearningReport {
    let memory = cast(memory)
    precondition(
      environment.count == settings.environments,
      "\(environment.count) copies of the environment, expected \(settings.environments)")
    precondition(
      task.environmentSteps % rollout.samples == 0,
      "\(task.environmentSteps) steps are no multiple of a rollout's \(rollout.samples)")
    precondition(task.parameters.count == weights.count)
    load(task.parameters.values)
    normalizer.load(task.observationMoments)
    if task.isFirstAfterSync { memory.synchronize(settings.optimizerOnSync) }

    var turn = Turn(task)
    task.observedSums = nil
    defer { task.observedSums = turn.observedSums }
    let updates = task.environmentSteps / rollout.samples
    for update in 0..<updates {
      try collect(&turn, memory, environment)
      // At the rollout's beginning, so that the last update of a fleet still learns.
      let share = Double(update) / Double(updates)
      let progress = task.progress.start + (task.progress.end - task.progress.start) * share
      var shuffling = task.random.split("shuffle", UInt64(update))
      try learn(&turn, memory, progress: progress, shuffling: &shuffling, hook: task.gradientHook)
      if task.isOver(turn.report) { break }
    }
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

  private func cast(_ memory: any AgentMemory) -> PPOMemory {
    guard let memory = memory as? PPOMemory else {
      preconditionFailure("PPO needs the memory it made, got \(type(of: memory))")
    }
    return memory
  }
}

/// What grows while a turn goes on.
package struct Turn {
  package var report = LearningReport()
  var observedSums: MomentSums?
  var actionRandom: RandomStream
  /// Environment steps over all copies.
  var steps = 0

  package init(_ task: TrainingTask) {
    observedSums = task.observedSums
    actionRandom = task.random.split("action")
  }
}
