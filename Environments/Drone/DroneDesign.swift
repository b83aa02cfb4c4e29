package import FedRLCore
import FedRLNumerics

/// What all copies of a configured drone share.
package final class DroneDesign: Sendable {
  let settings: DroneSettings
  package let airframe: Airframe
  package let site: DroneSite
  let specification: EnvironmentSpecification

  /// - Throws: `EnvironmentError` where the settings' map is no place for a drone, the obstacles find no
  ///   room, the craft cannot lift itself or come down, or a physics step is too long for its drag.
  package init(settings: DroneSettings, context: EnvironmentContext) throws {
    let problems = settings.validate()
    precondition(problems.isEmpty, problems.map { "\($0.setting): \($0.message)" }.joined())
    self.settings = settings
    airframe = Airframe(settings)
    site = try DroneSite(settings: settings, context: context)
    specification = Self.specification(settings)
    try checkLift()
    try checkDrag()
    try checkObstacles()
    try checkTask()
  }

  /// Refuses maps that have no room for the task; arenas have it by their least size.
  private func checkTask() throws {
    guard site.isMap else { return }
    let name = settings.map
    if settings.task == .corridor, EpisodePlan.distance(site.farPair.0, site.farPair.1) < 2 {
      throw EnvironmentError(
        setting: "map",
        "\(name): expected two places 2 m apart for a corridor, the farthest are "
          + "\(Self.rounded(EpisodePlan.distance(site.farPair.0, site.farPair.1))) m")
    }
    let lonely = settings.task == .waypoints ? Self.shareOfNearWaypoints(settings, site) : 0
    if lonely > 0.1 {
      throw EnvironmentError(
        setting: "map",
        "\(name): expected room for waypoints 1 to 4 m apart in sight of each other, found none about "
          + "\(Int((100 * lonely).rounded())) % of places")
    }
    if settings.task == .landing, site.levelPlace == nil {
      throw EnvironmentError(
        setting: "pad_width",
        "\(name): expected level ground \(settings.padWidth) m wide for the pad, found none")
    }
  }

  /// Of some episodes' points, how many lie nearer to the one before than a metre.
  private static func shareOfNearWaypoints(_ settings: DroneSettings, _ site: DroneSite) -> Double {
    var (near, count) = (0, 0)
    for episode in 0..<max(100 / settings.waypoints, 1) {
      var random = RandomStream(seed: UInt64(episode))
      let plan = EpisodePlan(settings, site: site, random: &random)
      for (last, goal) in zip([plan.start] + plan.goals, plan.goals) {
        count += 1
        if EpisodePlan.distance(last, goal) < 1 { near += 1 }
      }
    }
    return Double(near) / Double(count)
  }

  /// Refuses drag that would throw the drone back within one physics step: explicit integration of
  /// `−k v` is stable up to `k Δt / m` = 2 and monotonic up to 1.
  private func checkDrag() throws {
    let gusts = Wind(settings, random: RandomStream(seed: 0)).boundOnSpeed
    let craft = airframe
    let pull = 2 * craft.thrust(atRPM: craft.maximumRPM) + craft.mass * craft.gravity
    // As fast as wind and fall make it together.
    let air = gusts + (craft.bodyDrag > 0 ? (pull / craft.bodyDrag).squareRoot() : 0)
    let perSecond =
      (2 * craft.dragPerRPM * craft.maximumRPM + craft.bodyDrag * air) / craft.mass
    guard perSecond > Float(settings.physicsRate) else { return }
    throw EnvironmentError(
      setting: "physics_rate",
      "expected at least \(Int(perSecond.rounded(.up))) Hz for a drag that takes the drone's speed in "
        + "1/\(Int(perSecond.rounded(.up))) s, got \(settings.physicsRate) Hz; see rotor_drag, body_drag, "
        + "mass, wind_speed")
  }

  private func checkLift() throws {
    let lift = 2 * airframe.thrust(atRPM: airframe.maximumRPM)
    let weight = airframe.mass * airframe.gravity
    let least = 2 * airframe.thrust(atRPM: airframe.minimumRPM)
    guard least < weight else {
      throw EnvironmentError(
        "the drone cannot come down: its rotors give \(Self.rounded(least)) N at least and it weighs "
          + "\(Self.rounded(weight)) N; see mass, thrust_scale, gravity")
    }
    guard lift <= weight else { return }
    throw EnvironmentError(
      "the drone cannot lift itself: its rotors give \(Self.rounded(lift)) N at most and it weighs "
        + "\(Self.rounded(weight)) N; see mass, payload, thrust_scale, gravity")
  }

  private func checkObstacles() throws {
    let wanted = EpisodePlan.obstacleCount(settings, site)
    guard wanted > 0 else { return }
    func fail(_ found: String) -> EnvironmentError {
      EnvironmentError(
        setting: "obstacle_density",
        "\(settings.obstacleDensity) on \(Self.rounded(site.freeArea)) m² makes "
          + "\(wanted) obstacles, \(found)")
    }
    guard wanted <= Self.mostObstacles else {
      throw fail("expected at most \(Self.mostObstacles)")
    }
    var random = RandomStream(seed: 0)
    let placed = EpisodePlan(settings, site: site, random: &random).obstacles.count
    // A few always find no room about starts, goals and one another.
    guard Double(placed) < 0.75 * Double(wanted) else { return }
    throw fail(
      "of which only \(placed) find room with 0.4 m to go between; see obstacle_size, "
        + "\(settings.obstacleSize) m")
  }

  private static let mostObstacles = 1000

  private static func rounded(_ value: Float) -> String {
    value < 0.1 ? "\(value)" : "\((Double(value) * 100).rounded() / 100)"
  }

  private static func specification(_ settings: DroneSettings) -> EnvironmentSpecification {
    let actions: ActionSpace =
      switch settings.action {
      case .thrust:
        .box(BoxSpace(shape: [2], low: [-1, -1], high: [1, 1], names: ["right", "left"]))
      case .rate:
        .box(
          BoxSpace(
            shape: [2], low: [-1, Float(-settings.maximumRate)],
            high: [1, Float(settings.maximumRate)], names: ["collective", "pitch_rate"]))
      case .discrete: .discrete(count: settings.choices)
      }
    return EnvironmentSpecification(
      name: Drone.name, observations: ObservationLayout.space(rays: settings.rays),
      actions: actions, controlPeriodSeconds: settings.controlPeriod,
      maximumEpisodeSteps: settings.maximumSteps, metrics: DroneMetrics.definitions,
      modelsBattery: true)
  }
}

