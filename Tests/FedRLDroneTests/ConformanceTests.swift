import CAllocationCounter
import FedRLBox2D
import FedRLCore
import FedRLDrone
import FedRLMaps
import FedRLNumerics
import FedRLTestSupport
import Foundation
import Testing

@Suite struct ConformanceTests {
  @Test(arguments: DroneTask.allCases, DroneAction.allCases)
  func `every task with every action keeps the rules of environments`(
    task: DroneTask, action: DroneAction
  ) throws {
    let kind = try Hangar.kind {
      $0.task = task
      $0.action = action
      $0.choices = 5
      $0.windClass = .moderate
      $0.windSpeed = 2
      $0.obstacleDensity = task == .hover ? 0 : 0.1
      $0.episodeSeconds = 10
      // Random thrusts tumble; small ones stay in the air for a while.
      $0.thrustRange = 0.2
      $0.choiceStep = 0.1
    }
    #expect(checkEnvironment(kind) == [])
  }

  @Test(arguments: DroneTask.allCases) func `so do drones in a home`(task: DroneTask) throws {
    let kind = try Hangar.kind {
      $0.task = task
      $0.map = Hangar.home
      $0.obstacleDensity = 0.05
      $0.windClass = .light
      $0.windModel = .sine
      $0.controlRate = 48
      $0.rays = 5
      $0.episodeSeconds = 5
      $0.thrustRange = 0.2
    }
    var options = EnvironmentCheckOptions()
    options.steps = 260
    #expect(checkEnvironment(kind, options: options) == [])
  }

  // MARK: Bad input

  private func problems(_ table: SettingTable) -> [String] {
    droneEntry.check(table, "[environment]").map(\.description)
  }

  @Test func `the defaults are valid and every setting is described`() {
    #expect(problems([:]) == [])
    #expect(droneEntry.name == "drone")
    #expect(Set(droneEntry.settings.map(\.name)).count == droneEntry.settings.count)
    #expect(droneEntry.settings.allSatisfy { !$0.text.isEmpty })
  }

  @Test func `an action must be a whole number of physics steps`() {
    let found = problems(["control_rate": .integer(50)])
    #expect(found.count == 1)
    #expect(
      found.first?.contains("expected a whole fraction of physics_rate (240 Hz), got 50 Hz: 4.8")
        == true)
    for rate in [30, 48, 60, 240] { #expect(problems(["control_rate": .integer(rate)]) == []) }
  }

