import FedRLBox2D
import FedRLCore
import FedRLReferenceWorlds

/// A walker with its observation, driven by hand.
struct WalkerPlay: ~Copyable {
  var world: BipedalWalker
  private(set) var observation = [Float](repeating: 0, count: 24)
  private(set) var hasEnded = false

  init(_ settings: BipedalWalkerSettings = .init(), seed: UInt64) {
    world = BipedalWalker(settings)
    var row = observation
    var span = row.mutableSpan
    world.reset(seed: seed, into: &span)
    observation = row
  }

  mutating func step(_ action: [Float]) -> StepOutcome {
    var row = observation
    var span = row.mutableSpan
    let outcome = world.step(action.span, into: &span)
    observation = row
    hasEnded = outcome.end != .none
    return outcome
  }

  var hull: BodyState { world.scene.world[world.scene.hull] }

  /// Hull, then upper and lower part of the first leg, then of the second.
  var bodies: [Body] {
    let legs = world.scene.legs
    return [
      world.scene.hull, legs.first.upper, legs.first.lower, legs.second.upper, legs.second.lower,
    ]
  }

  /// Of which a step's reward is the growth, before the effort.
  var potential: Double {
    130 * Double(hull.position.x) / 30 - 5 * Double(observation[0]).magnitude
  }

  var metrics: [Double] {
    var values = [Double](repeating: -1, count: 4)
    var span = values.mutableSpan
    world.writeMetrics(into: &span)
    return values
  }

  mutating func move(by way: SIMD2<Float>) {
    for body in bodies { world.scene.world[body].position += way }
  }
}
