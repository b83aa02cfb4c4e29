public import FedRLCore

/// One way of training the same fleet.
public enum Arm: String, Sendable, CaseIterable, Codable {
  /// Agents merge their updates every round.
  case federated
  /// Every agent trains alone, with the same budget.
  case independent
  /// One learner is given all agents' data, with the same budget for each.
  case pooled
  /// As federated, but for the last rounds, in which every agent trains alone.
  case finetuned

  /// Whether every agent ends up with a policy of its own.
  public var hasPolicyPerAgent: Bool { self == .independent || self == .finetuned }
}

/// How an agent's turn in a round ended.
public enum TurnStatus: String, Sendable {
  case reported
  /// Reported after the round's deadline; its update was not used.
  case late
  /// Its update was refused at admission.
  case rejected
  /// The link lost it.
  case lost
  /// Battery under the limit; sat the round out.
  case resting
  /// Still at a turn of an earlier round when this one opened.
  case busy
  /// Not selected this round.
  case idle
}

/// A row of `agents.csv`.
public struct AgentRecord: Sendable {
  public var round = 0
  /// Index in the fleet, from 0.
  public var agent = 0
  /// `name-of-group/3`.
  public var name = ""
  public var group = ""
  public var device = ""
  public var link = ""
  public var status = TurnStatus.idle
  public var environmentSteps = 0
  public var episodes = 0
  /// Mean return of episodes that ended in this round; `nil` where none did.
  public var returnMean: Double?
  /// Means over episodes, in the specification's order; NaN where there is none.
  public var metrics: [Double] = []
  public var bytesUp = 0
  public var bytesDown = 0
  /// Fleet time of each part of the turn.
  public var collectSeconds = 0.0
  public var trainSeconds = 0.0
  public var transferSeconds = 0.0
  public var energyJoules = 0.0
  /// State of charge in 0...1; `nil` for mains.
  public var batteryLevel: Double?
  public var diagnostics: [(name: String, value: Double)] = []

  public init() {}
}

/// A row of `metrics.csv`, with the rows of `agents.csv` that belong to it.
public struct RoundRecord: Sendable {
  public var arm = Arm.federated
  /// From 1.
  public var round = 0
  public var rounds = 0
  /// Simulated seconds since the run's start, when the round closed.
  public var fleetTimeSeconds = 0.0
  /// Real seconds since the run's start, over all sessions of a resumed run.
  public var wallSeconds = 0.0
  /// Environment steps of this arm so far, over all agents.
  public var environmentSteps = 0
  /// Over agents' mean episode returns in this round; `nil` where no episode ended.
  public var returnMean: Double?
  public var returnIQM: Double?
  public var returnWorst: Double?
  public var agentsSelected = 0
  public var agentsReported = 0
  /// Of this round.
  public var bytesUp = 0
  public var bytesDown = 0
  public var energyJoules = 0.0
  /// Means over agents of the environment's own measures.
  public var metrics: [Double] = []
  public var agents: [AgentRecord] = []

  public init() {}
}

/// Rows of `evaluation.csv`: one policy in one environment.
public struct EvaluationRecord: Sendable {
  public var arm = Arm.federated
  public var round = 0
  /// Whether this is the evaluation after the last round.
  public var isFinal = false
  /// The agent whose policy this is, for arms in which agents differ.
  public var agent: Int?
  /// As the scenario names it.
  public var environment = ""
  public var episodes: [EpisodeRecord] = []

  public init() {}
}

/// A scripted policy's episodes in one evaluation environment.
public struct BaselineRecord: Sendable {
  public var baseline = ""
  public var environment = ""
  public var episodes: [EpisodeRecord] = []

  public init() {}
}

/// A line of `egress.jsonl`: one message that left an agent.
public struct EgressRecord: Sendable {
  public struct Field: Sendable, Equatable {
    public let name: String
    public let type: String
    public let shape: [Int]
    public let bytes: Int

    public init(name: String, type: String, shape: [Int], bytes: Int) {
      self.name = name
      self.type = type
      self.shape = shape
      self.bytes = bytes
    }
  }
  public var round = 0
  public var agent = 0
  public var fleetTimeSeconds = 0.0
  /// `update`.
  public var message = ""
  public var fields: [Field] = []
  /// Of the whole encoded message.
  public var bytes = 0

  public init() {}
}

/// Receives what a run produces, in an order that does not depend on workers.
public protocol RunObserver: AnyObject {
  func roundFinished(_ record: RoundRecord) throws
  func evaluationFinished(_ records: [EvaluationRecord]) throws
  func baselinesFinished(_ records: [BaselineRecord]) throws
  func messageLeft(_ record: EgressRecord) throws
}
