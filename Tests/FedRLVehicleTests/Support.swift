import FedRLCore
import FedRLMaps
import FedRLTestSupport
import FedRLVehicle
import Foundation

/// Tracks and cars for tests.
enum Bench {
  static let tracks = SharedData.packageRoot.appendingPathComponent("Environments/Vehicle/Tracks")
    .path

  /// Paths of the shipped tracks in order.
  static func shippedTracks() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: tracks).filter { $0.hasSuffix(".csv") }
      .sorted().map { tracks + "/" + $0 }
  }

  static func settings(_ edit: (inout VehicleSettings) -> Void = { _ in }) -> VehicleSettings {
    var settings = VehicleSettings()
    settings.track = "in memory"
    edit(&settings)
    return settings
  }

  static let oval = TrackGenerator.oval(name: "oval", straight: 20, radius: 5, width: 2.2)

  /// A car on a track, by default the oval.
  static func kind(_ track: Track = oval, _ edit: (inout VehicleSettings) -> Void = { _ in })
    throws -> VehicleKind
  {
    let settings = settings(edit)
    let world = try VehicleWorld(track: track, walls: settings.walls, runOff: settings.runOff)
    return try VehicleKind(settings: settings, world: world)
  }

  static func load(_ path: String, _ edit: (inout VehicleSettings) -> Void = { _ in }) throws
    -> VehicleKind
  {
    var settings = settings(edit)
    settings.track = path
    return try VehicleKind(settings: settings, context: EnvironmentContext(baseDirectory: "."))
  }
}

extension VehicleEnvironment {
  mutating func begin(seed: UInt64) -> [Float] {
    var row = [Float](repeating: .nan, count: specification.observations.count)
    var span = row.mutableSpan
    reset(seed: seed, into: &span)
    return row
  }

  /// One step with an action in physical units.
  mutating func act(_ action: [Float]) -> (outcome: StepOutcome, row: [Float]) {
    var row = [Float](repeating: .nan, count: specification.observations.count)
    var span = row.mutableSpan
    let outcome = step(action.span, into: &span)
    return (outcome, row)
  }

  func metric(_ name: String) -> Double {
    var values = [Double](repeating: 0, count: specification.metrics.count)
    var span = values.mutableSpan
    writeMetrics(into: &span)
    return values[specification.metrics.firstIndex { $0.name == name }!]
  }
}

extension Bench {
  static let largeOval = TrackGenerator.oval(
    name: "large oval", straight: 300, radius: 60, width: 12)
}
