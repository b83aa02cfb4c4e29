public import FedRLCore
import FedRLNetworks
public import FedRLNumerics

/// DQN with given settings for an environment with discrete actions.
public struct DQNKind: LearnerKind {
  public let settings: DQNSettings
  public let specification: EnvironmentSpecification
  public let design: QNetworkDesign

  /// - Throws: ``SettingProblems`` where actions are not discrete.
  public init(_ settings: DQNSettings, for specification: EnvironmentSpecification) throws {
    guard case .discrete(let choices) = specification.actions else {
      throw SettingProblems([
        SettingProblem(
          place: "[policy] name",
          message: "dqn values every action of a discrete choice, and \(specification.name) has "
            + "continuous actions here; expected ppo, or other actions of the environment")
      ])
    }
    guard choices <= ReplayMemory.mostChoices else {
      throw SettingProblems([
        SettingProblem(
          place: "[policy] name",
          message: "dqn remembers at most \(ReplayMemory.mostChoices) different actions, and "
            + "\(specification.name) has \(choices)")
      ])
    }
    try FilterSettings.check(settings.filters, fit: specification)
    self.settings = settings
    self.specification = specification
    design = QNetworkDesign(
      inputs: specification.observations.count, hidden: settings.hidden, choices: choices,
      atoms: max(settings.quantiles, 1), activation: settings.activation,
      isDueling: settings.dueling, images: specification.observations.images,
      filters: settings.filters)
  }

  public var name: String { "dqn" }
  public var layout: ParameterLayout { design.layout }
  public var copies: Int { settings.environments }
  public var stepQuantum: Int { settings.environments * settings.trainEvery }
  public var normalizesObservations: Bool { settings.normalizeObservations }
  public var inferenceMACs: Int { design.multiplyAccumulates }

  /// Gradient steps after each phase of collecting.
  var gradientSteps: Int { settings.gradientSteps == 0 ? stepQuantum : settings.gradientSteps }

  /// Multiply-accumulates of a sample of a gradient step: the trained network forward and backward, the
  /// target network forward, and once more forward where actions are chosen or rewarded apart.
  var sampleMultiplyAccumulates: Int {
    design.trainingMultiplyAccumulates
      + (settings.double || settings.munchausen > 0 ? 2 : 1) * design.multiplyAccumulates
  }

  var maskWidth: Int { specification.masksActions ? design.choices : 0 }

  public func trainingFLOPs(environmentSteps: Int) -> Double {
    2 * Double(environmentSteps / stepQuantum) * Double(gradientSteps)
      * Double(settings.minibatch) * Double(sampleMultiplyAccumulates)
  }

  public func initialParameters(_ random: RandomStream) -> ParameterVector {
    design.initialParameters(random)
  }

  private var bytesPerRow: Int {
    ReplayMemory.bytesPerRow(
      observationWidth: design.inputs, choices: maskWidth, isPrioritized: settings.prioritized)
  }

  public var leastMemoryBytes: Int {
    // A replay memory that holds no minibatch would draw the same transitions over and over.
    fixedMemoryBytes + bytesPerRow * max(settings.minibatch, ReplayMemory.leastRows * copies)
  }

  /// Weights, gradient, a minibatch of observations acted on and led to, and what the layers of the trained
  /// and the target network give for it.
  public var workingBytes: Int {
    let layers = design.workingNumbers(rows: max(settings.minibatch, copies))
    return 4 * (2 * layout.count + settings.minibatch * (2 * design.inputs + 4) + 2 * layers)
  }

  private var fixedMemoryBytes: Int { 4 * (3 * layout.count + copies * design.inputs) + 1024 }

  public func makeMemory(byteLimit: Int?) -> any AgentMemory {
    let room = byteLimit.map { max(($0 - fixedMemoryBytes) / bytesPerRow, settings.minibatch) }
    return DQNMemory(
      parameters: layout.count, copies: copies, observationWidth: design.inputs,
      choices: maskWidth, capacity: min(settings.replayCapacity, room ?? .max),
      isPrioritized: settings.prioritized)
  }

  /// A phase has as many times the gradient steps, and the replay memory as many times the room.
  public func pooled(_ agents: Int) -> any LearnerKind {
    var settings = settings
    settings.environments *= agents
    settings.gradientSteps *= agents
    settings.replayCapacity *= agents
    settings.learningStarts *= agents
    settings.targetEvery *= agents
    // The actions are known to be discrete and few enough.
    guard let kind = try? DQNKind(settings, for: specification) else {
      preconditionFailure("a DQN that was made cannot be made again")
    }
    return kind
  }

  public func makeLearner() -> any Learner { DQNLearner(self) }

  public func makeActor(copies: Int) -> any Actor { DQNActor(self, copies: copies) }

  public var exportMetadata: [String: String] {
    [
      "algorithm": "dqn",
      "activation": settings.activation.rawValue,
      "hidden": settings.hidden.map(String.init).joined(separator: ","),
      "streams": settings.dueling ? "dueling" : "single",
      "head": settings.quantiles > 0 ? "quantiles" : "values",
      "quantiles": settings.quantiles > 0 ? String(settings.quantiles) : "",
      "observation_clip": settings.normalizeObservations ? "10" : "",
      "observation_epsilon": settings.normalizeObservations ? "1e-8" : "",
    ].filter { !$0.value.isEmpty }
      .merging(FilterSettings.metadata(settings.filters, of: specification)) { $1 }
  }
}

/// DQN's line in the registry of learners.
public let dqnEntry = LearnerEntry(
  name: "dqn",
  summary: "deep Q-learning (Mnih et al. 2015) with double, dueling, n-step, prioritised, "
    + "Munchausen and quantile variants; discrete actions",
  settings: DQNSettings.self
) { settings, specification in try DQNKind(settings, for: specification) }