/// Where each figure stands in an observation, and how it is scaled.
enum ObservationLayout {
  /// Speeds are divided by this, m/s, and cut at ± ``limit``.
  static let speedScale: Float = 5
  /// rad/s
  static let rateScale: Float = 10
  static let limit: Float = 3
  /// Elements before the rays.
  static let scalars = 12

  static func space(rays: Int) -> BoxSpace {
    let names = [
      "goal.x", "goal.z", "velocity.x", "velocity.z", "tilt.sin", "tilt.cos", "pitch_rate",
      "rotor.right", "rotor.left", "last_action.0", "last_action.1", "battery",
    ]
    var low: [Float] = [-1, -1, -limit, -limit, -1, -1, -limit, 0, 0, -1, -1, 0]
    var high: [Float] = [1, 1, limit, limit, 1, 1, limit, 1, 1, 1, 1, 1]
    low += [Float](repeating: 0, count: rays)
    high += [Float](repeating: 1, count: rays)
    return BoxSpace(
      shape: [scalars + rays], low: low, high: high,
      names: names + (0..<rays).map { "lidar.\($0)" })
  }
}

/// The measures of an episode.
enum DroneMetrics {
  static let definitions: [MetricDefinition] = [
    .init(
      "success", unit: "1", higherIsBetter: true,
      "1 if the task was done (hover: held for the last second)"),
    .init("waypoints", unit: "1", higherIsBetter: true, "points reached"),
    .init(
      "rms_error", unit: "m", higherIsBetter: false, "root mean square distance to the goal"),
    .init(
      "success_seconds", unit: "s", higherIsBetter: false,
      "time to success (hover: after which it had been held first); none without"),
    .init("energy", unit: "J", higherIsBetter: false, "energy drawn"),
    .init(
      "touchdown_speed", unit: "m/s", higherIsBetter: false,
      "approach speed of the first contact, of whatever; none without one"),
    .init(
      "touchdown_tilt", unit: "rad", higherIsBetter: false,
      "tilt at the first contact, of whatever; none without one"),
    .init(
      "crashed", unit: "1", higherIsBetter: false, "1 if a hard contact ended the episode"),
    .init("tipped_over", unit: "1", higherIsBetter: false, "1 if tilt ended the episode"),
    .init(
      "left_bounds", unit: "1", higherIsBetter: false, "1 if leaving the bounds ended the episode"),
    .init("ran_flat", unit: "1", higherIsBetter: false, "1 if a flat battery ended the episode"),
  ]
}

/// Why an episode failed.
package enum CrashCause: Sendable, BitwiseCopyable {
  case none, contact, tilt, outOfBounds, batteryFlat
}
