import FedRLCore
import FedRLFederation
import FedRLNumerics
import FedRLReporting
import FedRLScenario
import FedRLSimulation
import Foundation

/// One execution of a scenario: every arm's rounds, evaluations and checkpoints, into one folder.
final class TrainingRun {
  /// How a run ended.
  enum Ending: Equatable {
    case finished
    /// A signal asked for it; the state is saved.
    case interrupted
    /// `--max-seconds` or the scenario's own limit; the state is saved.
    case timeLimit
  }

  /// What is fixed before the first round.
  struct Setup {
    let prepared: PreparedScenario
    let initial: PolicyFile?
    let folder: RunFolder
    let pool: WorkerPool
    /// The scenario as written into the folder.
    let resolved: String
    /// Of this session, so that a run that is resumed with the same limit gets on.
    let maximumSeconds: Double?
    /// What shows the run while it goes on.
    let display: ProgressDisplay
  }

  private let setup: Setup
  private let evaluator: Evaluator
  let summary: Summary
  private let tables: MetricsWriter
  private let store: CheckpointStore
  private let arms: [Arm]

  private var armIndex = 0
  private var simulation: any ArmSimulation
  private var owesEvaluation = false
  private var weightsSHA256 = ""
  private var sequence = 0
  private var lastCheckpoint = ContinuousClock.now
  private let started = ContinuousClock.now
  private let earlierSeconds: Double

  /// - Parameter checkpoint: where to go on; `nil` to begin.
  init(_ setup: Setup, resuming saved: CheckpointStore.Saved?) throws {
    self.setup = setup
    let scenario = setup.prepared.scenario
    arms = scenario.evaluation.arms
    evaluator = Evaluator(
      environments: setup.prepared.evaluationKinds.map {
        EvaluationEnvironment(name: $0.name, kind: $0.kind)
      },
      episodes: scenario.evaluation.episodes, seed: UInt64(scenario.evaluation.seed))
    let specification = setup.prepared.specification
    summary = Summary(metrics: specification.metrics, arms: arms)
    let checkpoints = try setup.folder.makeFolder("checkpoints")
    tables = try Self.openTables(setup, specification, resuming: saved)
    store = CheckpointStore(
      folder: checkpoints, tables: setup.folder.path, keep: scenario.output.keepCheckpoints)
    earlierSeconds = saved?.checkpoint.wallSeconds ?? 0
    simulation = Self.makeSimulation(arms[saved?.checkpoint.armIndex ?? 0], setup)
    if let saved { try restore(saved) }
  }

  /// - Throws: ``BadInput`` where a table of the run to resume is gone or shorter than it was.
  private static func openTables(
    _ setup: Setup, _ specification: EnvironmentSpecification,
    resuming saved: CheckpointStore.Saved?
  ) throws -> MetricsWriter {
    do {
      return try MetricsWriter(
        folder: setup.folder.path, metrics: specification.metrics,
        lists: specification.listMetrics, arms: setup.prepared.scenario.evaluation.arms,
        resumingAt: saved?.checkpoint.positions)
    } catch {
      switch error {
      case .notFound, .truncated:
        throw BadInput(
          "\(error); the run cannot be resumed without what it has written; --force begins it again"
        )
      default: throw error
      }
    }
  }

  private static func makeSimulation(_ arm: Arm, _ setup: Setup) -> any ArmSimulation {
    setup.prepared.makeArm(
      arm, initialParameters: setup.initial?.parameters,
      initialMoments: setup.initial?.observationMoments)
  }

  /// Real seconds over all sessions.
  var wallSeconds: Double { earlierSeconds + sessionSeconds }

  private var sessionSeconds: Double { (ContinuousClock.now - started).seconds }

  /// Whether a round has been written into the tables.
  private(set) var hasRounds = false

  /// The round that the next session begins with.
  var nextRound: Int { simulation.round + 1 }

  // MARK: The run

  func run() throws -> Ending {
    while true {
      if let ending = try runArm() { return ending }
      try finishArm()
      guard armIndex + 1 < arms.count else { break }
      armIndex += 1
      simulation = Self.makeSimulation(arms[armIndex], setup)
    }
    // Before the baselines' rows are written, which a resumed run writes again.
    try saveCheckpoint()
    if let ending = try runBaselines() { return ending }
    try store.finish()
    return .finished
  }

  /// Runs the present arm to its end.
  /// - Returns: `nil` at its end, or why the run stops before.
  private func runArm() throws -> Ending? {
    while true {
      if owesEvaluation {
        do { try evaluate() } catch is Interrupted { return try stop(.interrupted) }
      }
      if simulation.isFinished { return nil }
      if Interruption.isRequested { return try stop(.interrupted) }
      if let limit = setup.maximumSeconds, sessionSeconds >= limit { return try stop(.timeLimit) }
      try runRound()
    }
  }

  private func runRound() throws {
    let savesEgress = setup.prepared.scenario.output.savesEgress
    var record = try simulation.runRound(pool: setup.pool) {
      if savesEgress { try tables.messageLeft($0) }
    }
    record.wallSeconds = wallSeconds
    try tables.roundFinished(record)
    hasRounds = true
    summary.roundFinished(record)
    setup.display.roundFinished(record)
    let every = setup.prepared.scenario.evaluation.everyRounds
    let isMain = armIndex == 0
    owesEvaluation =
      simulation.isFinished || isMain && every > 0 && simulation.round % every == 0
    let pause = setup.prepared.scenario.output.checkpointSeconds
    guard (ContinuousClock.now - lastCheckpoint).seconds >= pause else { return }
    // A slow disk delays the next checkpoint, not the run, unless every round is wanted.
    if pause == 0 || !store.isWriting { try saveCheckpoint() }
  }

