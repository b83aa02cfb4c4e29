import FedRLCore
import FedRLNumerics
import FedRLScenario
import Foundation

enum Mode: String, CaseIterable, Sendable { case fast, slow }

struct RoomSettings: SettingsGroup {
  var size = 4
  var speed = 1.0
  var limit = 4.0
  var map = ""
  var mode = Mode.fast
  var quiet = false
  var rays = 8
  var steps: [Int] = [1, 2]
  var extras: SettingTable = [:]

  static var settings: [Setting<Self>] {
    [
      .integer("size", \.size, unit: "m", range: 1...16, "side of the room"),
      .number("speed", \.speed, unit: "m/s", range: 0...5, "how fast the robot goes"),
      .number("limit", \.limit, unit: "m/s", range: 0...10, "how fast it may go"),
      .text("map", \.map, isPath: true, "a map's file"),
      .choice("mode", \.mode, "how it drives"),
      .boolean("quiet", \.quiet, "whether it whispers"),
      .integer("rays", \.rays, range: 1...64, "rays of its lidar"),
      .list(
        "steps", \.steps, range: "integers", "step sizes", encode: { .integer($0) },
        decode: { if case .integer(let value) = $0 { value } else { nil } }),
      .table("extras", \.extras, "what nobody knows"),
    ]
  }

  func validate() -> [(setting: String, message: String)] {
    speed > limit ? [("speed", "expected at most the limit \(limit), got \(speed)")] : []
  }
}

/// Has a specification, but nothing runs in it.
struct RoomKind: EnvironmentKind {
  let settings: RoomSettings
  let specification: EnvironmentSpecification

  init(_ settings: RoomSettings) throws {
    if settings.map.contains("missing") {
      throw EnvironmentError(setting: "map", "no such file \(settings.map)")
    }
    self.settings = settings
    specification = EnvironmentSpecification(
      name: "room",
      observations: BoxSpace(shape: [settings.rays], low: 0, high: 1, name: "ray"),
      actions: .discrete(count: settings.mode == .fast ? 4 : 2), controlPeriodSeconds: 0.2,
      maximumEpisodeSteps: 100,
      metrics: [.init("coverage_ratio", unit: "1", higherIsBetter: true, "how much was seen")])
  }

  func makeBatch(count: Int) -> any BatchEnvironment { preconditionFailure("nothing runs here") }
  var baselines: [String] { ["random", "planner"] }
}

struct MirrorSettings: SettingsGroup {
  var rate = 0.001
  var clip = 0.2
  var width = 64

  static var settings: [Setting<Self>] {
    [
      .number("rate", \.rate, range: 0...1, "step size"),
      .number("clip", \.clip, range: 0...1, "clip range"),
      .integer("width", \.width, range: 1...4096, "units of the hidden layer"),
    ]
  }
}

/// A layout and a quantum of 64 steps; it cannot train.
struct MirrorKind: LearnerKind {
  let layout: ParameterLayout
  var name: String { "mirror" }
  var copies: Int { 1 }
  var stepQuantum: Int { 64 }
  var normalizesObservations: Bool { false }
  func trainingFLOPs(environmentSteps: Int) -> Double { 1000 * Double(environmentSteps) }
  var inferenceMACs: Int { layout.count }
  func initialParameters(_ random: RandomStream) -> ParameterVector { .init(layout: layout) }
  var leastMemoryBytes: Int { 8 * layout.count }
  var workingBytes: Int { 4 * (2 * layout.count + stepQuantum * 15) }
  func makeMemory(byteLimit: Int?) -> any AgentMemory { preconditionFailure("nothing runs here") }
  func pooled(_ agents: Int) -> any LearnerKind { self }
  func makeLearner() -> any Learner { preconditionFailure("nothing runs here") }
  func makeActor(copies: Int) -> any Actor { preconditionFailure("nothing runs here") }
  var exportMetadata: [String: String] { [:] }
}

let registry = Registry(
  environments: [
    EnvironmentEntry(
      name: "room", summary: "a room", settings: RoomSettings.self,
      make: { settings, _ in try RoomKind(settings) })
  ],
  learners: [
    LearnerEntry(
      name: "mirror", summary: "looks back", settings: MirrorSettings.self,
      make: { settings, specification in
        var layout = ParameterLayout()
        layout.append(
          "weight", shape: [settings.width, specification.observations.count], part: .trunk)
        return MirrorKind(layout: layout)
      })
  ])

/// A small scenario; sections given replace its own.
func scenarioText(
  scenario: String = "seed = 7\nrounds = 3", environment: String = "", policy: String = "",
  fleet: String = "[[fleet]]\nname = \"homes\"\ncount = 4\nsteps_per_round = 128",
  rest: String = ""
) -> String {
  """
  [scenario]
  \(scenario)
  [environment]
  name = "room"
  \(environment)
  [policy]
  name = "mirror"
  \(policy)
  \(fleet)
  \(rest)
  """
}

func load(_ text: String, set overrides: [String] = []) throws -> Scenario {
  try ScenarioLoader.load(
    text: text, path: "patrol.toml", overrides: overrides, registry: registry)
}

/// The lines of the error that loading gives; empty where it gives none.
func problems(of text: String, set overrides: [String] = []) -> [String] {
  do throws(ScenarioError) {
    _ = try ScenarioLoader.load(
      text: text, path: "patrol.toml", overrides: overrides, registry: registry)
    return []
  } catch {
    return error.lines
  }
}

/// The lines of the error that preparing gives.
func preparationProblems(of text: String) throws -> [String] {
  let scenario = try load(text)
  do throws(ScenarioError) {
    _ = try scenario.prepare(registry: registry)
    return []
  } catch {
    return error.lines
  }
}

/// Makes an empty folder, calls `body` with its path and removes it.
func withFolder<Result>(_ body: (String) throws -> Result) throws -> Result {
  let folder = FileManager.default.temporaryDirectory
    .appendingPathComponent("fedrl-scenario-\(UUID().uuidString)")
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: folder) }
  return try body(folder.path)
}

func write(_ bytes: [UInt8], to path: String) throws {
  try Data(bytes).write(to: URL(fileURLWithPath: path))
}
