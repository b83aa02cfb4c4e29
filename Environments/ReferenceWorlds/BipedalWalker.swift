import FedRLBox2D
public import FedRLCore
import FedRLNumerics

/// A hull on two legs with four motors that must get to the far end: Gymnasium's `BipedalWalker-v3`, and
/// with `hardcore` its `BipedalWalkerHardcore-v3`.
///
/// Every episode has a new Box2D world. See the folder's README for the spaces, the reward and the ends.
public struct BipedalWalker: ~Copyable, Environment {
  /// 24 observed numbers, four motors, 0.02 s a step, the time limit and the metrics.
  public let specification: EnvironmentSpecification
  private let settings: BipedalWalkerSettings
  /// The world of this episode.
  package var scene: BipedalWalkerScene
  private var legContacts = (first: false, second: false)
  private var hasFallen = false
  /// Of the last state; a step's reward is how much it grew.
  private var potential = 0.0
  private var effort = 0.0
  /// `[10]`: from the hull to the ends of the rays, m.
  private let rays: UnsafeMutablePointer<SIMD2<Double>>
  /// `[10]`: the ends in the world, m.
  private let rayEnds: UnsafeMutablePointer<SIMD2<Float>>
  /// `[10]`: what share of each ray is free.
  private let fractions: UnsafeMutablePointer<Float>

  /// A walker that is to be reset before its first step.
  public init(_ settings: BipedalWalkerSettings = .init()) {
    self.settings = settings
    specification = BipedalWalkerPlan.specification(settings)
    var random = RandomStream(seed: 0)
    let terrain = BipedalWalkerTerrain(settings, random: &random)
    scene = BipedalWalkerScene(settings, terrain: terrain, push: 0)
    let count = BipedalWalkerPlan.rayCount
    rays = .allocate(capacity: count)
    for index in 0..<count {
      (rays + index).initialize(
        to: BipedalWalkerPlan.rayDirection(index) * settings.lidarRange)
    }
    rayEnds = .allocate(capacity: count)
    rayEnds.initialize(repeating: .zero, count: count)
    fractions = .allocate(capacity: count)
    fractions.initialize(repeating: 1, count: count)
  }

  deinit {
    rays.deallocate()
    rayEnds.deallocate()
    fractions.deallocate()
  }

  /// Draws ground and push from `seed`, and makes a new world.
  /// - Parameter observation: `[24]`.
  public mutating func reset(seed: UInt64, into observation: inout MutableSpan<Float>) {
    var random = RandomStream(seed: seed)
    let terrain = BipedalWalkerTerrain(settings, random: &random)
    let push = random.uniform(-settings.initialPush, settings.initialPush)
    scene = BipedalWalkerScene(settings, terrain: terrain, push: push)
    legContacts = (false, false)
    hasFallen = false
    effort = 0
    // As in Gymnasium, a step with slack motors comes before the first observation.
    advance(.zero)
    potential = observe(into: &observation)
  }

  /// Steps by 0.02 s.
  /// - Parameters:
  ///   - action: `[4]`, in −1...1 (what is beyond is cut): hip and knee of the first leg, then of
  ///     the second; the sign is that of the motor's speed, the magnitude its share of
  ///     `motor_torque`.
  ///   - observation: `[24]`.
  public mutating func step(_ action: Span<Float>, into observation: inout MutableSpan<Float>)
    -> StepOutcome
  {
    let asked = SIMD4(action[0], action[1], action[2], action[3])
    precondition(asked == asked, "bipedal-walker: action \(asked)")
    let motors = asked.clamped(
      lowerBound: SIMD4(repeating: -1), upperBound: SIMD4(repeating: 1))
    advance(motors)
    let before = potential
    potential = observe(into: &observation)
    let strength = SIMD4<Double>(motors)
    let used =
      strength[0].magnitude + strength[1].magnitude + strength[2].magnitude
      + strength[3].magnitude
    effort += used
    let place = scene.world[scene.hull].position.x
    if hasFallen || place < 0 { return StepOutcome(reward: -100, end: .terminated) }
    // Gymnasium charges the action, not the torque: 0.00035 times its 80 N m.
    return StepOutcome(
      reward: Float(potential - before - 0.00035 * 80 * used),
      end: hasArrived ? .terminated : .none)
  }

  /// About what the world holds, in bytes.
  public var byteCount: Int { scene.world.byteCount }

  /// - Parameter values: `[4]`: distance, m; arrived, fallen (0 or 1); sum of the actions'
  ///   magnitudes.
  public func writeMetrics(into values: inout MutableSpan<Double>) {
    let place = Double(scene.world[scene.hull].position.x)
    values[0] = place - BipedalWalkerScene.start.x
    values[1] = hasArrived ? 1 : 0
    values[2] = hasFallen || place < 0 ? 1 : 0
    values[3] = effort
  }

