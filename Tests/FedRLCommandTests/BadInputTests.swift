import FedRLTestSupport
import Foundation
import Testing

/// Input that cannot be used gets one clear error, the right exit status, and leaves nothing behind.
@Suite struct BadInputTests {
  /// A robot vacuum in the project's own homes.
  static let vacuum = """
    [scenario]
    name = "vacuum"
    rounds = 1
    [environment]
    name = "vacuum"
    map = "HOMES/home-01.yaml"
    episode_seconds = 20
    [policy]
    name = "ppo"
    environments = 2
    steps = 8
    minibatch = 8
    epochs = 1
    hidden = [8]
    [[fleet]]
    steps_per_round = 16
    [evaluation]
    episodes = 1
    environment = { map = "HOMES/home-02.yaml", start = "dock" }
    """.replacingOccurrences(
      of: "HOMES",
      with: SharedData.packageRoot.appendingPathComponent("Environments/Vacuum/Homes").path)

  static let yaml = """
    image: IMAGE
    resolution: 0.05
    origin: [0, 0, 0]
    negate: 0
    occupied_thresh: 0.65
    free_thresh: 0.196
    """

  /// What is wrong, the arguments after `train`, and what the one message must hold.
  struct Fault: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let arguments: [String]
    let message: [String]
    var status: Int32 = 2

    init(_ name: String, _ arguments: [String], _ message: [String], status: Int32 = 2) {
      testDescription = name
      self.arguments = arguments
      self.message = message
      self.status = status
    }

