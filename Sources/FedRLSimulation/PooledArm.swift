import FedRLCore
import FedRLFederation
import FedRLNumerics

/// One learner that is given the whole fleet's data: what a federation could reach at best if nothing
/// had to stay with the agents.
///
/// Every agent's environment contributes as many steps per round as its budget, side by side in one
/// batch. No device, link or battery takes part: fleet time is that of the slowest agent's collecting
/// in real time, and nothing is counted as sent. A fleet of one learns as it does alone, to the bit.
public final class PooledArm: ArmSimulation {
  public let arm = Arm.pooled
  public private(set) var round = 0
  private let plan: FleetPlan
  private let batch: StackedBatch
  private let memory: any AgentMemory
  private let bench: LearnerBench
  private var parameters: ParameterVector
  private var moments: Moments?
  private var environmentSteps = 0
  private var hasBegun = false
  private let random: RandomStream

  /// - Parameter plan: its learner has as many copies as all agents together, in proportion to their
  ///   budgets; see ``FedRLCore/LearnerKind/pooled(_:)``.
  public init(plan: FleetPlan) {
    self.plan = plan
    let budget = plan.members.reduce(0) { $0 + $1.stepsPerRound }
    batch = StackedBatch(
      plan.members.map {
        $0.kind.makeBatch(count: plan.learner.copies * $0.stepsPerRound / budget)
      }, specification: plan.specification)
    precondition(
      batch.count == plan.learner.copies,
      "\(plan.learner.copies) copies do not divide in proportion to the budgets")
    random = RandomStream(seed: plan.seed)
    memory = plan.learner.makeMemory()
    bench = LearnerBench(kind: plan.learner)
    bench.prepare(workers: 1)
    parameters =
      plan.initialParameters
      ?? plan.learner.initialParameters(random.split("initialization"))
    if plan.learner.normalizesObservations {
      moments = plan.initialMoments ?? Moments(features: plan.specification.observations.count)
    }
  }

  public var isFinished: Bool { round == plan.federation.rounds }

  public func runRound(pool: WorkerPool, egress: (EgressRecord) throws -> Void) throws
    -> RoundRecord
  {
    let learner = bench.learner(0)
    if !hasBegun {
      hasBegun = true
      learner.begin(memory: memory, in: batch, random: random.split("environment", 0))
    }
    round += 1
    let rounds = Double(plan.federation.rounds)
    var task = TrainingTask(
      parameters: parameters, observationMoments: moments,
      environmentSteps: plan.members.reduce(0) { $0 + $1.stepsPerRound },
      progress: FleetProgress(start: Double(round - 1) / rounds, end: Double(round) / rounds),
      random: random.split("turn", 0, UInt64(round)), isFirstAfterSync: false)
    let report: LearningReport
    do {
      report = try learner.train(&task, memory: memory, in: batch)
      if let failure = batch.failure { throw failure }
    } catch {
      throw PooledFailure(round: round, message: "\(batch.failure ?? error)")
    }
    parameters = task.parameters
    let gathers =
      plan.federation.sendsObservationSums(inRound: round) || plan.federation.normalizer == .local
    if gathers, let sums = task.observedSums {
      moments?.merge(Moments(sums))
      moments?.capCount(plan.federation.normalizerCountLimit * Double(plan.members.count))
    }
    return record(report)
  }

  private func record(_ report: LearningReport) -> RoundRecord {
    environmentSteps += report.environmentSteps
    var record = RoundRecord()
    record.arm = arm
    record.round = round
    record.rounds = plan.federation.rounds
    let slowest =
      plan.members.map {
        Double($0.stepsPerRound)
          * ($0.simulatedStepsPerSecond.map { 1 / $0 }
            ?? $0.kind.specification.controlPeriodSeconds)
      }.max() ?? 0
    record.fleetTimeSeconds = Double(round) * slowest
    record.environmentSteps = environmentSteps
    record.agentsSelected = plan.members.count
    record.agentsReported = plan.members.count
    if !report.episodeReturns.isEmpty {
      record.returnMean =
        report.episodeReturns.reduce(0, +) / Double(report.episodeReturns.count)
      record.returnIQM = interquartileMean(report.episodeReturns)
      record.returnWorst = report.episodeReturns.min()
    }
    record.metrics = columnMeans(
      report.episodeMetrics, columns: plan.specification.metrics.count)
    return record
  }

  public func policies() -> [PolicySnapshot] {
    [PolicySnapshot(parameters: parameters, observationMoments: moments)]
  }

  public func encodeState(pool: WorkerPool) throws -> [[UInt8]] {
    var encoder = StateEncoder()
    encoder.encode(round)
    encoder.encode(environmentSteps)
    encoder.encode(parameters.values)
    encoder.encode(moments != nil)
    if let moments { encoder.encode(moments) }
    encoder.encode(hasBegun)
    if hasBegun {
      batch.encodeState(into: &encoder)
      memory.encodeState(into: &encoder)
    }
    return [encoder.bytes]
  }

  public func decodeState(_ next: () throws -> [UInt8]) throws {
    var decoder = StateDecoder(try next())
    round = try decoder.decode(Int.self)
    environmentSteps = try decoder.decode(Int.self)
    let values = try decoder.decodeArray(of: Float.self)
    guard values.count == parameters.layout.count else {
      throw StateDecoder.Failure.invalid(
        "\(values.count) parameters, expected \(parameters.layout.count)")
    }
    parameters = ParameterVector(layout: parameters.layout, values: values)
    if try decoder.decode(Bool.self) { moments = try decoder.decodeMoments() }
    hasBegun = try decoder.decode(Bool.self)
    guard hasBegun else { return try decoder.checkEnd() }
    var observations = [Float](
      repeating: 0, count: batch.count * plan.specification.observations.count)
    var span = observations.mutableSpan
    // The learner's memory holds the current observations; they come back with it.
    try batch.decodeState(from: &decoder, into: &span)
    try memory.decodeState(from: &decoder)
    try decoder.checkEnd()
  }
}

/// The pooled learner's training, or a world of it, went where it cannot go on.
public struct PooledFailure: Error, Equatable, CustomStringConvertible {
  public let round: Int
  public let message: String

  public var description: String { "the pooled learner, round \(round): \(message)" }
}
