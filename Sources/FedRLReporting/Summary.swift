public import FedRLCore
public import FedRLSimulation

/// Gathers what `summary.json` says while a run goes on; a checkpoint keeps its ``state``.
public final class Summary: RunObserver {
  private struct ArmTotals {
    var environmentSteps = 0
    var bytesUp = 0
    var bytesDown = 0
    var energyJoules = 0.0
    var fleetTimeSeconds = 0.0
    var rounds = 0
    var final: EvaluationScores?
    var best: EvaluationScores?
  }

  private let metrics: [MetricDefinition]
  private let order: [Arm]
  private var arms: [Arm: ArmTotals] = [:]
  private var baselines: [JSONValue.Member] = []
  /// Real seconds over all sessions.
  public var wallSeconds = 0.0

  /// - Parameters:
  ///   - metrics: the environment's own measures, in the order of the records.
  ///   - arms: in the scenario's order, the main one first.
  public init(metrics: [MetricDefinition], arms: [Arm]) {
    self.metrics = metrics
    order = arms
    for arm in arms { self.arms[arm] = ArmTotals() }
  }

  public func roundFinished(_ record: RoundRecord) {
    var totals = arms[record.arm] ?? ArmTotals()
    totals.environmentSteps = record.environmentSteps
    totals.bytesUp += record.bytesUp
    totals.bytesDown += record.bytesDown
    totals.energyJoules += record.energyJoules
    totals.fleetTimeSeconds = record.fleetTimeSeconds
    totals.rounds = record.round
    arms[record.arm] = totals
    wallSeconds = max(wallSeconds, record.wallSeconds)
  }

  /// Bytes that an arm's agents have sent and received so far.
  public func bytes(of arm: Arm) -> (up: Int, down: Int) {
    (arms[arm]?.bytesUp ?? 0, arms[arm]?.bytesDown ?? 0)
  }

  public func evaluationFinished(_ records: [EvaluationRecord]) {
    for arm in order {
      let own = records.filter { $0.arm == arm }
      guard let round = own.map(\.round).max() else { continue }
      let scores = EvaluationScores(own.filter { $0.round == round }, metrics: metrics)
      arms[arm, default: ArmTotals()].final = scores
      if isBetter(scores, than: arms[arm]?.best) { arms[arm]?.best = scores }
    }
  }

  public func baselinesFinished(_ records: [BaselineRecord]) {
    var names: [String] = []
    for record in records where !names.contains(record.baseline) { names.append(record.baseline) }
    baselines = names.map { name in
      .init(name, baselineScores(records.filter { $0.baseline == name }, metrics: metrics))
    }
  }

  public func messageLeft(_ record: EgressRecord) {}

  /// The last evaluation of an arm.
  public func final(_ arm: Arm) -> EvaluationScores? { arms[arm]?.final }

  /// The evaluation of an arm with the highest mean return, the earliest of equals: when its round
  /// is the present one, the present policy is the `best` so far.
  public func best(_ arm: Arm) -> EvaluationScores? { arms[arm]?.best }

  private func isBetter(_ scores: EvaluationScores, than best: EvaluationScores?) -> Bool {
    guard let best else { return true }
    return scores.returnMean > best.returnMean || best.returnMean.isNaN
  }

  /// The document without expectations: what they are checked against.
  ///
  /// `totals` adds up the arms' steps, bytes and energy; its fleet time is the longest arm's.
  /// - Parameter weightsSHA256: of the main arm's final weights.
  public func document(weightsSHA256: String) -> JSONValue {
    let all = order.compactMap { arms[$0] }
    return [
      "weights_sha256": .text(weightsSHA256),
      "arms": .object(order.map { .init($0.rawValue, armDocument(arms[$0] ?? ArmTotals())) }),
      "baselines": .object(baselines),
      "totals": [
        "env_steps": .integer(all.map(\.environmentSteps).reduce(0, +)),
        "bytes_up": .integer(all.map(\.bytesUp).reduce(0, +)),
        "bytes_down": .integer(all.map(\.bytesDown).reduce(0, +)),
        "wall_s": .number(wallSeconds),
        "fleet_time_s": .number(all.map(\.fleetTimeSeconds).max() ?? 0),
        "energy_j": .number(all.map(\.energyJoules).reduce(0, +)),
      ],
    ]
  }

  /// The whole of `summary.json`.
  public func document(weightsSHA256: String, expectations: [ExpectationResult]) -> JSONValue {
    let document = document(weightsSHA256: weightsSHA256)
    return .object(
      (document.members ?? []) + [
        .init("expectations", .list(expectations.map(\.json))),
        .init("expectations_hold", .boolean(expectations.allSatisfy(\.holds))),
      ])
  }

  private func armDocument(_ totals: ArmTotals) -> JSONValue {
    [
      "final": totals.final?.json ?? .null, "best": totals.best?.json ?? .null,
      "totals": totalsDocument(totals),
    ]
  }

  private func totalsDocument(_ totals: ArmTotals) -> JSONValue {
    [
      "rounds": .integer(totals.rounds), "env_steps": .integer(totals.environmentSteps),
      "bytes_up": .integer(totals.bytesUp), "bytes_down": .integer(totals.bytesDown),
      "fleet_time_s": .number(totals.fleetTimeSeconds), "energy_j": .number(totals.energyJoules),
    ]
  }
}

// MARK: - Checkpoints

extension Summary {
  /// Everything gathered so far, as text.
  public var state: String { document(weightsSHA256: "").text }

  /// Takes up where ``state`` left off.
  public func restore(_ state: String) throws(JSONError) {
    let json = try JSONValue(parsing: state)
    for arm in order {
      guard let old = json["arms"]?[arm.rawValue], let sums = old["totals"] else { continue }
      var totals = ArmTotals()
      totals.rounds = sums["rounds"]?.int ?? 0
      totals.environmentSteps = sums["env_steps"]?.int ?? 0
      totals.bytesUp = sums["bytes_up"]?.int ?? 0
      totals.bytesDown = sums["bytes_down"]?.int ?? 0
      totals.energyJoules = sums["energy_j"]?.double ?? 0
      totals.fleetTimeSeconds = sums["fleet_time_s"]?.double ?? 0
      totals.final = old["final"].flatMap(EvaluationScores.init)
      totals.best = old["best"].flatMap(EvaluationScores.init)
      arms[arm] = totals
    }
    baselines = json["baselines"]?.members ?? []
    wallSeconds = json["totals"]?["wall_s"]?.double ?? 0
  }
}
