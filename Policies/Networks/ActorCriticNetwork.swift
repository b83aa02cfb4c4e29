import FedRLNumerics

/// Forward and backward passes of an ``ActorCriticDesign``, with room for one batch.
///
/// Parameters and gradient are flat vectors of the caller's, who calls ``load(_:)`` whenever the
/// parameters changed. After construction nothing is allocated. One owner at a time.
public final class ActorCriticNetwork {
  public let design: ActorCriticDesign
  private let trunk: MultilayerPerceptron?
  private let actor: MultilayerPerceptron
  private let critic: MultilayerPerceptron?
  /// Gradient by the trunk's outputs, `[maximumRows, last hidden]`.
  private let featureGradient: FloatBuffer

  /// - Parameter trains: `false` leaves out the critic and what backward needs.
  public init(_ design: ActorCriticDesign, maximumRows: Int, trains: Bool) {
    self.design = design
    trunk =
      design.trunkLayers.isEmpty
      ? nil
      : MultilayerPerceptron(layers: design.trunkLayers, maximumRows: maximumRows, trains: trains)
    actor = MultilayerPerceptron(
      layers: design.actorLayers, maximumRows: maximumRows, trains: trains)
    critic =
      trains
      ? MultilayerPerceptron(layers: design.criticLayers, maximumRows: maximumRows, trains: true)
      : nil
    featureGradient = FloatBuffer(count: trains ? (trunk?.outputs ?? 0) * maximumRows : 0)
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
  /// - Returns: `[rows, outputs]`, valid until the next call.
  @inline(__always)
  public func act(
    _ parameters: UnsafePointer<Float>, _ x: UnsafePointer<Float>, rows: Int
  ) -> UnsafeMutablePointer<Float> {
    actor.forward(parameters, features(parameters, x, rows: rows), rows: rows)
  }

  /// The values of `rows` observations.
  /// - Returns: `[rows]`, valid until the next call.
  @inline(__always)
  public func value(
    _ parameters: UnsafePointer<Float>, _ x: UnsafePointer<Float>, rows: Int
  ) -> UnsafeMutablePointer<Float> {
    critic!.forward(parameters, features(parameters, x, rows: rows), rows: rows)
  }

  /// Both heads with one pass through a shared trunk.
  /// - Returns: `[rows, outputs]` and `[rows]`, valid until the next call.
  public func forward(
    _ parameters: UnsafePointer<Float>, _ x: UnsafePointer<Float>, rows: Int
  ) -> (outputs: UnsafeMutablePointer<Float>, values: UnsafeMutablePointer<Float>) {
    let features = features(parameters, x, rows: rows)
    return (
      actor.forward(parameters, features, rows: rows),
      critic!.forward(parameters, features, rows: rows)
    )
  }

  /// Back-propagates through the latest ``forward(_:_:rows:)``.
  /// - Parameters:
  ///   - x: the same observations.
  ///   - outputGradient: `[rows, outputs]`
  ///   - valueGradient: `[rows]`
  ///   - gradient: `[layout.count]`; every layer's segments are overwritten, `actor.log_std` is left.
  public func backward(
    _ parameters: UnsafePointer<Float>, _ x: UnsafePointer<Float>, rows: Int,
    outputGradient: UnsafeMutablePointer<Float>, valueGradient: UnsafeMutablePointer<Float>,
    gradient: UnsafeMutablePointer<Float>
  ) {
    guard let trunk else {
      actor.backward(
        parameters, x, rows: rows, outputGradient: outputGradient, gradient: gradient)
      critic!.backward(
        parameters, x, rows: rows, outputGradient: valueGradient, gradient: gradient)
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
      parameters, x, rows: rows, outputGradient: featureGradient.pointer, gradient: gradient)
  }

  @inline(__always)
  private func features(
    _ parameters: UnsafePointer<Float>, _ x: UnsafePointer<Float>, rows: Int
  ) -> UnsafePointer<Float> {
    guard let trunk else { return x }
    return UnsafePointer(trunk.forward(parameters, x, rows: rows))
  }
}
