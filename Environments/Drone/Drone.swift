package import FedRLBox2D
public import FedRLCore
import FedRLNumerics

#if canImport(Glibc)
  import Glibc
#endif

/// A quadrotor in the vertical plane: a planar Crazyflie with lagging rotors, drag, wind and lidar.
///
/// See the folder's README for the spaces, the reward and the ends. Tilt and pitch rate are positive
/// towards +x (clockwise); Box2D's angle is their opposite.
public struct Drone: ConfigurableEnvironment, ~Copyable {
  public static let name = "drone"
  public static let summary =
    "a planar Crazyflie hovers, follows waypoints, lands or passes obstacles"

  /// A contact faster than this is a crash, m/s.
  static let crashSpeed: Float = 0.5
  /// cos 60°: a craft tilted further has crashed.
  static let crashTiltCosine: Float = 0.5

  let design: DroneDesign
  let settings: DroneSettings
  let airframe: Airframe
  /// Δt of the physics, s.
  let seconds: Float
  /// Share of the way to their command that rotors go in Δt.
  let lagGain: Float
  /// `[rays]`: directions in the body's frame.
  let rayDirections: UnsafeMutablePointer<SIMD2<Float>>
  /// `[rays]`: where rays would end.
  let rayEnds: UnsafeMutablePointer<SIMD2<Float>>
  /// `[rays]`: how far each came, of its range.
  let rayFractions: UnsafeMutablePointer<Float>
  /// `false`: Box2D steps the body always, also away from everything. For tests.
  package var usesShortcut = true

  // The running episode.
  package internal(set) var plan = EpisodePlan()
  var arena: DroneArena
  /// Where the drone is; the arena's body is there too while `isInArena`.
  package internal(set) var state = BodyState(position: .zero)
  var isInArena = true
  package internal(set) var wind: Wind
  /// Of the right-hand and the left-hand pair.
  package var rpm = SIMD2<Float>.zero
  /// rad/s, a substep ago; for the inner loop.
  var lastRate: Float = 0
  var lastAction = SIMD2<Float>.zero
  var steps = 0
  var goalIndex = 0
  var distance: Float = 0
  package internal(set) var tally = Tally()

  /// What the metrics are worked out from.
  package struct Tally: BitwiseCopyable {
    var squaredErrors = 0.0
    /// J
    var energy = 0.0
    /// s in which the task's condition has held without a break.
    var secondsHeld: Float = 0
    var successSeconds = Double.nan
    package var touchdownSpeed = Double.nan
    var touchdownTilt = Double.nan
    package var cause = CrashCause.none
    /// Squared deviations from hover thrust in the last action, in shares of it; mean of substeps.
    var effort: Float = 0
  }

  public var byteCount: Int {
    arena.world.byteCount
      + settings.rays * (2 * MemoryLayout<SIMD2<Float>>.stride + MemoryLayout<Float>.stride)
  }

  public init(settings: DroneSettings, context: EnvironmentContext) throws {
    self.init(try DroneDesign(settings: settings, context: context))
  }

  package init(_ design: DroneDesign) {
    self.design = design
    settings = design.settings
    airframe = design.airframe
    seconds = 1 / Float(design.settings.physicsRate)
    lagGain = design.airframe.lagGain(seconds: 1 / Double(design.settings.physicsRate))
    let rays = design.settings.rays
    rayDirections = .allocate(capacity: rays)
    rayEnds = .allocate(capacity: rays)
    rayFractions = .allocate(capacity: rays)
    for ray in 0..<rays {
      let angle = 2 * Double.pi * Double(ray) / Double(rays)
      (rayDirections + ray).initialize(to: SIMD2(Float(cos(angle)), Float(sin(angle))))
    }
    rayEnds.initialize(repeating: .zero, count: rays)
    rayFractions.initialize(repeating: 1, count: rays)
    wind = Wind(design.settings, random: RandomStream(seed: 0))
    arena = DroneArena(design.site, EpisodePlan(), design.airframe, at: .init(position: .zero))
  }

  deinit {
    rayDirections.deallocate()
    rayEnds.deallocate()
    rayFractions.deallocate()
  }

  public var specification: EnvironmentSpecification { design.specification }

