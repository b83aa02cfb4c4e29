import FedRLTestSupport
import FedRLMaps
import FedRLVacuum

/// Real homes that may lie beside the checkout.
enum SharedHomes {
  /// Paths of the raw images; `nil` (with a message) where they are absent.
  static func neato() throws -> [String]? { try paths("neato-homes", ".png") }
  /// Paths of the ValetudoMap files.
  static func valetudo() throws -> [String]? { try paths("valetudo-homes", ".json") }

  private static func paths(_ folder: String, _ ending: String) throws -> [String]? {
    guard let names = try SharedData.names(in: "data/" + folder) else { return nil }
    return names.filter { $0.hasSuffix(ending) }.compactMap {
      SharedData.path("data/\(folder)/\($0)")
    }
  }

  /// The images have no YAML: as map_server would read them.
  static func readNeato(_ settings: inout VacuumSettings) {
    settings.mapReading.resolution = 0.04
    settings.mapReading.negate = .yes
    settings.mapReading.occupiedThreshold = 0.65
    settings.mapReading.freeThreshold = 0.196
  }
}
