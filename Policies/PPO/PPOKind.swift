public import FedRLCore
public import FedRLNetworks
public import FedRLNumerics

/// PPO with given settings for environments of given spaces.
public struct PPOKind: LearnerKind {
  public let settings: PPOSettings
  public let specification: EnvironmentSpecification
  public let design: ActorCriticDesign
  public let head: PolicyHead

  public init(_ settings: PPOSettings, for specification: EnvironmentSpecification) {
    self.settings = settings
    self.specification = specification
    head =
      switch specification.actions {
      case .discrete(let count): .categorical(choices: count)
      case .box(let box): .gaussian(width: box.count)
      }
    var isGaussian = false
    if case .gaussian = head { isGaussian = true }
    design = ActorCriticDesign(
      inputs: specification.observations.count, hidden: settings.hidden, outputs: head.outputs,
      activation: settings.activation, trunk: settings.trunk, hasLogDeviation: isGaussian,
      memoryUnits: settings.memory == .gru ? settings.memoryUnits : 0,
      images: specification.observations.images, filters: settings.filters)
  }

  /// Whether the policy has a state.
  var remembers: Bool { design.memoryUnits > 0 }

  public var name: String { "ppo" }
  public var layout: ParameterLayout { design.layout }
  public var copies: Int { settings.environments }
  public var stepQuantum: Int { settings.environments * settings.steps }
  public var normalizesObservations: Bool { settings.normalizeObservations }
  public var inferenceMACs: Int { design.actorMultiplyAccumulates }

  /// Masks concern choices only.
  var masksActions: Bool {
    if case .categorical = head { return specification.masksActions }
    return false
  }

  public func trainingFLOPs(environmentSteps: Int) -> Double {
    2 * Double(environmentSteps) * Double(settings.epochs)
      * Double(design.trainingMultiplyAccumulates)
  }

  public func initialParameters(_ random: RandomStream) -> ParameterVector {
    design.initialParameters(random, logDeviation: Float(settings.logStdInit))
  }

  /// Adam's two moments.
  public var leastMemoryBytes: Int { 8 * layout.count }

  /// Rows of the network's largest batch: a minibatch, or part of a rollout to value.
  var valueRows: Int {
    let samples = settings.environments * settings.steps
    return max(min(settings.minibatch, samples), settings.environments, min(samples, 512))
  }

  /// Weights, gradient, a rollout of observations, actions and six numbers per step, and what the layers of
  /// both networks give for one batch.
  public var workingBytes: Int {
    let states = stepQuantum / settings.sequence * design.memories * design.memoryUnits
    let columns = [design.trunkColumn, design.actorColumn, design.criticColumn].compactMap { $0 }
    let layers = columns.reduce(0) { $0 + $1.workingNumbers(rows: valueRows) }
    return 4
      * (2 * layout.count + stepQuantum * (specification.observations.count + 7) + states + layers)
  }

  public func makeMemory(byteLimit: Int?) -> any AgentMemory {
    PPOMemory(
      parameters: layout.count, copies: copies,
      observationWidth: specification.observations.count,
      stateWidth: design.memories * design.memoryUnits)
  }

  /// Rollouts are as long as before and minibatches as large, so that there are more of these.
  public func pooled(_ agents: Int) -> any LearnerKind {
    var settings = settings
    settings.environments *= agents
    return PPOKind(settings, for: specification)
  }

  public func makeLearner() -> any Learner { PPOLearner(self) }

  public func makeActor(copies: Int) -> any Actor { PPOActor(self, copies: copies) }

  public var exportMetadata: [String: String] {
    var isGaussian = false
    if case .gaussian = head { isGaussian = true }
    return [
      "algorithm": "ppo",
      "activation": settings.activation.rawValue,
      "hidden": settings.hidden.map(String.init).joined(separator: ","),
      "trunk": settings.trunk.rawValue,
      "memory": remembers ? settings.memory.rawValue : "",
      "head": isGaussian ? "gaussian" : "categorical",
      "observation_clip": settings.normalizeObservations ? "10" : "",
      "observation_epsilon": settings.normalizeObservations ? "1e-8" : "",
    ].filter { !$0.value.isEmpty }
      .merging(FilterSettings.metadata(settings.filters, of: specification)) { $1 }
  }
}

/// PPO's line in the registry of learners.
public let ppoEntry = LearnerEntry(
  name: "ppo",
  summary: "proximal policy optimisation (arXiv:1707.06347), discrete and continuous actions",
  settings: PPOSettings.self
) { settings, specification in
  try FilterSettings.check(settings.filters, fit: specification)
  return PPOKind(settings, for: specification)
}
