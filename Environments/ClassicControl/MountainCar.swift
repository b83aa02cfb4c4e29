public import FedRLCore
public import FedRLNumerics

#if canImport(Glibc)
  import Glibc
#endif

/// Settings of ``MountainCar``; the defaults are Gymnasium's `MountainCar-v0`.
public struct MountainCarSettings: SettingsGroup, Equatable {
  public var hill = HillSettings(goalPosition: 0.5, maxSteps: 200)
  /// Acceleration by the motor, m/s².
  public var force = 0.001

  public init() {}

  public static var settings: [Setting<MountainCarSettings>] {
    [.number("force", \.force, unit: "m/s²", range: 0...1, "Acceleration by the motor")]
      + HillSettings.settings(\.hill)
  }

  public func validate() -> [(setting: String, message: String)] { hill.validate() }
}

/// A car in a valley whose motor is too weak for the hill; three choices: Gymnasium's
/// `MountainCar-v0`.
///
/// `v ← v + (a − 1) f − g cos 3x`, then `x ← x + v`. See the folder's README for the spaces, the reward
/// and the ends.
public struct MountainCar: ClassicEnvironment {
  public typealias Settings = MountainCarSettings

  public static let name = "mountaincar"
  public static let summary =
    "Rock a weak car out of a valley, three choices; Gymnasium's MountainCar-v0 with settings"
  public static let controller = "energy-pump"

  public let specification: EnvironmentSpecification
  public var state = CarState(position: 0, velocity: 0)
  private let hill: HillSettings
  private let force: Double

  public init(_ settings: MountainCarSettings = .init()) {
    hill = settings.hill
    force = settings.force
    specification = hill.specification(name: Self.name, actions: .discrete(count: 3))
  }

  public func start(_ random: inout RandomStream) -> CarState { hill.start(&random) }

  public mutating func advance(_ action: Float) -> StepOutcome {
    var (position, velocity) = (state.position, state.velocity)
    let push = Double(action.choice(of: 3, in: "mountaincar") - 1) * force
    velocity += push + cos(3 * position) * -hill.gravity
    velocity = min(max(velocity, -hill.maxSpeed), hill.maxSpeed)
    position = min(max(position + velocity, hill.minPosition), hill.maxPosition)
    if position == hill.minPosition && velocity < 0 { velocity = 0 }
    state = CarState(position: position, velocity: velocity)
    let isThere = position >= hill.goalPosition && velocity >= hill.goalVelocity
    return StepOutcome(reward: -1, end: isThere ? .terminated : .none)
  }

  public func observe(into observation: inout MutableSpan<Float>) {
    hill.observe(state, into: &observation)
  }

  /// Pushes the way the car moves.
  public func control() -> Float { state.velocity < 0 ? 0 : 2 }

  public func draw(into drawing: inout Drawing) { hill.draw(state, into: &drawing) }
}
