/// Thrust of one motor against its speed.
enum ThrustCurve: Sendable, Equatable {
  /// `T = k rpm²`, k in N/rpm².
  case quadratic(Float)
  /// ``MeasuredRotor``, straight between its rows.
  case measured

  /// - Returns: newtons.
  @inline(__always)
  func thrust(atRPM rpm: Float) -> Float {
    switch self {
    case .quadratic(let factor): factor * rpm * rpm
    case .measured: MeasuredRotor.interpolate(rpm, from: .rpm, to: .thrust)
    }
  }

  /// - Parameter thrust: newtons, 0 or more.
  @inline(__always)
  func rpm(forThrust thrust: Float) -> Float {
    switch self {
    case .quadratic(let factor): (thrust / factor).squareRoot()
    case .measured: MeasuredRotor.interpolate(thrust, from: .thrust, to: .rpm)
    }
  }
}

/// Bitcraze's measurement of a Crazyflie 2.x on a stand (2015): one motor of four.
///
/// Source: github.com/bitcraze/crazyflie-firmware, docs/functional-areas/pwm-to-thrust.md: amperes,
/// total thrust in grams, volts and mean rpm at sixteen duty cycles.
enum MeasuredRotor {
  /// Which figure of a row.
  enum Quantity: Int {
    case rpm = 0
    /// N of one motor.
    case thrust = 1
    /// W of one motor.
    case power = 2
  }

  static let rowCount = 16

  /// amperes, grams, volts, rpm; of all four motors.
  static let measurements: [SIMD4<Double>] = [
    [0.24, 0.0, 4.01, 0], [0.37, 1.6, 3.98, 4485], [0.56, 4.8, 3.95, 7570],
    [0.75, 7.9, 3.92, 9374], [0.94, 10.9, 3.88, 10885], [1.15, 13.9, 3.84, 12277],
    [1.37, 17.3, 3.80, 13522], [1.59, 21.0, 3.76, 14691], [1.83, 24.4, 3.71, 15924],
    [2.11, 28.6, 3.67, 17174], [2.39, 32.8, 3.65, 18179], [2.71, 37.3, 3.62, 19397],
    [3.06, 41.7, 3.56, 20539], [3.46, 46.0, 3.48, 21692], [3.88, 51.9, 3.40, 22598],
    [4.44, 57.9, 3.30, 23882],
  ]

  /// `[3, 16]`: a row of each ``Quantity``; lives as long as the process.
  private nonisolated(unsafe) static let columns: UnsafePointer<Float> = {
    let values = UnsafeMutablePointer<Float>.allocate(capacity: 3 * rowCount)
    for (index, row) in measurements.enumerated() {
      (values + index).initialize(to: Float(row[3]))
      (values + rowCount + index).initialize(to: Float(row[1] * 1e-3 * standardGravity / 4))
      (values + 2 * rowCount + index).initialize(to: Float(row[0] * row[2] / 4))
    }
    return UnsafePointer(values)
  }()

  /// m/s², by which the stand's grams are newtons.
  static let standardGravity = 9.80665

  /// Straight between the rows, and on in the last one's direction.
  static func interpolate(_ value: Float, from: Quantity, to: Quantity) -> Float {
    let (known, wanted) = (columns + from.rawValue * rowCount, columns + to.rawValue * rowCount)
    var row = rowCount - 2
    while row > 0 && known[row] > value { row -= 1 }
    let share = (value - known[row]) / (known[row + 1] - known[row])
    return wanted[row] + share * (wanted[row + 1] - wanted[row])
  }
}
