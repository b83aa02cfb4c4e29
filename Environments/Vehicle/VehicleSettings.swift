public import FedRLCore

/// Which car.
public enum VehicleName: String, Sendable, CaseIterable {
  /// F1TENTH's car of 1:10.
  case f1tenth
  /// CommonRoad's vehicle 2, full size.
  case bmw320i

  var parameters: VehicleParameters { self == .f1tenth ? .f1tenth : .bmw320i }
}

/// How the car moves.
public enum VehicleModel: String, Sendable, CaseIterable {
  /// No slip.
  case kinematic
  /// CommonRoad's dynamic single-track model; kinematic below 0.5 m/s, or where steps of `substep`
  /// could not follow its tyres.
  case singleTrack = "single_track"
  /// As `single_track`, with the lateral force of each axle cut at μ F_z, so that it can slide.
  case saturated
  /// Four tyres with a friction limit, by impulses.
  case box2dTires = "box2d_tires"

  /// Whether its tyres can lose their hold.
  var slides: Bool { self == .saturated || self == .box2dTires }

  var form: SingleTrack.Form {
    switch self {
    case .kinematic: .kinematic
    case .singleTrack, .box2dTires: .linear
    case .saturated: .saturated
    }
  }
}

/// Where walls stand.
public enum VehicleWalls: String, Sendable, CaseIterable {
  /// `map` where the track comes with a map, else `edges`.
  case auto
  /// Along the track's edges.
  case edges
  /// The occupied cells of the track's map.
  case map
  case none
}

/// What an action is.
public enum VehicleActions: String, Sendable, CaseIterable {
  /// Target steering angle and acceleration.
  case continuous
  /// Nine choices: left, straight, right times brake, roll, accelerate.
  case discrete
}

/// What the policy sees.
public enum VehicleObservation: String, Sendable, CaseIterable {
  /// Place on the track, curvature ahead, other cars.
  case track
  /// Rays and the car's own motion.
  case lidar
  case both
}

/// Where episodes start.
public enum VehicleStart: String, Sendable, CaseIterable {
  /// Anywhere along the track.
  case anywhere
  /// At the first point of the centre line.
  case line
}

/// Everything about a car and its circuit that a scenario can set.
///
/// Units are SI. Each field is described once, in ``settings``. Zero leaves some to the car: see
/// there.
public struct VehicleSettings: SettingsGroup, Equatable {
  // The circuit.
  public var track = ""
  public var openRoad = false
  public var raceLine = ""
  public var walls = VehicleWalls.auto
  public var runOff = 0.0

  // The car.
  public var vehicle = VehicleName.f1tenth
  public var model = VehicleModel.singleTrack
  public var friction = 1.0489
  public var massFactor = 1.0
  public var load = 0.0
  public var tyreStiffness = 1.0
  public var maximumSpeed = 0.0
  public var reverseSpeed = 0.0
  public var steeringDelay = 0.0
  public var substep = 0.01
  public var actionPeriod = 0.05
  public var actions = VehicleActions.continuous

  // Sensing.
  public var observation = VehicleObservation.track
  public var lookAheadPoints = 8
  public var lookAhead = 0.0
  public var observedCars = 2
  public var observesGrip = false
  public var lidarRays = 32
  public var lidarFieldOfView = 270.0
  public var lidarRange = 0.0
  public var lidarScale = 0.0
  public var lidarNoise = 0.01
  public var speedScale = 0.0

  // Traffic.
  public var traffic = 0
  public var trafficSpeed = 0.0
  public var trafficTimeGap = 1.5
  public var trafficDistance = 0.0

  // Reward.
  public var rewardProgress = 1.0
  public var referenceSpeed = 0.0
  public var rewardCollision = -10.0
  public var rewardOffTrack = -10.0
  public var rewardSteering = -0.05
  public var rewardLap = 0.0

  // The episode.
  public var start = VehicleStart.anywhere
  public var startSpread = 0.2
  public var startSpeed = 0.0
  public var laps = 0
  public var episodeSeconds = 60.0
  public var collisionEnds = true
  public var offTrackEnds = true

  public init() {}

  /// Whole substeps in one action.
  var substepCount: Int { Int((actionPeriod / substep).rounded()) }
  /// Whole substeps from a command to the steering.
  var delayCount: Int { Int((steeringDelay / substep).rounded()) }
  /// Control steps after which an episode is truncated.
  var maximumSteps: Int { max(1, Int((episodeSeconds / actionPeriod).rounded())) }

