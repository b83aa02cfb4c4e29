import FedRLBox2D
public import FedRLCore
import FedRLNumerics

/// A lander above the moon that must come to rest between two flags: Gymnasium's `LunarLander-v3`, with
/// four choices or two throttles.
///
/// Every episode has a new Box2D world. See the folder's README for the spaces, the reward and the ends.
public struct LunarLander: ~Copyable, Environment {
  /// Eight observed numbers, the actions, 0.02 s a step, the time limit and the metrics.
  public let specification: EnvironmentSpecification
  private let settings: LunarLanderSettings
  private let isContinuous: Bool
  /// The world of this episode.
  package var scene: LunarLanderScene
  private var random: RandomStream
  private var wind: LunarLanderWind
  private(set) var thrust = LunarLanderThrust(choice: 0)
  private var legContacts = (first: false, second: false)
  private var hasCrashed = false
  private var hasLanded = false
  /// Of the last state; a step's reward is how much it grew.
  private var potential = 0.0
  /// Steps at full throttle.
  private var burnt = (main: 0.0, side: 0.0)

  /// A lander that is to be reset before its first step.
  /// - Parameter isContinuous: whether actions are two throttles; else four choices.
  public init(_ settings: LunarLanderSettings = .init(), isContinuous: Bool = false) {
    self.settings = settings
    self.isContinuous = isContinuous
    specification = LunarLanderPlan.specification(settings, isContinuous: isContinuous)
    random = RandomStream(seed: 0)
    let terrain = LunarLanderTerrain(random: &random)
    wind = LunarLanderWind(random: &random)
    scene = LunarLanderScene(settings, terrain: terrain, push: .zero)
  }

  /// Draws ground, push and wind from `seed`, and makes a new world.
  /// - Parameter observation: `[8]`.
  public mutating func reset(seed: UInt64, into observation: inout MutableSpan<Float>) {
    random = RandomStream(seed: seed)
    let terrain = LunarLanderTerrain(random: &random)
    let push = settings.initialPush
    let force = SIMD2(random.uniform(-push, push), random.uniform(-push, push))
    wind = LunarLanderWind(random: &random)
    scene = LunarLanderScene(settings, terrain: terrain, push: SIMD2(force))
    legContacts = (false, false)
    (hasCrashed, hasLanded) = (false, false)
    burnt = (0, 0)
    // As in Gymnasium, a step without engines comes before the first observation.
    advance(LunarLanderThrust(choice: 0))
    let state = observedState
    potential = Self.potential(state)
    Self.write(state, into: &observation)
  }

  /// Steps by 0.02 s.
  /// - Parameters:
  ///   - action: `[1]`, a choice in `0...3` (nothing, left, main, right engine); or `[2]`,
  ///     throttles of the main and the side engines in −1...1.
  ///   - observation: `[8]`.
  public mutating func step(_ action: Span<Float>, into observation: inout MutableSpan<Float>)
    -> StepOutcome
  {
    let thrust: LunarLanderThrust
    if isContinuous {
      precondition(
        !action[0].isNaN && !action[1].isNaN, "lunarlander: action \(action[0]), \(action[1])")
      thrust = LunarLanderThrust(mainAction: Double(action[0]), sideAction: Double(action[1]))
    } else {
      thrust = LunarLanderThrust(choice: action[0].choice(of: 4, in: "lunarlander"))
    }
    advance(thrust)
    let state = observedState
    Self.write(state, into: &observation)
    let before = potential
    potential = Self.potential(state)
    // Rest wins over a crash in the same step, as in Gymnasium.
    if hasLanded { return StepOutcome(reward: 100, end: .terminated) }
    if hasCrashed || state[0].magnitude >= 1 {
      return StepOutcome(reward: -100, end: .terminated)
    }
    return StepOutcome(
      reward: Float(potential - before - 0.30 * thrust.main - 0.03 * thrust.side))
  }

  /// About what the world holds, in bytes.
  public var byteCount: Int { scene.world.byteCount }

  /// - Parameter values: `[4]`: landed, crashed (0 or 1), seconds of the main and of the side
  ///   engines at full throttle.
  public func writeMetrics(into values: inout MutableSpan<Double>) {
    values[0] = hasLanded ? 1 : 0
    values[1] = hasCrashed ? 1 : 0
    values[2] = burnt.main / LunarLanderPlan.stepsPerSecond
    values[3] = burnt.side / LunarLanderPlan.stepsPerSecond
  }
}

