import FedRLCore

/// What an episode is measured by, apart from its reward.
struct VehicleMetrics: Sendable, BitwiseCopyable {
  var laps: LapCounter
  /// Way of the car, backwards included, m.
  var distance = 0.0
  /// s
  var time = 0.0
  var collisions = 0
  var offTracks = 0
  /// s; infinite until a car ahead is approached.
  var leastTimeToCollision = Double.infinity

  init(length: Double) { laps = LapCounter(length: length) }

  static let definitions: [MetricDefinition] = [
    .init("laps", unit: "1", higherIsBetter: true, "laps completed"),
    .init("best_lap", unit: "s", higherIsBetter: false, "shortest lap; none without a lap"),
    .init("mean_lap", unit: "s", higherIsBetter: false, "mean lap; none without a lap"),
    .init("last_lap", unit: "s", higherIsBetter: false, "the last lap; none without a lap"),
    .init(
      "progress_m", unit: "m", higherIsBetter: true,
      "way along the centre line; driving backwards takes from it"),
    .init("mean_speed", unit: "m/s", higherIsBetter: true, "progress over time"),
    .init(
      "collisions", unit: "1", higherIsBetter: false,
      "times that the car came to touch the walls or another car"),
    .init(
      "collisions_per_km", unit: "1/km", higherIsBetter: false, "per kilometre that the car moved"),
    .init(
      "off_tracks_per_km", unit: "1/km", higherIsBetter: false,
      "times that the car's middle left the track, per kilometre that it moved"),
    .init(
      "min_time_to_collision", unit: "s", higherIsBetter: true,
      "least gap over closing speed to a car ahead in the own path; none if none was approached"),
    .init(
      "line_fraction", unit: "1", higherIsBetter: true,
      "time of a lap on the race line (else centre line) at the limit of friction, over the best lap"
    ),
  ]

  static let listDefinitions: [MetricDefinition] = [
    .init("lap_times", unit: "s", higherIsBetter: false, "of all laps, first to last")
  ]

  /// - Parameter lineLap: time of a lap at the limit, s.
  func write(lineLap: Double, into values: inout MutableSpan<Double>) {
    let kilometres = distance / 1000
    values[0] = Double(laps.count)
    values[1] = laps.bestLap
    values[2] = laps.meanLap
    values[3] = laps.lastLap
    values[4] = laps.progress
    values[5] = time > 0 ? laps.progress / time : 0
    values[6] = Double(collisions)
    // Less than a metre says nothing about a kilometre.
    values[7] = distance >= 1 ? Double(collisions) / kilometres : .nan
    values[8] = distance >= 1 ? Double(offTracks) / kilometres : .nan
    values[9] = leastTimeToCollision.isFinite ? leastTimeToCollision : .nan
    values[10] = lineLap / laps.bestLap
  }
}
