#if canImport(Glibc)
  import Glibc
#endif

/// The figures of a craft, as settings and preset give them.
package struct Airframe: Sendable, Equatable {
  /// With payload, kg.
  package let mass: Float
  /// kg m²
  package let inertia: Float
  /// From the middle to the line of each pair of rotors, m.
  package let lever: Float
  let curve: ThrustCurve
  package let minimumRPM, maximumRPM: Float
  /// s
  let motorLag: Float
  let thrustScale: Float
  /// N s/m per rpm of one pair: both motors' speeds summed.
  let dragPerRPM: Float
  /// ½ρC_dA, kg/m.
  let bodyDrag: Float
  package let gravity: Float
  /// Of one side, that carries the craft without payload and with new rotors, N.
  package let hoverThrust: Float

  package init(_ settings: DroneSettings) {
    let figures = Figures.of(settings.preset)
    func given(_ value: Double, _ preset: Double) -> Double {
      value == DroneSettings.ofPreset ? preset : value
    }
    let empty = given(settings.mass, figures.mass)
    mass = Float(empty + settings.payload)
    inertia = Float(given(settings.inertia, figures.inertia))
    lever = Float(figures.lever)
    curve = figures.curve
    minimumRPM = Float(figures.rpm.lowerBound)
    maximumRPM = Float(figures.rpm.upperBound)
    motorLag = Float(given(settings.motorLag, figures.motorLag))
    thrustScale = Float(settings.thrustScale)
    dragPerRPM = Float(2 * settings.rotorDrag * Double.pi / 30)
    bodyDrag = Float(0.5 * 1.225 * settings.bodyDrag)
    gravity = Float(settings.gravity)
    hoverThrust = Float(empty * settings.gravity / 2)
  }

  /// Thrust of one side (two motors), N.
  @inline(__always)
  package func thrust(atRPM rpm: Float) -> Float { 2 * thrustScale * curve.thrust(atRPM: rpm) }

  /// The speed that new rotors need for a side's thrust (N), within the limits.
  @inline(__always)
  package func rpm(forThrust thrust: Float) -> Float {
    min(max(curve.rpm(forThrust: max(thrust, 0) / 2), minimumRPM), maximumRPM)
  }

  /// What is drawn from the battery, W: as measured on the stand for the thrust that new rotors would
  /// give at these speeds.
  ///
  /// - Parameter thrust: of both sides together, N, as ``thrust(atRPM:)`` gives it.
  package func power(forThrust thrust: Float) -> Float {
    4 * MeasuredRotor.interpolate(thrust / (4 * thrustScale), from: .thrust, to: .power)
  }

  /// What a person should know of an inertia that mass and size of the craft make unlikely: its mass
  /// would lie far outside the rotors, or all of it in the middle. `nil` where it is credible.
  var oddity: String? {
    let empty = 2 * hoverThrust / gravity
    let gyration = (inertia / empty).squareRoot()
    guard gyration > 3 * lever || gyration < lever / 10 else { return nil }
    func thousandth(_ value: Float) -> String { "\((value * 1000).rounded() / 1000)" }
    return "an inertia of \(inertia) kg m² is that of \(thousandth(empty)) kg at "
      + "\(thousandth(gyration)) m from the middle; the rotors are at \(thousandth(lever)) m"
  }

  /// Share of the way to a command that a rotor goes in some seconds: `1 − e^(−t/τ)`.
  func lagGain(seconds: Double) -> Float {
    motorLag > 0 ? Float(1 - exp(-seconds / Double(motorLag))) : 1
  }
}

extension Airframe {
  /// What a preset fixes.
  private struct Figures {
    let mass, inertia, lever: Double
    let curve: ThrustCurve
    let rpm: ClosedRange<Double>
    let motorLag: Double

    static func of(_ preset: DronePreset) -> Figures {
      switch preset {
      case .cf2x:
        // Mass, inertia, arm and thrust constant: cf2x of gym-pybullet-drones; rpm limits: PWM 20,000
        // and 65,535 by safe-control-gym's 0.2685 PWM + 4070.3; lag: Learning to Fly.
        return Figures(
          mass: 0.027, inertia: 1.4e-5, lever: 0.0397 / 2.0.squareRoot(),
          curve: .quadratic(3.16e-10), rpm: 9440...21666, motorLag: 0.15)
      case .bitcraze2015:
        // Bitcraze's model of body and four motors; thrust as measured; limits: the lowest and the
        // highest running row of the table.
        return Figures(
          mass: 0.025 + 4 * 0.0008, inertia: 1.666e-5, lever: 0.0397 / 2.0.squareRoot(),
          curve: .measured, rpm: 4485...23882, motorLag: 0.15)
      case .learningToFly:
        // Eschmann et al. (2024): a quarter of the inertia, and rotors that may stand still.
        return Figures(
          mass: 0.027, inertia: 3.85e-6, lever: 0.028, curve: .quadratic(3.16e-10),
          rpm: 0...21702, motorLag: 0.15)
      }
    }
  }
}
