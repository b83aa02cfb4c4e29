public import FedRLCore

/// Settings of ``LunarLander``; the defaults are Gymnasium's `LunarLander-v3`.
public struct LunarLanderSettings: SettingsGroup, Equatable {
  /// Upwards, m/s².
  public var gravity = -10.0
  /// Whether wind pushes and turns the lander while no leg touches the ground.
  public var enableWind = false
  /// N, at most, on the lander's centre.
  public var windPower = 15.0
  /// N m, at most.
  public var turbulencePower = 1.5
  /// Impulse at full throttle over the offset of the nozzle, N s/m.
  public var mainEnginePower = 13.0
  /// The same of the side engines.
  public var sideEnginePower = 0.6
  /// Share of Gymnasium's random offsets of the engines' impulses.
  public var engineDispersion = 1.0
  /// N m, with which the legs are held down.
  public var legSpringTorque = 40.0
  /// N, each way, during the first 0.02 s.
  public var initialPush = 1000.0
  /// Steps of 0.02 s after which an episode is truncated.
  public var maxSteps = 1000

  /// Gymnasium's `LunarLander-v3`.
  public init() {}

  /// All that a scenario may set, with units and ranges.
  public static var settings: [Setting<LunarLanderSettings>] {
    [
      .number(
        "gravity", \.gravity, unit: "m/s²", range: -12...0,
        "Acceleration upwards, between -12 and 0 and neither of them"),
      .boolean("enable_wind", \.enableWind, "Whether wind pushes and turns the lander in flight"),
      .number(
        "wind_power", \.windPower, unit: "N", range: 0...100,
        "Largest force of the wind; Gymnasium recommends 0 to 20"),
      .number(
        "turbulence_power", \.turbulencePower, unit: "N m", range: 0...10,
        "Largest torque of the wind; Gymnasium recommends 0 to 2"),
      .number(
        "main_engine_power", \.mainEnginePower, unit: "N s/m", range: 0...100,
        "Impulse of the main engine in a step, over its offset of 0.133 m"),
      .number(
        "side_engine_power", \.sideEnginePower, unit: "N s/m", range: 0...10,
        "Impulse of a side engine in a step, over its offset of 0.4 m"),
      .number(
        "engine_dispersion", \.engineDispersion, unit: "1", range: 0...2,
        "Share of the random offsets of the engines' impulses; 0 for engines that repeat"),
      .number(
        "leg_spring_torque", \.legSpringTorque, unit: "N m", range: 0...1000,
        "Torque that holds the legs down"),
      .number(
        "initial_push", \.initialPush, unit: "N", range: 0...5000,
        "Largest force in x and in y during the first 0.02 s"),
      .integer(
        "max_steps", \.maxSteps, unit: "1", range: 1...1_000_000_000,
        "Steps after which an episode is truncated"),
    ]
  }

  /// What a range cannot say: gravity lies between −12 and 0 m/s², and is neither, as in Gymnasium.
  public func validate() -> [(setting: String, message: String)] {
    guard gravity <= -12 || gravity >= 0 else { return [] }
    return [("gravity", "expected more than -12 and less than 0 m/s², got \(gravity)")]
  }
}
