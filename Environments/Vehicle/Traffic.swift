import FedRLMaps

/// The intelligent driver model with HighwayEnv's numbers: cars that follow a line and keep their
/// distance.
///
/// `a = a₀ [1 − (v/v₀)⁴ − (s*/s)²]`, `s* = s₀ + v T + v Δv / (2 √(a₀ b))`, s between the cars'
/// middles. Source: Treiber, Hennecke and Helbing (2000); values of HighwayEnv's `IDMVehicle`.
public struct DriverModel: Sendable, Equatable, BitwiseCopyable {
  /// T, s.
  public var timeGap = 1.5
  /// s₀ with a car's length, m.
  public var distance: Double
  /// a₀, b and the limit of both, m/s².
  public var acceleration = 3.0
  public var braking = 5.0
  public var limit = 6.0
  /// Greatest lateral acceleration in bends, m/s² (proposal).
  public var lateral = 3.0

  public init(distance: Double) { self.distance = distance }

  /// m/s²
  /// - Parameters:
  ///   - speed, desired: m/s.
  ///   - gap: from middle to middle of the car in front, m; infinite where there is none.
  ///   - leaderSpeed: m/s.
  public func acceleration(speed: Double, desired: Double, gap: Double, leaderSpeed: Double)
    -> Double
  {
    let v = max(speed, 0)
    let ratio = v / max(desired, 0.01)
    let square = ratio * ratio
    let approach = v * (v - leaderSpeed) / (2 * (acceleration * braking).squareRoot())
    let wanted = max(distance + v * timeGap + approach, 0)
    let share = gap < .infinity ? wanted / max(gap, 0.01) : 0
    let a = acceleration * (1 - square * square - share * share)
    return min(max(a, -limit), limit)
  }
}

/// One car of the traffic.
struct TrafficCar: Sendable, BitwiseCopyable {
  /// Of its middle along the centre line, m, not wrapped.
  var s: Double
  var speed: Double
  /// m/s, on a straight.
  var desiredSpeed: Double
  /// m/s², for the running control period.
  var acceleration = 0.0
  /// Its middle, m, and the direction of its front; kept up with `s`.
  var x = 0.0, y = 0.0, cosine = 1.0, sine = 0.0

  @inline(__always)
  mutating func advance(_ seconds: Double, on line: TrackPath) {
    let next = max(speed + acceleration * seconds, 0)
    s += (speed + next) / 2 * seconds
    speed = next
    place(on: line)
  }

  @inline(__always)
  mutating func place(on line: TrackPath) {
    // From the end of an open road it comes back to the beginning.
    let place = line.place(at: line.wrapped(s))
    (x, y) = (place.x, place.y)
    (cosine, sine) = (place.tangentX, place.tangentY)
  }
}
