/// A moment on the fleet's simulated or real clock, counted in whole microseconds from the start.
///
/// Integers, so that times compare and add alike wherever they were computed.
public struct FleetTime: Sendable, Hashable, Comparable, BitwiseCopyable {
  public let microseconds: Int64

  public init(microseconds: Int64) { self.microseconds = microseconds }

  /// The nearest microsecond.
  /// - Parameter seconds: at most 10¹² (30,000 years) either way.
  public init(seconds: Double) {
    precondition(seconds.magnitude <= 1e12, "a fleet time of \(seconds) s")
    microseconds = Int64((seconds * 1e6).rounded(.toNearestOrEven))
  }

  public static let zero = FleetTime(microseconds: 0)
  public var seconds: Double { Double(microseconds) / 1e6 }

  public static func < (a: FleetTime, b: FleetTime) -> Bool { a.microseconds < b.microseconds }

  /// The moment `seconds` later.
  public static func + (time: FleetTime, seconds: Double) -> FleetTime {
    FleetTime(microseconds: time.microseconds + FleetTime(seconds: seconds).microseconds)
  }

  /// Seconds from `earlier` to `later`.
  public static func - (later: FleetTime, earlier: FleetTime) -> Double {
    Double(later.microseconds - earlier.microseconds) / 1e6
  }
}
