import FedRLCore
import FedRLFederation
import FedRLNumerics

/// The agents of one arm with what they keep from round to round.
final class Fleet {
  let members: [FleetMember]
  let initialParameters: ParameterVector
  private let plan: FleetPlan
  private let bench: LearnerBench
  /// When each agent has finished what it is doing.
  private var occupiedUntil: [FleetTime]

  init(plan: FleetPlan) {
    self.plan = plan
    let root = RandomStream(seed: plan.seed)
    members = plan.members.enumerated().map { index, member in
      FleetMember(plan: member, index: index, learner: plan.learner, random: root)
    }
    initialParameters =
      plan.initialParameters ?? plan.learner.initialParameters(root.split("initialization"))
    bench = LearnerBench(kind: plan.learner)
    occupiedUntil = [FleetTime](repeating: .zero, count: plan.members.count)
  }

  // MARK: Turns

  /// Runs the selected agents' turns on the pool, the longest first.
  /// - Returns: in order of `selected`.
  func takeTurns(
    _ selected: [Int], pool: WorkerPool,
    _ body: (_ member: FleetMember, _ learner: any Learner) throws -> Turn
  ) throws -> [Turn] {
    bench.prepare(workers: min(pool.count, selected.count))
    let order = selected.indices.sorted {
      (-members[selected[$0]].plan.stepsPerRound, $0)
        < (-members[selected[$1]].plan.stepsPerRound, $1)
    }
    var turns = [Turn?](repeating: nil, count: selected.count)
    try turns.withUnsafeMutableBufferPointer { turns in
      let output = UncheckedOutput(turns)
      try pool.run(order) { worker, index in
        output.buffer[index] = try body(members[selected[index]], bench.learner(worker))
      }
    }
    return turns.map { $0! }
  }

  /// The whole vector an agent starts its turn from: the fleet's, with the agent's own parts.
  func parameters(of member: FleetMember, from base: GlobalModel, shared: SharedParameters)
    -> ParameterVector
  {
    var parameters =
      shared.isEverything ? initialParameters : member.ownParameters ?? initialParameters
    shared.scatter(base.parameters.values, into: &parameters.values)
    return parameters
  }

  /// The statistics an agent normalises by in this round; `nil` where it does not.
  func moments(of member: FleetMember, from base: GlobalModel) -> Moments? {
    guard plan.learner.normalizesObservations else { return nil }
    return base.moments ?? member.ownMoments ?? plan.initialMoments
      ?? Moments(features: plan.specification.observations.count)
  }

  /// Keeps what of a finished turn stays with the agent.
  func keep(
    _ task: TrainingTask, of member: FleetMember, shared: SharedParameters, hasOwnMoments: Bool
  ) {
    if !shared.isEverything { member.ownParameters = task.parameters }
    guard hasOwnMoments, let sums = task.observedSums else { return }
    var moments =
      member.ownMoments ?? plan.initialMoments
      ?? Moments(features: plan.specification.observations.count)
    moments.merge(Moments(sums))
    moments.capCount(plan.federation.normalizerCountLimit)
    member.ownMoments = moments
  }

  // MARK: Costs and batteries

  /// What a turn costs without messages.
  func trainingCost(of member: FleetMember, report: LearningReport) throws -> RoundCost {
    try cost(of: member, report: report, bytesUp: 0, bytesDown: 0)
  }

  func cost(of member: FleetMember, report: LearningReport, bytesUp: Int, bytesDown: Int)
    throws -> RoundCost
  {
    var work = RoundWork()
    work.environmentSteps = report.environmentSteps
    work.controlPeriodSeconds = member.plan.kind.specification.controlPeriodSeconds
    work.simulatedStepsPerSecond = member.plan.simulatedStepsPerSecond
    work.trainingFLOPs = report.trainingFLOPs
    work.inferences = report.inferences
    work.inferenceMACs = plan.learner.inferenceMACs
    work.bytesUp = bytesUp
    work.bytesDown = bytesDown
    return try RoundCost(of: work, on: member.plan.device, over: member.plan.link)
  }

  /// Whether an agent can start a turn: not busy, and charged.
  func isReady(_ member: FleetMember, at time: FleetTime) -> Bool {
    occupiedUntil[member.index] <= time && !(member.battery?.isResting ?? false)
  }