  private var hasArrived: Bool {
    Double(scene.world[scene.hull].position.x) > BipedalWalkerTerrain.finish
  }
}

// MARK: - Motion

extension BipedalWalker {
  /// - Parameter motors: of the first leg's hip and knee, then the second's, in [−1, 1]: the sign is
  ///   that of the motor's speed, the magnitude its torque.
  private mutating func advance(_ motors: SIMD4<Float>) {
    let legs = scene.legs
    drive(legs.first.hip, motors[0], speed: settings.hipSpeed)
    drive(legs.first.knee, motors[1], speed: settings.kneeSpeed)
    drive(legs.second.hip, motors[2], speed: settings.hipSpeed)
    drive(legs.second.knee, motors[3], speed: settings.kneeSpeed)
    scene.world.step(
      seconds: BipedalWalkerPlan.stepSeconds,
      velocityIterations: BipedalWalkerPlan.velocityIterations,
      positionIterations: BipedalWalkerPlan.positionIterations)
    noteContacts()
  }

  private mutating func drive(_ joint: Joint, _ action: Float, speed: Double) {
    let sign: Double = action > 0 ? 1 : action < 0 ? -1 : 0
    scene.world.setMotor(
      of: joint, speed: Float(speed * sign),
      maximumTorque: Float(settings.motorTorque * Double(action.magnitude)))
  }

  /// A leg is in contact if the last thing that happened to its lower part was that a contact began, as
  /// in Gymnasium.
  private mutating func noteContacts() {
    var latest = (first: Int32(-1), second: Int32(-1))
    for index in 0..<scene.world.contactCount {
      let event = scene.world.contact(index)
      // The ground is body 0, and nothing meets but it.
      if event.second == scene.hull {
        hasFallen = hasFallen || event.began
      } else if event.second == scene.legs.first.lower, event.sequence > latest.first {
        latest.first = event.sequence
        legContacts.first = event.began
      } else if event.second == scene.legs.second.lower, event.sequence > latest.second {
        latest.second = event.sequence
        legContacts.second = event.began
      }
    }
  }
}

// MARK: - Observation

extension BipedalWalker {
  /// Writes the 24 observed numbers, in Gymnasium's units.
  /// - Returns: the potential whose growth is the reward: 130/30 a metre, less 5 a radian of tilt.
  private func observe(into observation: inout MutableSpan<Float>) -> Double {
    let hull = scene.world[scene.hull]
    let velocity = SIMD2<Double>(hull.velocity)
    let steps = BipedalWalkerPlan.stepsPerSecond
    observation[0] = hull.angle
    observation[1] = Float(2 * Double(hull.angularVelocity) / steps)
    observation[2] = Float(0.3 * velocity.x * BipedalWalkerPlan.width / steps)
    observation[3] = Float(0.3 * velocity.y * BipedalWalkerPlan.height / steps)
    observe(scene.legs.first, legContacts.first, at: 4, into: &observation)
    observe(scene.legs.second, legContacts.second, at: 9, into: &observation)
    castRays(from: hull.position)
    for ray in 0..<BipedalWalkerPlan.rayCount { observation[14 + ray] = fractions[ray] }
    return 130 * Double(hull.position.x) / BipedalWalkerPlan.pixelsPerMeter
      - 5 * Double(hull.angle).magnitude
  }

  private func observe(
    _ leg: BipedalWalkerLeg, _ isInContact: Bool, at index: Int,
    into observation: inout MutableSpan<Float>
  ) {
    observation[index] = scene.world.angle(of: leg.hip)
    observation[index + 1] = Float(
      Double(scene.world.speed(of: leg.hip)) / settings.hipSpeed)
    observation[index + 2] = Float(Double(scene.world.angle(of: leg.knee)) + 1)
    observation[index + 3] = Float(
      Double(scene.world.speed(of: leg.knee)) / settings.kneeSpeed)
    observation[index + 4] = isInContact ? 1 : 0
  }

  private func castRays(from place: SIMD2<Float>) {
    let count = BipedalWalkerPlan.rayCount
    for ray in 0..<count { rayEnds[ray] = SIMD2(SIMD2<Double>(place) + rays[ray]) }
    scene.world.castRays(
      from: place, to: UnsafeBufferPointer(start: rayEnds, count: count),
      mask: BipedalWalkerPlan.groundCategory, into: fractions)
  }

  /// Where the rays end on the ground, for drawings; `[10]`.
  var rayHits: [SIMD2<Float>] {
    let place = scene.world[scene.hull].position
    return (0..<BipedalWalkerPlan.rayCount).map { place + (rayEnds[$0] - place) * fractions[$0] }
  }
}
