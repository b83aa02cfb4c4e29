import FedRLCore
import FedRLMaps
import FedRLNumerics
import FedRLTestSupport
import FedRLVacuum
import Foundation

/// Small homes and quiet robots.
enum Bench {
  /// An empty room of free cells of 0.05 m with walls of two cells; its floor starts at (0.1, 0.1).
  static func room(_ width: Double, _ height: Double, edit: (inout HomeMap) -> Void = { _ in })
    -> HomeMap
  {
    let columns = Int((width / 0.05).rounded()) + 4
    let rows = Int((height / 0.05).rounded()) + 4
    var grid = OccupancyGrid(width: columns, height: rows, resolution: 0.05)
    for y in 0..<rows {
      for x in 0..<columns where x < 2 || y < 2 || x >= columns - 2 || y >= rows - 2 {
        grid[x, y] = .occupied
      }
    }
    var home = HomeMap(name: "room", grid: grid)
    edit(&home)
    return home
  }

  /// Blocks the cells of a rectangle in metres.
  static func block(_ home: inout HomeMap, _ x: Range<Double>, _ y: Range<Double>) {
    for row in cells(y) {
      for column in cells(x) { home.grid[column, row] = .occupied }
    }
  }

  /// A mask of a rectangle in metres.
  static func mask(_ home: HomeMap, _ x: Range<Double>, _ y: Range<Double>) -> [Bool] {
    var mask = [Bool](repeating: false, count: home.grid.count)
    for row in cells(y) {
      for column in cells(x) { mask[row * home.grid.width + column] = true }
    }
    return mask
  }

  private static func cells(_ range: Range<Double>) -> Range<Int> {
    Int((range.lowerBound / 0.05).rounded())..<Int((range.upperBound / 0.05).rounded())
  }

  /// Two rooms joined by a door of 0.9 m, with furniture and table legs.
  static func flat() -> HomeMap {
    room(7, 5) { home in
      block(&home, 3.5..<3.6, 0.1..<2.0)
      block(&home, 3.5..<3.6, 2.9..<5.1)
      block(&home, 0.8..<1.6, 3.0..<4.2)
      block(&home, 5.0..<5.05, 1.5..<1.55)
      block(&home, 5.6..<5.65, 1.5..<1.55)
      block(&home, 5.0..<5.05, 2.1..<2.15)
      block(&home, 5.6..<5.65, 2.1..<2.15)
    }
  }

  static func settings(_ edit: (inout VacuumSettings) -> Void = { _ in }) -> VacuumSettings {
    var settings = VacuumSettings()
    settings.map = "room"
    edit(&settings)
    return settings
  }

  /// No noise and no hot spots: what happens can be worked out by hand.
  static func quiet(_ edit: (inout VacuumSettings) -> Void = { _ in }) -> VacuumSettings {
    settings {
      $0.lidarNoise = 0
      $0.posePositionNoise = 0
      $0.poseHeadingNoise = 0
      $0.dirtHotSpots = 0
      edit(&$0)
    }
  }

  static func kind(_ home: HomeMap, _ settings: VacuumSettings) throws -> VacuumKind {
    try VacuumKind(settings: settings, world: VacuumWorld(home: home, settings: settings))
  }

  /// Paths of homes that the project ships.
  static func shippedHomes() -> [String] {
    let folder = SharedData.packageRoot.appendingPathComponent("Environments/Vacuum/Homes")
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return names.filter { $0.hasSuffix(".yaml") }.sorted().map {
      folder.appendingPathComponent($0).path
    }
  }

  static func load(_ path: String, _ edit: (inout VacuumSettings) -> Void = { _ in }) throws
    -> VacuumKind
  {
    try VacuumKind(
      settings: settings {
        $0.map = path
        edit(&$0)
      }, context: EnvironmentContext(baseDirectory: "/"))
  }

  static func metric(_ record: EpisodeRecord, _ name: String, of kind: VacuumKind) -> Double {
    record.metrics[kind.specification.metrics.firstIndex { $0.name == name }!]
  }
}
