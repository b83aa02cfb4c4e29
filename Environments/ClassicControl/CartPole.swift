public import FedRLCore
public import FedRLNumerics

/// A pole on a cart that must be kept upright by pushes: Gymnasium's `CartPole-v1`.
///
/// State in `Double`, sine and cosine of the C library. See the folder's README for the spaces, the
/// reward and the ends. ``CartPoleBatch`` is the fast form.
public struct CartPole: ConfigurableEnvironment, SnapshotEnvironment {
  public static let name = "cartpole"
  public static let summary = "Balance a pole on a cart; Gymnasium's CartPole-v1 with settings"

  public let specification: EnvironmentSpecification
  private let dynamics: CartPoleDynamics
  package var current = CartPoleState(position: 0, velocity: 0, angle: 0, angularVelocity: 0)

  public init(settings: CartPoleSettings, context: EnvironmentContext) {
    self.init(settings)
  }

  public init(_ settings: CartPoleSettings = .init()) {
    dynamics = CartPoleDynamics(settings)
    specification = dynamics.specification
  }

  public mutating func reset(seed: UInt64, into observation: inout MutableSpan<Float>) {
    current = Self.start(seed: seed, range: dynamics.startRange)
    observe(into: &observation)
  }

  /// The first state of the episode that `seed` names.
  static func start(seed: UInt64, range: Double) -> CartPoleState {
    var random = RandomStream(seed: seed)
    return CartPoleState(
      position: random.uniform(-range, range), velocity: random.uniform(-range, range),
      angle: random.uniform(-range, range), angularVelocity: random.uniform(-range, range))
  }

  public mutating func step(_ action: Span<Float>, into observation: inout MutableSpan<Float>)
    -> StepOutcome
  {
    current = dynamics.advance(current, pushRight: action[0] > 0.5)
    observe(into: &observation)
    return StepOutcome(reward: 1, end: dynamics.isLost(current) ? .terminated : .none)
  }

  public func draw(into drawing: inout Drawing) { dynamics.draw(current, into: &drawing) }

  public func encodeState(into encoder: inout StateEncoder) {
    encoder.encode(current.position)
    encoder.encode(current.velocity)
    encoder.encode(current.angle)
    encoder.encode(current.angularVelocity)
  }

  public mutating func decodeState(from decoder: inout StateDecoder) throws {
    current = CartPoleState(
      position: try decoder.decode(), velocity: try decoder.decode(),
      angle: try decoder.decode(), angularVelocity: try decoder.decode())
  }

  private func observe(into observation: inout MutableSpan<Float>) {
    observation[0] = Float(current.position)
    observation[1] = Float(current.velocity)
    observation[2] = Float(current.angle)
    observation[3] = Float(current.angularVelocity)
  }
}
