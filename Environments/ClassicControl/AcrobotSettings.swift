public import FedRLCore

/// Settings of ``Acrobot``; the defaults are Gymnasium's `Acrobot-v1`.
public struct AcrobotSettings: SettingsGroup, Equatable {
  /// m/s²
  public var gravity = 9.8
  /// Metres from shoulder to elbow.
  public var upperLength = 1.0
  /// Metres from elbow to tip.
  public var lowerLength = 1.0
  /// kg
  public var upperMass = 1.0
  /// kg
  public var lowerMass = 1.0
  /// Metres from the shoulder to the upper link's centre of mass.
  public var upperCenter = 0.5
  /// Metres from the elbow to the lower link's centre of mass.
  public var lowerCenter = 0.5
  /// Moment of inertia of either link, kg m².
  public var inertia = 1.0
  /// N m
  public var torque = 1.0
  /// rad/s
  public var maxShoulderSpeed = 4 * Double.pi
  /// rad/s
  public var maxElbowSpeed = 9 * Double.pi
  /// Metres above the shoulder.
  public var goalHeight = 1.0
  /// Seconds.
  public var timeStep = 0.2
  /// Every element of the first state is uniform within ± this.
  public var startRange = 0.1
  public var maxSteps = 500

  public init() {}

  public static var settings: [Setting<AcrobotSettings>] {
    [
      .number(
        "upper_length", \.upperLength, unit: "m", range: 0.01...100,
        "Length of the link from shoulder to elbow"),
      .number(
        "lower_length", \.lowerLength, unit: "m", range: 0.01...100,
        "Length of the link from elbow to tip"),
      .number(
        "upper_mass", \.upperMass, unit: "kg", range: 0.001...1000, "Mass of the upper link"),
      .number(
        "lower_mass", \.lowerMass, unit: "kg", range: 0.001...1000, "Mass of the lower link"),
      .number(
        "upper_center", \.upperCenter, unit: "m", range: 0.001...100,
        "Distance from the shoulder to the upper link's centre of mass"),
      .number(
        "lower_center", \.lowerCenter, unit: "m", range: 0.001...100,
        "Distance from the elbow to the lower link's centre of mass"),
      .number(
        "inertia", \.inertia, unit: "kg m²", range: 0.0001...10_000,
        "Moment of inertia of either link about its centre of mass"),
      .number(
        "torque", \.torque, unit: "N m", range: 0...10_000,
        "Torque of the elbow's motor, either way"),
      .number("gravity", \.gravity, unit: "m/s²", range: 0...1000, "Gravitational acceleration"),
      .number(
        "max_shoulder_speed", \.maxShoulderSpeed, unit: "rad/s", range: 0.1...1000,
        "Angular velocity at which the shoulder is held back"),
      .number(
        "max_elbow_speed", \.maxElbowSpeed, unit: "rad/s", range: 0.1...1000,
        "Angular velocity at which the elbow is held back"),
      .number(
        "goal_height", \.goalHeight, unit: "m", range: -100...100,
        "Height above the shoulder that the tip must exceed"),
      .number(
        "time_step", \.timeStep, unit: "s", range: 0.0001...1,
        "Time between two actions, one Runge-Kutta step"),
      .number(
        "start_range", \.startRange, unit: "1", range: 0...1,
        "Every element of the first state is uniform within ± this"),
      .integer(
        "max_steps", \.maxSteps, unit: "1", range: 1...1_000_000_000,
        "Steps after which an episode is truncated"),
    ]
  }

  public func validate() -> [(setting: String, message: String)] {
    var problems: [(setting: String, message: String)] = []
    if upperCenter > upperLength {
      problems.append(
        ("upper_center", "expected at most upper_length (\(upperLength)), got \(upperCenter)"))
    }
    if lowerCenter > lowerLength {
      problems.append(
        ("lower_center", "expected at most lower_length (\(lowerLength)), got \(lowerCenter)"))
    }
    let reach = upperLength + lowerLength
    if goalHeight.magnitude >= reach {
      problems.append(
        ("goal_height", "expected within the links' reach (±\(reach)), got \(goalHeight)"))
    }
    if startRange > min(maxShoulderSpeed, maxElbowSpeed) {
      problems.append(
        (
          "start_range",
          "expected at most max_shoulder_speed and max_elbow_speed, got \(startRange)"
        ))
    }
    return problems
  }
}
