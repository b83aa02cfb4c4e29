package import ArgumentParser
import FedRLCore
import FedRLNumerics
import FedRLReporting
package import FedRLScenario
import FedRLSimulation

/// `fedrl validate`: finds every problem of a scenario, and says what a run of it would cost.
package struct Validate: ParsableCommand {
  package static let configuration = CommandConfiguration(
    abstract: "Check a scenario, and estimate its time, bytes and memory.",
    discussion: """
      Loads everything that the scenario names and writes nothing. All problems are reported at \
      once; the exit status is 2 where there are any.

      EXAMPLES:
        fedrl validate Scenarios/cartpole-fleet.toml
        fedrl validate my.toml --set fleet.slow.count=20
        fedrl validate my.toml --resolved > full.toml
      """)

  @Argument(help: "The scenario, a TOML file.")
  var scenario: String
  @Option(
    name: .customLong("set"),
    help: ArgumentHelp(
      "Override a key of the scenario; may stand several times. Paths start at the working folder.",
      valueName: "key=value"))
  var overrides: [String] = []
  @Option(
    parsing: .unconditional,
    help: "Names every random number of training, instead of the scenario's seed.")
  var seed: UInt64?
  @Option(parsing: .unconditional, help: "Rounds, instead of the scenario's.")
  var rounds: Int?
  @Option(
    parsing: .unconditional, help: "Worker threads of the estimate. All processors by default.")
  var threads: Int?
  @Flag(help: "Measure nothing: no estimate of the real time.")
  var quick = false
  @Flag(help: "Print the scenario with every default written out instead.")
  var resolved = false

  package init() {}

  package func validate() throws {
    if let threads, !(1...1024).contains(threads) {
      throw ValidationError("--threads: expected an integer in 1...1024, got \(threads)")
    }
  }

  package func run() throws {
    BLAS.useOneThread()
    let loaded = try ScenarioLoader.load(
      path: scenario, overrides: overrides, seed: seed, rounds: rounds, registry: FedRL.registry)
    let prepared = try loaded.prepare(registry: FedRL.registry)
    if resolved {
      print(prepared.scenario.resolvedTOML(), terminator: "")
      return
    }
    let speed = quick ? nil : try TrainingSpeed.measure(prepared)
    try Self.write(
      prepared, speed: speed, threads: threads ?? WorkerPool.processorCount,
      text: .standardOutput
    ) { print($0) }
  }

  /// - Parameter speed: of this machine; `nil` leaves the real time out.
  package static func write(
    _ prepared: PreparedScenario, speed: TrainingSpeed?, threads: Int, text: CommandText,
    output: (String) -> Void
  ) throws {
    let estimate = try RunEstimate(prepared)
    let scenario = prepared.scenario
    output(text.wrapped("\(scenario.path) is valid: \(headline(scenario))", hanging: 2))
    if !scenario.summary.isEmpty { output(text.wrapped(scenario.summary, indent: 2)) }
    output("\n" + text.bold("Fleet") + ", with what a round costs an agent in fleet time:\n")
    output(TextTable.text(fleetRows(estimate), leading: [0, 2, 3]))
    let notes = environmentNotes(prepared, text)
    if !notes.isEmpty { output("\n" + text.bold("Environments") + "\n\n" + notes) }
    output("\n" + text.bold("Run") + "\n")
    output(text.definitions(runRows(prepared, estimate, speed: speed, threads: threads)))
  }

  private static func headline(_ scenario: Scenario) -> String {
    func many(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }
    return "\(scenario.name), \(many(scenario.members.count, "agent")) in "
      + "\(many(scenario.groups.count, "group")), \(many(scenario.rounds, "round")), "
      + "\(scenario.environmentName) with \(scenario.policyName), seed \(scenario.seed)"
  }

  private static func fleetRows(_ estimate: RunEstimate) -> [[String]] {
    [["group", "agents", "device", "link", "steps", "time", "energy"]]
      + estimate.groups.map { group in
        [
          group.name, "\(group.count)", group.device, group.link, group.steps.text,
          HumanNumber.duration(group.seconds), HumanNumber.joules(group.joules),
        ]
      }
  }

  /// What loading found worth saying, once per loaded environment.
  private static func environmentNotes(_ prepared: PreparedScenario, _ text: CommandText)
    -> String
  {
    var rows: [(name: String, text: String)] = []
    for (index, kind) in prepared.kinds.enumerated() where !kind.notes.isEmpty {
      let users = prepared.scenario.members.filter { prepared.kindOfMember[$0.index] == index }
      // Kinds without agents are for evaluation; they follow under their own names.
      guard let first = users.first else { continue }
      let others = users.count > 1 ? " +\(users.count - 1)" : ""
      rows.append((first.name + others, kind.notes.joined(separator: "; ")))
    }
    for (name, kind) in prepared.evaluationKinds where !kind.notes.isEmpty {
      rows.append(("eval " + name, kind.notes.joined(separator: "; ")))
    }
    return rows.isEmpty ? "" : text.definitions(rows)
  }

  private static func runRows(
    _ prepared: PreparedScenario, _ estimate: RunEstimate, speed: TrainingSpeed?, threads: Int
  ) -> [(name: String, text: String)] {
    let scenario = prepared.scenario
    let messages = prepared.messages
    let arms = scenario.evaluation.arms.map(\.rawValue).joined(separator: " and ")
    var rows: [(name: String, text: String)] = [
      (
        "policy",
        "\(prepared.learner.layout.count) parameters, \(messages.sharedParameters) of them shared"
      ),
      (
        "bytes",
        "\(HumanNumber.bytes(messages.bytesDown)) down and \(HumanNumber.bytes(messages.bytesUp)) "
          + "up per agent and round; \(HumanNumber.bytes(estimate.bytesDown)) down and "
          + "\(HumanNumber.bytes(estimate.bytesUp)) up in the whole run"
      ),
      (
        "fleet time",
        "at most \(HumanNumber.duration(estimate.fleetSeconds)): the slowest agent of each round decides; "
          + "\(HumanNumber.joules(estimate.joules))"
      ),
      (
        "training",
        "\(HumanNumber.count(estimate.steps)) environment steps and "
          + "\(HumanNumber.count(estimate.flops)) floating-point operations in each arm: \(arms)"
      ),
      (
        "evaluation",
        "\(estimate.evaluations) evaluation\(estimate.evaluations == 1 ? "" : "s") on "
          + "\(scenario.evaluationEnvironments.count) environment"
          + (scenario.evaluationEnvironments.count == 1 ? "" : "s")
          + ", \(scenario.evaluation.episodes) episode"
          + (scenario.evaluation.episodes == 1 ? "" : "s") + " each"
          + (estimate.evaluationSteps.map { ", at most \(HumanNumber.count($0)) steps" } ?? "")
      ),
      (
        "memory",
        "about \(HumanNumber.bytes(estimate.fleetBytes / scenario.members.count)) per agent, "
          + "\(HumanNumber.bytes(estimate.fleetBytes)) for the fleet, "
          + "\(HumanNumber.bytes(estimate.peakBytes)) while a checkpoint is written; and "
          + "\(prepared.kinds.count) loaded environment\(prepared.kinds.count == 1 ? "" : "s")"
      ),
    ]
    if let speed {
      let seconds = estimate.seconds(at: speed, threads: threads)
      rows.append(
        (
          "real time",
          "about \(HumanNumber.duration(seconds)) on \(threads) thread\(threads == 1 ? "" : "s") of "
            + "this machine, which trains \(HumanNumber.count(speed.trainingStepsPerSecond)) and "
            + "evaluates \(HumanNumber.count(speed.evaluationStepsPerSecond)) steps/s on one core"
        ))
    }
    return rows
  }
}

extension HumanNumber {
  /// `12 J`, `3.4 kJ`.
  static func joules(_ value: Double) -> String {
    let text = count(value)
    return text + (text.last?.isNumber == true ? " J" : "J")
  }
}
