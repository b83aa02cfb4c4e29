import FedRLCore

/// What both mountain cars have: the valley, the goal and the start.
///
/// The unit of time is the step, which is taken as a second: velocities are metres per step.
public struct HillSettings: Sendable, Equatable {
  /// Greatest slowing by the slope, m/s².
  public var gravity = 0.0025
  /// Metres; an inelastic wall.
  public var minPosition = -1.2
  /// Metres.
  public var maxPosition = 0.6
  /// m/s
  public var maxSpeed = 0.07
  /// Metres.
  public var goalPosition: Double
  /// m/s
  public var goalVelocity = 0.0
  /// Metres.
  public var startLow = -0.6
  /// Metres.
  public var startHigh = -0.4
  public var maxSteps: Int

  init(goalPosition: Double, maxSteps: Int) {
    self.goalPosition = goalPosition
    self.maxSteps = maxSteps
  }

  /// The declarations, for a group of settings that holds these at `hill`.
  static func settings<Root>(_ hill: WritableKeyPath<Root, HillSettings>) -> [Setting<Root>] {
    func number(
      _ name: String, _ path: WritableKeyPath<HillSettings, Double>, _ unit: String,
      _ range: ClosedRange<Double>, _ text: String
    ) -> Setting<Root> {
      .number(name, hill.appending(path: path), unit: unit, range: range, text)
    }
    return [
      number("gravity", \.gravity, "m/s²", 0...1, "Greatest acceleration by the slope"),
      number("min_position", \.minPosition, "m", -100...100, "Position of the left wall"),
      number("max_position", \.maxPosition, "m", -100...100, "Position of the right end"),
      number("max_speed", \.maxSpeed, "m/s", 0.0001...10, "Speed at which the car is held back"),
      number("goal_position", \.goalPosition, "m", -100...100, "Position of the flag"),
      number(
        "goal_velocity", \.goalVelocity, "m/s", -10...10,
        "Least velocity at which reaching the flag counts"),
      number("start_low", \.startLow, "m", -100...100, "Least first position"),
      number("start_high", \.startHigh, "m", -100...100, "Greatest first position"),
      .integer(
        "max_steps", hill.appending(path: \.maxSteps), unit: "1", range: 1...1_000_000_000,
        "Steps after which an episode is truncated"),
    ]
  }

  func validate() -> [(setting: String, message: String)] {
    var problems: [(setting: String, message: String)] = []
    func expect(_ holds: Bool, _ setting: String, _ expected: String, _ got: Double) {
      if !holds { problems.append((setting, "expected \(expected), got \(got)")) }
    }
    expect(
      minPosition < maxPosition, "min_position", "less than max_position (\(maxPosition))",
      minPosition)
    expect(startLow >= minPosition, "start_low", "at least min_position (\(minPosition))", startLow)
    expect(startHigh >= startLow, "start_high", "at least start_low (\(startLow))", startHigh)
    expect(
      goalPosition > startHigh, "goal_position", "more than start_high (\(startHigh))",
      goalPosition)
    expect(
      goalPosition <= maxPosition, "goal_position", "at most max_position (\(maxPosition))",
      goalPosition)
    expect(
      goalVelocity <= maxSpeed, "goal_velocity", "at most max_speed (\(maxSpeed))", goalVelocity)
    return problems
  }
}
