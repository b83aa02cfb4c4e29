import ArgumentParser
import FedRLCore
import FedRLNumerics
import FedRLReporting
import FedRLScenario
import FedRLSimulation

/// `fedrl evaluate`: judges a policy again, on other episodes or other environments.
struct Evaluate: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Judge a run's policy, or a policy file, on a scenario's evaluation environments.",
    discussion: """
      EXAMPLES:
        fedrl evaluate runs/seed-7
        fedrl evaluate runs/seed-7 --episodes 50 --baselines
        fedrl evaluate policy.safetensors --scenario my.toml
        fedrl evaluate runs/seed-7 --cross
        fedrl evaluate runs/seed-7 --baselines --csv episodes.csv
        fedrl evaluate runs/seed-7 --set 'evaluation.environment.map="den.yaml"'
      """)

  @Argument(help: "A run folder or a .safetensors file.")
  var source: String
  @Option(help: "The scenario, where the policy is not in a run folder.")
  var scenario: String?
  @Option(help: "Which of a run's policies: final or best.")
  var policy = "final"
  @Option(parsing: .unconditional, help: "Episodes in each environment, instead of the scenario's.")
  var episodes: Int?
  @Option(
    parsing: .unconditional, help: "Names the episodes, instead of the scenario's evaluation seed.")
  var seed: UInt64?
  @Option(
    name: .customLong("set"),
    help: ArgumentHelp(
      "Override a key of the scenario; may stand several times. Paths start at the working folder.",
      valueName: "key=value"))
  var overrides: [String] = []
  @Option(parsing: .unconditional, help: "Worker threads; results do not depend on it.")
  var threads: Int?
  @Flag(help: "Run the scenario's baselines too.")
  var baselines = false
  @Flag(help: "Judge every agent's policy of a run in every agent's environment instead.")
  var cross = false
  @Option(help: "With --cross, the score; the environment's first measure by default.")
  var score: String?
  @Flag(help: "Print JSON.")
  var json = false
  @Option(
    help: ArgumentHelp(
      "Write a row for every episode besides: return, end, all measures.", valueName: "file"))
  var csv: String?

  func validate() throws {
    if let episodes, !(1...100_000).contains(episodes) {
      throw ValidationError("--episodes: expected an integer in 1...100000, got \(episodes)")
    }
    if let threads, !(1...1024).contains(threads) {
      throw ValidationError("--threads: expected an integer in 1...1024, got \(threads)")
    }
    if !["final", "best"].contains(policy) {
      throw ValidationError("--policy: expected final or best, got \(policy)")
    }
    if cross && (baselines || policy != "final" || csv != nil) {
      throw ValidationError("--cross: takes final policies, no baselines and no --csv")
    }
    if score != nil && !cross { throw ValidationError("--score: goes with --cross") }
  }

  func run() throws {
    BLAS.useOneThread()
    Interruption.installHandlers()
    let given = try PolicySource(
      source, scenarioPath: scenario, name: policy, overrides: overrides,
      registry: FedRL.registry)
    let settings = given.scenario.evaluation
    if cross { return try judgeAcross(given) }
    if let csv { try OutputFile.check(csv, option: "--csv") }
    let evaluator = Evaluator(
      environments: given.prepared.evaluationKinds.map { .init(name: $0.name, kind: $0.kind) },
      episodes: episodes ?? settings.episodes, seed: seed ?? UInt64(settings.seed))
    let pool = WorkerPool(count: threads ?? WorkerPool.processorCount)
    let snapshot = PolicySnapshot(
      parameters: given.policy.parameters, observationMoments: given.policy.observationMoments)
    do {
      let results = try evaluator.evaluate(
        [snapshot], learner: given.prepared.learner, pool: pool,
        isCancelled: { Interruption.isRequested })
      let scripted =
        baselines
        ? try evaluator.evaluateBaselines(
          given.prepared.baselines, pool: pool, isCancelled: { Interruption.isRequested }) : []
      if let csv { try write(results[0], evaluator, scripted, given, to: csv) }
      report(results[0], evaluator, scripted, given)
    } catch is Interrupted {
      throw ExitCode(130)
    }
  }

  private func judgeAcross(_ given: PolicySource) throws {
    guard RunFolder.isRun(source) else {
      throw BadInput("\(source): --cross needs a run folder, which has every agent's policy")
    }
    let settings = given.scenario.evaluation
    do {
      let matrix = try CrossMatrix(
        run: source, given, score: score, episodes: episodes ?? settings.episodes,
        seed: seed ?? UInt64(settings.seed),
        pool: WorkerPool(count: threads ?? WorkerPool.processorCount))
      print(json ? matrix.json.prettyText : matrix.text)
    } catch is Interrupted {
      throw ExitCode(130)
    }
  }

  /// Rows as those of a run's `episodes.csv`; the policy is called as its file is.
  private func write(
    _ columns: [[EpisodeRecord]], _ evaluator: Evaluator, _ baselines: [BaselineRecord],
    _ given: PolicySource, to path: String
  ) throws {
    let space = given.prepared.specification
    let rows = EpisodeRows(metrics: space.metrics, lists: space.listMetrics)
    let file = given.policyPath.split(separator: "/").last!
    let name = file.split(separator: ".").first.map(String.init) ?? String(file)
    var text = rows.header
    for (environment, records) in zip(evaluator.environments, columns) {
      text += rows.lines(
        of: records, policy: name, agent: nil, environment: environment.name
      ).joined()
    }
    for record in baselines {
      text += rows.lines(
        of: record.episodes, policy: record.baseline, agent: nil, environment: record.environment
      ).joined()
    }
    try AtomicFile.write(text, to: path)
  }

  private func report(
    _ columns: [[EpisodeRecord]], _ evaluator: Evaluator, _ baselines: [BaselineRecord],
    _ given: PolicySource
  ) {
    let metrics = given.prepared.specification.metrics
    var records: [EvaluationRecord] = zip(evaluator.environments, columns).map {
      var record = EvaluationRecord()
      record.environment = $0.name
      record.round = given.policy.metadata["round"].flatMap(Int.init) ?? 0
      record.episodes = $1
      record.isFinal = true
      return record
    }
    let summary = Summary(metrics: metrics, arms: [.federated])
    summary.evaluationFinished(records)
    summary.baselinesFinished(baselines)
    let document = summary.document(weightsSHA256: given.policy.parameters.sha256)
    if json {
      let scores = document["arms"]?["federated"]?["final"] ?? .null
      print(
        JSONValue.object([
          .init("policy", .text(given.policyPath)), .init("scores", scores),
          .init("baselines", document["baselines"] ?? .null),
        ]).prettyText, terminator: "")
      return
    }
    let names = ["return_mean"] + metrics.prefix(4).map(\.name)
    var rows = [[""] + names]
    records.sort { $0.environment < $1.environment }
    for record in records {
      let scores = EvaluationScores([record], metrics: metrics).json
      rows.append([record.environment] + names.map { HumanNumber.value(scores[$0]?.double) })
    }
    let all = document["arms"]?["federated"]?["final"]
    rows.append(["all"] + names.map { HumanNumber.value(all?[$0]?.double) })
    for name in baselines.isEmpty ? [] : given.prepared.baselines {
      let scores = document["baselines"]?[name]
      rows.append([name] + names.map { HumanNumber.value(scores?[$0]?.double) })
    }
    let episodes = "\(evaluator.episodes) episode\(evaluator.episodes == 1 ? "" : "s")"
    print("\(given.policyPath), \(episodes) in each environment:")
    print(TextTable.text(rows, width: CommandText.tableWidth))
  }
}
