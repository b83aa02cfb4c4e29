package import ArgumentParser
import FedRLCore
import FedRLNumerics
import FedRLReporting
import FedRLScenario
import FedRLSimulation
import Foundation

/// `fedrl replay`: shows one evaluation episode of a policy as an animated page.
package struct Replay: ParsableCommand {
  package static let configuration = CommandConfiguration(
    abstract: "Record an evaluation episode as an HTML page that plays it.",
    discussion: """
      The episode is the very one that the evaluation ran: the same start, the same numbers. The \
      page is one file that needs no other and no network.

      EXAMPLES:
        fedrl replay runs/seed-7
        fedrl replay runs/seed-7 --episode 3 --policy best
        fedrl replay runs/seed-7 --environment home-19 --out home-19.html
        fedrl replay runs/seed-7 --environment home-19 --baseline bounce
        fedrl replay policy.safetensors --scenario my.toml
      """)

  @Argument(help: "A run folder or a .safetensors file.")
  var source: String
  @Option(help: "The scenario, where the policy is not in a run folder.")
  var scenario: String?
  @Option(
    parsing: .unconditional,
    help: """
      Which episode, from 1: all of the first evaluation environment, then of the second, and so on; \
      with --environment, of that one.
      """)
  var episode = 1
  @Option(help: "The evaluation environment, by its name or a part that no other has.")
  var environment: String?
  @Option(help: "Which of a run's policies: final or best.")
  var policy = "final"
  @Option(help: "Show a scripted policy instead.")
  var baseline: String?
  @Option(
    help: ArgumentHelp(
      "The page; RUN/replay-<environment>-<episode>.html by default.", valueName: "file"))
  var out: String?
  @Option(
    parsing: .unconditional,
    help: "Steps from one frame to the next; by default as few as keep the page below 3 MB.")
  var every: Int?
  @Option(
    name: .customLong("set"),
    help: ArgumentHelp(
      "Override a key of the scenario; may stand several times. Paths start at the working folder.",
      valueName: "key=value"))
  var overrides: [String] = []
  @Flag(help: "Print JSON.")
  var json = false

  package init() {}

  package func validate() throws {
    if !["final", "best"].contains(policy) {
      throw ValidationError("--policy: expected final or best, got \(policy)")
    }
    if let every, !(1...1_000_000).contains(every) {
      throw ValidationError("--every: expected an integer in 1...1000000, got \(every)")
    }
  }

  package func run() throws {
    Interruption.installHandlers()
    try perform { print($0) }
  }

  /// Runs `fedrl replay` with these arguments.
  /// - Parameter output: given what the command prints.
  package static func perform(_ arguments: [String], output: (String) -> Void) throws {
    try parse(arguments).perform(output: output)
  }

  private func perform(output: (String) -> Void) throws {
    BLAS.useOneThread()
    let given = try PolicySource(
      source, scenarioPath: scenario, name: policy, overrides: overrides,
      registry: FedRL.registry)
    let evaluator = given.prepared.makeEvaluator()
    let choice = try EpisodeChoice(
      number: episode, environment: environment, baseline: baseline, in: evaluator)
    let path = try outputPath(choice, evaluator)
    do {
      let result = try record(choice, evaluator, given)
      try AtomicFile.write(result.page, to: path)
      report(result, choice, evaluator, path: path, output: output)
    } catch is Interrupted {
      throw ExitCode(130)
    }
  }

  private func record(_ choice: EpisodeChoice, _ evaluator: Evaluator, _ given: PolicySource)
    throws -> EpisodeReplay.Result
  {
    let name = evaluator.environments[choice.environment].name
    let kind = evaluator.environments[choice.environment].kind
    var replay = EpisodeReplay(
      evaluator: evaluator, choice: choice,
      title: "\(given.scenario.name) · \(name), episode \(choice.episode + 1)")
    replay.facts = [.init(name: "policy", value: choice.baseline ?? policyName(given))]
    return try replay.record(every: every) { watch in
      if let baseline = choice.baseline {
        return try kind.runBaseline(
          baseline,
          seed: evaluator.seed(environment: choice.environment, episode: choice.episode),
          watch: watch)
      }
      return try evaluator.replay(
        PolicySnapshot(
          parameters: given.policy.parameters,
          observationMoments: given.policy.observationMoments),
        learner: given.prepared.learner, environment: choice.environment,
        episode: choice.episode, watch: watch)
    }
  }

  private func policyName(_ given: PolicySource) -> String {
    (given.policyPath as NSString).lastPathComponent
      .replacingOccurrences(of: ".safetensors", with: "")
  }

  /// Where the page goes; known to be writable in principle before the episode runs.
  private func outputPath(_ choice: EpisodeChoice, _ evaluator: Evaluator) throws -> String {
    let path = out ?? defaultPath(choice, evaluator)
    try OutputFile.check(path, option: "--out")
    return path
  }

  private func defaultPath(_ choice: EpisodeChoice, _ evaluator: Evaluator) -> String {
    let name = String(
      evaluator.environments[choice.environment].name.map {
        $0.isASCII && ($0.isLetter || $0.isNumber) || "-_.".contains($0) ? $0 : "-"
      })
    let actor = choice.baseline ?? (policy == "final" ? nil : policy)
    let file = "replay-\(name)-\(choice.episode + 1)\(actor.map { "-" + $0 } ?? "").html"
    return PolicySource.runFolder(of: source).map { $0 + "/" + file } ?? file
  }

  private func report(
    _ result: EpisodeReplay.Result, _ choice: EpisodeChoice, _ evaluator: Evaluator, path: String,
    output: (String) -> Void
  ) {
    let environment = evaluator.environments[choice.environment]
    let specification = environment.kind.specification
    if json {
      return output(
        Self.document(result, specification, path: path, environment.name, choice).text)
    }
    let facts = ReplayPage.Fact.of(result.record, specification: specification)
    let width = facts.map(\.name.count).max() ?? 0
    output("\(environment.name), episode \(choice.episode + 1) of \(evaluator.episodes):")
    for fact in facts {
      let gap = String(repeating: " ", count: width - fact.name.count + 2)
      output("  \(fact.name.replacingOccurrences(of: "_", with: " "))\(gap)\(fact.value)")
    }
    let size = HumanNumber.bytes(result.page.utf8.count)
    let pace = result.stepsPerFrame == 1 ? "every step" : "every \(result.stepsPerFrame) steps"
    output("wrote \(path), \(size): \(result.frames) frames, \(pace)")
  }

  private static func document(
    _ result: EpisodeReplay.Result, _ specification: EnvironmentSpecification, path: String,
    _ environment: String, _ choice: EpisodeChoice
  ) -> JSONValue {
    let measures = zip(specification.metrics, result.record.metrics).map {
      JSONValue.Member($0.name, $1.isNaN ? .null : .number($1))
    }
    let lists = zip(specification.listMetrics, result.record.lists).map {
      JSONValue.Member($0.name, .list($1.map { .number($0) }))
    }
    return .object([
      .init("page", .text(path)), .init("bytes", .integer(result.page.utf8.count)),
      .init("frames", .integer(result.frames)),
      .init("steps_per_frame", .integer(result.stepsPerFrame)),
      .init("environment", .text(environment)), .init("episode", .integer(choice.episode + 1)),
      .init("policy", .text(choice.baseline ?? "learned")),
      .init("return", .number(result.record.episodeReturn)),
      .init("steps", .integer(result.record.steps)),
      .init("end", .text("\(result.record.end)")), .init("metrics", .object(measures + lists)),
    ])
  }
}