  private var isFullSize: Bool { vehicle == .bmw320i }
  private func given(_ value: Double, else small: Double, _ full: Double) -> Double {
    value > 0 ? value : isFullSize ? full : small
  }

  var effectiveLidarRange: Double { given(lidarRange, else: 10, 50) }
  var effectiveLidarScale: Double { lidarScale > 0 ? lidarScale : effectiveLidarRange }
  var effectiveLookAhead: Double { given(lookAhead, else: 8, 80) }
  var effectiveReferenceSpeed: Double { given(referenceSpeed, else: 5, 20) }
  var effectiveSpeedScale: Double { given(speedScale, else: 10, 50) }
  var effectiveTrafficSpeed: Double { given(trafficSpeed, else: 2.5, 15) }
  /// s₀ with a car's length, m.
  var effectiveTrafficDistance: Double {
    given(trafficDistance, else: 0.5, 5) + vehicle.parameters.length
  }

  /// The car with its load, friction and limits.
  public var parameters: VehicleParameters {
    var car = vehicle.parameters
    car.friction = friction
    car.frontStiffness *= tyreStiffness
    car.rearStiffness *= tyreStiffness
    car.scaleMass(by: massFactor)
    if load > 0 { car.add(loadOverRearAxle: load) }
    if maximumSpeed > 0 { car.maximumSpeed = min(maximumSpeed, car.maximumSpeed) }
    car.minimumSpeed = -min(reverseSpeed, -car.minimumSpeed)
    return car
  }

  /// Names of settings that were given and that the model of the car does not know.
  var withoutEffect: [String] {
    let isStiff = tyreStiffness != 1 && (model == .kinematic || model == .box2dTires)
    return (isStiff ? ["tyre_stiffness"] : []) + (load > 0 && model == .kinematic ? ["load"] : [])
  }

  public func validate() -> [(setting: String, message: String)] {
    var problems: [(setting: String, message: String)] = []
    func require(_ holds: Bool, _ setting: String, _ message: String) {
      if !holds { problems.append((setting, message)) }
    }
    let mass = vehicle.parameters.mass * massFactor
    require(
      load <= mass, "load",
      "expected at most what the car weighs itself (\((mass * 100).rounded() / 100) kg), got \(load)"
    )
    require(
      !openRoad || laps <= 1, "laps", "expected at most 1 on an open road, got \(laps)")
    require(
      !openRoad || raceLine.isEmpty, "race_line", "expected none on an open road, got \(raceLine)")
    require(!track.isEmpty, "track", "expected the path of a track, got none")
    let ratio = actionPeriod / substep
    require(
      ratio >= 0.999 && (ratio - ratio.rounded()).magnitude < 1e-6, "action_period",
      "expected a whole multiple of substep (\(substep) s), got \(actionPeriod) s")
    let delay = steeringDelay / substep
    require(
      (delay - delay.rounded()).magnitude < 1e-6, "steering_delay",
      "expected a whole multiple of substep (\(substep) s), got \(steeringDelay) s")
    require(
      delayCount < SteeringDelay.capacity, "steering_delay",
      "expected less than \(SteeringDelay.capacity) substeps of \(substep) s, got \(steeringDelay) s"
    )
    let fastest = max(parameters.maximumSpeed, startSpeed)
    require(
      fastest * substep <= 1.5, "substep",
      "expected at most 1.5 m of travel in a substep, got \(fastest * substep) m at \(fastest) m/s")
    require(
      startSpeed <= parameters.maximumSpeed, "start_speed",
      "expected at most the car's greatest speed (\(parameters.maximumSpeed) m/s), got \(startSpeed)"
    )
    require(
      observedCars <= 8, "observed_cars", "expected at most 8, got \(observedCars)")
    require(
      walls != .map || runOff == 0, "run_off",
      "expected 0 with the walls of a map, got \(runOff) m")
    return problems
  }
}

/// Steering commands on their way to the wheels: the last few, substep by substep.
struct SteeringDelay: Sendable, BitwiseCopyable {
  static let capacity = 64
  private var targets = SIMD64<Float>.zero
  private var place = 0

  /// Puts in a target and takes out the one of `count` substeps ago.
  @inline(__always)
  mutating func pass(_ target: Double, count: Int) -> Double {
    targets[place] = Float(target)
    let past = (place &- count) & (Self.capacity - 1)
    place = (place &+ 1) & (Self.capacity - 1)
    return count == 0 ? target : Double(targets[past])
  }

  mutating func clear() {
    targets = .zero
    place = 0
  }
}
