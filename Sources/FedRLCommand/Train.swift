import ArgumentParser
import FedRLCore
import FedRLNumerics
import FedRLReporting
import FedRLScenario
import FedRLSimulation
import Foundation

/// `fedrl train`: runs a scenario.
struct Train: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Train a fleet as a scenario says, and judge what it learned.",
    discussion: """
      Writes a run folder: runs/<scenario>-<time>, or --out. An existing run is never overwritten \
      without --force; --resume continues one to the same bits.

      EXAMPLES:
        fedrl train Scenarios/vacuum-homes.toml
        fedrl train Scenarios/cartpole-fleet.toml --seed 7 --out runs/seed-7
        fedrl train runs/seed-7 --resume
        fedrl train my.toml --set 'environment.map={ each = "maps/*.yaml" }'
        fedrl train my.toml --set fleet.slow.count=20 --json | jq .round
        fedrl train Scenarios/vacuum-homes.toml --seeds 1..5 --arms federated,independent,pooled
      """)

  @Argument(help: "The scenario, a TOML file; with --resume also the folder of a run.")
  var scenario: String

  @Option(help: ArgumentHelp("The run folder.", valueName: "dir"))
  var out: String?
  @Flag(
    help: """
      Go on with the run given in place of a scenario, or in --out, or else with the newest run of \
      the scenario.
      """)
  var resume = false
  @Flag(help: "Replace the run in --out.")
  var force = false
  @Option(
    parsing: .unconditional,
    help: "Names every random number of training, instead of the scenario's seed.")
  var seed: UInt64?
  @Option(
    help: ArgumentHelp(
      "Run once for each of these seeds, into a folder seed-N each below --out, and compare what they "
        + "reached: rising ranges and numbers, each seed once. With --resume, finished runs are kept.",
      valueName: "1..5"), transform: SeedList.init(argument:))
  var seeds: SeedList?
  @Option(
    help: ArgumentHelp(
      "Arms to run, separated by commas, instead of the scenario's: federated, independent, pooled, "
        + "finetuned.", valueName: "arm,…"))
  var arms: String?
  @Option(
    parsing: .unconditional,
    help: "Worker threads; results do not depend on it. All processors by default.")
  var threads: Int?
  @Option(
    name: .customLong("set"),
    help: ArgumentHelp(
      "Override a key of the scenario; may stand several times. Paths start at the working folder.",
      valueName: "key=value"))
  var overrides: [String] = []
  @Option(parsing: .unconditional, help: "Rounds, instead of the scenario's.")
  var rounds: Int?
  @Option(
    name: .customLong("init"),
    help: ArgumentHelp(
      "Start from this policy (.safetensors) instead of fresh weights.", valueName: "policy"))
  var initial: String?
  @Option(
    parsing: .unconditional,
    help: """
      Save the state and end after this much real time, of this session. The exit status is then 3 \
      where the scenario expects something, which was not judged.
      """)
  var maxSeconds: Double?
  @Flag(name: .shortAndLong, help: "Print nothing but errors.")
  var quiet = false
  @Flag(help: "Print one JSON object per round, evaluation and ending.")
  var json = false
  @Option(help: ArgumentHelp("Also write the expectations as a JUnit file.", valueName: "file"))
  var junit: String?

  func validate() throws {
    if let threads, !(1...1024).contains(threads) {
      throw ValidationError("--threads: expected an integer in 1...1024, got \(threads)")
    }
    if let maxSeconds, !(maxSeconds > 0) {
      throw ValidationError("--max-seconds: expected a number above 0, got \(maxSeconds)")
    }
    if seed != nil && seeds != nil {
      throw ValidationError("--seed and --seeds exclude each other")
    }
    if resume && force { throw ValidationError("--resume and --force exclude each other") }
    if out == "" { throw ValidationError("--out: expected a folder's name, got nothing") }
    if quiet && json { throw ValidationError("--quiet and --json exclude each other") }
  }

  func run() throws {
    BLAS.useOneThread()
    ProcessMemory.keepFreed()
    Interruption.installHandlers()
    if let seeds { return try SeveralSeeds(options: self, seeds: seeds.seeds).run() }
    try runOnce()
  }

  /// One run, of one seed.
  func runOnce() throws {
    let given = try givenRun()
    let loaded = try ScenarioLoader.load(
      path: given.map { $0 + "/scenario.toml" } ?? scenario, overrides: allOverrides, seed: seed,
      rounds: rounds, registry: FedRL.registry)
    let prepared = try loaded.prepare(registry: FedRL.registry)
    let policy = try initial.map { try PolicyFile.read($0, for: prepared) }
    // The run folder itself is made in time.
    try junit.map { try OutputFile.check($0, option: "--junit", made: out) }
    var resolved = prepared.scenario.resolvedTOML()
    if let initial {
      // Part of what a run is: another start is another run, which --resume refuses.
      let sum = try AtomicFile.read(initial).withUnsafeBytes { SHA256.hexadecimal($0) }
      resolved += "\n# Started from a policy with the SHA-256 \(sum).\n"
    }
    // Everything is known to be right: from here on files are written.
    let folder = try takeFolder(for: loaded, given: given)
    try TrainingSession(
      options: self, prepared: prepared, initial: policy, resolved: resolved, folder: folder
    ).run()
  }

  /// Those of `--set`, and what `--arms` means.
  var allOverrides: [String] {
    guard let arms else { return overrides }
    let names = arms.split(separator: ",", omittingEmptySubsequences: false).map {
      "\"" + $0.replacingOccurrences(of: "\"", with: "") + "\""
    }
    return overrides + ["evaluation.arms=[\(names.joined(separator: ", "))]"]
  }

  /// The run folder that stands in the scenario's place.
  private func givenRun() throws -> String? {
    guard RunFolder.isRun(scenario) else { return nil }
    guard resume else {
      throw BadInput(
        "\(scenario): is the folder of a run; --resume goes on with it, and its scenario.toml is what "
          + "it was run with")
    }
    if out != nil { throw BadInput("\(scenario): is the folder of a run, which leaves no --out") }
    return scenario
  }

  private func takeFolder(for scenario: Scenario, given: String?) throws -> RunFolder {
    if let given { return try RunFolder.open(given, .resume) }
    let root = scenario.output.directory
    if resume {
      guard let path = out ?? RunFolder.newest(of: scenario.name, in: root) else {
        throw BadInput(
          "\(root): found no run of \(scenario.name) to resume; name its folder with --out")
      }
      return try RunFolder.open(path, .resume)
    }
    guard let out else { return try RunFolder.create(for: scenario.name, in: root) }
    return try RunFolder.open(out, force ? .force : .new)
  }
}
