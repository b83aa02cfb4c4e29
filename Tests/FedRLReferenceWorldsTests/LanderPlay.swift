import FedRLBox2D
import FedRLCore
import FedRLReferenceWorlds

/// A lander with its observation, driven by hand.
struct LanderPlay: ~Copyable {
  var world: LunarLander
  private(set) var observation = [Float](repeating: 0, count: 8)

  init(_ settings: LunarLanderSettings = .init(), isContinuous: Bool = false, seed: UInt64) {
    world = LunarLander(settings, isContinuous: isContinuous)
    reset(seed: seed)
  }

  mutating func reset(seed: UInt64) {
    var row = observation
    var span = row.mutableSpan
    world.reset(seed: seed, into: &span)
    observation = row
  }

  mutating func step(_ action: Float...) -> StepOutcome {
    var row = observation
    var span = row.mutableSpan
    let outcome = world.step(action.span, into: &span)
    observation = row
    return outcome
  }

  var metrics: [Double] {
    var values = [Double](repeating: -1, count: 4)
    var span = values.mutableSpan
    world.writeMetrics(into: &span)
    return values
  }

  /// The observation as the reward's formula takes it.
  var state: SIMD8<Double> {
    var state = SIMD8<Double>.zero
    for index in 0..<8 { state[index] = Double(observation[index]) }
    return state
  }

  var lander: BodyState {
    get { world.scene.world[world.scene.lander] }
    set { world.scene.world[world.scene.lander] = newValue }
  }

  /// Puts the three bodies into states of their own.
  mutating func place(_ lander: BodyState, _ first: BodyState, _ second: BodyState) {
    let legs = world.scene.legs
    self.lander = lander
    world.scene.world[legs.first] = first
    world.scene.world[legs.second] = second
  }

  /// Of the lander and its legs together, N s.
  var momentum: SIMD2<Float> {
    let legs = world.scene.legs
    var sum = SIMD2<Float>.zero
    for body in [world.scene.lander, legs.first, legs.second] {
      sum += world.scene.world.massProperties(of: body).mass * world.scene.world[body].velocity
    }
    return sum
  }
}

extension BodyState {
  /// Place, angle, velocity and angular velocity, as recorded.
  init(_ values: [Float]) {
    self.init(
      position: [values[0], values[1]], angle: values[2], velocity: [values[3], values[4]],
      angularVelocity: values[5])
  }

  var values: [Float] {
    [position.x, position.y, angle, velocity.x, velocity.y, angularVelocity]
  }
}
