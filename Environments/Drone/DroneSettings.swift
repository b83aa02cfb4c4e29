public import FedRLCore
public import FedRLMaps

/// What the drone is to do.
public enum DroneTask: String, Sendable, CaseIterable {
  /// Stay at a point.
  case hover
  /// Fly to points, one after the other.
  case waypoints
  /// Touch down on a pad, slowly and upright, and stay there.
  case landing
  /// Get from one end to the other past obstacles.
  case corridor
}

/// What an action means.
public enum DroneAction: String, Sendable, CaseIterable {
  /// Thrusts of the two sides, around hover.
  case thrust
  /// Collective thrust and pitch rate; an inner loop at the physics' rate turns them into thrusts.
  case rate
  /// One of a few pairs of thrusts.
  case discrete
}

/// A named set of figures of one real quadrotor; see ``Airframe``.
public enum DronePreset: String, Sendable, CaseIterable {
  case cf2x
  case bitcraze2015 = "bitcraze-2015"
  case learningToFly = "learning-to-fly"
}

/// Strength of turbulence after MIL-F-8785C.
public enum WindClass: String, Sendable, CaseIterable {
  case calm, light, moderate, severe
}

/// How the wind varies about its mean.
public enum WindModel: String, Sendable, CaseIterable {
  /// Dryden turbulence of the wind class.
  case dryden
  /// `tanh(sin 2k(t + c) + sin πk(t + c))` times the class's σ_u, as in Gymnasium's LunarLander.
  case sine
}

/// Which obstacles stand in the way.
public enum ObstacleShape: String, Sendable, CaseIterable {
  case circles, boxes, mixed
}

/// Everything about a drone, its world and its task that a scenario can set.
///
/// Units are SI. Each field is described once, in ``settings``.
public struct DroneSettings: SettingsGroup, Equatable {
  /// Stands for a figure of the preset.
  static let ofPreset = -1.0

  public var task = DroneTask.waypoints
  public var action = DroneAction.thrust

  // The craft.
  public var preset = DronePreset.cf2x
  public var mass = ofPreset
  public var inertia = ofPreset
  public var payload = 0.0
  public var motorLag = ofPreset
  public var thrustScale = 1.0
  public var rotorDrag = 9.1785e-7
  public var bodyDrag = 0.0
  public var gravity = 9.81
  public var thrustRange = 1.0
  public var maximumRate = 6.0
  public var choices = 9
  public var choiceStep = 0.5

  // Battery.
  public var batteryCapacity = 3330.0
  public var batteryAge = 1.0
  public var batteryStart = 1.0

  // Time.
  public var physicsRate = 240
  public var controlRate = 30
  public var episodeSeconds = 20.0

  // Wind.
  public var windSpeed = 0.0
  public var windClass = WindClass.calm
  public var windModel = WindModel.dryden

  // The world.
  public var map = ""
  public var mapReading = MapReading()
  public var arenaWidth = 8.0
  public var arenaHeight = 5.0
  public var obstacleDensity = 0.0
  public var obstacleShape = ObstacleShape.mixed
  public var obstacleSize = 0.2

  // Sensing.
  public var rays = 8
  public var rayRange = 4.0
  public var rayScale = 4.0
  public var goalScale = 2.0

  // The task.
  public var waypoints = 5
  public var goalRadius = 0.2
  public var padWidth = 0.5
  public var startSpread = 1.0
  public var startTilt = 0.2

  // Reward.
  public var rewardProgress = 1.0
  public var rewardNear = 1.0
  public var rewardEffort = 0.05
  public var rewardJerk = 0.01
  public var rewardTime = -0.1
  public var rewardWaypoint = 2.0
  public var rewardSuccess = 10.0
  public var rewardFailure = -10.0

  public init() {}

  /// Whole physics steps in one action.
  var substeps: Int { physicsRate / controlRate }

  /// Seconds between two actions.
  var controlPeriod: Double { 1 / Double(controlRate) }

  /// Control steps after which an episode is truncated.
  var maximumSteps: Int { max(1, Int((episodeSeconds * Double(controlRate)).rounded())) }

  public func validate() -> [(setting: String, message: String)] {
    var problems: [(setting: String, message: String)] = []
    func require(_ holds: Bool, _ setting: String, _ message: String) {
      if !holds { problems.append((setting, message)) }
    }
    require(
      controlRate > 0 && physicsRate % controlRate == 0, "control_rate",
      "expected a whole fraction of physics_rate (\(physicsRate) Hz), got \(controlRate) Hz: "
        + "\((1000 * Double(physicsRate) / Double(controlRate)).rounded() / 1000) physics steps per action"
    )
    // Lighter ones Box2D cannot move in single precision.
    for (value, least, name, unit) in [
      (mass, 1e-3, "mass", "kg"), (inertia, 1e-7, "inertia", "kg m²"),
      (motorLag, 0, "motor_lag", "s"),
    ] where value != Self.ofPreset {
      require(
        value >= least, name,
        "expected at least \(least) \(unit), or -1 for the preset's, got \(value)")
    }
    if let problem = mapReading.problem { require(false, "map_free_thresh", problem) }
    require(
      choices == 5 || choices == 9, "choices", "expected 5 or 9, got \(choices)")
    require(
      task != .corridor || obstacleDensity > 0 || !map.isEmpty, "obstacle_density",
      "expected more than 0 in a corridor without a map, got \(obstacleDensity)")
    require(
      padWidth < arenaWidth / 2 || !map.isEmpty, "pad_width",
      "expected less than half of arena_width (\(arenaWidth) m), got \(padWidth)")
    return problems
  }
}
