public import FedRLCore
public import FedRLNumerics

/// A pole on a cart that must be kept upright by pushes: Gymnasium's `CartPole-v1`.
///
/// State in `Double`, sine and cosine of the C library. See the folder's README for the spaces, the
/// reward and the ends. ``CartPoleBatch`` is the fast form.
public struct CartPole: ClassicEnvironment {
  public typealias Settings = CartPoleSettings

  public static let name = "cartpole"
  public static let summary = "Balance a pole on a cart; Gymnasium's CartPole-v1 with settings"
  public static let controller = "linear-feedback"

  public let specification: EnvironmentSpecification
  public var state = CartPoleState(position: 0, velocity: 0, angle: 0, angularVelocity: 0)
  private let dynamics: CartPoleDynamics

  public init(_ settings: CartPoleSettings = .init()) {
    dynamics = CartPoleDynamics(settings)
    specification = dynamics.specification
  }

  public func start(_ random: inout RandomStream) -> CartPoleState {
    let range = dynamics.startRange
    return CartPoleState(
      position: random.uniform(-range, range), velocity: random.uniform(-range, range),
      angle: random.uniform(-range, range), angularVelocity: random.uniform(-range, range))
  }

  public mutating func advance(_ action: Float) -> StepOutcome {
    state = dynamics.advance(state, pushRight: action > 0.5)
    return StepOutcome(reward: 1, end: dynamics.isLost(state) ? .terminated : .none)
  }

  public func observe(into observation: inout MutableSpan<Float>) {
    let values = (state.position, state.velocity, state.angle, state.angularVelocity)
    if dynamics.observationWidth == 4 {
      observation[0] = Float(values.0)
      observation[1] = Float(values.1)
      observation[2] = Float(values.2)
      observation[3] = Float(values.3)
    } else {
      observation[0] = Float(values.0)
      observation[1] = Float(values.2)
    }
  }

  /// Pushes towards where the pole falls, with gains near the linear-quadratic regulator's for the
  /// default masses and lengths.
  public func control() -> Float {
    let feedback =
      state.position + 1.7 * state.velocity + 18.7 * state.angle + 3 * state.angularVelocity
    return feedback > 0 ? 1 : 0
  }

  public func draw(into drawing: inout Drawing) { dynamics.draw(state, into: &drawing) }

  public static func makeBatch(count: Int, settings: CartPoleSettings) -> any BatchEnvironment {
    CartPoleBatch(count: count, settings: settings)
  }
}

/// A configured cart-pole, whose batches are the fast ones.
public typealias CartPoleKind = ClassicKind<CartPole>
