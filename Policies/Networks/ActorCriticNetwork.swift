import FedRLNumerics

/// Forward and backward passes of an ``ActorCriticDesign``, with room for one batch.
///
/// Parameters and gradient are flat vectors of the caller's, who calls ``load(_:)`` whenever the
/// parameters changed. After construction nothing is allocated. One owner at a time.
public final class ActorCriticNetwork {
  public let design: ActorCriticDesign
  private let trunk: NetworkColumn?
  private let actor: NetworkColumn
  private let critic: NetworkColumn?
  /// Gradient by the trunk's outputs, `[maximumRows, last hidden]`.
  private let featureGradient: FloatBuffer

  /// - Parameter trains: `false` leaves out the critic and what backward needs.
  public init(_ design: ActorCriticDesign, maximumRows: Int, trains: Bool) {
    self.design = design
    trunk = design.trunkColumn.map {
      NetworkColumn($0, maximumRows: maximumRows, trains: trains)
    }
    actor = NetworkColumn(design.actorColumn, maximumRows: maximumRows, trains: trains)
    critic =
      trains ? NetworkColumn(design.criticColumn, maximumRows: maximumRows, trains: true) : nil
    featureGradient = FloatBuffer(
      count: trains ? (design.trunkColumn?.outputs ?? 0) * maximumRows : 0)
  }

  /// Takes note of new weights.
  /// - Parameter parameters: `[layout.count]`, which later calls get too.
  public func load(_ parameters: UnsafePointer<Float>) {
    trunk?.load(parameters)
    actor.load(parameters)
    critic?.load(parameters)
  }

  /// The policy's head for `rows` observations.
  /// - Parameters:
  ///   - parameters: `[layout.count]`
  ///   - x: `[rows, inputs]`, as the network sees them.
  ///   - state: `[rows, memoryUnits]`, updated; of a network with a memory.
  /// - Returns: `[rows, outputs]`, valid until the next call.
  @inline(__always)
  public func act(
    _ parameters: UnsafePointer<Float>, _ x: UnsafePointer<Float>, rows: Int,
    state: UnsafeMutablePointer<Float>? = nil
  ) -> UnsafeMutablePointer<Float> {
    guard design.memoryUnits > 0, let state else {
      return actor.forward(parameters, features(parameters, x, rows: rows), rows: rows)
    }
    let sequences = NetworkColumn.Sequences(steps: 1, count: rows, starts: state, keeps: nil)
    let outputs =
      trunk.map {
        actor.forward(
          parameters, $0.forward(parameters, x, rows: rows, sequences: sequences), rows: rows)
      } ?? actor.forward(parameters, x, rows: rows, sequences: sequences)
    state.update(from: (trunk ?? actor).states!, count: rows * design.memoryUnits)
    return outputs
  }

  /// The values of `rows` observations; of a network without a memory.
  /// - Returns: `[rows]`, valid until the next call.
  @inline(__always)
  public func value(
    _ parameters: UnsafePointer<Float>, _ x: UnsafePointer<Float>, rows: Int
  ) -> UnsafeMutablePointer<Float> {
    critic!.forward(parameters, features(parameters, x, rows: rows), rows: rows)
  }

  /// Both heads of a network with a memory for one step of `rows` copies.
  /// - Parameters:
  ///   - states: `[memories, rows, memoryUnits]`: the trunk's, or the actor's and then the critic's.
  ///   - remembers: whether `states` are updated.
  /// - Returns: `[rows, outputs]` and `[rows]`, valid until the next call.
  public func step(
    _ parameters: UnsafePointer<Float>, _ x: UnsafePointer<Float>, rows: Int,
    states: UnsafeMutablePointer<Float>, remembers: Bool
  ) -> (outputs: UnsafeMutablePointer<Float>, values: UnsafeMutablePointer<Float>) {
    let criticStates = states + design.criticStateOffset(count: rows)
    let heads = forward(
      parameters, x, rows: rows,
      sequences: SequenceBatch(
        steps: 1, count: rows, actorStarts: states, criticStarts: criticStates))
    if remembers {
      let count = rows * design.memoryUnits
      states.update(from: (trunk ?? actor).states!, count: count)
      if trunk == nil { criticStates.update(from: critic!.states!, count: count) }
    }
    return heads
  }

  /// Both heads with one pass through a shared trunk.
  /// - Parameter sequences: how the rows hang together; of a network with a memory.
  /// - Returns: `[rows, outputs]` and `[rows]`, valid until the next call.
  public func forward(
    _ parameters: UnsafePointer<Float>, _ x: UnsafePointer<Float>, rows: Int,
    sequences: SequenceBatch? = nil
  ) -> (outputs: UnsafeMutablePointer<Float>, values: UnsafeMutablePointer<Float>) {
    guard let trunk else {
      return (
        actor.forward(parameters, x, rows: rows, sequences: sequences?.actor),
        critic!.forward(parameters, x, rows: rows, sequences: sequences?.critic)
      )
    }
    let features = trunk.forward(parameters, x, rows: rows, sequences: sequences?.actor)
    return (
      actor.forward(parameters, features, rows: rows),
      critic!.forward(parameters, features, rows: rows)
    )
  }

  /// Back-propagates through the latest ``forward(_:_:rows:sequences:)``.
  /// - Parameters:
  ///   - x, sequences: the same observations and their order.
  ///   - outputGradient: `[rows, outputs]`
  ///   - valueGradient: `[rows]`
  ///   - gradient: `[layout.count]`; every layer's segments are overwritten, `actor.log_std` is left.
  public func backward(
    _ parameters: UnsafePointer<Float>, _ x: UnsafePointer<Float>, rows: Int,
    sequences: SequenceBatch? = nil, outputGradient: UnsafeMutablePointer<Float>,
    valueGradient: UnsafeMutablePointer<Float>, gradient: UnsafeMutablePointer<Float>
  ) {
    guard let trunk else {
      actor.backward(
        parameters, x, rows: rows, sequences: sequences?.actor, outputGradient: outputGradient,
        gradient: gradient)
      critic!.backward(
        parameters, x, rows: rows, sequences: sequences?.critic, outputGradient: valueGradient,
        gradient: gradient)
      return
    }
    let features = UnsafePointer(trunk.output)
    actor.backward(
      parameters, features, rows: rows, outputGradient: outputGradient, gradient: gradient,
      inputGradient: featureGradient.pointer)
    critic!.backward(
      parameters, features, rows: rows, outputGradient: valueGradient, gradient: gradient,
      inputGradient: featureGradient.pointer, addsToInput: true)
    trunk.backward(
      parameters, x, rows: rows, sequences: sequences?.actor,
      outputGradient: featureGradient.pointer, gradient: gradient)
  }

  @inline(__always)
  private func features(
    _ parameters: UnsafePointer<Float>, _ x: UnsafePointer<Float>, rows: Int
  ) -> UnsafePointer<Float> {
    guard let trunk else { return x }
    return UnsafePointer(trunk.forward(parameters, x, rows: rows))
  }
}
