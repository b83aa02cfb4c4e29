import FedRLBox2D
import FedRLCore
import FedRLDrone
import FedRLTestSupport
import Foundation
import Testing

@Suite struct TaskTests {
  private func records(
    _ kind: DroneKind, _ baseline: String = "pd-pilot", seeds: Range<UInt64>
  ) throws -> [EpisodeRecord] {
    try seeds.map { try kind.runBaseline(baseline, seed: $0) }
  }

  private func mean(_ name: String, _ records: [EpisodeRecord], _ kind: DroneKind) -> Double {
    records.reduce(0) { $0 + $1.metric(name, of: kind) } / Double(records.count)
  }

  // MARK: The reference pilot

  @Test(arguments: DroneAction.allCases) func `the pilot reaches all waypoints`(action: DroneAction)
    throws
  {
    let kind = try Hangar.kind { $0.action = action }
    let flown = try records(kind, seeds: 0..<20)
    // Nine pairs of thrusts hold the tilt less well.
    #expect(mean("success", flown, kind) >= (action == .discrete ? 0.9 : 1))
    for record in flown where record.metric("success", of: kind) == 1 {
      #expect(record.end == .terminated && record.metric("crashed", of: kind) == 0)
      #expect(record.metric("waypoints", of: kind) == 5)
      #expect(
        abs(record.metric("success_seconds", of: kind) - Double(record.steps) / 30) < 1e-9)
    }
  }

  @Test func `waypoints and pads are near in large spaces too`() throws {
    for seed in 0..<20 as Range<UInt64> {
      for task in [DroneTask.waypoints, .landing] {
        let flight = try Flight(
          settings: Hangar.settings {
            $0.task = task
            $0.arenaWidth = 1000
            $0.arenaHeight = 1000
          }, seed: seed)
        var last = flight.drone.plan.start
        for goal in flight.drone.plan.goals {
          let way = goal - last
          // A pad lies on the ground, however high the start is over it.
          let distance =
            task == .landing ? way.x.magnitude : (way * way).sum().squareRoot()
          #expect(distance <= 4.001, "\(task), seed \(seed)")
          #expect(task == .landing || distance >= 0.999)
          last = goal
        }
      }
    }
  }

  /// In surveyed coordinates, which single precision is too coarse for.
  @Test func `a map far from the origin is flown as a near one`() throws {
    let path = FileManager.default.temporaryDirectory.path + "/fedrl-far-\(UUID().uuidString).yaml"
    defer { try? FileManager.default.removeItem(atPath: path) }
    let image = SharedData.packageRoot.appendingPathComponent("Environments/Vacuum/Homes").path
    func success(_ origin: String) throws -> Double {
      let text = """
        image: \(image)/home-01.png
        resolution: 0.05
        origin: \(origin)
        negate: 0
        occupied_thresh: 0.65
        free_thresh: 0.196
        """
      try text.write(toFile: path, atomically: true, encoding: .utf8)
      let kind = try Hangar.kind { $0.map = path }
      return mean("success", try records(kind, seeds: 0..<10), kind)
    }
    #expect(try success("[500000, 5000000, 0]") == success("[0, 0, 0]"))
    #expect(try success("[1.0e300, 0, 0]") > 0.5)
  }

  @Test(arguments: DroneAction.allCases) func `the pilot lands`(action: DroneAction) throws {
    let kind = try Hangar.kind {
      $0.task = .landing
      $0.action = action
    }
    let flown = try records(kind, seeds: 0..<20)
    #expect(mean("success", flown, kind) >= (action == .discrete ? 0.8 : 1))
    for record in flown where record.metric("success", of: kind) == 1 {
      #expect(record.end == .terminated)
      #expect(record.metric("touchdown_speed", of: kind) < 0.5)
      #expect(record.metric("touchdown_tilt", of: kind) < 0.3)
    }
  }

  @Test(arguments: DroneAction.allCases) func `the pilot holds its point, also in wind`(
    action: DroneAction
  ) throws {
    let kind = try Hangar.kind {
      $0.task = .hover
      $0.action = action
      $0.windSpeed = 3
      $0.windClass = .light
      // Choices leave too little thrust to spare.
      if action != .discrete {
        $0.payload = 0.004
        $0.thrustScale = 0.9
      }
    }
    let flown = try records(kind, seeds: 0..<20)
    #expect(mean("success", flown, kind) >= (action == .discrete ? 0.7 : 0.9))
    for record in flown {
      #expect(record.end == .truncated && record.steps == 600)
      #expect(record.metric("rms_error", of: kind) < 1)
    }
  }

  @Test func `the pilot flies through a corridor where nothing is in its way`() throws {
    let kind = try Hangar.kind {
      $0.task = .corridor
      $0.obstacleDensity = 0.1
    }
    let flown = try records(kind, seeds: 0..<30)
    let share = mean("success", flown, kind)
    #expect(share > 0.2 && share < 1)
    for record in flown where record.metric("success", of: kind) == 0 {
      #expect(record.metric("left_bounds", of: kind) + record.metric("ran_flat", of: kind) == 0)
      #expect(!record.metric("touchdown_speed", of: kind).isNaN)
    }
  }

  @Test func `the pilot flies from room to room of a home`() throws {
    let kind = try Hangar.kind {
      $0.map = Hangar.home
      $0.episodeSeconds = 40
    }
    let flown = try records(kind, seeds: 0..<10)
    #expect(mean("success", flown, kind) >= 0.9)
    #expect(kind.notes.contains { $0.contains(" wall") && $0.contains(" points around ") })
  }

  // MARK: Ends

  @Test func `a fast contact is a crash, a slow one is a touchdown`() throws {
    for (height, isCrash) in [(Float(0.2), true), (0.035, false)] {
      var flight = try Hangar.flight { $0.preset = .learningToFly }
      flight.drone.put(BodyState(position: [500, height]))
      flight.drone.rpm = .zero
      var outcome = StepOutcome(reward: 0)
      for _ in 0..<240 where outcome.end == .none { outcome = flight.step(-1, -1) }
      #expect((outcome.end == .terminated) == isCrash)
      #expect(flight.causes == [isCrash ? 1 : 0, 0, 0, 0])
      let fall = (2 * 9.81 * (Double(height) - 0.035)).squareRoot()
      #expect(abs(flight.metrics[5] - fall) < 0.1)
      #expect(flight.metrics[6] < 0.05)
      if isCrash { #expect(outcome.reward < -9) }
    }
  }

  @Test(arguments: [(0.49, false), (0.51, true)] as [(Float, Bool)])
  func `a contact is a crash above half a metre a second`(speed: Float, isCrash: Bool) throws {
    var flight = try Hangar.flight {
      $0.preset = .learningToFly
      // Too little to matter on the way down.
      $0.gravity = 0.1
    }
    flight.drone.put(BodyState(position: [5, 0.05], velocity: [0, -speed]))
    flight.drone.rpm = .zero
    var end = EpisodeEnd.none
    for _ in 0..<30 where end == .none { end = flight.step(-1, -1).end }
    #expect(end == (isCrash ? .terminated : .none))
    #expect(flight.causes == [isCrash ? 1 : 0, 0, 0, 0])
    #expect(abs(flight.metrics[5] - Double(speed)) < 5e-3)
  }

  @Test func `a tilt of more than 60° ends the episode`() throws {
    var flight = try Hangar.flight()
    flight.drone.put(BodyState(position: [500, 500], angle: 59 * .pi / 180))
    #expect(flight.step(0, 0).end == .none)
    flight.drone.put(BodyState(position: [500, 500], angle: -61 * .pi / 180))
    #expect(flight.step(0, 0).end == .terminated)
    #expect(flight.causes == [0, 1, 0, 0] && flight.metrics[0] == 0)
  }

  @Test func `leaving the arena ends the episode`() throws {
    var flight = try Hangar.flight()
    for place in [SIMD2<Float>(-0.1, 500), [1000.1, 500], [500, 1000.1]] {
      flight.reset(seed: 1)
      flight.drone.put(BodyState(position: place))
      #expect(flight.step(0, 0).end == .terminated)
      #expect(flight.causes == [0, 0, 1, 0])
    }
  }

  @Test func `a flat battery ends the episode`() throws {
    var flight = try Hangar.flight { $0.batteryCapacity = 1 }
    var outcome = StepOutcome(reward: 0)
    var steps = 0
    while outcome.end == .none && steps < 1000 {
      outcome = flight.step(0, 0)
      steps += 1
    }
    #expect(outcome.end == .terminated && flight.causes == [0, 0, 0, 1])
    #expect(flight.observation[11] == 0 && abs(flight.metrics[4] - 1) < 0.05)
  }

  @Test func `the error is the root of the mean square of distances`() throws {
    var flight = try Hangar.flight {
      $0.arenaWidth = 20
      $0.arenaHeight = 10
    }
    // Half of the time half a metre away, half of it one and a half: √((0.25 + 2.25) / 2).
    for way in [SIMD2<Float>(0.3, 0.4), [0.9, -1.2]] {
      for _ in 0..<100 {
        flight.drone.put(BodyState(position: flight.drone.plan.goals[0] + way))
        flight.step(0, 0)
      }
    }
    #expect(abs(flight.metrics[2] - 1.25.squareRoot()) < 1e-5)
  }

  @Test func `rewards pay progress, waypoints and the end, and cost jerks and effort`() throws {
    var flight = try Hangar.flight {
      $0.task = .waypoints
      $0.waypoints = 2
      $0.arenaWidth = 20
      $0.arenaHeight = 20
      $0.rewardEffort = 0
      $0.rewardTime = 0
    }
    // Towards the goal at 1 m/s, one step of 1/240 s.
    func approach(_ flight: inout Flight, from distance: Float) {
      let place = flight.drone.plan.goals[0] - [distance, 0]
      flight.drone.put(BodyState(position: place, velocity: [1, 0]))
    }
    approach(&flight, from: 0.5)
    flight.step(0, 0)
    #expect(abs(flight.step(0, 0).reward - 1 / 240) < 1e-4)
    // A change of 1 on one side: 0.01.
    #expect(abs(flight.step(1, 0).reward - (1 / 240 - 0.01)) < 1e-4)
    approach(&flight, from: 0.1)
    let reached = flight.step(1, 0)
    #expect(reached.reward > 2 && reached.end == .none && flight.metrics[1] == 1)
    flight.drone.put(BodyState(position: flight.drone.plan.goals[1]))
    let last = flight.step(1, 0)
    #expect(last.reward > 12 && last.end == .terminated)
    #expect(flight.metrics[0] == 1 && flight.metrics[1] == 2 && !flight.metrics[3].isNaN)
    var hover = try Hangar.flight {
      $0.rewardEffort = 0
      $0.rewardProgress = 0
    }
    #expect(abs(hover.step(0, 0).reward - 1 / 240) < 1e-5)
  }

  /// Thrust goes with the square of a rotor's speed, which goes to its command by `1 − e^(−t/τ)`.
  @Test(arguments: [0, 0.15]) func `effort costs the square of both sides' excess`(lag: Double)
    throws
  {
    var flight = try Hangar.flight {
      $0.controlRate = 30
      $0.motorLag = lag
      $0.rewardEffort = 0.8
      ($0.rewardProgress, $0.rewardNear, $0.rewardJerk) = (0, 0, 0)
    }
    let squares = (1...8).map { substep -> Double in
      let share = lag > 0 ? 1 - exp(-Double(substep) / 240 / lag) : 1
      let excesses = [1.5, 0.75].map { thrust -> Double in
        let speed = 1 + (thrust.squareRoot() - 1) * share
        return speed * speed - 1
      }
      return excesses[0] * excesses[0] + excesses[1] * excesses[1]
    }
    let expected = -0.8 * squares.reduce(0, +) / 8 / 30
    #expect(abs(Double(flight.step(0.5, -0.25).reward) - expected) < 1e-6)
  }

  @Test(arguments: DroneTask.allCases) func `time costs in all tasks but hover`(task: DroneTask)
    throws
  {
    var flight = try Hangar.flight {
      $0.task = task
      $0.controlRate = 30
      $0.arenaWidth = 20
      $0.arenaHeight = 10
      $0.obstacleDensity = task == .corridor ? 0.05 : 0
      $0.rewardTime = -0.6
      ($0.rewardProgress, $0.rewardNear) = (0, 0)
    }
    #expect(abs(flight.step(0, 0).reward - (task == .hover ? 0 : -0.02)) < 1e-6)
  }

  // MARK: What is seen

  @Test func `observations are the scaled state in the body's frame`() throws {
    var flight = try Hangar.flight { $0.rays = 4 }
    let goal = flight.drone.plan.goals[0]
    flight.drone.put(
      BodyState(position: goal - [1, 0], angle: .pi / 6, velocity: [0, -1], angularVelocity: 0))
    flight.step(0, 0)
    // To the right of a craft that tilts to the left by 30°: forward and down.
    #expect(abs(flight.observation[0] - 0.5 * Float(3).squareRoot() / 2) < 0.01)
    #expect(abs(flight.observation[1] + 0.5 * 0.5) < 0.01)
    #expect(abs(flight.observation[2] + 0.5 / 5) < 0.01)
    #expect(abs(flight.observation[3] + Float(3).squareRoot() / 2 / 5) < 0.01)
    #expect(abs(flight.observation[4] + 0.5) < 1e-6)
    #expect(abs(flight.observation[5] - Float(3).squareRoot() / 2) < 1e-6)
    #expect(flight.observation[11] > 0.999 && flight.observation[11] < 1)
  }

  /// `θ̈ = L (T₂ − T₁) / (√2 I)`, T₁ of the right-hand side, and T = 2 · 3.16e-10 rpm².
  @Test func `pitch rate, rotors and last action are seen where they belong`() throws {
    var flight = try Hangar.flight { $0.motorLag = 0 }
    #expect(flight.observation[9...10] == [0, 0])
    flight.drone.put(BodyState(position: [500, 500], angularVelocity: -2))
    flight.step(0.5, -0.25)
    let hover = 0.027 * 9.81 / 2
    let acceleration = 0.0397 / 2.0.squareRoot() * hover * (0.75 - 1.5) / 1.4e-5
    let rotors = [1.5, 0.75].map {
      (($0 * hover / 2 / 3.16e-10).squareRoot() - 9440) / (21_666 - 9440)
    }
    let expected = [(2 + acceleration / 240) / 10] + rotors + [0.5, -0.25]
    for (index, value) in expected.enumerated() {
      #expect(abs(Double(flight.observation[6 + index]) - value) < 1e-5, "\(6 + index)")
    }
    flight.drone.put(BodyState(position: [500, 500], angularVelocity: 40))
    flight.step(0, 0)
    #expect(flight.observation[6] == -3)
    var rate = try Hangar.flight { $0.action = .rate }
    rate.step(0.5, -1.5)
    #expect(rate.observation[9...10] == [0.5, -0.25])
    var choice = try Hangar.flight { $0.action = .discrete }
    choice.step(3)
    #expect(choice.observation[9...10] == [1, -1])
  }

  @Test func `rays measure to floor, circles and boxes`() throws {
    var flight = try Hangar.flight {
      $0.rays = 4
      $0.rayScale = 8
    }
    flight.drone.put(BodyState(position: [500, 1]))
    flight.step(0, 0)
    // Right, up, left, down; divided by twice their range.
    #expect(flight.observation[12..<15].elementsEqual([0.5, 0.5, 0.5]))
    #expect(abs(flight.observation[15] - 1 / 8) < 1e-4)
    // Obstacles, against their distances worked out without Box2D.
    var crowded = try Flight(
      settings: Hangar.settings {
        $0.obstacleDensity = 0.3
        $0.rays = 64
      })
    for seed in 0..<10 as Range<UInt64> {
      crowded.reset(seed: seed)
      #expect(crowded.drone.plan.obstacles.count >= 5)
      let state = crowded.drone.state
      for ray in 0..<64 {
        let angle = state.angle + 2 * Float.pi * Float(ray) / 64
        let reach = crowded.observation[12 + ray] * 4
        let end = state.position + reach * SIMD2(cos(angle), sin(angle))
        let nearest = crowded.drone.plan.obstacles.map { $0.distance(to: end) }.min() ?? 9
        let surface = min(nearest, end.y)
        #expect(reach == 4 ? surface > -1e-3 : abs(surface) < 1e-3)
      }
    }
  }

  @Test func `obstacles leave starts, goals and each other room`() throws {
    var flight = try Flight(
      settings: Hangar.settings {
        $0.task = .corridor
        $0.obstacleDensity = 0.4
        $0.arenaWidth = 20
      })
    for seed in 0..<20 as Range<UInt64> {
      flight.reset(seed: seed)
      let plan = flight.drone.plan
      #expect(plan.obstacles.count > 10)
      for (index, obstacle) in plan.obstacles.enumerated() {
        #expect(obstacle.distance(to: plan.start) >= 0.4)
        #expect(obstacle.distance(to: plan.goals[0]) >= 0.4)
        for other in plan.obstacles[..<index] {
          #expect(other.distance(to: obstacle.center) >= obstacle.size + 0.4)
        }
      }
    }
  }

  @Test func `rays between the walls of a map are those of Box2D alone`() throws {
    var maps = [Hangar.home]
    for name in ["ros-maps/ubr-lab/map.yaml", "ros-maps/nav2/tb3_sandbox.yaml"] {
      if let path = SharedData.path(name) { maps.append(path) }
    }
    for map in maps {
      var worst: Float = 0
      var hits = 0
      for density in [0, 0.1] {
        let settings = Hangar.settings {
          $0.map = map
          $0.rays = 32
          $0.startTilt = 0.8
          $0.obstacleDensity = density
        }
        var short = try Flight(settings: settings)
        var full = try Flight(settings: settings)
        full.drone.usesShortcut = false
        for seed in 0..<100 as Range<UInt64> {
          short.reset(seed: seed)
          full.reset(seed: seed)
          for ray in 12..<44 {
            worst = max(worst, abs(short.observation[ray] - full.observation[ray]))
            if full.observation[ray] < 1 { hits += 1 }
          }
        }
      }
      // A tenth of a millimetre, over 4 m: places are rounded to 10⁻⁶ m, and at a grazing ray that
      // counts for up to a hundred times as much.
      #expect(worst < 2.5e-5, "\(map): \(worst)")
      #expect(hits > 2000)
    }
  }

  @Test func `a replay shows thrusts, wind, goals, rays and the arena's bounds`() throws {
    var flight = try Flight(
      settings: Hangar.settings {
        ($0.task, $0.windSpeed, $0.windClass, $0.rays) = (.waypoints, 4, .light, 6)
      })
    for _ in 0..<30 { _ = flight.step(0.3, -0.1) }
    var drawing = Drawing()
    drawing.wantsBackground = true
    flight.drone.draw(into: &drawing)
    let gauges = Dictionary(uniqueKeysWithValues: drawing.gauges.map { ($0.name, $0.value) })
    #expect(gauges["thrust right"]! > gauges["thrust left"]! && gauges["thrust left"]! > 20)
    #expect(gauges["wind along x"] == flight.drone.wind.velocity.x)
    #expect(gauges["way to goal"]! > 0 && gauges["tilt"] != nil && gauges["battery"] != nil)
    // The waypoints that are left, the present one strongest.
    let goals = drawing.shapes.compactMap { shape -> SIMD2<Float>? in
      guard case .circle(let x, let y, _, _) = shape else { return nil }
      return SIMD2(x, y)
    }
    #expect(goals == flight.drone.plan.goals)
    let lines = drawing.shapes.filter { if case .polyline = $0 { true } else { false } }
    // Six rays, two thrusts, two blades, the wind's shaft.
    #expect(lines.count == 11)
    // The floor and the bounds beside and above it.
    let background = drawing.background.filter { if case .polyline = $0 { true } else { false } }
    #expect(background.count == 2)
  }
}
