public import FedRLCore
public import FedRLMaps

/// How the robot moves.
public enum VacuumDynamics: String, Sendable, CaseIterable {
  /// Two driven wheels; the action is a velocity.
  case diffdrive
  /// Moves from node to node of a lattice, 4 or 8 of them.
  case discrete
}

/// What the two numbers of a diff-drive action mean.
public enum DriveCommand: String, Sendable, CaseIterable {
  /// Forward speed and yaw rate.
  case twist
  /// Speeds of the left and the right wheel.
  case wheels
}

/// What the policy sees.
public enum VacuumObservation: String, Sendable, CaseIterable {
  /// Lidar, a small window of the robot's own map, and a few scalars.
  case compact
  /// Maps of coverage, obstacles and frontier at four scales, with lidar and scalars.
  case egomaps
}

/// Everything about a robot vacuum and its home that a scenario can set.
///
/// Units are SI. Each field is described once, in ``settings``.
public struct VacuumSettings: SettingsGroup, Equatable {
  // The home.
  public var map = ""
  public var keepOutMask = ""
  public var mapReading = MapReading()
  public var carpetShare = 0.0
  public var carpetSeed = 1
  public var dock = "auto"
  public var start = "dock"
  public var noGoBlocks = false

  // The robot's body and drive.
  public var dynamics = VacuumDynamics.diffdrive
  public var command = DriveCommand.twist
  public var moves = 4
  public var masksMoves = false
  public var moveLength = 0.3
  public var bodyRadius = 0.164
  public var wheelSeparation = 0.233
  public var wheelRadius = 0.03575
  public var maximumSpeed = 0.306
  public var reverseSpeed = 0.0
  public var maximumWheelSpeed = 0.46
  public var maximumAcceleration = 0.9
  public var maximumYawRate = 1.9
  public var maximumYawAcceleration = 7.725
  public var substep = 0.02
  public var actionPeriod = 0.2
  public var wheelBias = 0.0
  public var slip = 0.0
  public var carpetDrag = 0.3
  public var carpetHeadingBias = 0.0

  // Sensing.
  public var observation = VacuumObservation.compact
  public var lidarRays = 24
  public var lidarFieldOfView = 345.0
  public var lidarRange = 3.5
  public var lidarScale = 0.0
  public var lidarNoise = 0.05
  public var lidarDropout = 0.0
  public var posePositionNoise = 0.01
  public var poseHeadingNoise = 0.05
  public var infrared = false
  public var windowCell = 0.3
  public var farWindow = false
  public var guidance = false
  public var guidancePeriod = 5
  public var egoCell = 0.05

  // Cleaning, energy.
  public var cleaningWidth = 0.30
  public var pickupHard = 0.9
  public var pickupCarpet = 0.5
  public var dirtHotSpots = 5
  public var dirtHotSpotRadius = 0.4
  public var dirtHotSpotStrength = 2.0
  public var batteryCapacity = 37.0
  public var batteryAge = 1.0
  public var batteryStart = 1.0
  public var drawHard = 22.0
  public var drawCarpet = 42.0
  public var chargePower = 25.0

  // Reward.
  public var rewardArea = 1.0
  public var rewardAreaClip = 2.0
  public var rewardStep = -0.1
  public var rewardCollision = -1.0
  public var rewardContact = -0.1
  public var rewardVariation = 1.0
  public var rewardVariationClip = 5.0
  public var rewardDirt = 0.0
  public var rewardNoGo = -1.0
  public var rewardDock = 10.0
  public var rewardGoal = 0.0
  public var rewardFailure = -10.0

  // The episode.
  public var goalCoverage = 0.9
  public var requireDock = false
  public var episodeSeconds = 1800.0
  public var stallSteps = 1000
  public var collisionEnds = false

  public init() {}

  /// Whole substeps in one action.
  var substepCount: Int { Int((actionPeriod / substep).rounded()) }

  /// Control steps after which an episode is truncated.
  var maximumSteps: Int { max(1, Int((episodeSeconds / controlPeriod).rounded())) }

  /// Seconds between two actions.
  var controlPeriod: Double {
    switch dynamics {
    case .diffdrive: actionPeriod
    case .discrete: moveLength / maximumSpeed
    }
  }

  /// Range by which lidar readings are divided.
  var effectiveLidarScale: Double { lidarScale > 0 ? lidarScale : lidarRange }

  public func validate() -> [(setting: String, message: String)] {
    var problems: [(setting: String, message: String)] = []
    func require(_ holds: Bool, _ setting: String, _ message: String) {
      if !holds { problems.append((setting, message)) }
    }
    require(!map.isEmpty, "map", "expected the path of a map, got none")
    let ratio = actionPeriod / substep
    require(
      ratio >= 0.999 && (ratio - ratio.rounded()).magnitude < 1e-6, "action_period",
      "expected a whole multiple of substep (\(substep) s), got \(actionPeriod) s")
    require(
      max(maximumSpeed, maximumWheelSpeed) * substep <= bodyRadius / 2, "substep",
      "expected at most half a body radius of travel in a substep, got "
        + "\(max(maximumSpeed, maximumWheelSpeed) * substep) m for a radius of \(bodyRadius) m")
    require(moves == 4 || moves == 8, "moves", "expected 4 or 8, got \(moves)")
    require(
      cleaningWidth <= 4 * bodyRadius, "cleaning_width",
      "expected at most twice the body's diameter (\(4 * bodyRadius) m), got \(cleaningWidth)")
    require(
      PlaceSetting(start) != nil && start != "auto", "start",
      "expected \"dock\", \"random\" or \"x, y, degrees\", got \"\(start)\"")
    require(
      PlaceSetting(dock).map { $0 != .random && $0 != .dock } ?? false, "dock",
      "expected \"auto\" or \"x, y, degrees\", got \"\(dock)\"")
    if let problem = mapReading.problem { require(false, "map_free_thresh", problem) }
    require(
      dynamics == .diffdrive || observation == .compact, "observation",
      "expected compact with discrete dynamics, got \(observation.rawValue)")
    for (isOn, name) in [
      (farWindow, "far_window"), (guidance, "guidance"), (infrared, "infrared"),
    ] {
      require(
        dynamics == .diffdrive || !isOn, name, "expected false with discrete dynamics, got true")
    }
    return problems
  }
}

/// A place in the home as a setting names it.
enum PlaceSetting: Equatable {
  case auto, dock, random
  /// World metres and radians.
  case pose(x: Double, y: Double, yaw: Double)

  /// Reads `auto`, `dock`, `random`, `x, y` or `x, y, degrees`; `nil` for anything else.
  init?(_ text: String) {
    switch text {
    case "auto": self = .auto
    case "dock": self = .dock
    case "random": self = .random
    default:
      let parts = text.split(separator: ",").map { part in
        Double(String(part.filter { $0 != " " }))
      }
      guard parts.count == 2 || parts.count == 3, let x = parts[0], let y = parts[1],
        x.isFinite, y.isFinite
      else { return nil }
      guard let degrees = parts.count == 3 ? parts[2] : 0, degrees.isFinite else { return nil }
      self = .pose(x: x, y: y, yaw: degrees * .pi / 180)
    }
  }
}
