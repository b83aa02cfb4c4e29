/// Counts laps by unwrapped progress: a lap is the track's length ahead of where the last one
/// ended, and what was driven backwards must be made good first.
package struct LapCounter: Sendable, BitwiseCopyable {
  /// Of the track, m.
  package let length: Double
  /// From the start of the episode, m; negative behind it.
  package private(set) var progress = 0.0
  package private(set) var count = 0
  /// s
  package private(set) var lastLap = Double.nan
  package private(set) var bestLap = Double.nan
  /// Of all laps together, s.
  package private(set) var totalLapTime = 0.0
  private var lapStart = 0.0

  package init(length: Double) { self.length = length }

  /// Goes on by a way along the track.
  ///
  /// - Parameters:
  ///   - way: m, less than half the track; negative backwards.
  ///   - time: at its end, s since the start of the episode.
  ///   - seconds: it took.
  /// - Returns: how many laps were completed by it.
  package mutating func advance(by way: Double, to time: Double, in seconds: Double) -> Int {
    let before = progress
    progress += way
    var laps = 0
    while progress >= Double(count + 1) * length {
      // When the line was crossed, by even motion within the step.
      let share = way > 0 ? (Double(count + 1) * length - before) / way : 1
      let crossing = time - seconds * (1 - min(max(share, 0), 1))
      lastLap = crossing - lapStart
      lapStart = crossing
      totalLapTime += lastLap
      bestLap = bestLap.isNaN ? lastLap : min(bestLap, lastLap)
      count += 1
      laps += 1
    }
    return laps
  }

  package var meanLap: Double { count > 0 ? totalLapTime / Double(count) : .nan }
}
