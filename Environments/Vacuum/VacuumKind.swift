public import FedRLCore
import FedRLMaps

/// The vacuum for a registry: name, settings, and how to make it.
public let vacuumEntry = EnvironmentEntry(
  name: "vacuum",
  summary: "a robot vacuum covers the floor of a home from a map file",
  settings: VacuumSettings.self
) { settings, context in
  try VacuumKind(settings: settings, context: context)
}

/// A configured robot vacuum in one home.
public struct VacuumKind: EnvironmentKind {
  public let settings: VacuumSettings
  public let world: VacuumWorld
  let robot: DriveRobot

  /// Loads the home that the settings name, or takes the one that somebody already holds.
  ///
  /// - Throws: `EnvironmentError`, with the text of the `MapError` where the file is at fault.
  public init(settings: VacuumSettings, context: EnvironmentContext) throws {
    do {
      self.init(settings: settings, world: try VacuumWorld.load(settings, context: context))
    } catch let error as MapError {
      throw EnvironmentError(setting: "map", error.description)
    }
  }

  /// A vacuum in a world that is already made.
  public init(settings: VacuumSettings, world: VacuumWorld) {
    let problems = settings.validate().filter { $0.setting != "map" }
    precondition(problems.isEmpty, problems.map { "\($0.setting): \($0.message)" }.joined())
    self.settings = settings
    self.world = world
    robot = DriveRobot(settings: settings, world: world)
  }

  public var specification: EnvironmentSpecification { robot.specification }
  public var notes: [String] { world.notes }

  public func makeBatch(count: Int) -> any BatchEnvironment {
    DriveBatch(robot: robot, count: count)
  }

  public var baselines: [String] { DriveBaselines.names }

  public func runBaseline(_ name: String, seed: UInt64) throws -> EpisodeRecord {
    try DriveBaselines.run(name, robot: robot, seed: seed)
  }
}
