public import FedRLCore
public import FedRLFederation
public import FedRLNumerics

/// What one arm of a run is made of.
public struct FleetPlan: Sendable {
  public let members: [MemberPlan]
  public let learner: any LearnerKind
  /// Spaces and measures that all members share.
  public let specification: EnvironmentSpecification
  public let federation: FederationConfiguration
  /// Names the run's random numbers.
  public let seed: UInt64
  /// What all agents start from; `nil` to draw it from the seed.
  public let initialParameters: ParameterVector?
  public let initialMoments: Moments?

  public init(
    members: [MemberPlan], learner: any LearnerKind, specification: EnvironmentSpecification,
    federation: FederationConfiguration, seed: UInt64,
    initialParameters: ParameterVector? = nil, initialMoments: Moments? = nil
  ) {
    precondition(!members.isEmpty, "a fleet of no agents")
    self.members = members
    self.learner = learner
    self.specification = specification
    self.federation = federation
    self.seed = seed
    self.initialParameters = initialParameters
    self.initialMoments = initialMoments
  }
}

/// One way of training a fleet, round by round, in fleet time.
public protocol ArmSimulation: AnyObject {
  var arm: Arm { get }
  /// Rounds that have closed.
  var round: Int { get }
  var isFinished: Bool { get }

  /// Runs the next round: every selected agent's turn on the pool, then the merge.
  func runRound(pool: WorkerPool, egress: (EgressRecord) throws -> Void) throws -> RoundRecord

  /// The policies to judge now: the fleet's one, or each agent's.
  func policies() -> [PolicySnapshot]

  /// What the coming rounds depend on, in pieces: the arm's own, then one per agent, encoded on the
  /// pool and no larger than they need be.
  func encodeState(pool: WorkerPool) throws -> [[UInt8]]

  /// Takes up where ``encodeState(pool:)`` left off.
  /// - Parameter next: gives the pieces in their order.
  func decodeState(_ next: () throws -> [UInt8]) throws
}

/// The machines that train, one per worker of a pool, made when first used and kept.
final class LearnerBench {
  private let kind: any LearnerKind
  private var learners: [(any Learner)?] = []

  init(kind: any LearnerKind) { self.kind = kind }

  /// Makes the learners that a pool needs; call before its workers start.
  func prepare(workers: Int) {
    while learners.count < workers { learners.append(kind.makeLearner()) }
  }

  /// The learner of one worker; no other worker may use it meanwhile.
  func learner(_ worker: Int) -> any Learner { learners[worker]! }
}
