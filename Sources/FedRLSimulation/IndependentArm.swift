import FedRLCore
import FedRLFederation
import FedRLNumerics

/// The same fleet without a federation: every agent trains alone, from the same initial weights, in
/// the same rounds, with the same budgets and random numbers; nothing is sent.
///
/// The agents of each round are those a federation with the same seed selects, all agents being
/// available, so that both arms spend the same environment steps per agent.
public final class IndependentArm: ArmSimulation {
  public let arm = Arm.independent
  public private(set) var round = 0
  private let plan: FleetPlan
  private let fleet: Fleet
  private var now = FleetTime.zero
  private var environmentSteps = 0
  /// Whether the coming turns begin with weights that are not those the last ones ended with.
  private var hasNewModels = false

  public init(plan: FleetPlan) {
    self.plan = plan
    fleet = Fleet(plan: plan)
    for member in fleet.members {
      member.ownParameters = fleet.initialParameters
      if plan.learner.normalizesObservations {
        member.ownMoments =
          plan.initialMoments ?? Moments(features: plan.specification.observations.count)
      }
    }
  }

  /// Goes on where a federation stands: its agents keep their worlds and memories, and begin with the
  /// fleet's model.
  init(after federated: FederatedArm, plan: FleetPlan) {
    self.plan = plan
    fleet = federated.fleet
    round = federated.round
    now = federated.now
    environmentSteps = federated.environmentSteps
    federated.giveModelToMembers()
    hasNewModels = true
  }

  public var isFinished: Bool { round == plan.federation.rounds }

  public func runRound(pool: WorkerPool, egress: (EgressRecord) throws -> Void) throws
    -> RoundRecord
  {
    round += 1
    let rounds = Double(plan.federation.rounds)
    let progress = FleetProgress(
      start: Double(round - 1) / rounds, end: Double(round) / rounds)
    let gathers =
      plan.federation.sendsObservationSums(inRound: round)
      || plan.federation.normalizer == .local
    let metricCount = plan.specification.metrics.count
    let hasNewModel = hasNewModels
    hasNewModels = false
    let turns = try fleet.takeTurns(selectedAgents(), pool: pool) { member, learner in
      let (task, report) = try member.takeTurn(
        from: member.ownParameters!, moments: member.ownMoments, round: round,
        progress: progress, hasNewModel: hasNewModel, learner: learner)
      member.ownParameters = task.parameters
      if gathers, let sums = task.observedSums {
        member.ownMoments?.merge(Moments(sums))
        member.ownMoments?.capCount(plan.federation.normalizerCountLimit)
      }
      var turn = Turn(member: member, report: report, metricCount: metricCount)
      turn.account(try fleet.trainingCost(of: member, report: report))
      turn.record.status = .reported
      return turn
    }
    return record(turns)
  }

  private func selectedAgents() -> [Int] {
    let all = fleet.members.map { MemberID($0.index) }
    return Coordinator.sample(
      plan.federation.participation.members(of: all.count), of: all, round: round,
      seed: plan.federation.seed
    ).map(\.index)
  }

  private func record(_ turns: [Turn]) -> RoundRecord {
    let opened = now
    now = turns.map { opened + $0.seconds }.max() ?? opened
    environmentSteps += turns.reduce(0) { $0 + $1.record.environmentSteps }
    var record = RoundRecord()
    record.arm = arm
    record.round = round
    record.rounds = plan.federation.rounds
    record.fleetTimeSeconds = now.seconds
    record.agents = fleet.records(turns, round: round, at: opened)
    record.environmentSteps = environmentSteps
    record.agentsSelected = turns.count
    record.agentsReported = turns.count
    record.summarizeAgents(metricCount: plan.specification.metrics.count)
    return record
  }

  /// One policy per agent.
  public func policies() -> [PolicySnapshot] {
    fleet.members.map {
      PolicySnapshot(
        parameters: $0.ownParameters!, observationMoments: $0.ownMoments, agent: $0.index)
    }
  }

  public func encodeState(pool: WorkerPool) throws -> [[UInt8]] {
    var encoder = StateEncoder()
    encoder.encode(round)
    encoder.encode(now.microseconds)
    encoder.encode(environmentSteps)
    return try fleet.encodeState(after: encoder, pool: pool)
  }

  public func decodeState(_ next: () throws -> [UInt8]) throws {
    var decoder = StateDecoder(try next())
    hasNewModels = false
    round = try decoder.decode(Int.self)
    now = FleetTime(microseconds: try decoder.decode(Int64.self))
    environmentSteps = try decoder.decode(Int.self)
    try fleet.decodeState(from: &decoder, next)
  }
}
