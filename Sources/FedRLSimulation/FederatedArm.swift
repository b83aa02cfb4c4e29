import FedRLCore
public import FedRLFederation
import FedRLNumerics

/// The fleet learning together: the federation's engine driven in fleet time.
///
/// Turns run on the pool in any order; their updates then reach the coordinator in the order in which
/// they would arrive, so that deadlines and stragglers follow from devices and links.
public final class FederatedArm: ArmSimulation {
  public let arm = Arm.federated
  private let plan: FleetPlan
  let fleet: Fleet
  private var coordinator: Coordinator
  private(set) var now = FleetTime.zero
  private(set) var environmentSteps = 0

  public init(plan: FleetPlan) {
    self.plan = plan
    fleet = Fleet(plan: plan)
    let features =
      plan.learner.normalizesObservations ? plan.specification.observations.count : nil
    coordinator = Coordinator(
      configuration: plan.federation, initial: fleet.initialParameters,
      observationFeatures: features, initialMoments: plan.initialMoments,
      queueLimit: Self.updatesInOnePass)
    for member in fleet.members {
      _ = coordinator.handle(.memberAvailable(MemberID(member.index)), at: now)
    }
  }

  /// Enough to make little of the sum's own traffic, few enough to hold.
  private static let updatesInOnePass = 32

  public var round: Int { coordinator.round - 1 }
  public var isFinished: Bool { coordinator.state == .finished }

  /// The fleet's model now.
  public var model: GlobalModel { coordinator.model }

  public func runRound(pool: WorkerPool, egress: (EgressRecord) throws -> Void) throws
    -> RoundRecord
  {
    coordinator.parallel = pool.loop
    defer { coordinator.parallel = .serial }
    var commands = try openRound()
    guard case .send(let message, let selected, let round, _) = commands.removeFirst() else {
      preconditionFailure("an open round begins with its model")
    }
    let base = try message.decode(coordinator.shared)
    let turns = try takeTurns(
      selected.map(\.index), base: base, round: round, modelBytes: message.byteCount, pool: pool)
    for turn in turns where turn.update != nil {
      try egress(turn.egress(round: round, at: now, codec: coordinator.pipeline.codec))
    }
    return close(turns, deadline: commands.deadline, round: round)
  }

  /// Lets agents rest and charge until a round can open.
  private func openRound() throws -> [CoordinatorCommand] {
    updateAvailability()
    var commands = coordinator.handle(.beginRound, at: now)
    while commands.isEmpty {
      // Too few agents are charged: nothing happens until the next one is.
      now = try fleet.nextAvailability(after: now)
      commands = updateAvailability()
    }
    return commands
  }

  @discardableResult
  private func updateAvailability() -> [CoordinatorCommand] {
    var commands: [CoordinatorCommand] = []
    for member in fleet.members {
      let id = MemberID(member.index)
      let isReady = fleet.isReady(member, at: now)
      guard isReady != coordinator.available.contains(id) else { continue }
      commands += coordinator.handle(
        isReady ? .memberAvailable(id) : .memberUnavailable(id), at: now)
    }
    return commands
  }

  private func takeTurns(
    _ selected: [Int], base: GlobalModel, round: Int, modelBytes: Int, pool: WorkerPool
  ) throws -> [Turn] {
    let progress = FleetProgress(start: base.progress.start, end: base.progress.end)
    let shared = coordinator.shared
    let sendsSums = coordinator.expectsSums
    let pipeline = coordinator.pipeline
    let seed = plan.federation.seed
    return try fleet.takeTurns(selected, pool: pool) { member, learner in
      let parameters = fleet.parameters(of: member, from: base, shared: shared)
      let moments = fleet.moments(of: member, from: base)
      let (task, report) = try member.takeTurn(
        from: parameters, moments: moments, round: round, progress: progress, hasNewModel: true,
        learner: learner)
      fleet.keep(task, of: member, shared: shared, hasOwnMoments: base.moments == nil)
      var turn = Turn(member: member, report: report, metricCount: plan.specification.metrics.count)
      let cost = try fleet.trainingCost(of: member, report: report)
      let update = ModelUpdate(
        from: task.parameters, relativeTo: base, shared: shared,
        sampleCount: report.environmentSteps, environmentSteps: report.environmentSteps,
        gradientSteps: report.gradientSteps, trainingSeconds: cost.trainSeconds,
        energyJoules: cost.totalJoules, sums: sendsSums ? task.observedSums : nil)
      let encoded = pipeline.encode(
        update, for: MemberContext(member: MemberID(member.index), round: round, seed: seed))
      turn.update = encoded
      turn.record.bytesUp = encoded.byteCount
      turn.record.bytesDown = modelBytes
      turn.account(
        try fleet.cost(
          of: member, report: report, bytesUp: encoded.byteCount, bytesDown: modelBytes))
      return turn
    }
  }

