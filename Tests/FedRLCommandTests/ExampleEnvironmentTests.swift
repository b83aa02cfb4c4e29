import FedRLCommand
import FedRLCore
import FedRLReporting
import FedRLScenario
import Foundation
import Testing

/// The README's example, as an author of environments would use it, in this process.
@Suite(.serialized) struct ExampleEnvironmentTests {
  static let scenario = """
    [scenario]
    name = "rail"
    rounds = 3
    [environment]
    name = "rail-cart"
    [policy]
    name = "ppo"
    environments = 2
    steps = 64
    minibatch = 64
    hidden = [16]
    [[fleet]]
    name = "short"
    count = 2
    steps_per_round = 256
    environment = { rail_length = { uniform = [2.0, 3.0] } }
    [[fleet]]
    name = "long"
    steps_per_round = 128
    environment = { rail_length = 8.0 }
    [evaluation]
    episodes = 2
    """

  /// Adds the example to what scenarios of this process can name; other tests do not mind.
  static let registration: Void = {
    FedRL.registry = .standard.adding(EnvironmentEntry(RailCart.self))
  }()

  init() { Self.registration }

  @Test func itPassesTheConformanceCheck() throws {
    let kind = try SimpleEnvironmentKind<RailCart>(
      settings: .init(), context: EnvironmentContext(baseDirectory: "."))
    let violations = checkEnvironment(kind)
    #expect(violations.filter { !$0.isWarning }.isEmpty, "\(violations)")
  }

  @Test func aFleetTrainsOnIt() throws {
    let folder = try TestFolder(Self.scenario)
    let run = folder.file("run")
    #expect(Outcome.status(of: ["train", folder.file("small.toml"), "--out", run, "-q"]) == 0)
    #expect(try folder.column("round", of: "run/metrics.csv") == ["1", "2", "3"])
    let distances = try folder.column("distance", of: "run/metrics.csv").compactMap(Double.init)
    #expect(distances.count == 3 && distances.allSatisfy { $0 >= 0 && $0 <= 4 })
    let policy = try PolicyFile.read(folder.file("run/checkpoints/final.safetensors"))
    #expect(policy.observationNames == ["position", "speed"])
    #expect(policy.metadata["action_names"] == "[\"acceleration\"]")
    #expect(Outcome.status(of: ["train", folder.file("small.toml"), "--out", run, "-q"]) == 2)
  }

  @Test func itsSettingsAreCheckedAndDescribed() throws {
    let folder = try TestFolder(Self.scenario)
    let wrong = [
      "train", folder.file("small.toml"), "--set", "fleet.1.environment.rail_length=0.5",
    ]
    #expect(Outcome.status(of: wrong + ["--out", folder.file("run")]) == 2)
    #expect(try folder.entries() == ["small.toml"])
    var printed = ""
    try Describe.write("rail-cart", registry: FedRL.registry, text: CommandText()) {
      printed += $0 + "\n"
    }
    #expect(printed.contains("rail_length = 4.0  (number in 1...100 m)"))
  }
}
