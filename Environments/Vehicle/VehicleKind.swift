public import FedRLCore
import FedRLMaps

/// The vehicle for a registry: name, settings, and how to make it.
public let vehicleEntry = EnvironmentEntry(
  name: "vehicle",
  summary: "a car laps a circuit from a track file, alone or in traffic",
  settings: VehicleSettings.self
) { settings, context in
  try VehicleKind(settings: settings, context: context)
}

/// A configured car on one circuit.
public struct VehicleKind: EnvironmentKind {
  public let plan: VehiclePlan

  /// Loads the track that the settings name, or takes the one that somebody already holds.
  ///
  /// - Throws: `EnvironmentError`, with the text of the `MapError` where a file is at fault.
  public init(settings: VehicleSettings, context: EnvironmentContext) throws {
    do {
      try self.init(settings: settings, world: try VehicleWorld.load(settings, context: context))
    } catch let error as MapError {
      let isRaceLine =
        !settings.raceLine.isEmpty && error.path == context.resolve(settings.raceLine)
      throw EnvironmentError(setting: isRaceLine ? "race_line" : "track", error.description)
    }
  }

  /// A car on a circuit that is already made.
  ///
  /// - Throws: `EnvironmentError` where it or its traffic finds no room.
  public init(settings: VehicleSettings, world: VehicleWorld) throws {
    let problems = settings.validate().filter { $0.setting != "track" }
    precondition(problems.isEmpty, problems.map { "\($0.setting): \($0.message)" }.joined())
    plan = try VehiclePlan(settings: settings, world: world)
  }

  public var specification: EnvironmentSpecification { plan.specification }

  public var notes: [String] {
    let way = plan.world.center.isClosed ? "a lap on its line" : "the road"
    let lap = (plan.profile.lapTime * 100).rounded() / 100
    return plan.world.notes + ["\(way) at the limit of friction takes \(lap) s"]
      + plan.settings.withoutEffect.map {
        "\($0) has no effect on the model \(plan.settings.model.rawValue)"
      }
  }

  public func makeBatch(count: Int) -> any BatchEnvironment {
    let plan = plan
    return BatchAdapter<VehicleEnvironment>(count: count) { VehicleEnvironment(plan) }
  }

  public var baselines: [String] { VehicleBaselines.names }

  public func runBaseline(_ name: String, seed: UInt64) throws -> EpisodeRecord {
    try runBaseline(name, seed: seed) { _ in }
  }

  public func runBaseline(_ name: String, seed: UInt64, watch: EpisodeWatch) throws
    -> EpisodeRecord
  {
    try VehicleBaselines.run(name, plan: plan, seed: seed, watch: watch)
  }
}
