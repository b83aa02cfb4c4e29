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
  private enum Robot {
    case drive(DriveRobot)
    case lattice(LatticeRobot)
  }

  public let settings: VacuumSettings
  public let world: VacuumWorld
  private let robot: Robot

  /// Loads the home that the settings name, or takes the one that somebody already holds.
  ///
  /// - Throws: `EnvironmentError`, with the text of the `MapError` where the file is at fault.
  public init(settings: VacuumSettings, context: EnvironmentContext) throws {
    do {
      try self.init(settings: settings, world: try VacuumWorld.load(settings, context: context))
    } catch let error as MapError {
      throw EnvironmentError(setting: "map", error.description)
    }
  }

  /// A vacuum in a world that is already made.
  ///
  /// - Throws: `EnvironmentError` where a lattice of moves finds no room.
  public init(settings: VacuumSettings, world: VacuumWorld) throws {
    let problems = settings.validate().filter { $0.setting != "map" }
    precondition(problems.isEmpty, problems.map { "\($0.setting): \($0.message)" }.joined())
    self.settings = settings
    self.world = world
    switch settings.dynamics {
    case .diffdrive: robot = .drive(DriveRobot(settings: settings, world: world))
    case .discrete: robot = .lattice(try LatticeRobot(settings: settings, world: world))
    }
  }

  public var specification: EnvironmentSpecification {
    switch robot {
    case .drive(let robot): robot.specification
    case .lattice(let robot): robot.specification
    }
  }

  public var notes: [String] {
    switch robot {
    case .drive: world.notes
    case .lattice(let robot): world.notes + [robot.note]
    }
  }

  public func makeBatch(count: Int) -> any BatchEnvironment {
    switch robot {
    case .drive(let robot): DriveBatch(robot: robot, count: count)
    case .lattice(let robot): LatticeBatch(robot: robot, count: count)
    }
  }

  /// Bytes that each copy of a batch owns, beyond what all share.
  public var bytesPerCopy: Int {
    switch robot {
    case .drive(let robot): DriveBatch.blockBytes(robot)
    case .lattice(let robot): LatticeBatch.blockBytes(robot)
    }
  }

  public var baselines: [String] { DriveBaselines.names }

  public func runBaseline(_ name: String, seed: UInt64) throws -> EpisodeRecord {
    try runBaseline(name, seed: seed) { _ in }
  }

  public func runBaseline(_ name: String, seed: UInt64, watch: EpisodeWatch) throws
    -> EpisodeRecord
  {
    switch robot {
    case .drive(let robot):
      try DriveBaselines.run(name, robot: robot, seed: seed, watch: watch)
    case .lattice(let robot):
      try LatticeBaselines.run(name, robot: robot, seed: seed, watch: watch)
    }
  }
}
