public import FedRLCore
import FedRLNumerics

/// The registry's line for the walker.
public let bipedalWalkerEntry = EnvironmentEntry(
  name: "bipedal-walker",
  summary:
    "Walk on two legs over uneven ground; Gymnasium's BipedalWalker-v3 and its hardcore form",
  settings: BipedalWalkerSettings.self
) { settings, _ in BipedalWalkerKind(settings) }

/// A configured walker.
public struct BipedalWalkerKind: EnvironmentKind {
  public let settings: BipedalWalkerSettings
  public let specification: EnvironmentSpecification

  public init(_ settings: BipedalWalkerSettings = .init()) {
    self.settings = settings
    specification = BipedalWalkerPlan.specification(settings)
  }

  public func makeBatch(count: Int) -> any BatchEnvironment {
    BatchAdapter<BipedalWalker>(count: count) { BipedalWalker(settings) }
  }

  public var baselines: [String] { ["heuristic", "random"] }

  public func runBaseline(_ name: String, seed: UInt64) throws -> EpisodeRecord {
    try runBaseline(name, seed: seed) { _ in }
  }

  /// `heuristic` is the controller that comes with Gymnasium's; `random` draws its actions evenly.
  public func runBaseline(_ name: String, seed: UInt64, watch: EpisodeWatch) throws
    -> EpisodeRecord
  {
    guard baselines.contains(name) else {
      throw EnvironmentError("bipedal-walker has no baseline named \(name)")
    }
    var random = RandomStream(seed: seed).split("random baseline")
    var pilot = BipedalWalkerPilot()
    return try playEpisode(BipedalWalker(settings), seed: seed, watch: watch) {
      observation, action in
      let motors = pilot.motors(observation)
      for joint in 0..<4 {
        action[joint] = name == "heuristic" ? motors[joint] : Float(random.uniform(-1, 1))
      }
    }
  }
}