  /// Hands the updates to the coordinator in order of arrival, with the deadline in its place.
  private func close(_ turns: [Turn], deadline: FleetTime?, round: Int) -> RoundRecord {
    let opened = now
    let arrivals = turns.indices.map { (time: opened + turns[$0].seconds, index: $0) }
      .sorted { ($0.time, $0.index) < ($1.time, $1.index) }
    var turns = turns
    var summary: RoundSummary?
    func carryOut(_ commands: [CoordinatorCommand]) {
      for command in commands {
        switch command {
        case .rejected(let member, let reason):
          if let index = turns.firstIndex(where: { $0.record.agent == member.index }) {
            if case .late = reason {
              turns[index].record.status = .late
            } else {
              turns[index].record.status = .rejected
            }
          }
        case .roundClosed(let closed): summary = closed
        default: break
        }
      }
    }
    for arrival in arrivals {
      let agent = turns[arrival.index].record.agent
      // The last hold on the message, so that a round's messages go one by one.
      let update = turns[arrival.index].update.take()!
      if let deadline, summary == nil, deadline < arrival.time {
        carryOut(coordinator.handle(.deadline(round: round, phase: .training), at: deadline))
      }
      turns[arrival.index].record.status = .reported
      fleet.occupy(agent, until: arrival.time)
      // An update that comes after the round has closed is dropped where it would arrive.
      guard summary == nil else {
        turns[arrival.index].record.status = .late
        continue
      }
      carryOut(
        coordinator.handle(.updateReceived(from: MemberID(agent), update), at: arrival.time))
    }
    guard let summary else { preconditionFailure("round \(round) did not close") }
    now = summary.closedAt
    return record(turns, summary: summary)
  }

  private func record(_ turns: [Turn], summary: RoundSummary) -> RoundRecord {
    var record = RoundRecord()
    record.arm = arm
    record.round = summary.round
    record.rounds = plan.federation.rounds
    record.fleetTimeSeconds = now.seconds
    record.agents = fleet.records(turns, round: summary.round, at: summary.openedAt)
    fleet.spend(turns, from: summary.openedAt, until: now)
    fleet.writeBatteryLevels(into: &record.agents)
    environmentSteps += turns.reduce(0) { $0 + $1.record.environmentSteps }
    record.environmentSteps = environmentSteps
    record.agentsSelected = summary.selected.count
    record.agentsReported = summary.reported.count
    record.summarizeAgents(metricCount: plan.specification.metrics.count)
    return record
  }

  /// Makes the fleet's model each agent's own, with the parts that were its own before.
  func giveModelToMembers() {
    let model = coordinator.model
    for member in fleet.members {
      member.ownParameters = fleet.parameters(of: member, from: model, shared: coordinator.shared)
      member.ownMoments = fleet.moments(of: member, from: model)
    }
  }

  /// The fleet's one policy; or one per agent, where weights or statistics that acting needs are the
  /// agents' own.
  public func policies() -> [PolicySnapshot] {
    let parts = plan.federation.sharedParts
    let model = coordinator.model
    let actsAlike =
      parts.isSuperset(of: [.trunk, .actor])
      && (!plan.learner.normalizesObservations || model.moments != nil)
    if actsAlike {
      var parameters = fleet.initialParameters
      coordinator.shared.scatter(model.parameters.values, into: &parameters.values)
      return [PolicySnapshot(parameters: parameters, observationMoments: model.moments)]
    }
    return fleet.members.map {
      PolicySnapshot(
        parameters: fleet.parameters(of: $0, from: model, shared: coordinator.shared),
        observationMoments: fleet.moments(of: $0, from: model), agent: $0.index)
    }
  }

  public func encodeState(pool: WorkerPool) throws -> [[UInt8]] {
    var encoder = StateEncoder()
    encoder.encode(now.microseconds)
    encoder.encode(environmentSteps)
    coordinator.encodeState(into: &encoder)
    return try fleet.encodeState(after: encoder, pool: pool)
  }

  public func decodeState(_ next: () throws -> [UInt8]) throws {
    var decoder = StateDecoder(try next())
    now = FleetTime(microseconds: try decoder.decode(Int64.self))
    environmentSteps = try decoder.decode(Int.self)
    try coordinator.decodeState(from: &decoder)
    try fleet.decodeState(from: &decoder, next)
  }
}

extension [CoordinatorCommand] {
  fileprivate var deadline: FleetTime? {
    for case .scheduleDeadline(_, _, let time) in self { return time }
    return nil
  }
}
