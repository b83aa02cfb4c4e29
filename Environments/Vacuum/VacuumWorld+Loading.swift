public import FedRLCore
public import FedRLMaps
import Synchronization

extension VacuumWorld {
  /// All that a world depends on: two agents with equal keys share one.
  private struct Key: Hashable {
    let path, keepOutMask, dock, start: String
    let reading: MapReading
    let carpetShare, bodyRadius, cleaningWidth: Double
    let carpetSeed: Int
    let noGoBlocks: Bool
  }

  private struct Reference: Sendable {
    weak var world: VacuumWorld?
  }

  private static let cache = Mutex<[Key: Reference]>([:])

  /// The world of some settings; one is shared for as long as somebody holds it.
  ///
  /// - Throws: `MapError` where the file cannot be read, `EnvironmentError` where it is no home for
  ///   this robot.
  public static func load(_ settings: VacuumSettings, context: EnvironmentContext) throws
    -> VacuumWorld
  {
    let path = context.resolve(settings.map)
    let mask = settings.keepOutMask.isEmpty ? "" : context.resolve(settings.keepOutMask)
    let key = Key(
      path: path, keepOutMask: mask, dock: settings.dock, start: settings.start,
      reading: settings.mapReading, carpetShare: settings.carpetShare,
      bodyRadius: settings.bodyRadius, cleaningWidth: settings.cleaningWidth,
      carpetSeed: settings.carpetSeed,
      noGoBlocks: settings.noGoBlocks)
    // Held while loading, so that agents that start together read a file once.
    return try cache.withLock { cache in
      if let world = cache[key]?.world { return world }
      var options = settings.mapReading.options
      options.keepOutMask = mask.isEmpty ? nil : mask
      let home = try MapFile.load(path, options: options)
      let world = try VacuumWorld(home: home, settings: settings)
      cache[key] = Reference(world: world)
      return world
    }
  }

  /// A world from a map in memory.
  ///
  /// - Throws: `EnvironmentError` where it is no home for this robot.
  public convenience init(home: HomeMap, settings: VacuumSettings) throws {
    let free = home.grid.count(of: .free)
    guard free > 0 else {
      throw EnvironmentError(
        setting: "map", "\(settings.map): no cell is free among \(home.grid.count)")
    }
    self.init(try WorldPlan(home: home, settings: settings))
  }
}
