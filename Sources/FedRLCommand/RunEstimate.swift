import FedRLCore
import FedRLNumerics
import FedRLReporting
import FedRLScenario
import FedRLSimulation

/// What a run of a scenario would cost, computed from what is known before it starts.
struct RunEstimate {
  /// The least and the most of something over a group.
  struct Span: Equatable {
    var low: Int
    var high: Int
    var text: String { low == high ? "\(low)" : "\(low)–\(high)" }
  }

  /// Means over the agents of a group.
  struct Group {
    let name: String
    let count: Int
    /// The profile's name, or how many there are.
    let device: String
    let link: String
    let steps: Span
    /// Of a round, fleet time.
    let seconds: Double
    let joules: Double
  }

  let groups: [Group]
  /// Environment steps of one arm.
  let steps: Double
  /// Training operations of one arm.
  let flops: Double
  let arms: Int
  /// Of the federated arm.
  let bytesUp: Int
  let bytesDown: Int
  let fleetSeconds: Double
  let joules: Double
  let evaluations: Int
  /// Steps of all evaluations where every episode takes its longest; `nil` without a limit.
  let evaluationSteps: Double?
  /// What all agents together keep from round to round.
  let fleetBytes: Int
  /// The same with a checkpoint of it and the messages of a round.
  let peakBytes: Int

  init(_ prepared: PreparedScenario) throws {
    let scenario = prepared.scenario
    let costs = try zip(scenario.members, prepared.kindOfMember).map { member, kind in
      try member.roundCost(
        messages: prepared.messages, learner: prepared.learner,
        specification: prepared.kinds[kind].specification)
    }
    groups = scenario.groups.map { Self.group($0, scenario.members, costs) }
    let selected = scenario.federation.selected(of: scenario.members.count)
    let turns = Double(selected * scenario.rounds)
    let share = turns / Double(scenario.members.count)
    steps = share * Double(scenario.members.reduce(0) { $0 + $1.stepsPerRound })
    flops =
      share
      * scenario.members.reduce(0) {
        $0 + prepared.learner.trainingFLOPs(environmentSteps: $1.stepsPerRound)
      }
    arms = scenario.evaluation.arms.count
    let messagesUp = prepared.messages.bytesUp
    bytesUp = Int(turns) * messagesUp
    bytesDown = Int(turns) * prepared.messages.bytesDown
    let slowest = costs.map(\.totalSeconds).max() ?? 0
    let limit = scenario.federation.deadlineSeconds
    fleetSeconds = Double(scenario.rounds) * (limit > 0 ? min(limit, slowest) : slowest)
    joules = share * costs.reduce(0) { $0 + $1.totalJoules }
    (evaluations, evaluationSteps) = Self.evaluation(prepared)
    let (live, saved) = Self.memory(prepared)
    fleetBytes = live
    peakBytes =
      live + saved + (scenario.evaluation.arms.contains(.federated) ? selected * messagesUp : 0)
  }

  /// Bytes that the agents of the arm that keeps most hold, and of their encoded state.
  private static func memory(_ prepared: PreparedScenario) -> (live: Int, saved: Int) {
    let learner = prepared.learner
    let hasOwnWeights =
      prepared.scenario.evaluation.arms.contains(where: \.hasPolicyPerAgent)
      || prepared.messages.sharedParameters < learner.layout.count
    // By a device's memory, which limits what an agent keeps.
    var kept: [Double?: Int] = [:]
    for member in prepared.scenario.members where kept[member.device.memoryBytes] == nil {
      kept[member.device.memoryBytes] =
        learner.makeMemory(on: member.device).byteCount
        + (hasOwnWeights ? 4 * learner.layout.count : 0)
    }
    let worlds = prepared.kinds.map { kind in
      let batch = kind.makeBatch(count: learner.copies)
      var observations = [Float](
        repeating: 0, count: learner.copies * kind.specification.observations.count)
      var span = observations.mutableSpan
      batch.reset(random: RandomStream(seed: 0), into: &span)
      var encoder = StateEncoder()
      batch.encodeState(into: &encoder)
      return (live: batch.byteCount, saved: encoder.bytes.count)
    }
    var (live, saved) = (0, 0)
    for (member, kind) in zip(prepared.scenario.members, prepared.kindOfMember) {
      let own = kept[member.device.memoryBytes]!
      live += own + worlds[kind].live
      saved += own + worlds[kind].saved
    }
    return (live, saved)
  }

  private static func group(
    _ name: String, _ members: [Scenario.Member], _ costs: [RoundCost]
  ) -> Group {
    let own = members.filter { $0.group == name }
    func label(_ names: [String]) -> String {
      let kinds = Set(names)
      return kinds.count == 1 ? names[0] : "\(kinds.count) kinds"
    }
    func mean(_ value: (RoundCost) -> Double) -> Double {
      own.reduce(0) { $0 + value(costs[$1.index]) } / Double(own.count)
    }
    return Group(
      name: name, count: own.count, device: label(own.map(\.device.name)),
      link: label(own.map(\.link.name)),
      steps: Span(
        low: own.map(\.stepsPerRound).min() ?? 0, high: own.map(\.stepsPerRound).max() ?? 0),
      seconds: mean(\.totalSeconds), joules: mean(\.totalJoules))
  }

  private static func evaluation(_ prepared: PreparedScenario) -> (Int, Double?) {
    let scenario = prepared.scenario
    let every = scenario.evaluation.everyRounds
    let count = every == 0 ? 1 : (scenario.rounds + every - 1) / every
    var policies = 0
    for arm in scenario.evaluation.arms {
      policies += arm.hasPolicyPerAgent ? scenario.members.count : 1
    }
    var steps = 0.0
    for (_, kind) in prepared.evaluationKinds {
      guard let limit = kind.specification.maximumEpisodeSteps else { return (count, nil) }
      steps += Double(limit)
    }
    return (count, steps * Double(count * policies * scenario.evaluation.episodes))
  }

  /// Real seconds of the whole run.
  func seconds(at speed: TrainingSpeed, threads: Int) -> Double {
    let training = Double(arms) * steps / speed.trainingStepsPerSecond
    let evaluation = (evaluationSteps ?? 0) / speed.evaluationStepsPerSecond
    return (training + evaluation) / Double(threads)
  }
}
