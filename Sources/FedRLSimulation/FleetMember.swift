public import FedRLCore
import FedRLNumerics

/// One agent of a fleet as declared: what is fixed about it.
public struct MemberPlan: Sendable {
  /// `group/3`.
  public let name: String
  public let group: String
  public let kind: any EnvironmentKind
  public let device: DeviceProfile
  public let link: LinkProfile
  /// Budget: environment steps in a round, over all copies.
  public let stepsPerRound: Int
  /// Episodes with whose end a turn ends before that; `nil` for none.
  public let episodesPerRound: Int?
  /// Environment steps per second of an agent that trains in simulation; `nil` for a robot, which
  /// collects in real time.
  public let simulatedStepsPerSecond: Double?
  /// Whether the device's battery limits the agent; not where it is on mains or where its
  /// environment models the one battery it has.
  public let hasDeviceBattery: Bool

  public init(
    name: String, group: String, kind: any EnvironmentKind, device: DeviceProfile,
    link: LinkProfile, stepsPerRound: Int, episodesPerRound: Int? = nil,
    simulatedStepsPerSecond: Double? = nil, hasDeviceBattery: Bool = true
  ) {
    self.name = name
    self.group = group
    self.kind = kind
    self.device = device
    self.link = link
    self.stepsPerRound = stepsPerRound
    self.episodesPerRound = episodesPerRound
    self.simulatedStepsPerSecond = simulatedStepsPerSecond
    self.hasDeviceBattery = hasDeviceBattery
  }
}

/// One agent while it runs: its world, its learner's memory and, where it has them, its own weights.
///
/// Private by construction: the federation is handed ``FedRLFederation/ModelUpdate`` values made from
/// a turn, never a member.
final class FleetMember {
  let plan: MemberPlan
  let index: Int
  /// What it lives in and remembers; made for its first turn, so that an agent that was never
  /// selected costs nothing.
  private var life: Life?
  private let learner: any LearnerKind
  /// Names the agent's random numbers, whatever the arm: arms differ only in what they share.
  private let random: RandomStream
  /// The agent's own weights: those of an independent agent, or with parts that are not shared.
  var ownParameters: ParameterVector?
  /// The agent's own observation statistics, where the fleet does not share them.
  var ownMoments: Moments?
  var battery: DeviceBattery?

  private struct Life {
    let environment: any BatchEnvironment
    let memory: any AgentMemory
  }

  init(plan: MemberPlan, index: Int, learner: any LearnerKind, random: RandomStream) {
    self.plan = plan
    self.index = index
    self.learner = learner
    self.random = random
    battery =
      plan.hasDeviceBattery
      ? plan.device.batteryJoules.map { DeviceBattery(capacityWh: $0 / 3600) } : nil
  }

  private func makeLife() -> Life {
    Life(
      environment: plan.kind.makeBatch(count: learner.copies),
      memory: learner.makeMemory(on: plan.device))
  }

  /// Collects and learns for one budget.
  /// - Parameter hasNewModel: whether `parameters` are not those the agent's last turn ended with.
  func takeTurn(
    from parameters: ParameterVector, moments: Moments?, round: Int, progress: FleetProgress,
    hasNewModel: Bool, learner: any Learner
  ) throws -> (task: TrainingTask, report: LearningReport) {
    let life = self.life ?? begin(learner)
    do {
      var task = TrainingTask(
        parameters: parameters, observationMoments: moments,
        environmentSteps: plan.stepsPerRound, progress: progress,
        random: random.split("turn", UInt64(index), UInt64(round)), isFirstAfterSync: hasNewModel)
      task.episodeLimit = plan.episodesPerRound
      let report = try learner.train(&task, memory: life.memory, in: life.environment)
      if let failure = life.environment.failure { throw failure }
      return (task, report)
    } catch {
      // What a world that failed gave may have broken the learner.
      if let failure = life.environment.failure {
        throw EnvironmentFailure(agent: plan.name, round: round, message: "\(failure)")
      }
      guard let error = error as? LearningError else { throw error }
      throw TrainingFailure(agent: plan.name, round: round, error: error)
    }
  }

  private func begin(_ learner: any Learner) -> Life {
    let life = makeLife()
    learner.begin(
      memory: life.memory, in: life.environment,
      random: random.split("environment", UInt64(index)))
    self.life = life
    return life
  }

  func encodeState(into encoder: inout StateEncoder) {
    battery?.encodeState(into: &encoder)
    encoder.encode(life != nil)
    guard let life else { return }
    life.environment.encodeState(into: &encoder)
    life.memory.encodeState(into: &encoder)
    encoder.encode(ownParameters != nil)
    if let ownParameters { encoder.encode(ownParameters.values) }
    encoder.encode(ownMoments != nil)
    if let ownMoments { encoder.encode(ownMoments) }
  }

  func decodeState(from decoder: inout StateDecoder, layout: ParameterLayout) throws {
    try battery?.decodeState(from: &decoder)
    guard try decoder.decode(Bool.self) else { return }
    let life = makeLife()
    self.life = life
    let width = life.environment.specification.observations.count
    var observations = [Float](repeating: 0, count: life.environment.count * width)
    var span = observations.mutableSpan
    // The learner's memory holds the current observations; they come back with it.
    try life.environment.decodeState(from: &decoder, into: &span)
    try life.memory.decodeState(from: &decoder)
    if try decoder.decode(Bool.self) {
      let values = try decoder.decodeArray(of: Float.self)
      guard values.count == layout.count else {
        throw StateDecoder.Failure.invalid("\(values.count) parameters, expected \(layout.count)")
      }
      ownParameters = ParameterVector(layout: layout, values: values)
    }
    if try decoder.decode(Bool.self) { ownMoments = try decoder.decodeMoments() }
  }
}

/// An agent's training went where it cannot go on.
public struct TrainingFailure: Error, Equatable, CustomStringConvertible {
  public let agent: String
  public let round: Int
  public let error: LearningError

  public var description: String { "agent \(agent), round \(round): \(error)" }
}

/// An agent's world failed: a process that died, an exception in it.
public struct EnvironmentFailure: Error, Equatable, CustomStringConvertible {
  public let agent: String
  public let round: Int
  public let message: String

  public var description: String { "agent \(agent), round \(round): \(message)" }
}

extension StateEncoder {
  mutating func encode(_ moments: Moments) {
    encode(moments.count)
    encode(moments.mean)
    encode(moments.m2)
  }
}

extension StateDecoder {
  mutating func decodeMoments() throws(Failure) -> Moments {
    let count = try decode(Double.self)
    let mean = try decodeArray(of: Double.self)
    let m2 = try decodeArray(of: Double.self)
    guard mean.count == m2.count else { throw .invalid("moments of unequal lengths") }
    return Moments(count: count, mean: mean, m2: m2)
  }
}
