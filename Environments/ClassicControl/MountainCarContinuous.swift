public import FedRLCore
public import FedRLNumerics

#if canImport(Glibc)
  import Glibc
#endif

/// Settings of ``MountainCarContinuous``; the defaults are Gymnasium's `MountainCarContinuous-v0`.
public struct MountainCarContinuousSettings: SettingsGroup, Equatable {
  public var hill = HillSettings(goalPosition: 0.45, maxSteps: 999)
  /// Acceleration by the motor's full force, m/s².
  public var power = 0.0015
  /// Reward units.
  public var goalReward = 100.0
  /// Reward units for a step at full force.
  public var effortCost = 0.1

  public init() {}

  public static var settings: [Setting<MountainCarContinuousSettings>] {
    [
      .number(
        "power", \.power, unit: "m/s²", range: 0...1, "Acceleration by the motor's full force"),
      .number("goal_reward", \.goalReward, range: 0...1_000_000, "Reward of reaching the flag"),
      .number(
        "effort_cost", \.effortCost, range: 0...1000,
        "Cost of a step at full force; it grows as the force squared"),
    ] + HillSettings.settings(\.hill)
  }

  public func validate() -> [(setting: String, message: String)] { hill.validate() }
}

/// A car in a valley whose motor is too weak for the hill; any force within ±1: Gymnasium's
/// `MountainCarContinuous-v0`.
///
/// `v ← v + p u − g cos 3x`, then `x ← x + v`. Gymnasium keeps this one's state in float32, except for
/// the first position of an episode, and computes in that type; so does this, since a step would else
/// differ by 10⁻⁸.
public struct MountainCarContinuous: ClassicEnvironment {
  public typealias Settings = MountainCarContinuousSettings

  public static let name = "mountaincar-continuous"
  public static let summary =
    "Rock a weak car out of a valley, any force; Gymnasium's MountainCarContinuous-v0 with settings"
  public static let controller = "energy-pump"

  public let specification: EnvironmentSpecification
  /// `Float`s in `Double`, but for the first position of an episode.
  public var state = CarState(position: 0, velocity: 0)
  private let settings: MountainCarContinuousSettings
  private var hill: HillSettings { settings.hill }

  public init(_ settings: MountainCarContinuousSettings = .init()) {
    self.settings = settings
    specification = settings.hill.specification(
      name: Self.name,
      actions: .box(BoxSpace(shape: [1], low: [-1], high: [1], names: ["force"])))
  }

  public func start(_ random: inout RandomStream) -> CarState { hill.start(&random) }

  public mutating func advance(_ action: Float) -> StepOutcome {
    let force = min(max(action, -1), 1)
    let pull = Float(hill.gravity * cos(tripledPosition))
    let speed = Float(hill.maxSpeed)
    var velocity = Float(state.velocity) + (force * Float(settings.power) - pull)
    velocity = min(max(velocity, -speed), speed)
    // The sum of two floats, rounded to double and then to float, is the float nearest to it.
    var position = Float(state.position + Double(velocity))
    position = min(max(position, Float(hill.minPosition)), Float(hill.maxPosition))
    if position == Float(hill.minPosition) && velocity < 0 { velocity = 0 }
    state = CarState(position: Double(position), velocity: Double(velocity))
    let isThere =
      position >= Float(hill.goalPosition) && velocity >= Float(hill.goalVelocity)
    let effort = Double(action) * Double(action) * settings.effortCost
    return StepOutcome(
      reward: Float((isThere ? settings.goalReward : 0) - effort),
      end: isThere ? .terminated : .none)
  }

  /// 3x in `Float`, or in `Double` where x is an episode's first position.
  private var tripledPosition: Double {
    let position = Float(state.position)
    return Double(position) == state.position ? Double(3 * position) : 3 * state.position
  }

  public func observe(into observation: inout MutableSpan<Float>) {
    hill.observe(state, into: &observation)
  }

  /// Pushes the way the car moves, with all its force.
  public func control() -> Float { state.velocity < 0 ? -1 : 1 }

  public func draw(into drawing: inout Drawing) { hill.draw(state, into: &drawing) }
}
