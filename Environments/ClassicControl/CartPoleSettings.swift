public import FedRLCore

/// Settings of ``CartPole``; the defaults are Gymnasium's `CartPole-v1`.
public struct CartPoleSettings: SettingsGroup, Equatable {
  /// m/s²
  public var gravity = 9.8
  /// kg
  public var cartMass = 1.0
  /// kg
  public var poleMass = 0.1
  /// Metres from the axle to the pole's centre of mass.
  public var poleHalfLength = 0.5
  /// Newtons.
  public var force = 10.0
  /// Seconds.
  public var timeStep = 0.02
  /// Metres either side of the middle.
  public var positionLimit = 2.4
  /// Radians either side of upright: 12°.
  public var angleLimit = 12 * 2 * Double.pi / 360
  /// Every element of the first state is uniform within ± this.
  public var startRange = 0.05
  public var maxSteps = 500
  /// Whether a policy sees the velocities too.
  public var observeVelocities = true

  public init() {}

  public static var settings: [Setting<CartPoleSettings>] {
    [
      .number(
        "pole_half_length", \.poleHalfLength, unit: "m", range: 0.01...100,
        "Distance from the axle to the pole's centre of mass"),
      .number("pole_mass", \.poleMass, unit: "kg", range: 0.001...1000, "Mass of the pole"),
      .number("cart_mass", \.cartMass, unit: "kg", range: 0.001...1000, "Mass of the cart"),
      .number(
        "force", \.force, unit: "N", range: 0...100_000, "Force of one push, left or right"),
      .number("gravity", \.gravity, unit: "m/s²", range: 0...1000, "Gravitational acceleration"),
      .number(
        "time_step", \.timeStep, unit: "s", range: 0.0001...1,
        "Time between two pushes, one step of Euler's method"),
      .number(
        "position_limit", \.positionLimit, unit: "m", range: 0.01...1000,
        "Distance from the middle at which the episode is lost"),
      .number(
        "angle_limit", \.angleLimit, unit: "rad", range: 0.001...0.78,
        "Angle from upright at which the episode is lost"),
      .number(
        "start_range", \.startRange, unit: "1", range: 0...0.5,
        "Every element of the first state is uniform within ± this"),
      .integer(
        "max_steps", \.maxSteps, unit: "1", range: 1...1_000_000_000,
        "Steps after which an episode is truncated"),
      .boolean(
        "observe_velocities", \.observeVelocities,
        "Whether the velocities are observed besides position and angle; without them a policy needs "
          + "a memory"),
    ]
  }

  public func validate() -> [(setting: String, message: String)] {
    let tightest = min(positionLimit, angleLimit)
    guard startRange >= tightest else { return [] }
    return [
      (
        "start_range",
        "expected less than position_limit and angle_limit (\(tightest)), got \(startRange)"
      )
    ]
  }
}
