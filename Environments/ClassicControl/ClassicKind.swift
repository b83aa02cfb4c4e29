public import FedRLCore
import FedRLNumerics

/// A configured classic problem with its baselines: its scripted controller and `random`.
public struct ClassicKind<E: ClassicEnvironment>: EnvironmentKind {
  public let settings: E.Settings
  public let specification: EnvironmentSpecification

  public init(_ settings: E.Settings = .init()) {
    self.settings = settings
    specification = E(settings).specification
  }

  public func makeBatch(count: Int) -> any BatchEnvironment {
    E.makeBatch(count: count, settings: settings)
  }

  public var baselines: [String] { [E.controller, "random"] }

  public func runBaseline(_ name: String, seed: UInt64) throws -> EpisodeRecord {
    try runBaseline(name, seed: seed) { _ in }
  }

  public func runBaseline(_ name: String, seed: UInt64, watch: EpisodeWatch) throws
    -> EpisodeRecord
  {
    guard baselines.contains(name) else {
      throw EnvironmentError("\(E.name) has no baseline named \(name)")
    }
    let isRandom = name == "random"
    var random = RandomStream(seed: seed).split("random baseline")
    var world = E(settings)
    world.begin(seed: seed)
    var record = EpisodeRecord(seed: seed, episodeReturn: 0, steps: 0, end: .none, metrics: [])
    while record.end == .none {
      try watch { world.draw(into: &$0) }
      let action =
        isRandom ? specification.actions.drawEvenly(&random) : world.control()
      let outcome = world.advance(action)
      record.steps += 1
      record.episodeReturn += Double(outcome.reward)
      record.end = outcome.end
      if record.end == .none, let limit = specification.maximumEpisodeSteps, record.steps >= limit {
        record.end = .truncated
      }
    }
    try watch { world.draw(into: &$0) }
    return record
  }
}

extension ActionSpace {
  /// Any choice, or any point of the box's first side, with equal chance.
  fileprivate func drawEvenly(_ random: inout RandomStream) -> Float {
    switch self {
    case .discrete(let count): Float(random.integer(below: count))
    case .box(let box): Float(random.uniform(Double(box.low[0]), Double(box.high[0])))
    }
  }
}

extension EnvironmentEntry {
  /// The registry's line for a classic problem.
  init<E: ClassicEnvironment>(classic type: E.Type) {
    self.init(name: E.name, summary: E.summary, settings: E.Settings.self) { settings, _ in
      ClassicKind<E>(settings)
    }
  }
}
