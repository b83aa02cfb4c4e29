public import FedRLCore
import FedRLNumerics

/// The registry's line for the lander with four choices.
public let lunarLanderEntry = EnvironmentEntry(
  name: "lunarlander",
  summary: "Land between two flags with engines on or off; Gymnasium's LunarLander-v3",
  settings: LunarLanderSettings.self
) { settings, _ in LunarLanderKind(settings) }

/// The registry's line for the lander with two throttles.
public let lunarLanderContinuousEntry = EnvironmentEntry(
  name: "lunarlander-continuous",
  summary: "Land between two flags with throttles; Gymnasium's LunarLanderContinuous-v3",
  settings: LunarLanderSettings.self
) { settings, _ in LunarLanderKind(settings, isContinuous: true) }

/// A configured lander.
public struct LunarLanderKind: EnvironmentKind {
  /// What the scenario set.
  public let settings: LunarLanderSettings
  /// Whether actions are two throttles; else four choices.
  public let isContinuous: Bool
  /// Spaces, time step, time limit and metrics; the same for all copies.
  public let specification: EnvironmentSpecification

  /// - Parameter isContinuous: whether actions are two throttles; else four choices.
  public init(_ settings: LunarLanderSettings = .init(), isContinuous: Bool = false) {
    self.settings = settings
    self.isContinuous = isContinuous
    specification = LunarLanderPlan.specification(settings, isContinuous: isContinuous)
  }

  /// `count` copies side by side, each with a world of its own.
  public func makeBatch(count: Int) -> any BatchEnvironment {
    BatchAdapter<LunarLander>(count: count) { LunarLander(settings, isContinuous: isContinuous) }
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
    let isHeuristic = name == "heuristic"
    guard baselines.contains(name) else {
      throw EnvironmentError("\(specification.name) has no baseline named \(name)")
    }
    var random = RandomStream(seed: seed).split("random baseline")
    let isContinuous = isContinuous
    return try playEpisode(
      LunarLander(settings, isContinuous: isContinuous), seed: seed, watch: watch
    ) { observation, action in
      if isContinuous {
        let throttles =
          isHeuristic
          ? LunarLanderPilot.throttles(observation)
          : SIMD2(Float(random.uniform(-1, 1)), Float(random.uniform(-1, 1)))
        (action[0], action[1]) = (throttles.x, throttles.y)
      } else {
        action[0] = Float(
          isHeuristic ? LunarLanderPilot.choice(observation) : random.integer(below: 4))
      }
    }
  }
}
