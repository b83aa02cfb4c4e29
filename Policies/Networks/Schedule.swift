/// How a quantity follows the fleet's progress.
public enum Schedule: String, Sendable, CaseIterable {
  /// The same all the time.
  case constant
  /// From the given value at the first round's start to 0 at the last round's end.
  case linear

  /// - Parameter progress: 0 at the first round's start, 1 at the last round's end.
  public func value(_ initial: Double, progress: Double) -> Double {
    switch self {
    case .constant: initial
    case .linear: initial * (1 - progress)
    }
  }
}