    /// One override of the vacuum's scenario.
    init(_ name: String, set override: String, _ message: String...) {
      self.init(name, ["vacuum.toml", "--set", override], message)
    }
  }

  static let faults = [
    Fault("no scenario", ["nowhere.toml"], ["nowhere.toml: no such file"]),
    Fault("an empty scenario", ["empty.toml"], ["empty.toml: the scenario is empty"]),
    Fault("a folder for a scenario", ["maps"], ["maps: expected a file, got a folder"]),
    Fault("a scenario that is not TOML", ["broken.toml"], ["broken.toml:2:"]),
    Fault("a scenario that is not text", ["maps/wall.pgm"], ["maps/wall.pgm: expected a text"]),
    Fault(
      "another network for the independent arm", set: "policy.independent.activation=relu",
      "[policy.independent]: expected the network"),
    Fault(
      "other rollouts for the independent arm", set: "policy.independent.steps=16",
      "[policy.independent]: expected rollouts of 16 steps as in [policy], got 32"),
    Fault(
      "a missing map", set: "environment.map=\"maps/none.yaml\"", "[environment] map:",
      "maps/none.yaml: there is no such file"),
    Fault(
      "a pattern that no file matches", set: "environment.map={ each = \"none/*.yaml\" }",
      "[environment] map: no file matches"),
    Fault(
      "a dock outside the map",
      [
        "vacuum.toml", "--set", "environment.dock=\"-90, 0, 0\"", "--set",
        "evaluation.environment.dock=auto",
      ],
      ["[environment] dock:", "(-90.0, 0.0) lies outside the map"]),
    Fault(
      "a map whose image is missing", set: "environment.map=\"maps/imageless.yaml\"",
      "[environment] map:", "none.png"),
    Fault(
      "a corrupt PNG", set: "environment.map=\"maps/corrupt.yaml\"", "[environment] map:",
      "corrupt.png: ", "ends too early"),
    Fault(
      "a map that is all wall", set: "environment.map=\"maps/wall.yaml\"", "[environment] map:",
      "wall.yaml: no cell is free"),
    Fault(
      "a start in a wall", set: "environment.start=\"0, 0, 0\"", "[environment] start:",
      "(0.0, 0.0) is in a wall"),
    Fault(
      "a start outside the map", set: "environment.start=\"999, 0, 0\"", "[environment] start:",
      "(999.0, 0.0) lies outside the map"),
    Fault(
      "a negative budget", set: "fleet.0.steps_per_round=-16", "steps_per_round: expected",
      "got -16"),
    Fault(
      "a budget that is no rollout", set: "fleet.0.steps_per_round=17",
      "expected a multiple of 16 steps", "got 17"),
    Fault("no agents", set: "fleet.0.count=0", "count: expected", "got 0"),
    Fault(
      "a device that cannot train", set: "fleet.0.device=\"edge-tpu\"",
      "device edge-tpu cannot train"),
    Fault(
      "a link that carries nothing", set: "fleet.0.link=\"lorawan-sf12\"",
      "carries nothing down"),
    Fault("an unknown key", set: "scenario.rouns=3", "rouns: unknown key; did you mean rounds?"),
    Fault(
      "an unknown environment", set: "environment.name=\"vacum\"", "did you mean vacuum?"),
    Fault("a wrong type", set: "scenario.rounds=\"many\"", "rounds: expected an integer"),
    Fault("no rounds", ["vacuum.toml", "--rounds", "0"], ["rounds: expected", "got 0"]),
    Fault(
      "a policy of another shape", ["vacuum.toml", "--init", "policy.safetensors"],
      ["policy.safetensors: tensor actor.0.weight: expected shape [8, 283], got [8, 4]"]),
    Fault(
      "a policy with statistics for a learner without",
      [
        "small.toml", "--init", "policy.safetensors", "--set",
        "policy.normalize_observations=false",
      ], ["policy.safetensors: expected a policy for raw observations"]),
    Fault(
      "a policy file that is none", ["small.toml", "--init", "small.toml"],
      ["small.toml: not a safetensors file"]),
    Fault(
      "a missing policy", ["small.toml", "--init", "none.safetensors"],
      ["none.safetensors: no such file"]),
    Fault(
      "a file for a run folder", ["small.toml", "--out", "small.toml"],
      ["small.toml: expected a folder, found a file"]),
    Fault(
      "a run folder below a file", ["small.toml", "--out", "small.toml/run"], ["small.toml"]),
    Fault(
      "nothing to resume", ["small.toml", "--out", "run", "--resume"],
      ["run: expected a run to resume, found none"]),
    Fault(
      "a report without a folder", ["small.toml", "--out", "run", "--junit", "none/junit.xml"],
      ["--junit none/junit.xml: there is no folder none"]),
    Fault(
      "a report without a name", ["small.toml", "--out", "run", "--junit", ""],
      ["--junit: expected a file's name, got none"]),
    Fault(
      "a report into nowhere", ["small.toml", "--out", "run", "--junit", "-"],
      ["--junit -: expected a file's name; standard output is /dev/stdout"]),
    Fault("no threads", ["small.toml", "--threads", "0"], ["--threads: expected"]),
    Fault("a time limit of nothing", ["small.toml", "--max-seconds", "0"], ["--max-seconds"]),
    Fault(
      "both resuming and replacing", ["small.toml", "--resume", "--force"], ["exclude each other"]),
    Fault("an unknown option", ["small.toml", "--fast"], ["--fast"]),
  ]

  /// A folder with everything the faults name.
  func makeFolder() throws -> TestFolder {
    let folder = try TestFolder()
    try folder.write(Self.vacuum, to: "vacuum.toml")
    try folder.write("", to: "empty.toml")
    try folder.write("[scenario]\nrounds = = 3\n", to: "broken.toml")
    try FileManager.default.createDirectory(
      atPath: folder.file("maps"), withIntermediateDirectories: true)
    for (name, image) in [
      ("wall", "wall.pgm"), ("corrupt", "corrupt.png"), ("imageless", "none.png"),
    ] {
      try folder.write(
        Self.yaml.replacingOccurrences(of: "IMAGE", with: image), to: "maps/\(name).yaml")
    }
    try folder.write(
      Array("P5\n20 20\n255\n".utf8) + [UInt8](repeating: 0, count: 400), to: "maps/wall.pgm")
    let home = SharedData.packageRoot
      .appendingPathComponent("Environments/Vacuum/Homes/home-01.png")
    try folder.write(Array(try Data(contentsOf: home).prefix(300)), to: "maps/corrupt.png")
    return folder
  }

  /// The policy of a run of the cart-pole, made once.
  static let policy: [UInt8]? = {
    guard let folder = try? TestFolder(),
      let run = try? folder.train("--out", "run", "-q", "--rounds", "1"),
      run.status == 0
    else { return nil }
    return try? folder.bytes("run/checkpoints/final.safetensors")
  }()

  @Test(arguments: faults)
  func aFaultIsSaidOnceAndNothingIsWritten(fault: Fault) throws {
    guard CommandProcess.executable != nil else { return }
    let folder = try makeFolder()
    if fault.arguments.contains("policy.safetensors") {
      try folder.write(try #require(Self.policy), to: "policy.safetensors")
    }
    let before = try folder.entries()
    let run = try #require(try CommandProcess.run(["train"] + fault.arguments, in: folder.path))
    #expect(run.status == fault.status, "\(run.errors)")
    #expect(run.output.isEmpty)
    for part in fault.message { #expect(run.errors.contains(part), "\(run.errors)") }
    // Wrong options also show how the command is used.
    let messages = run.errorLines.filter { $0.hasPrefix("fedrl: ") || $0.hasPrefix("Error: ") }
    #expect(messages.count == 1, "\(run.errors)")
    if run.errors.hasPrefix("fedrl: ") { #expect(run.errorLines.count == 1, "\(run.errors)") }
    #expect(try folder.entries() == before)
  }

  @Test func theFaultlessScenarioRuns() throws {
    let folder = try makeFolder()
    guard let run = try CommandProcess.run(["train", "vacuum.toml", "-q"], in: folder.path) else {
      return
    }
    #expect(run.status == 0, "\(run.errors)")
  }

  @Test func allUnknownKeysAreSaidAtOnce() throws {
    let folder = try makeFolder()
    guard
      let run = try folder.train(
        "--set", "federaton.x=1", "--set", "policy.gama=0.9", "--set", "scenario.rouns=3", "--set",
        "fleet.0.cuont=2", "--set", "environment.pole_mas=1")
    else { return }
    #expect(run.status == 2)
    #expect(run.errorLines.count == 5)
    for name in ["[federation]", "gamma", "rounds", "count", "pole_mass"] {
      #expect(run.errors.contains("did you mean \(name)?"), "\(run.errors)")
    }
    #expect(try !folder.entries().contains { $0.hasPrefix("run") })
  }

  @Test(arguments: [
    ["evaluate", "nothing"], ["evaluate", "small.toml"], ["evaluate", "maps"],
    ["evaluate", "nothing", "--threads", "0"], ["evaluate", "nothing", "--seed=-1"],
    ["evaluate", "nothing", "--episodes", "0"], ["validate", "empty.toml"],
    ["validate", "nowhere.toml"], ["validate", "maps"], ["describe", "nothing"],
    ["list", "nothing"], ["nothing"], ["train"],
  ])
  func otherCommandsRefuseTheirInputAlike(words: [String]) throws {
    let folder = try makeFolder()
    let before = try folder.entries()
    guard let run = try CommandProcess.run(words, in: folder.path) else { return }
    #expect(run.status == 2, "\(run.errors)")
    #expect(run.output.isEmpty && !run.errors.isEmpty)
    #expect(try folder.entries() == before)
  }
}
