public import FedRLCore
import FedRLMaps
import FedRLNumerics

/// The drone for a registry: name, settings, and how to make it.
public let droneEntry = EnvironmentEntry(
  name: Drone.name, summary: Drone.summary, settings: DroneSettings.self
) { settings, context in
  try DroneKind(settings: settings, context: context)
}

/// A configured drone with its task and its site.
public struct DroneKind: EnvironmentKind {
  public let settings: DroneSettings
  package let design: DroneDesign
  /// Passed on to the copies; see ``Drone/usesShortcut``.
  package var usesShortcut = true

  /// - Throws: `EnvironmentError` where the settings' map is no place for a drone.
  public init(settings: DroneSettings, context: EnvironmentContext) throws {
    self.settings = settings
    design = try DroneDesign(settings: settings, context: context)
  }

  public var specification: EnvironmentSpecification { design.specification }

  public var notes: [String] {
    let isUnused = settings.map.isEmpty && settings.mapReading != MapReading()
    return design.site.notes
      + (isUnused ? ["without a map, how to read one (map_…) has no effect"] : [])
      + (design.airframe.oddity.map { [$0] } ?? [])
  }

  public func makeBatch(count: Int) -> any BatchEnvironment {
    BatchAdapter<Drone>(count: count) {
      var drone = Drone(design)
      drone.usesShortcut = usesShortcut
      return drone
    }
  }

  /// `pd-pilot`: a cascade of proportional-derivative loops that flies straight to the goal and does
  /// not look at its rays; `random`: actions of any kind.
  public var baselines: [String] { ["pd-pilot", "random"] }

  public func runBaseline(_ name: String, seed: UInt64) throws -> EpisodeRecord {
    try runBaseline(name, seed: seed) { _ in }
  }

  public func runBaseline(_ name: String, seed: UInt64, watch: EpisodeWatch) throws
    -> EpisodeRecord
  {
    switch name {
    case "pd-pilot":
      var pilot = DronePilot(design)
      return try run(seed: seed, watch: watch) { pilot.act($0) }
    case "random":
      var random = RandomStream(seed: seed).split("random baseline")
      let actions = specification.actions
      return try run(seed: seed, watch: watch) { _ in Self.anyAction(of: actions, &random) }
    default: throw EnvironmentError("drone has no baseline named \(name)")
    }
  }

  private static func anyAction(of space: ActionSpace, _ random: inout RandomStream)
    -> SIMD2<Float>
  {
    switch space {
    case .discrete(let count): SIMD2(Float(random.integer(below: count)), 0)
    case .box(let box):
      SIMD2(
        box.denormalized(Float(random.uniform(-1, 1)), at: 0),
        box.denormalized(Float(random.uniform(-1, 1)), at: 1))
    }
  }

  private func run(
    seed: UInt64, watch: EpisodeWatch, act: (borrowing Drone) -> SIMD2<Float>
  ) throws -> EpisodeRecord {
    var drone = Drone(design)
    drone.usesShortcut = usesShortcut
    var observation = [Float](repeating: 0, count: specification.observations.count)
    var row = observation.mutableSpan
    drone.reset(seed: seed, into: &row)
    var record = EpisodeRecord(seed: seed, episodeReturn: 0, steps: 0, end: .none, metrics: [])
    while record.end == .none {
      try watch { drone.draw(into: &$0) }
      let action = act(drone)
      let values = [action.x, action.y]
      let outcome = drone.step(
        values.span.extracting(first: specification.actions.width), into: &row)
      record.steps += 1
      record.episodeReturn += Double(outcome.reward)
      record.end = outcome.end
      if record.end == .none && record.steps >= settings.maximumSteps { record.end = .truncated }
    }
    try watch { drone.draw(into: &$0) }
    record.metrics = [Double](repeating: .nan, count: DroneMetrics.definitions.count)
    var metrics = record.metrics.mutableSpan
    drone.writeMetrics(into: &metrics)
    return record
  }
}