  /// The next moment at which an agent that is not ready now becomes so.
  func nextAvailability(after now: FleetTime) throws(FleetError) -> FleetTime {
    var next: FleetTime?
    for member in members {
      var time = max(occupiedUntil[member.index], now)
      if let battery = member.battery, battery.isResting {
        guard let seconds = battery.secondsToResume else { continue }
        time = max(time, now + max(seconds, 1e-6))
      }
      if time > now { next = min(next ?? time, time) }
    }
    guard let next else { throw FleetError.nobodyLeft(seconds: now.seconds) }
    rest(from: now, until: next)
    return next
  }

  func occupy(_ agent: Int, until time: FleetTime) { occupiedUntil[agent] = time }

  /// Charges those that rest, and drains the batteries of those that took a turn.
  func spend(_ turns: [Turn], from start: FleetTime, until end: FleetTime) {
    rest(from: start, until: end)
    for turn in turns { members[turn.record.agent].battery?.drain(turn.record.energyJoules) }
  }

  private func rest(from start: FleetTime, until end: FleetTime) {
    for member in members { member.battery?.rest(seconds: end - start) }
  }

  /// One row per agent of the fleet: those that took a turn, and those that did not.
  ///
  /// Call before ``spend(_:from:until:)``: it says how those that sit out stood when the round opened.
  func records(_ turns: [Turn], round: Int, at opened: FleetTime) -> [AgentRecord] {
    var byAgent = [AgentRecord?](repeating: nil, count: members.count)
    for turn in turns { byAgent[turn.record.agent] = turn.record }
    return members.map { member in
      var record = byAgent[member.index] ?? idleRecord(of: member, at: opened)
      record.round = round
      return record
    }
  }

  private func idleRecord(of member: FleetMember, at opened: FleetTime) -> AgentRecord {
    var turn = Turn(
      member: member, report: LearningReport(), metricCount: plan.specification.metrics.count)
    turn.record.status =
      member.battery?.isResting ?? false
      ? .resting : occupiedUntil[member.index] > opened ? .busy : .idle
    return turn.record
  }

  /// Writes down how charged the batteries are now.
  func writeBatteryLevels(into records: inout [AgentRecord]) {
    for index in records.indices {
      records[index].batteryLevel = members[records[index].agent].battery?.level
    }
  }

  // MARK: State

  /// - Returns: what `encoder` holds with the fleet's own state behind it, then one piece per agent.
  func encodeState(after encoder: consuming StateEncoder, pool: WorkerPool) throws -> [[UInt8]] {
    encoder.encode(occupiedUntil.map(\.microseconds))
    var pieces = [[UInt8]](repeating: [], count: 1 + members.count)
    pieces[0] = encoder.bytes
    var drafts = [StateEncoder](repeating: StateEncoder(), count: pool.count)
    try pieces.withUnsafeMutableBufferPointer { pieces in
      try drafts.withUnsafeMutableBufferPointer { drafts in
        let output = UncheckedOutput(pieces)
        let draft = UncheckedOutput(drafts)
        try pool.run(pieces: members.count) { worker, index in
          draft.buffer[worker].removeAll()
          members[index].encodeState(into: &draft.buffer[worker])
          // Copied, because a draft that grew has up to twice the room it needs.
          output.buffer[1 + index] = draft.buffer[worker].bytes.withUnsafeBytes { [UInt8]($0) }
        }
      }
    }
    return pieces
  }

  /// - Parameters:
  ///   - decoder: stands where the fleet's own state begins.
  ///   - next: gives the agents' pieces in their order.
  func decodeState(from decoder: inout StateDecoder, _ next: () throws -> [UInt8]) throws {
    let times = try decoder.decodeArray(of: Int64.self)
    guard times.count == members.count else {
      throw StateDecoder.Failure.invalid("\(times.count) agents, expected \(members.count)")
    }
    try decoder.checkEnd()
    occupiedUntil = times.map { FleetTime(microseconds: $0) }
    for member in members {
      var decoder = StateDecoder(try next())
      try member.decodeState(from: &decoder, layout: initialParameters.layout)
      try decoder.checkEnd()
    }
  }
}

extension StateDecoder {
  /// Every piece is read to its end.
  func checkEnd() throws(Failure) {
    if !isAtEnd { throw .invalid("a state that goes on after \(position) bytes") }
  }
}

/// The fleet cannot go on.
public enum FleetError: Error, Equatable, CustomStringConvertible {
  /// Every agent's battery is low and nobody charges them.
  case nobodyLeft(seconds: Double)

  public var description: String {
    switch self {
    case .nobodyLeft(let seconds):
      "at fleet time \(Int(seconds)) s too few agents have charge for a round, and none is being charged"
    }
  }
}
