public import FedRLCore
import FedRLMaps
import Synchronization

extension VehicleWorld {
  /// All that a world depends on: two agents with equal keys share one.
  private struct Key: Hashable {
    let track, raceLine: String
    let isOpen: Bool
    let walls: VehicleWalls
    let runOff: Double
  }

  private struct Reference: Sendable {
    weak var world: VehicleWorld?
  }

  private static let cache = Mutex<[Key: Reference]>([:])

  /// The world of some settings; one is shared for as long as somebody holds it.
  ///
  /// - Throws: `MapError` where a file cannot be read or is no circuit.
  public static func load(_ settings: VehicleSettings, context: EnvironmentContext) throws
    -> VehicleWorld
  {
    let raceLine = settings.raceLine.isEmpty ? "" : context.resolve(settings.raceLine)
    let key = Key(
      track: context.resolve(settings.track), raceLine: raceLine, isOpen: settings.openRoad,
      walls: settings.walls, runOff: settings.runOff)
    // Held while loading, so that agents that start together read a file once.
    return try cache.withLock { cache in
      if let world = cache[key]?.world { return world }
      let track = try TrackFile.load(
        key.track, raceLine: raceLine.isEmpty ? nil : raceLine, isClosed: !settings.openRoad)
      let world = try VehicleWorld(track: track, walls: settings.walls, runOff: settings.runOff)
      cache[key] = Reference(world: world)
      return world
    }
  }
}
