public import FedRLMaps

/// How fast a line can be driven: a point with friction, power and brakes on a closed line.
///
/// `v² |κ| ≤ a_lat`; from there forwards with what acceleration friction leaves, and backwards with
/// braking, as racing engineers do (the friction circle).
public final class SpeedProfile: Sendable {
  public let line: ClosedPath
  /// `[line.count + 1]`, m/s.
  private let speeds: [Double]
  /// Of one flying lap at these speeds, s.
  public let lapTime: Double

  /// - Parameters:
  ///   - grip: greatest total acceleration of the tyres, m/s².
  ///   - acceleration: of the engine at a speed, m/s².
  ///   - braking: m/s².
  ///   - maximumSpeed: m/s.
  public init(
    _ line: ClosedPath, grip: Double, maximumSpeed: Double, braking: Double,
    acceleration: (_ speed: Double) -> Double
  ) {
    self.line = line
    let count = line.count
    var squares = (0..<count).map { index in
      min(grip / max(line[index].curvature.magnitude, 1e-9), maximumSpeed * maximumSpeed)
    }
    func rest(_ square: Double, _ index: Int) -> Double {
      let lateral = square * line[index].curvature.magnitude
      return max(grip * grip - lateral * lateral, 0).squareRoot()
    }
    // Twice round, so that the closed line has no beginning.
    for step in 0..<(2 * count) {
      let (index, next) = (step % count, (step + 1) % count)
      let push = min(acceleration(squares[index].squareRoot()), rest(squares[index], index))
      squares[next] = min(squares[next], squares[index] + 2 * push * line.spacing)
    }
    for step in stride(from: 2 * count, to: 0, by: -1) {
      let (index, before) = (step % count, (step - 1) % count)
      let push = min(braking, rest(squares[index], index))
      squares[before] = min(squares[before], squares[index] + 2 * push * line.spacing)
    }
    speeds = squares.map { $0.squareRoot() } + [squares[0].squareRoot()]
    lapTime = (0..<count).reduce(0) { sum, index in
      sum + 2 * line.spacing
        / max(squares[index].squareRoot() + squares[(index + 1) % count].squareRoot(), 1e-6)
    }
  }

  /// m/s at a length along the line.
  public func speed(at s: Double) -> Double {
    let position = line.wrapped(s) / line.spacing
    let index = min(Int(position), line.count - 1)
    let t = position - Double(index)
    return speeds[index] * (1 - t) + speeds[index + 1] * t
  }
}
