public import FedRLMaps

/// How fast a line can be driven: a point with friction, power and brakes.
///
/// `v² |κ| ≤ a_lat`; from there forwards with what acceleration friction leaves, and backwards with
/// braking, as racing engineers do (the friction circle).
public final class SpeedProfile: Sendable {
  public let line: TrackPath
  /// `[line.count + 1]`, m/s.
  private let speeds: [Double]
  /// Of one flying lap at these speeds, s; of an open line once from end to end.
  public let lapTime: Double

  /// - Parameters:
  ///   - grip: greatest total acceleration of the tyres, m/s².
  ///   - acceleration: of the engine at a speed, m/s².
  ///   - braking: m/s².
  ///   - maximumSpeed: m/s.
  public init(
    _ line: TrackPath, grip: Double, maximumSpeed: Double, braking: Double,
    acceleration: (_ speed: Double) -> Double
  ) {
    self.line = line
    let count = line.count
    var squares = (0...count).map { index in
      min(grip / max(line[index].curvature.magnitude, 1e-9), maximumSpeed * maximumSpeed)
    }
    func rest(_ square: Double, _ index: Int) -> Double {
      let lateral = square * line[index].curvature.magnitude
      return max(grip * grip - lateral * lateral, 0).squareRoot()
    }
    // Twice round a closed line, so that it has no beginning.
    for _ in 0..<(line.isClosed ? 2 : 1) {
      for index in 0..<count {
        let push = min(acceleration(squares[index].squareRoot()), rest(squares[index], index))
        squares[index + 1] = min(squares[index + 1], squares[index] + 2 * push * line.spacing)
      }
      if line.isClosed { squares[0] = squares[count] }
    }
    for _ in 0..<(line.isClosed ? 2 : 1) {
      for index in stride(from: count, to: 0, by: -1) {
        let push = min(braking, rest(squares[index], index))
        squares[index - 1] = min(squares[index - 1], squares[index] + 2 * push * line.spacing)
      }
      if line.isClosed { squares[count] = squares[0] }
    }
    let speeds = squares.map { $0.squareRoot() }
    self.speeds = speeds
    lapTime = (0..<count).reduce(0) { sum, index in
      sum + 2 * line.spacing / max(speeds[index] + speeds[index + 1], 1e-6)
    }
  }

  /// m/s at a length along the line.
  public func speed(at s: Double) -> Double {
    let position = line.bounded(s) / line.spacing
    let index = min(Int(position), line.count - 1)
    let t = position - Double(index)
    return speeds[index] * (1 - t) + speeds[index + 1] * t
  }
}
