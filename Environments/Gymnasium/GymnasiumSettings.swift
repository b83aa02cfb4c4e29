public import FedRLCore

/// How an environment of the Python package gymnasium is made and run.
public struct GymnasiumSettings: SettingsGroup, Equatable {
  /// The interpreter that has gymnasium: a name that is looked up in `PATH`, or a path, which starts
  /// at the scenario's folder.
  public var python = "python3"
  /// What `gymnasium.make` is given by name.
  public var arguments: SettingTable = [:]
  /// 0 for the environment's own limit.
  public var maxSteps = 0
  /// Seconds; 0 for the period of `render_fps`, or 0.05 where there is none.
  public var controlPeriod = 0.0

  public init() {}

  public static let settings: [Setting<GymnasiumSettings>] = [
    .text(
      "python", \.python,
      "the interpreter that has gymnasium: a name looked up in PATH, or a path, which starts at the "
        + "scenario's folder"),
    .table("arguments", \.arguments, "what gymnasium.make is given by name: { gravity = -5.0 }"),
    .integer(
      "max_steps", \.maxSteps, range: 0...Int(Int32.max),
      "steps after which an episode is truncated; 0 for the environment's own limit"),
    .number(
      "control_period", \.controlPeriod, unit: "s", range: 0...3600,
      "time between two actions, which decides how long a robot takes to collect; 0 for the period "
        + "of the environment's render_fps, or 0.05 where it has none"),
  ]

  public func validate() -> [(setting: String, message: String)] {
    python.isEmpty ? [("python", "expected the name or path of an interpreter, got nothing")] : []
  }
}
