import FedRLClassicControl
import FedRLCore
import FedRLTestSupport
import Testing

/// What settings are refused, and what spaces follow from them.
@Suite struct ClassicSettingsTests {
  private func problems(_ entry: EnvironmentEntry, _ table: SettingTable) -> [String] {
    entry.check(table, "[environment]").map(\.description)
  }

  @Test func relationsThatMakeNoSenseAreRefused() {
    #expect(
      problems(pendulumEntry, ["start_speed": .number(9)]) == [
        "[environment] start_speed: expected at most max_speed (8.0), got 9.0"
      ])
    #expect(
      problems(acrobotEntry, ["upper_center": .number(1.5), "goal_height": .number(2)]) == [
        "[environment] upper_center: expected at most upper_length (1.0), got 1.5",
        "[environment] goal_height: expected within the links' reach (±2.0), got 2.0",
      ])
    let car: SettingTable = [
      "goal_position": .number(0.7), "start_low": .number(-1.3), "start_high": .number(-1.4),
      "goal_velocity": .number(0.08),
    ]
    for entry in [mountainCarEntry, mountainCarContinuousEntry] {
      #expect(
        problems(entry, car) == [
          "[environment] start_low: expected at least min_position (-1.2), got -1.3",
          "[environment] start_high: expected at least start_low (-1.3), got -1.4",
          "[environment] goal_position: expected at most max_position (0.6), got 0.7",
          "[environment] goal_velocity: expected at most max_speed (0.07), got 0.08",
        ])
      #expect(
        problems(entry, ["goal_position": .number(-0.4)]) == [
          "[environment] goal_position: expected more than start_high (-0.4), got -0.4"
        ])
    }
  }

  @Test func aValueOutsideItsRangeIsNamed() {
    #expect(
      problems(pendulumEntry, ["max_torque": .number(0)]) == [
        "[environment] max_torque: expected a number in 0.001...100000, got 0.0"
      ])
    #expect(
      problems(mountainCarEntry, ["max_steps": .integer(0)]) == [
        "[environment] max_steps: expected an integer in 1...1000000000, got 0"
      ])
  }

  @Test func theSpacesAreGymnasiums() {
    let pendulum = Pendulum().specification
    #expect(pendulum.observations.high == [1, 1, 8] && pendulum.observations.low == [-1, -1, -8])
    guard case .box(let torque) = pendulum.actions else {
      Issue.record("the pendulum's actions are \(pendulum.actions)")
      return
    }
    #expect(torque.low == [-2] && torque.high == [2])
    let acrobot = Acrobot().specification
    #expect(acrobot.actions == .discrete(count: 3))
    // The float32 limits of Gymnasium's observation space.
    #expect(acrobot.observations.high == [1, 1, 1, 1, 12.566371, 28.274334])
    let car = MountainCar().specification
    #expect(car.actions == .discrete(count: 3) && car.maximumEpisodeSteps == 200)
    #expect(car.observations.low == [-1.2, -0.07] && car.observations.high == [0.6, 0.07])
    let continuous = MountainCarContinuous().specification
    #expect(continuous.observations == car.observations)
    #expect(continuous.maximumEpisodeSteps == 999)
  }

  @Test func theSettingsOfBothCarsDifferInGoalAndLimitAndMotorOnly() {
    let plain = MountainCarSettings().table
    let continuous = MountainCarContinuousSettings().table
    let differing = plain.keys.filter { plain[$0] != continuous[$0] }.sorted()
    #expect(differing == ["force", "goal_position", "max_steps"])
    #expect(plain["goal_position"] == .number(0.5) && plain["max_steps"] == .integer(200))
    #expect(continuous["goal_position"] == .number(0.45))
    #expect(continuous["max_steps"] == .integer(999))
  }

  // MARK: Drawings

  private func drawn<E: ClassicEnvironment>(_ world: E) -> Drawing {
    var drawing = Drawing()
    world.draw(into: &drawing)
    return drawing
  }

  private func end(of shape: Drawing.Shape) -> SIMD2<Float>? {
    guard case .polygon(let points, _) = shape, points.count == 4 else { return nil }
    return (points[2] + points[3]) / 2
  }

  @Test func thePendulumLeansToTheLeftWhereItsAngleIsPositive() throws {
    var world = Pendulum()
    world.state = PendulumState(angle: 0.5, angularVelocity: 1)
    let tip = try #require(end(of: drawn(world).shapes[0]))
    expectClose([tip.x, tip.y], [-0.47942554, 0.87758256], absolute: 1e-6)
  }

  @Test func theAcrobotHangsAndItsTipIsTrailed() throws {
    var world = Acrobot()
    world.state = AcrobotState(
      shoulder: .pi / 2, elbow: .pi / 2, shoulderVelocity: 0, elbowVelocity: 0)
    let drawing = drawn(world)
    let elbow = try #require(end(of: drawing.shapes[0]))
    let tip = try #require(end(of: drawing.shapes[1]))
    expectClose([elbow.x, elbow.y, tip.x, tip.y], [1, 0, 1, 1], absolute: 1e-6)
    #expect(drawing.trail == tip)
    expectClose(Double(drawing.gauges[0].value), 1, absolute: 1e-6)
  }

  @Test func theCarStandsOnTheHill() throws {
    var world = MountainCar()
    // The lowest point: 3x = −π/2.
    world.state = CarState(position: -.pi / 6, velocity: 0.03)
    let drawing = drawn(world)
    let front = try #require(end(of: drawing.shapes[0]))
    expectClose([front.x, front.y], [Float(-Double.pi / 6) + 0.06, 0.1 + 0.06], absolute: 1e-5)
    #expect(drawing.background.count == 3)
    var again = Drawing()
    again.wantsBackground = false
    world.draw(into: &again)
    #expect(again.background.isEmpty && again.shapes == drawing.shapes)
  }
}