  @Test func `masses, inertias and lags that make no sense are refused`() {
    #expect(
      problems(["inertia": .number(0)])
        == ["[environment] inertia: expected at least 1e-07 kg m², or -1 for the preset's, got 0.0"]
    )
    #expect(problems(["mass": .number(0)]).count == 1)
    #expect(problems(["mass": .number(-0.5)]).count == 1)
    #expect(problems(["motor_lag": .number(-0.1)]).count == 1)
    #expect(problems(["motor_lag": .number(0)]) == [])
    #expect(problems(["inertia": .number(.nan)]).count == 1)
    #expect(problems(["wind_speed": .number(.infinity)]).count == 1)
    #expect(problems(["payload": .number(-0.001)]).count == 1)
    #expect(problems(["choices": .integer(7)]).first?.contains("5 or 9") == true)
    #expect(problems(["wind_class": .text("sever")]).first?.contains("severe") == true)
    #expect(problems(["task": .text("corridor")]).first?.contains("obstacle_density") == true)
  }

  @Test func `an inertia that does not go with the mass is pointed out`() throws {
    for preset in DronePreset.allCases {
      #expect(try Hangar.kind { $0.preset = preset }.notes == [])
    }
    // The upper end of safe-control-gym's range.
    #expect(try Hangar.kind { $0.inertia = 1.5e-5 }.notes == [])
    let heavy = try Hangar.kind {
      $0.mass = 0.027
      $0.inertia = 1
    }
    #expect(heavy.notes.count == 1)
    #expect(heavy.notes.first?.contains("is that of 0.027 kg at 6.086 m from the middle") == true)
    #expect(try Hangar.kind { $0.inertia = 1e-7 }.notes.count == 1)
  }

  private func error(_ edit: (inout DroneSettings) -> Void) -> EnvironmentError? {
    do {
      _ = try Hangar.kind(edit)
      return nil
    } catch { return error as? EnvironmentError }
  }

  @Test func `a map that is missing or no place to fly is refused with its path`() throws {
    let missing = error { $0.map = "/nowhere/home.yaml" }
    #expect(missing?.setting == "map")
    #expect(missing?.message.contains("/nowhere/home.yaml: there is no such file") == true)
    #expect(error { $0.map = Hangar.home } == nil)
    let tight = error {
      $0.map = Hangar.home.replacingOccurrences(of: "yaml", with: "png")
      $0.mapReading.resolution = 0.001
    }
    #expect(tight?.message.contains("expected free space 0.4 m wide") == true)
  }

  @Test func `obstacles without room and craft that cannot lift themselves are refused`() {
    let crowded = error {
      ($0.obstacleDensity, $0.obstacleSize) = (2, 1)
    }
    #expect(crowded?.setting == "obstacle_density")
    #expect(crowded?.message.contains("find room") == true)
    #expect(
      error { ($0.obstacleDensity, $0.arenaWidth, $0.arenaHeight) = (2, 40, 40) }?.message.contains(
        "expected at most 1000") == true)
    #expect(error { $0.obstacleDensity = 0.25 } == nil)
    let heavy = error { $0.payload = 0.05 }
    #expect(heavy?.message.contains("cannot lift itself") == true)
    #expect(error { $0.payload = 0.03 } == nil)
    for light in [error { $0.mass = 0.008 }, error { $0.gravity = 2 }] {
      #expect(light?.message.contains("cannot come down") == true)
    }
  }

  @Test func `drag that a physics step cannot follow is refused`() throws {
    let blown = error { ($0.bodyDrag, $0.windSpeed, $0.arenaWidth) = (1, 30, 1000) }
    #expect(blown?.setting == "physics_rate")
    #expect(blown?.message.contains("for a drag that takes the drone's speed in 1/") == true)
    #expect(error { ($0.rotorDrag, $0.physicsRate, $0.controlRate) = (1e-3, 20, 20) } != nil)
    // Where it is accepted, the air slows the drone down.
    for drag in [0.01, 0.1, 0.3, 1] {
      guard
        var flight = try? Hangar.flight({ ($0.bodyDrag, $0.windSpeed) = (drag, 30) })
      else { continue }
      var last: Float = 0
      for _ in 0..<240 {
        flight.step(0, 0)
        let speed = flight.drone.state.velocity.x
        #expect(speed >= last && speed < 30, "\(drag)")
        last = speed
      }
    }
    #expect(error { ($0.bodyDrag, $0.windSpeed) = (0.1, 30) } == nil)
  }

  /// A room of 1.4 × 1.4 m.
  private func smallRoom(_ body: (String) throws -> Void) throws {
    let path = FileManager.default.temporaryDirectory.path + "/fedrl-room-\(UUID().uuidString).pgm"
    let rows = (0..<30).map { y in
      (0..<30).map { x in (1..<29).contains(x) && (1..<29).contains(y) ? 255 : 0 as UInt8 }
    }
    try Data("P5 30 30 255\n".utf8 + rows.flatMap(\.self)).write(to: URL(fileURLWithPath: path))
    defer { try? FileManager.default.removeItem(atPath: path) }
    try body(path)
  }

  @Test func `a map without room for the task is refused`() throws {
    try smallRoom { path in
      func problem(_ task: DroneTask, pad: Double = 0.6) -> EnvironmentError? {
        error {
          ($0.map, $0.mapReading.resolution, $0.task, $0.padWidth) = (path, 0.05, task, pad)
        }
      }
      #expect(problem(.hover) == nil)
      #expect(problem(.corridor)?.message.contains("expected two places 2 m apart") == true)
      #expect(problem(.landing) == nil)
      #expect(problem(.waypoints)?.message.contains("found none about ") == true)
      #expect(problem(.landing, pad: 2)?.setting == "pad_width")
    }
  }

  @Test func `in a map the pad lies on level ground and the corridor is long`() throws {
    let grid = try MapFile.load(Hangar.home).grid
    func isFree(_ place: SIMD2<Float>) -> Bool {
      grid.cell(at: Point(x: Double(place.x), y: Double(place.y))).map { grid.isFree($0.x, $0.y) }
        ?? false
    }
    func plans(_ edit: (inout DroneSettings) -> Void) throws -> [EpisodePlan] {
      let kind = try Hangar.kind {
        $0.map = Hangar.home
        edit(&$0)
      }
      var drone = Drone(kind.design)
      var row = [Float](repeating: 0, count: kind.specification.observations.count)
      return (1...100).map { seed in
        var span = row.mutableSpan
        drone.reset(seed: UInt64(seed), into: &span)
        return drone.plan
      }
    }
    for plan in try plans({ ($0.task, $0.padWidth) = (.landing, 1.5) }) {
      for way in [-0.7, -0.3, 0, 0.3, 0.7] as [Float] {
        #expect(isFree(plan.goals[0] + SIMD2(way, 0.05)))
        #expect(!isFree(plan.goals[0] + SIMD2(way, -0.06)))
      }
    }
    for plan in try plans({ $0.task = .corridor }) {
      let way = plan.goals[0] - plan.start
      #expect((way * way).sum() >= 4)
    }
  }

  @Test func `an unknown baseline is refused`() throws {
    let kind = try Hangar.kind()
    #expect(throws: EnvironmentError.self) { try kind.runBaseline("pilot", seed: 1) }
  }

  // MARK: Allocations

  @Test(arguments: ["", Hangar.home]) func `steps within an episode allocate nothing`(map: String)
    throws
  {
    try #require(fedrl_counts_allocations() == 1, "needs glibc")
    let settings = Hangar.settings {
      $0.map = map
      $0.windClass = .moderate
      $0.obstacleDensity = 0.1
      $0.task = .hover
      $0.startTilt = 0
    }
    var drone = Drone(try DroneDesign(settings: settings, context: Hangar.context))
    // Box2D steps and casts in every action.
    drone.usesShortcut = false
    var observation = [Float](repeating: 0, count: drone.specification.observations.count)
    var row = observation.mutableSpan
    drone.reset(seed: 1, into: &row)
    let start = drone.state
    let values = [Float(0), 0]
    func fly(_ drone: inout Drone, _ row: inout MutableSpan<Float>) -> Int {
      var ends = 0
      for step in 0..<300 {
        // Back before the wind carries it off.
        if step % 30 == 0 { drone.put(start) }
        if drone.step(values.span, into: &row).end != .none { ends += 1 }
      }
      return ends
    }
    let endsBefore = fly(&drone, &row)
    let before = fedrl_allocations()
    let endsAfter = fly(&drone, &row)
    let after = fedrl_allocations()
    #expect(after == before && endsBefore == 0 && endsAfter == 0)
  }
}