// MARK: - Motion

extension LunarLander {
  private mutating func advance(_ thrust: LunarLanderThrust) {
    self.thrust = thrust
    burnt = (burnt.main + thrust.main, burnt.side + thrust.side)
    if settings.enableWind && !legContacts.first && !legContacts.second { blow() }
    burn(thrust)
    scene.world.step(
      seconds: LunarLanderPlan.stepSeconds, velocityIterations: LunarLanderPlan.velocityIterations,
      positionIterations: LunarLanderPlan.positionIterations)
    noteContacts()
    hasLanded = !scene.world.isAwake(scene.lander)
  }

  private mutating func blow() {
    let (force, torque) = wind.next()
    scene.world.apply(
      forceToCenter: [Float(force * settings.windPower), 0], of: scene.lander)
    scene.world.apply(torque: Float(torque * settings.turbulencePower), to: scene.lander)
  }

  /// Draws the dispersion in every step, whether an engine burns or not.
  private mutating func burn(_ thrust: LunarLanderThrust) {
    let dispersion =
      SIMD2(random.uniform(-1, 1), random.uniform(-1, 1)) / LunarLanderPlan.pixelsPerMeter
      * settings.engineDispersion
    if thrust.main > 0 {
      apply(
        EngineImpulse(
          main: Double(scene.world[scene.lander].angle),
          power: settings.mainEnginePower * thrust.main, dispersion: dispersion))
    }
    if thrust.side > 0 {
      apply(
        EngineImpulse(
          side: Double(scene.world[scene.lander].angle), direction: thrust.direction,
          power: settings.sideEnginePower * thrust.side, dispersion: dispersion))
    }
  }

  private mutating func apply(_ engine: EngineImpulse) {
    let place = SIMD2<Double>(scene.world[scene.lander].position) + engine.offset
    scene.world.apply(impulse: SIMD2(engine.impulse), to: scene.lander, at: SIMD2(place))
  }

  /// A leg is in contact if the last thing that happened to it was that a contact began: one that
  /// stands on two pieces of ground and leaves one of them is not, as in Gymnasium.
  private mutating func noteContacts() {
    var latest = (first: Int32(-1), second: Int32(-1))
    for index in 0..<scene.world.contactCount {
      let event = scene.world.contact(index)
      // The ground is body 0, and nothing meets but it.
      if event.second == scene.lander {
        hasCrashed = hasCrashed || event.began
      } else if event.second == scene.legs.first, event.sequence > latest.first {
        latest.first = event.sequence
        legContacts.first = event.began
      } else if event.second == scene.legs.second, event.sequence > latest.second {
        latest.second = event.sequence
        legContacts.second = event.began
      }
    }
  }
}

// MARK: - Observation and reward

extension LunarLander {
  /// The eight observed numbers, in Gymnasium's units.
  private var observedState: SIMD8<Double> {
    let lander = scene.world[scene.lander]
    let half = SIMD2(LunarLanderPlan.width, LunarLanderPlan.height) / 2
    let legDown = LunarLanderPlan.legOffset.y
    let pad = SIMD2(half.x, LunarLanderTerrain.padHeight + legDown)
    let place = (SIMD2<Double>(lander.position) - pad) / half
    let velocity = SIMD2<Double>(lander.velocity) * half / LunarLanderPlan.stepsPerSecond
    return SIMD8(
      place.x, place.y, velocity.x, velocity.y, Double(lander.angle),
      20 * Double(lander.angularVelocity) / LunarLanderPlan.stepsPerSecond,
      legContacts.first ? 1 : 0, legContacts.second ? 1 : 0)
  }

  /// `−100 |place| − 100 |velocity| − 100 |angle| + 10` for each leg on the ground.
  /// - Parameter state: the eight observed numbers, in Gymnasium's units.
  package static func potential(_ state: SIMD8<Double>) -> Double {
    -100 * (state[0] * state[0] + state[1] * state[1]).squareRoot()
      - 100 * (state[2] * state[2] + state[3] * state[3]).squareRoot()
      - 100 * state[4].magnitude + 10 * state[6] + 10 * state[7]
  }

  private static func write(
    _ state: SIMD8<Double>, into observation: inout MutableSpan<Float>
  ) {
    for index in 0..<8 { observation[index] = Float(state[index]) }
  }
}