  public mutating func reset(seed: UInt64, into observation: inout MutableSpan<Float>) {
    let random = RandomStream(seed: seed)
    var planning = random.split("plan")
    plan = EpisodePlan(settings, site: design.site, random: &planning)
    wind = Wind(settings, random: random.split("wind"))
    state = BodyState(position: plan.start, angle: -plan.tilt)
    arena = DroneArena(design.site, plan, airframe, at: state)
    isInArena = true
    rpm = SIMD2(repeating: airframe.rpm(forThrust: airframe.hoverThrust))
    lastRate = 0
    lastAction = .zero
    steps = 0
    goalIndex = 0
    tally = Tally()
    distance = goalDistance
    observe(into: &observation)
  }

  public mutating func step(_ action: Span<Float>, into observation: inout MutableSpan<Float>)
    -> StepOutcome
  {
    let command = command(for: action)
    let change = command.action - lastAction
    fly(command)
    steps += 1
    lastAction = command.action
    let outcome = judge(jerk: (change * change).sum())
    observe(into: &observation)
    return outcome
  }

  /// Puts the drone somewhere, for tests.
  package mutating func put(_ state: BodyState) {
    self.state = state
    isInArena = false
  }

  public func writeMetrics(into values: inout MutableSpan<Double>) {
    let isHeld = tally.secondsHeld >= 1 - 1e-3
    let isSuccess =
      settings.task == .hover ? isHeld && tally.cause == .none : !tally.successSeconds.isNaN
    values[0] = isSuccess ? 1 : 0
    values[1] = Double(goalIndex)
    values[2] = steps > 0 ? (tally.squaredErrors / Double(steps)).squareRoot() : Double(distance)
    values[3] = isSuccess ? tally.successSeconds : .nan
    values[4] = tally.energy
    values[5] = tally.touchdownSpeed
    values[6] = tally.touchdownTilt
    values[7] = tally.cause == .contact ? 1 : 0
    values[8] = tally.cause == .tilt ? 1 : 0
    values[9] = tally.cause == .outOfBounds ? 1 : 0
    values[10] = tally.cause == .batteryFlat ? 1 : 0
  }
}

// MARK: - What the drone sees

extension Drone {
  /// The point to fly to now.
  var goal: SIMD2<Float> { plan.goals[min(goalIndex, plan.goals.count - 1)] }

  var goalDistance: Float {
    let way = goal - state.position
    return (way * way).sum().squareRoot()
  }

  /// What is left in the battery, of its capacity.
  var charge: Float {
    let capacity = settings.batteryCapacity * settings.batteryAge
    return max(Float(settings.batteryStart - tally.energy / capacity), 0)
  }

  private mutating func observe(into observation: inout MutableSpan<Float>) {
    let layout = ObservationLayout.self
    let (sine, cosine) = (sin(state.angle), cos(state.angle))
    func inBody(_ v: SIMD2<Float>) -> SIMD2<Float> {
      SIMD2(cosine * v.x + sine * v.y, cosine * v.y - sine * v.x)
    }
    func cut(_ value: Float) -> Float { min(max(value, -layout.limit), layout.limit) }
    var way = inBody(goal - state.position) / Float(settings.goalScale)
    let length = (way * way).sum().squareRoot()
    if length > 1 { way /= length }
    let speed = inBody(state.velocity) / layout.speedScale
    let rotors = (rpm - airframe.minimumRPM) / (airframe.maximumRPM - airframe.minimumRPM)
    observation[0] = min(max(way.x, -1), 1)
    observation[1] = min(max(way.y, -1), 1)
    observation[2] = cut(speed.x)
    observation[3] = cut(speed.y)
    observation[4] = -sine
    observation[5] = cosine
    observation[6] = cut(-state.angularVelocity / layout.rateScale)
    observation[7] = min(max(rotors.x, 0), 1)
    observation[8] = min(max(rotors.y, 0), 1)
    observation[9] = lastAction.x
    observation[10] = lastAction.y
    observation[11] = charge
    castRays(sine: sine, cosine: cosine)
    let scale = Float(settings.rayRange / settings.rayScale)
    for ray in 0..<settings.rays {
      observation[layout.scalars + ray] = min(rayFractions[ray] * scale, 1)
    }
  }
}
