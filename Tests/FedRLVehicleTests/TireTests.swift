import FedRLMaps
import FedRLTestSupport
import FedRLVehicle
import Foundation
import Testing

/// The four tyres of `box2d_tires`.
@Suite struct TireTests {
  private func car(_ edit: (inout VehicleSettings) -> Void = { _ in }) throws -> VehicleEnvironment
  {
    let kind = try Bench.kind {
      $0.model = .box2dTires
      $0.walls = .none
      $0.offTrackEnds = false
      $0.start = .line
      $0.startSpread = 0
      edit(&$0)
    }
    return VehicleEnvironment(kind.plan)
  }

  /// The mean over one action of 0.05 s, m/s².
  private func acceleration(from a: CarState, to b: CarState) -> Double {
    let dx = b.speed * cos(b.yaw + b.slip) - a.speed * cos(a.yaw + a.slip)
    let dy = b.speed * sin(b.yaw + b.slip) - a.speed * sin(a.yaw + a.slip)
    return (dx * dx + dy * dy).squareRoot() / 0.05
  }

  /// Spun until its rear is ahead: it slides on, and no faster than friction allows does it lose speed.
  @Test(arguments: [Float(9.51), -9.51, 0]) func aCarThatSlidesBackwardsKeepsItsMotion(push: Float)
    throws
  {
    var world = try car { $0.startSpeed = 8 }
    _ = world.begin(seed: 1)
    var (most, backward) = (0.0, 0)
    for step in 0..<60 {
      let a = world.car
      _ = world.act(step < 6 ? [0.4189, 0] : [0.4189, push])
      most = max(most, acceleration(from: a, to: world.car))
      if world.car.speed < 0 { backward += 1 }
    }
    #expect(most < 1.0489 * 9.81 * 1.001, "\(most) m/s²")
    // Engine or brakes spin it; without either it drives a circle.
    #expect((backward > 0) == (push != 0), "\(backward) steps")
  }

  /// Brakes stop a car that rolls backwards, too, and leave it standing.
  @Test func brakesStopACarThatSlidesBackwards() throws {
    var world = try car()
    _ = world.begin(seed: 1)
    world.car.speed = -4
    for step in 0..<20 {
      let before = world.car.speed
      _ = world.act([0, -5])
      let expected = min(before + 5 * 0.05, 0)
      expectClose(world.car.speed, expected, absolute: 1e-9, "\(step)")
    }
    // Of one that stands, the slip angle is that of the least motion.
    (world.car.speed, world.car.slip) = (-4, 0)
    _ = world.act([0, 0])
    expectClose(world.car.speed, -4, absolute: 1e-9)
  }

  @Test func aSlowTurnHasTheRadiusOfItsSteering() throws {
    var world = try car { $0.startSpeed = 1 }
    _ = world.begin(seed: 1)
    for _ in 0..<200 { _ = world.act([0.2, 0]) }
    // Rolling wheels lose what they slip sideways before they settle.
    let curvature = world.car.yawRate / world.car.speed
    expectClose(curvature, tan(0.2) / 0.3302, relative: 0.03)
    #expect(world.car.speed > 0.8)
  }

  @Test func lateralAccelerationEndsAtTheTyresGrip() throws {
    for friction in [0.5, 1.0489] {
      var world = try car {
        $0.startSpeed = 8
        $0.friction = friction
      }
      _ = world.begin(seed: 1)
      var most = 0.0
      var before = world.car
      for _ in 0..<40 {
        _ = world.act([0.4, 0])
        most = max(most, acceleration(from: before, to: world.car))
        before = world.car
      }
      #expect(most < friction * 9.81 * 1.001, "\(most) m/s² at μ = \(friction)")
      #expect(most > friction * 9.81 * 0.8)
    }
  }

  @Test func driveAndBrakesEndThereToo() throws {
    var world = try car { $0.friction = 0.4 }
    _ = world.begin(seed: 1)
    for _ in 0..<20 { _ = world.act([0, 9.51]) }
    expectClose(world.car.speed, 0.4 * 9.81, relative: 1e-6)
    var grippy = try car()
    _ = grippy.begin(seed: 1)
    for _ in 0..<10 { _ = grippy.act([0, 6]) }
    expectClose(grippy.car.speed, 3, relative: 1e-6)
  }

  @Test func aCarThatStandsStaysWhereItIs() throws {
    var world = try car()
    _ = world.begin(seed: 1)
    let start = world.car
    for _ in 0..<100 { _ = world.act([0.3, 0]) }
    #expect(world.car.x == start.x && world.car.y == start.y && world.car.yaw == start.yaw)
  }
}
