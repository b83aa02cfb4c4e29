import FedRLCore

/// The measures of an episode, in the order in which they are written.
enum VacuumMetrics {
  static let definitions: [MetricDefinition] = [
    .init(
      "coverage_ratio", unit: "1", higherIsBetter: true, "covered share of the reachable floor"),
    .init(
      "overlap_ratio", unit: "1", higherIsBetter: false,
      "(swept area − covered area) / covered area"),
    .init("path_length", unit: "m", higherIsBetter: false, "way of the body's centre"),
    .init("turning", unit: "rad", higherIsBetter: false, "sum of all turns"),
    .init("t50", unit: "s", higherIsBetter: false, "time to cover half; none if never"),
    .init("t90", unit: "s", higherIsBetter: false, "time to cover 90 %; none if never"),
    .init("t99", unit: "s", higherIsBetter: false, "time to cover 99 %; none if never"),
    .init("m2_per_min", unit: "m²/min", higherIsBetter: true, "covered area a minute"),
    .init("collisions", unit: "1", higherIsBetter: false, "contacts that began"),
    .init("collisions_per_100m", unit: "1/100 m", higherIsBetter: false, "contacts in 100 m"),
    .init("dirt_removed", unit: "1", higherIsBetter: true, "share of the dirt taken up"),
    .init("energy", unit: "J", higherIsBetter: false, "energy drawn"),
    .init("energy_per_m2", unit: "J/m²", higherIsBetter: false, "energy for a covered m²"),
    .init("no_go_seconds", unit: "s", higherIsBetter: false, "time spent in no-go zones"),
    .init("docked", unit: "1", higherIsBetter: true, "1 if the episode ended at the dock"),
    .init(
      "success", unit: "1", higherIsBetter: true,
      "1 if the goal was reached (and the dock, where asked for)"),
  ]
  static let count = definitions.count

  /// What the measures are worked out from.
  struct Tally {
    var covered, swept, cleanable: Int
    /// m² of a cell.
    var cellArea: Double
    var distance, turning: Double
    var t50, t90, t99: Double
    var seconds: Double
    var collisions: Int
    var dirtRemoved, dirtInitial: Int
    var energy: Double
    var noGoSeconds: Double
    var isDocked, isSuccess: Bool
  }

  /// Writes the measures of an episode, `[count]`.
  static func write(_ tally: Tally, into values: UnsafeMutablePointer<Double>) {
    let area = Double(tally.covered) * tally.cellArea
    values[0] = Double(tally.covered) / Double(tally.cleanable)
    values[1] =
      tally.covered > 0 ? Double(tally.swept - tally.covered) / Double(tally.covered) : 0
    values[2] = tally.distance
    values[3] = tally.turning
    values[4] = tally.t50
    values[5] = tally.t90
    values[6] = tally.t99
    values[7] = tally.seconds > 0 ? area / (tally.seconds / 60) : 0
    values[8] = Double(tally.collisions)
    values[9] = tally.distance > 0 ? Double(tally.collisions) / tally.distance * 100 : 0
    values[10] =
      tally.dirtInitial > 0 ? Double(tally.dirtRemoved) / Double(tally.dirtInitial) : 0
    values[11] = tally.energy
    values[12] = area > 0 ? tally.energy / area : 0
    values[13] = tally.noGoSeconds
    values[14] = tally.isDocked ? 1 : 0
    values[15] = tally.isSuccess ? 1 : 0
  }
}
