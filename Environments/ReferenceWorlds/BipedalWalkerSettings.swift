public import FedRLCore

/// Settings of ``BipedalWalker``; the defaults are Gymnasium's `BipedalWalker-v3`.
public struct BipedalWalkerSettings: SettingsGroup, Equatable {
  /// Whether there are stumps, stairs and pits: Gymnasium's `BipedalWalkerHardcore-v3`.
  public var hardcore = false
  /// Upwards, m/s².
  public var gravity = -10.0
  /// Greatest torque of a joint's motor, N m.
  public var motorTorque = 80.0
  /// Of a hip's motor, rad/s.
  public var hipSpeed = 4.0
  /// Of a knee's motor, rad/s.
  public var kneeSpeed = 6.0
  /// Coulomb's coefficient of the ground; a contact has the root of its product with the leg's 0.2.
  public var friction = 2.5
  /// Length of the lidar's rays, m.
  public var lidarRange = 160.0 / 30
  /// Share of Gymnasium's random changes of the ground's slope.
  public var roughness = 1.0
  /// N, forwards or backwards, during the first 0.02 s.
  public var initialPush = 5.0
  /// Steps of 0.02 s after which an episode is truncated; 0: Gymnasium's 1,600, and 2,000 with
  /// `hardcore`.
  public var maxSteps = 0

  /// Gymnasium's `BipedalWalker-v3`.
  public init() {}

  /// Steps after which an episode is truncated.
  public var stepLimit: Int { maxSteps > 0 ? maxSteps : hardcore ? 2000 : 1600 }

  /// All that a scenario may set, with units and ranges.
  public static var settings: [Setting<BipedalWalkerSettings>] {
    [
      .boolean("hardcore", \.hardcore, "Whether there are stumps, stairs and pits"),
      .number(
        "gravity", \.gravity, unit: "m/s²", range: -30 ... -0.1, "Acceleration upwards"),
      .number(
        "motor_torque", \.motorTorque, unit: "N m", range: 1...1000,
        "Torque of a joint's motor at an action of 1 or -1"),
      .number(
        "hip_speed", \.hipSpeed, unit: "rad/s", range: 0.1...50, "Speed of a hip's motor"),
      .number(
        "knee_speed", \.kneeSpeed, unit: "rad/s", range: 0.1...50, "Speed of a knee's motor"),
      .number(
        "friction", \.friction, unit: "1", range: 0...10,
        "Friction of the ground; a contact has the root of its product with the leg's 0.2"),
      .number(
        "lidar_range", \.lidarRange, unit: "m", range: 0.1...100, "Length of the lidar's rays"),
      .number(
        "roughness", \.roughness, unit: "1", range: 0...5,
        "Share of the random changes of the ground's slope; 0 for flat ground"),
      .number(
        "initial_push", \.initialPush, unit: "N", range: 0...1000,
        "Largest force on the hull, forwards or backwards, during the first 0.02 s"),
      .integer(
        "max_steps", \.maxSteps, unit: "1", range: 0...1_000_000_000,
        "Steps after which an episode is truncated; 0 for 1600, and 2000 with hardcore"),
    ]
  }
}
