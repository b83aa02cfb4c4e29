import FedRLCore
import FedRLMaps
import FedRLTestSupport
import FedRLVehicle
import Foundation
import Testing

@Suite struct EpisodeTests {
  @Test func drivingIntoAWallEndsTheEpisode() throws {
    for model in VehicleModel.allCases {
      let kind = try Bench.kind {
        $0.model = model
        $0.start = .line
        $0.startSpeed = 4
      }
      var world = VehicleEnvironment(kind.plan)
      _ = world.begin(seed: 1)
      var last = StepOutcome(reward: 0)
      var steps = 0
      while last.end == .none && steps < 100 {
        last = world.act([0.3, 2]).outcome
        steps += 1
      }
      #expect(last.end == .terminated, "\(model)")
      #expect(last.reward < -9)
      #expect(world.metric("collisions") == 1)
      #expect(world.metric("collisions_per_km") > 10)
    }
  }

  @Test func whereContactsDoNotEndItTheCarStaysBetweenTheWalls() throws {
    for model in VehicleModel.allCases {
      let kind = try Bench.kind {
        $0.model = model
        $0.collisionEnds = false
        $0.offTrackEnds = false
        $0.startSpeed = 8
        $0.reverseSpeed = 4
        $0.maximumSpeed = 12
      }
      for seed in 1...4 as ClosedRange<UInt64> {
        var world = VehicleEnvironment(kind.plan)
        _ = world.begin(seed: seed)
        for step in 0..<400 {
          let turn: Float = step / 60 % 2 == 0 ? 0.4 : -0.4
          _ = world.act([turn, step / 100 % 2 == 0 ? 9 : -9])
          let place = kind.plan.world.center.project(x: world.car.x, y: world.car.y)
          // The middle of a car between walls is at least about half its width from them.
          #expect(
            place.offset.magnitude < 1.1 - 0.1, "\(model), seed \(seed), step \(step): \(place)")
        }
        #expect(world.metric("collisions") > 2)
      }
    }
  }

  @Test func leavingARoadWithoutWallsEndsTheEpisode() throws {
    let kind = try Bench.kind {
      $0.walls = .none
      $0.start = .line
      $0.startSpread = 0
      $0.startSpeed = 5
    }
    var world = VehicleEnvironment(kind.plan)
    _ = world.begin(seed: 1)
    var (end, steps, reward) = (EpisodeEnd.none, 0, Float(0))
    while end == .none && steps < 200 {
      let outcome = world.act([0, 0]).outcome
      (end, reward) = (outcome.end, outcome.reward)
      steps += 1
    }
    // Straight on at the end of the straight: 10 m, then a chord of the bend to its outer edge.
    #expect(end == .terminated && reward < -8)
    let way = Double(steps) * 0.25
    let chord = (6.1 * 6.1 - 25).squareRoot()
    #expect((10 + chord - 0.3...10 + chord + 0.3).contains(way), "after \(way) m")
    #expect(world.metric("off_tracks_per_km") > 50)
    let free = try Bench.kind {
      $0.walls = .none
      $0.offTrackEnds = false
      $0.startSpeed = 5
    }
    var other = VehicleEnvironment(free.plan)
    _ = other.begin(seed: 1)
    for _ in 0..<100 { #expect(other.act([0, 0]).outcome.end == .none) }
  }

  @Test func walledRoadsHaveTheirRunOff() throws {
    let kind = try Bench.kind {
      $0.runOff = 0.5
      $0.offTrackEnds = false
      $0.start = .line
      $0.startSpread = 0
      $0.startSpeed = 5
    }
    var world = VehicleEnvironment(kind.plan)
    _ = world.begin(seed: 1)
    var most = 0.0
    for _ in 0..<100 where world.act([0, 0]).outcome.end == .none {
      most = max(
        most, kind.plan.world.center.project(x: world.car.x, y: world.car.y).offset.magnitude)
    }
    #expect((1.15..<1.6).contains(most), "came \(most) m beside the line")
  }

  @Test func discreteActionsAreCornersOfTheBox() throws {
    let expected: [(steering: Double, speed: Int)] = [
      (1, -1), (1, 0), (1, 1), (0, -1), (0, 0), (0, 1), (-1, -1), (-1, 0), (-1, 1),
    ]
    let kind = try Bench.kind {
      $0.actions = .discrete
      $0.start = .line
      $0.startSpeed = 3
    }
    for (choice, wanted) in expected.enumerated() {
      var world = VehicleEnvironment(kind.plan)
      _ = world.begin(seed: 1)
      _ = world.act([Float(choice)])
      #expect(world.car.steering.sign == (wanted.steering < 0 ? .minus : .plus))
      expectClose(world.car.steering.magnitude, wanted.steering == 0 ? 0 : 0.16, absolute: 1e-9)
      expectClose(world.car.speed, 3 + 9.51 * 0.05 * Double(wanted.speed), absolute: 1e-9)
    }
  }

  @Test func steeringArrivesAfterItsDelay() throws {
    for delay in [0, 1, 4, 7] {
      let kind = try Bench.kind {
        $0.steeringDelay = Double(delay) * 0.01
        $0.actionPeriod = 0.01
        $0.start = .line
        $0.startSpread = 0
      }
      var world = VehicleEnvironment(kind.plan)
      _ = world.begin(seed: 1)
      for step in 0..<12 {
        _ = world.act([0.4, 0])
        let moved = Double(max(step + 1 - delay, 0))
        expectClose(world.car.steering, min(moved * 0.032, 0.4), absolute: 1e-7, "delay \(delay)")
      }
    }
  }

  @Test func brakesStopTheCarAndDoNotPushItBack() throws {
    for model in VehicleModel.allCases {
      let kind = try Bench.kind {
        $0.model = model
        $0.start = .line
        $0.startSpread = 0
        $0.startSpeed = 2
      }
      var world = VehicleEnvironment(kind.plan)
      _ = world.begin(seed: 1)
      for _ in 0..<40 { _ = world.act([0, -9.51]) }
      expectClose(world.car.speed, 0, absolute: 1e-9, "\(model)")
      // v² / 2a, from the midpoint of discrete steps.
      expectClose(world.metric("progress_m"), 4 / (2 * 9.51), absolute: 0.03, "\(model)")
    }
  }

  /// A step of 0.05 s turns the steering by 0.16 rad, or 0.02 rad, at most.
  @Test(arguments: [(VehicleName.f1tenth, 0.16), (.bmw320i, 0.02)] as [(VehicleName, Float)])
  func steeringCostsItsShareOfWhatAStepCanDo(vehicle: VehicleName, step: Float) throws {
    let kind = try Bench.kind(Bench.largeOval) {
      $0.vehicle = vehicle
      $0.start = .line
      $0.startSpread = 0
      $0.rewardSteering = -0.7
    }
    var world = VehicleEnvironment(kind.plan)
    _ = world.begin(seed: 1)
    for (target, share) in [(2 * step, 1), (step / 2, 0.5), (step / 2, 0), (-step / 2, 1)] {
      let reward = Double(world.act([target, 0]).outcome.reward)
      expectClose(reward, -0.7 * share, absolute: 1e-5, "to \(target)")
    }
  }

  @Test func everyLapPaysOnce() throws {
    let kind = try Bench.kind(TrackGenerator.oval(name: "small", straight: 4, radius: 4, width: 3))
    {
      $0.walls = .none
      $0.offTrackEnds = false
      $0.model = .kinematic
      $0.startSpeed = 4
      $0.maximumSpeed = 4
      $0.startSpread = 0
      $0.rewardLap = 7
      ($0.rewardProgress, $0.rewardSteering, $0.rewardOffTrack) = (0, 0, 0)
    }
    var world = VehicleEnvironment(kind.plan)
    _ = world.begin(seed: 1)
    var laps = 0.0
    // In a circle that holds both ends of the oval's middle.
    for _ in 0..<500 {
      let reward = Double(world.act([Float(atan(0.3302 / 4.8)), 4]).outcome.reward)
      #expect(reward == 7 * (world.metric("laps") - laps))
      laps = world.metric("laps")
    }
    #expect(laps >= 3)
  }

  @Test func theTrackObservationSaysWhereTheCarIs() throws {
    let kind = try Bench.kind {
      $0.start = .line
      $0.startSpread = 0
      $0.startSpeed = 5
      $0.lookAheadPoints = 5
      $0.lookAhead = 20
      $0.observedCars = 1
    }
    let names = kind.specification.observations.names
    #expect(
      names[4...9] == [
        "offset", "heading_sine", "heading_cosine", "half_width", "curvature.0", "curvature.1",
      ])
    var world = VehicleEnvironment(kind.plan)
    let row = world.begin(seed: 1)
    expectClose(row[0..<8].map { Double($0) }, [0.5, 0, 0, 0, 0, 0, 1, 1.1 / 1.16], absolute: 2e-3)
    // At 0, 4, 8, 12, 16 m; the bend of 5 m begins after 10 m. Scale: the tightest turn, tan 0.4189
    // / L.
    let scale = 0.3302 / tan(0.4189)
    expectClose(
      row[8..<13].map { Double($0) }, [0, 0, 0, 0.2 * scale, 0.2 * scale], absolute: 3e-3)
    #expect(row[13...16] == [0, 1, 0, 0], "no car is there")
  }

  @Test func carsAreObservedNearestFirst() throws {
    let kind = try Bench.kind {
      $0.traffic = 5
      $0.observedCars = 3
      $0.lidarRange = 200
    }
    var world = VehicleEnvironment(kind.plan)
    for seed in 1...10 as ClosedRange<UInt64> {
      let row = world.begin(seed: seed)
      let path = kind.plan.world.center
      let own = path.project(x: world.car.x, y: world.car.y).s
      let ways = world.trafficPlaces.map { path.difference(from: own, to: path.wrapped($0.s)) }
        .sorted { $0.magnitude < $1.magnitude }
      let first = row.count - 12
      for place in 0..<3 {
        #expect(row[first + 4 * place] == 1)
        expectClose(Double(row[first + 4 * place + 1]), ways[place] / 200, absolute: 1e-6)
      }
    }
  }

  @Test func aLongerRangeWithTheSameScaleKeepsTheShapeAndTheMeaning() throws {
    let near = try Bench.kind {
      $0.observation = .lidar
      $0.lidarRange = 4
      $0.lidarScale = 10
      $0.lidarNoise = 0
    }
    let far = try Bench.kind {
      $0.observation = .lidar
      $0.lidarRange = 10
      $0.lidarScale = 10
      $0.lidarNoise = 0
    }
    #expect(near.specification.observations == far.specification.observations)
    var a = VehicleEnvironment(near.plan)
    var b = VehicleEnvironment(far.plan)
    let (rowA, rowB) = (a.begin(seed: 4), b.begin(seed: 4))
    for (x, y) in zip(rowA[4...], rowB[4...]) { #expect(x == min(y, 0.4)) }
    #expect(rowB[4...].max()! > 0.4)
  }

  @Test func agentsThatUseOneFileShareItsWorld() throws {
    let path = try #require(try Bench.shippedTracks().first)
    let first = try Bench.load(path)
    let second = try Bench.load(path) { $0.friction = 0.5 }
    let other = try Bench.load(path) { $0.runOff = 0.2 }
    #expect(first.plan.world === second.plan.world)
    #expect(first.plan.world !== other.plan.world)
  }

  @Test func aReplayShowsTrackRaysTrafficSpeedAndLaps() throws {
    let kind = try Bench.kind {
      $0.traffic = 2
      $0.observation = .both
      $0.lidarRays = 16
    }
    var world = VehicleEnvironment(kind.plan)
    _ = world.begin(seed: 1)
    for _ in 0..<40 { _ = world.act([0, 3]) }
    var drawing = Drawing()
    drawing.wantsBackground = true
    world.draw(into: &drawing)
    #expect(drawing.gauges.map(\.name) == ["speed", "steering", "laps"])
    expectClose(Double(drawing.gauges[0].value), world.car.speed, absolute: 1e-5)
    // Both edges, both walls and the line.
    let lines = drawing.background.filter { if case .polyline = $0 { true } else { false } }
    #expect(lines.count == 5)
    // Each ray ends on a wall, on a car or at its range.
    let rays = drawing.shapes.compactMap { shape -> Double? in
      guard case .polyline(let points, _, _) = shape, points.count == 2 else { return nil }
      let way = points[1] - points[0]
      return Double((way * way).sum().squareRoot())
    }
    #expect(rays.count == 16)
    for (drawn, reading) in zip(rays, world.readings) {
      expectClose(drawn, Double(reading), absolute: 1e-4)
    }
    // The traffic stands where it is.
    for place in world.trafficPlaces {
      let middle = kind.plan.world.center.place(at: place.s)
      #expect(
        drawing.shapes.contains { shape in
          guard case .polygon(let points, _) = shape, points.count == 4 else { return false }
          let sum = points.reduce(SIMD2<Float>.zero, +) / 4
          return abs(Double(sum.x) - middle.x) < 0.01 && abs(Double(sum.y) - middle.y) < 0.01
        })
    }
  }

  /// Tyres so stiff that a substep could not follow them at 0.5 m/s once spun cars at walking pace.
  @Test func pullingAwayGentlyDoesNotSpinACar() throws {
    let road = TrackGenerator.straight(name: "wide", length: 200, width: 20)
    for (vehicle, stiffness, friction, substep) in [
      (VehicleName.bmw320i, 1.0, 1.0489, 0.01), (.f1tenth, 3, 1.0489, 0.01), (.f1tenth, 1, 2, 0.01),
      (.f1tenth, 1, 1.0489, 0.01), (.bmw320i, 3, 2, 0.005),
    ] {
      let kind = try Bench.kind(road) {
        $0.vehicle = vehicle
        $0.tyreStiffness = stiffness
        $0.friction = friction
        $0.substep = substep
        $0.start = .line
        $0.startSpread = 0
      }
      var world = VehicleEnvironment(kind.plan)
      _ = world.begin(seed: 1)
      for _ in 0..<60 {
        _ = world.act([0.03, 1])
        #expect(world.car.slip.magnitude < 0.1 && world.car.yawRate.magnitude < 0.6)
      }
      #expect(world.car.speed > 2 && world.metric("collisions") == 0)
    }
  }

  @Test func gripIsObservedWhereItIsAskedFor() throws {
    let plain = try Bench.kind()
    let kind = try Bench.kind {
      $0.observesGrip = true
      $0.friction = 0.6
    }
    let names = kind.specification.observations.names
    #expect(names.count == plain.specification.observations.count + 1)
    #expect(
      names[4] == "grip" && names.filter { $0 != "grip" } == plain.specification.observations.names)
    var world = VehicleEnvironment(kind.plan)
    #expect(world.begin(seed: 1)[4] == 0.6)
    #expect(world.act([0.1, 5]).row[4] == 0.6)
  }

  /// Wherever a wall is met, and however many of its edges at once.
  @Test func drivingIntoTheWallIsOneCollision() throws {
    let kind = try Bench.load(Bench.shippedTracks()[0])
    var world = VehicleEnvironment(kind.plan)
    for seed in 1...60 as ClosedRange<UInt64> {
      _ = world.begin(seed: seed)
      var outcome = world.act([0, 9]).outcome
      while outcome.end == .none { outcome = world.act([0, 9]).outcome }
      #expect(outcome.end == .terminated)
      #expect(world.metric("collisions") == 1, "seed \(seed)")
    }
  }

  /// A wall is a chain of edges: to scrape along it is not to hit it again with every one.
  @Test func scrapingAlongAWallIsOneCollision() throws {
    let ring = TrackGenerator.oval(name: "ring", straight: 1, radius: 12, width: 1)
    let kind = try Bench.kind(ring) {
      $0.collisionEnds = false
      $0.start = .line
      $0.startSpread = 0
      $0.startSpeed = 2
      $0.maximumSpeed = 2
      $0.model = .kinematic
    }
    var world = VehicleEnvironment(kind.plan)
    _ = world.begin(seed: 1)
    // Steered a little too straight, to the outer wall and on along it.
    for _ in 0..<200 { _ = world.act([0.02, 2]) }
    #expect(world.metric("progress_m") > 10)
    #expect(world.metric("collisions") == 1)
  }

  /// A car that cannot slide keeps of its motion along a wall what points along its axis.
  @Test func aKinematicCarGainsNoSpeedFromWhatPushesItAside() throws {
    let kind = try Bench.kind(OpenRoadTests.straight) {
      $0.start = .line
      $0.startSpread = 0
      $0.model = .kinematic
      $0.collisionEnds = false
    }
    var world = VehicleEnvironment(kind.plan)
    _ = world.begin(seed: 1)
    world.car = CarState(x: 10, y: 0, speed: 10, yaw: .pi / 4)
    for _ in 0..<20 where world.metric("collisions") == 0 { _ = world.act([0, 0]) }
    #expect(world.metric("collisions") > 0)
    // 7.07 m/s along the wall, of which the axis, turned by the impact at the most, has this.
    #expect(world.car.speed < 10 * cos(0.9), "\(world.car)")
  }

  /// Near a wall without touching it a car drives as in the open, wherever the road lies.
  @Test(arguments: [0, 1500, 12_000.0]) func aWallActsOnlyWhereItIsTouched(shift: Double) throws {
    func driven(_ walls: VehicleWalls) throws -> [CarState] {
      let points = (0...80).map { index in
        TrackPoint(x: shift + Double(index), y: shift, right: 0.21, left: 3)
      }
      let road = try Track(name: "road", points: points, isClosed: false)
      let kind = try Bench.kind(road) {
        $0.walls = walls
        $0.start = .line
        $0.startSpread = 0
        $0.offTrackEnds = false
      }
      var world = VehicleEnvironment(kind.plan)
      _ = world.begin(seed: 1)
      return (0..<40).map { _ in
        _ = world.act([0, 2])
        return world.car
      }
    }
    let (open, walled) = (try driven(.none), try driven(.edges))
    #expect(open == walled)
    expectClose(open[39].speed, 4, absolute: 1e-9)
  }

  @Test func distanceIsTheWayThatTheCarWent() throws {
    let kind = try Bench.kind(OpenRoadTests.straight) {
      $0.start = .line
      $0.startSpread = 0
      $0.actionPeriod = 0.5
    }
    var world = VehicleEnvironment(kind.plan)
    _ = world.begin(seed: 1)
    let start = world.car.x
    for _ in 0..<3 { _ = world.act([0, 5]) }
    expectClose(world.distance, world.car.x - start, absolute: 1e-9)
    expectClose(world.car.x - start, 5 * 1.5 * 1.5 / 2, absolute: 1e-6)
  }

  /// The centre line nearer to one edge than half a car.
  @Test(arguments: VehicleStart.allCases) func carsStartClearOfWalls(start: VehicleStart) throws {
    let points = (0...60).map { TrackPoint(x: Double($0), y: 0, right: 2, left: 0.1) }
    let road = try Track(name: "road", points: points, isClosed: false)
    for spread in [0, 0.8] {
      let kind = try Bench.kind(road) {
        $0.start = start
        $0.startSpread = spread
        $0.offTrackEnds = false
      }
      var world = VehicleEnvironment(kind.plan)
      for seed in 0..<20 as Range<UInt64> {
        _ = world.begin(seed: seed)
        for _ in 0..<3 { #expect(world.act([0, 0]).outcome.end == .none) }
        #expect(world.metric("collisions") == 0)
      }
    }
  }

  @Test func actionsThatAreNoneAreRefused() async {
    await #expect(processExitsWith: .failure) { try Self.act([.nan, 0], .continuous) }
    await #expect(processExitsWith: .failure) { try Self.act([0, .infinity], .continuous) }
    await #expect(processExitsWith: .failure) { try Self.act([9], .discrete) }
    await #expect(processExitsWith: .success) {
      try Self.act([0, 0], .continuous)
      try Self.act([8], .discrete)
    }
  }

  private static func act(_ action: [Float], _ actions: VehicleActions) throws {
    var world = VehicleEnvironment(try Bench.kind { $0.actions = actions }.plan)
    _ = world.begin(seed: 1)
    _ = world.act(action)
  }
}
