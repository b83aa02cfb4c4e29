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
  /// What the scenario set.
  public let settings: BipedalWalkerSettings
  /// Spaces, time step, time limit and metrics; the same for all copies.
  public let specification: EnvironmentSpecification

  /// Gymnasium's `BipedalWalker-v3` unless told otherwise.
  public init(_ settings: BipedalWalkerSettings = .init()) {
    self.settings = settings
    specification = BipedalWalkerPlan.specification(settings)
  }

  /// `count` copies side by side, each with a world of its own.
  public func makeBatch(count: Int) -> any BatchEnvironment {
    BatchAdapter<BipedalWalker>(count: count) { BipedalWalker(settings) }
  }

  /// Gymnasium's own controller, and even chance.
  public var baselines: [String] { ["heuristic", "random"] }

  /// One episode of a baseline that nobody watches; throws `EnvironmentError` for an unknown name.
  public func runBaseline(_ name: String, seed: UInt64) throws -> EpisodeRecord {
    try runBaseline(name, seed: seed) { _ in }
  }

  /// `heuristic` is the controller that comes with Gymnasium's; `random` draws its actions evenly.
  /// - Throws: `EnvironmentError` for another name, and what `watch` throws.
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