  private func evaluate() throws {
    let policies = simulation.policies()
    let results = try evaluator.evaluate(
      policies, learner: setup.prepared.learner, pool: setup.pool,
      isCancelled: { Interruption.isRequested })
    var records: [EvaluationRecord] = []
    for (policy, columns) in zip(policies, results) {
      for (environment, episodes) in zip(evaluator.environments, columns) {
        var record = EvaluationRecord()
        record.arm = simulation.arm
        record.round = simulation.round
        record.isFinal = simulation.isFinished
        record.agent = policy.agent
        record.environment = environment.name
        record.episodes = episodes
        records.append(record)
      }
    }
    try tables.evaluationFinished(records)
    summary.evaluationFinished(records)
    setup.display.evaluationFinished(records)
    owesEvaluation = false
    try savePolicies(policies)
  }

  private func finishArm() throws {
    guard armIndex == 0, let policy = simulation.policies().first else { return }
    weightsSHA256 = policy.parameters.sha256
  }

  private func runBaselines() throws -> Ending? {
    let names = setup.prepared.baselines
    guard !names.isEmpty else { return nil }
    do {
      let records = try evaluator.evaluateBaselines(
        names, pool: setup.pool, isCancelled: { Interruption.isRequested })
      try tables.baselinesFinished(records)
      summary.baselinesFinished(records)
      setup.display.baselinesFinished(records)
    } catch is Interrupted {
      return try stop(.interrupted)
    }
    return nil
  }

  // MARK: Files

  private func savePolicies(_ policies: [PolicySnapshot]) throws {
    let isBest = summary.best(simulation.arm)?.round == simulation.round
    for policy in policies {
      let file = policyFile(policy)
      let name = policyName(policy.agent)
      if isBest && armIndex == 0 { try file.write(to: path("checkpoints/best\(name)")) }
      if simulation.isFinished { try file.write(to: path("checkpoints/final\(name)")) }
    }
  }

  /// `.safetensors` for the main arm's one policy; otherwise with arm and agent.
  private func policyName(_ agent: Int?) -> String {
    let arm = armIndex == 0 ? "" : "-\(simulation.arm.rawValue)"
    return arm + (agent.map { "-\($0)" } ?? "") + ".safetensors"
  }

  private func path(_ name: String) -> String { setup.folder.file(name) }

  private func policyFile(_ policy: PolicySnapshot) -> PolicyFile {
    var metadata = setup.prepared.learner.exportMetadata
    metadata["scenario"] = setup.prepared.scenario.name
    metadata["arm"] = simulation.arm.rawValue
    metadata["round"] = "\(simulation.round)"
    metadata["fedrl_version"] = FedRLVersion.current
    if let agent = policy.agent { metadata["agent"] = "\(agent)" }
    return PolicyFile(
      parameters: policy.parameters, observationMoments: policy.observationMoments,
      specification: setup.prepared.specification, metadata: metadata)
  }

  private func stop(_ ending: Ending) throws -> Ending {
    try saveCheckpoint()
    try store.finish()
    return ending
  }

  private func saveCheckpoint() throws {
    // The last one first, so that its pieces are gone before there are new ones.
    try store.finish()
    sequence += 1
    try store.save(
      RunCheckpoint(
        scenario: setup.resolved, wallSeconds: wallSeconds, armIndex: armIndex,
        round: simulation.round, owesEvaluation: owesEvaluation, weightsSHA256: weightsSHA256,
        summary: summary.state, positions: try tables.position()),
      pieces: try simulation.encodeState(pool: setup.pool), sequence: sequence)
    lastCheckpoint = .now
  }

  private func restore(_ saved: CheckpointStore.Saved) throws {
    let checkpoint = saved.checkpoint
    armIndex = checkpoint.armIndex
    owesEvaluation = checkpoint.owesEvaluation
    weightsSHA256 = checkpoint.weightsSHA256
    sequence = saved.sequence
    hasRounds = true
    try summary.restore(checkpoint.summary)
    for arm in arms {
      let bytes = summary.bytes(of: arm)
      setup.display.takeUp(arm, bytesUp: bytes.up, bytesDown: bytes.down)
    }
    try CheckpointFile.withPieces(of: saved.path) { try simulation.decodeState($0) }
  }

  /// Writes `summary.json`, and says which expectations hold.
  func writeSummary() throws -> [ExpectationResult] {
    summary.wallSeconds = wallSeconds
    let document = summary.document(weightsSHA256: weightsSHA256)
    let results = setup.prepared.scenario.expectations.map { expectation in
      let outcome = expectation.judge { document.number(at: $0) }
      return ExpectationResult(
        quantity: expectation.quantity, condition: outcome.condition, value: outcome.value,
        holds: outcome.holds)
    }
    try setup.folder.write(
      summary.document(weightsSHA256: weightsSHA256, expectations: results).prettyText,
      to: "summary.json")
    return results
  }
}

extension Duration {
  var seconds: Double {
    let (whole, fraction) = components
    return Double(whole) + Double(fraction) * 1e-18
  }
}
