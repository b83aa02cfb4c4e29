public import FedRLCore
import FedRLNumerics

/// The registry's line for the cart-pole, whose batches are the fast ones.
public let cartPoleEntry = EnvironmentEntry(
  name: CartPole.name, summary: CartPole.summary, settings: CartPoleSettings.self
) { settings, _ in CartPoleKind(settings) }

/// A configured cart-pole.
public struct CartPoleKind: EnvironmentKind {
  public let settings: CartPoleSettings
  public let specification: EnvironmentSpecification

  public init(_ settings: CartPoleSettings = .init()) {
    self.settings = settings
    specification = CartPoleDynamics(settings).specification
  }

  public func makeBatch(count: Int) -> any BatchEnvironment {
    CartPoleBatch(count: count, settings: settings)
  }

  public var baselines: [String] { ["linear-feedback", "random"] }

  /// `linear-feedback` pushes towards where the pole falls, with gains near the linear-quadratic
  /// regulator's for the default masses and lengths; `random` pushes either way.
  public func runBaseline(_ name: String, seed: UInt64) throws -> EpisodeRecord {
    try runBaseline(name, seed: seed) { _ in }
  }

  public func runBaseline(_ name: String, seed: UInt64, watch: EpisodeWatch) throws
    -> EpisodeRecord
  {
    guard baselines.contains(name) else {
      throw EnvironmentError("cartpole has no baseline named \(name)")
    }
    let dynamics = CartPoleDynamics(settings)
    var random = RandomStream(seed: seed).split("random baseline")
    var state = CartPole.start(seed: seed, range: settings.startRange)
    var record = EpisodeRecord(seed: seed, episodeReturn: 0, steps: 0, end: .none, metrics: [])
    while record.end == .none {
      try watch { dynamics.draw(state, into: &$0) }
      let feedback =
        state.position + 1.7 * state.velocity + 18.7 * state.angle + 3 * state.angularVelocity
      let pushRight = name == "random" ? random.next() >> 63 == 1 : feedback > 0
      state = dynamics.advance(state, pushRight: pushRight)
      record.steps += 1
      record.episodeReturn += 1
      if record.steps >= settings.maxSteps { record.end = .truncated }
      if dynamics.isLost(state) { record.end = .terminated }
    }
    try watch { dynamics.draw(state, into: &$0) }
    return record
  }
}
