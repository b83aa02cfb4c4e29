import FedRLBox2D
import FedRLCore
import FedRLDrone
import FedRLTestSupport
import Foundation

enum Hangar {
  static let context = EnvironmentContext(baseDirectory: "/")

  /// A home that comes with the project.
  static let home: String = SharedData.packageRoot
    .appendingPathComponent("Environments/Vacuum/Homes/home-01.yaml").path

  static func settings(_ edit: (inout DroneSettings) -> Void) -> DroneSettings {
    var settings = DroneSettings()
    edit(&settings)
    return settings
  }

  static func kind(_ edit: (inout DroneSettings) -> Void = { _ in }) throws -> DroneKind {
    try DroneKind(settings: settings(edit), context: context)
  }

  /// A drone alone in a large room, one physics step per action.
  static func flight(_ edit: (inout DroneSettings) -> Void = { _ in }) throws -> Flight {
    try Flight(
      settings: settings {
        $0.task = .hover
        $0.controlRate = $0.physicsRate
        $0.arenaWidth = 1000
        $0.arenaHeight = 1000
        $0.startTilt = 0
        $0.startSpread = 0
        $0.rays = 0
        edit(&$0)
      })
  }
}

/// One drone that a test flies by hand.
struct Flight: ~Copyable {
  var drone: Drone
  let width: Int
  var observation: [Float]

  init(settings: DroneSettings, seed: UInt64 = 1) throws {
    drone = Drone(try DroneDesign(settings: settings, context: Hangar.context))
    width = drone.specification.actions.width
    observation = [Float](repeating: 0, count: drone.specification.observations.count)
    reset(seed: seed)
  }

  mutating func reset(seed: UInt64) {
    var values = observation
    var row = values.mutableSpan
    drone.reset(seed: seed, into: &row)
    observation = values
  }

  /// - Parameter action: in the environment's units.
  @discardableResult
  mutating func step(_ action: Float...) -> StepOutcome {
    var values = observation
    var row = values.mutableSpan
    let outcome = drone.step(action.span, into: &row)
    observation = values
    return outcome
  }

  /// `crashed`, `tipped_over`, `left_bounds`, `ran_flat`.
  var causes: [Double] { Array(metrics[7...]) }

  var metrics: [Double] {
    var values = [Double](repeating: 0, count: drone.specification.metrics.count)
    var row = values.mutableSpan
    drone.writeMetrics(into: &row)
    return values
  }
}

/// Metrics by name.
extension EpisodeRecord {
  func metric(_ name: String, of kind: DroneKind) -> Double {
    let index = kind.specification.metrics.firstIndex { $0.name == name }
    return index.map { metrics[$0] } ?? .nan
  }
}
