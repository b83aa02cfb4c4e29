import FedRLCore
import FedRLMaps
import FedRLTestSupport
import FedRLVehicle
import Foundation
import Testing

/// What a car sees that drives neither along the line nor on it, on a straight that runs askew and has
/// 1.4 m of room to the left and 0.8 m to the right.
@Suite struct SensingTests {
  private static let bearing = 0.7
  private static let (left, right) = (1.4, 0.8)

  private static func road() throws -> Track {
    let (c, s) = (cos(bearing), sin(bearing))
    let line = TrackGenerator.oval(name: "askew", straight: 60, radius: 5, width: 2.2)
    return try Track(
      name: "askew",
      points: line.points.map {
        TrackPoint(x: c * $0.x - s * $0.y, y: s * $0.x + c * $0.y, right: right, left: left)
      })
  }

  /// Drives from the middle of the straight for 0.3 s, and gives the last row.
  private func swerve(_ world: inout VehicleEnvironment, steering: Float) -> [Float] {
    var row = world.begin(seed: 1)
    for _ in 0..<6 { row = world.act([steering, 2]).row }
    return row
  }

  /// Along the straight, which starts at (0, −5) turned by its bearing; to its left; and against its
  /// direction.
  private func pose(_ car: CarState) -> (along: Double, across: Double, heading: Double) {
    let (c, s) = (cos(Self.bearing), sin(Self.bearing))
    let (x, y) = (car.x - 5 * s, car.y + 5 * c)
    return (c * x + s * y, c * y - s * x, car.yaw - Self.bearing)
  }

  @Test(arguments: [0.08, -0.08] as [Float])
  func theTrackObservationIsThatOfTheRoad(steering: Float) throws {
    let kind = try Bench.kind(Self.road()) {
      $0.start = .line
      $0.startSpread = 0
      $0.startSpeed = 5
      $0.traffic = 3
      $0.observedCars = 1
      $0.lidarRange = 200
    }
    var world = VehicleEnvironment(kind.plan)
    let row = swerve(&world, steering: steering).map { Double($0) }
    let (car, pose) = (world.car, pose(world.car))
    // It turned, and slides.
    for value in [pose.across, pose.heading, car.yawRate, car.steering] {
      #expect(value * Double(steering) > 0 && value.magnitude > 0.05)
    }
    #expect(car.slip.magnitude > 5e-3)
    let expected = [
      car.speed / 10, car.steering / 0.4189, car.yawRate / (1.0489 * 9.81 / (10 / 4)),
      car.slip / 0.5, (pose.across - 0.3) / 1.1, sin(pose.heading), cos(pose.heading), 1.1 / 1.16,
    ]
    expectClose(Array(row[0..<8]), expected, absolute: 1e-3)

    // The traffic drives on the line.
    let length = kind.plan.world.center.length
    let others = world.trafficPlaces.map { other in
      (way: (other.s - pose.along).remainder(dividingBy: length), speed: other.speed)
    }
    let nearest = try #require(others.min { $0.way.magnitude < $1.way.magnitude })
    let speed = car.speed * cos(pose.heading + car.slip)
    let first = try #require(
      kind.specification.observations.names.firstIndex(of: "car.0.present"))
    expectClose(
      Array(row[first..<first + 4]),
      [1, nearest.way / 200, -pose.across / 1.1, (nearest.speed - speed) / 10], absolute: 1e-3)
  }

  @Test(arguments: [(180, 5), (270, 7), (90, 1)] as [(Double, Int)])
  func raysGoFromTheRightmostToTheLeftmost(fieldOfView: Double, rays: Int) throws {
    let kind = try Bench.kind(Self.road()) {
      $0.observation = .lidar
      $0.lidarRays = rays
      $0.lidarFieldOfView = fieldOfView
      $0.lidarNoise = 0
      $0.start = .line
      $0.startSpread = 0
      $0.startSpeed = 5
    }
    var world = VehicleEnvironment(kind.plan)
    for steering in [Float(0.08), -0.08] {
      let row = swerve(&world, steering: steering)
      let pose = pose(world.car)
      // The lidar is 0.275 m before the centre of mass.
      let across = pose.across + 0.275 * sin(pose.heading)
      let expected = (0..<rays).map { ray -> Double in
        let share = rays > 1 ? Double(ray) / Double(rays - 1) - 0.5 : 0
        let sine = sin(pose.heading + share * fieldOfView * .pi / 180)
        let way = sine > 0 ? (Self.left - across) / sine : (Self.right + across) / -sine
        return min(way / 10, 1)
      }
      // Walls lie up to 4 mm beside the edges, and rays meet them at 15° and more.
      expectClose(Array(row[4...]), expected, absolute: 2e-3, "\(steering)")
    }
  }

  /// Of 1000 scans by a car that stands: the deviation's sampling error is 0.6 %, that of a correlation
  /// 0.009.
  @Test func noiseHasItsDeviationAndIsNewForEveryRayAndScan() throws {
    func kind(noise: Double) throws -> VehicleKind {
      try Bench.kind(Self.road()) {
        $0.observation = .lidar
        $0.lidarRays = 24
        $0.lidarFieldOfView = 180
        $0.lidarNoise = noise
        $0.start = .line
        $0.startSpread = 0
      }
    }
    var quiet = VehicleEnvironment(try kind(noise: 0).plan)
    let truth = quiet.begin(seed: 3)
    // Readings beyond the range are cut.
    let inRange = truth.indices.dropFirst(4).filter { truth[$0] < 0.9 }
    #expect(inRange.count > 10)
    var noisy = VehicleEnvironment(try kind(noise: 0.05).plan)
    _ = noisy.begin(seed: 3)
    let scans = (0..<1000).map { _ -> [Double] in
      let row = noisy.act([0, 0]).row
      return inRange.map { 10 * Double(row[$0] - truth[$0]) }
    }
    func mean(_ values: some Sequence<Double>) -> Double {
      let values = Array(values)
      return values.reduce(0, +) / Double(values.count)
    }
    expectClose(mean(scans.joined()), 0, absolute: 2e-3)
    let variance = mean(scans.joined().map { $0 * $0 })
    expectClose(variance.squareRoot(), 0.05, relative: 0.025)
    let acrossRays = mean(scans.flatMap { zip($0, $0.dropFirst()).map { $0 * $1 } })
    let acrossScans = mean(zip(scans, scans.dropFirst()).flatMap { zip($0, $1).map { $0 * $1 } })
    expectClose(acrossRays / variance, 0, absolute: 0.04)
    expectClose(acrossScans / variance, 0, absolute: 0.04)
  }
}
