public import FedRLCore

/// Settings of ``Pendulum``; the defaults are Gymnasium's `Pendulum-v1`.
public struct PendulumSettings: SettingsGroup, Equatable {
  /// m/s²
  public var gravity = 10.0
  /// kg
  public var mass = 1.0
  /// Metres.
  public var length = 1.0
  /// N m
  public var maxTorque = 2.0
  /// rad/s
  public var maxSpeed = 8.0
  /// Seconds.
  public var timeStep = 0.05
  /// Radians either side of upright.
  public var startAngle = Double.pi
  /// rad/s either way.
  public var startSpeed = 1.0
  public var maxSteps = 200

  public init() {}

  public static var settings: [Setting<PendulumSettings>] {
    [
      .number("length", \.length, unit: "m", range: 0.01...100, "Length of the rod"),
      .number("mass", \.mass, unit: "kg", range: 0.001...1000, "Mass of the rod"),
      .number("gravity", \.gravity, unit: "m/s²", range: 0...1000, "Gravitational acceleration"),
      .number(
        "max_torque", \.maxTorque, unit: "N m", range: 0.001...100_000,
        "Torque of the motor, either way"),
      .number(
        "max_speed", \.maxSpeed, unit: "rad/s", range: 0.1...1000,
        "Angular velocity at which the rod is held back"),
      .number(
        "time_step", \.timeStep, unit: "s", range: 0.0001...1,
        "Time between two actions, one step of Euler's method"),
      .number(
        "start_angle", \.startAngle, unit: "rad", range: 0...Double.pi,
        "The first angle is uniform within ± this, from upright"),
      .number(
        "start_speed", \.startSpeed, unit: "rad/s", range: 0...1000,
        "The first angular velocity is uniform within ± this"),
      .integer(
        "max_steps", \.maxSteps, unit: "1", range: 1...1_000_000_000,
        "Steps after which an episode is truncated"),
    ]
  }

  public func validate() -> [(setting: String, message: String)] {
    guard startSpeed > maxSpeed else { return [] }
    return [("start_speed", "expected at most max_speed (\(maxSpeed)), got \(startSpeed)")]
  }
}
