public import FedRLCore
public import FedRLNumerics

/// The state of a classic problem: a few numbers in `Double`, all that its next step depends on.
public protocol ClassicState: Equatable, Sendable, BitwiseCopyable {
  static var width: Int { get }
  /// `[width]`, in the order of Gymnasium's `env.unwrapped.state`.
  var values: [Double] { get }
  /// - Parameter values: `[width]`
  init(values: [Double])
}

/// One of Gymnasium's small control problems, written as its equations.
///
/// A conformer says how an episode starts, how a state advances and what is seen of it, with the
/// equations' operations in Gymnasium's order, so that single steps agree to the last digits.
/// Episodes, snapshots and baselines follow from that.
public protocol ClassicEnvironment: ConfigurableEnvironment, SnapshotEnvironment, Sendable {
  associatedtype State: ClassicState

  init(_ settings: Settings)

  var state: State { get set }

  /// The first state of an episode.
  func start(_ random: inout RandomStream) -> State

  /// Advances the state by one time step.
  /// - Parameter action: a choice's index, or a value within the box.
  mutating func advance(_ action: Float) -> StepOutcome

  /// `[observations.count]`, written whole.
  func observe(into observation: inout MutableSpan<Float>)

  /// The name of the scripted policy that ``control()`` is.
  static var controller: String { get }

  /// The scripted policy's action in the present state.
  func control() -> Float

  /// B copies in their fastest form.
  static func makeBatch(count: Int, settings: Settings) -> any BatchEnvironment
}

extension ClassicEnvironment {
  public init(settings: Settings, context: EnvironmentContext) { self.init(settings) }

  public mutating func reset(seed: UInt64, into observation: inout MutableSpan<Float>) {
    begin(seed: seed)
    observe(into: &observation)
  }

  /// Puts the state at the start of the episode that `seed` names.
  mutating func begin(seed: UInt64) {
    var random = RandomStream(seed: seed)
    state = start(&random)
  }

  public mutating func step(_ action: Span<Float>, into observation: inout MutableSpan<Float>)
    -> StepOutcome
  {
    precondition(!action[0].isNaN, "\(Self.name): action \(action[0])")
    let outcome = advance(action[0])
    observe(into: &observation)
    return outcome
  }

  public func encodeState(into encoder: inout StateEncoder) { encoder.encode(state.values) }

  public mutating func decodeState(from decoder: inout StateDecoder) throws {
    let values = try decoder.decodeArray(of: Double.self)
    guard values.count == State.width else {
      throw StateDecoder.Failure.invalid(
        "\(Self.name): saved with \(values.count) numbers, expected \(State.width)")
    }
    state = State(values: values)
  }

  public static func makeBatch(count: Int, settings: Settings) -> any BatchEnvironment {
    BatchAdapter<Self>(count: count) { Self(settings) }
  }
}
