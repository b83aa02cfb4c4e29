public import FedRLNumerics

/// What a member's turn gives to the fleet: the only thing that leaves it.
///
/// The numbers an observer may see and the values that privacy protects are separate properties.
public struct ModelUpdate: Sendable, Equatable {
  public var metadata: UpdateMetadata
  /// trained − base over the shared layout, `[SharedParameters.count]`. Protected.
  public var delta: [Float]
  /// Observation sums, where the fleet shares its normaliser. Protected.
  public var sums: NormalizerSums?

  public init(metadata: UpdateMetadata, delta: [Float], sums: NormalizerSums? = nil) {
    self.metadata = metadata
    self.delta = delta
    self.sums = sums
  }

  /// Storage to decode into.
  static var blank: ModelUpdate {
    ModelUpdate(
      metadata: UpdateMetadata(
        baseVersion: .initial, layoutDigest: LayoutDigest(value: 0), sampleCount: 0,
        environmentSteps: 0),
      delta: [])
  }

  /// The update of a finished turn.
  /// - Parameters:
  ///   - trained: the member's whole vector after the turn, `[shared.full.count]`.
  ///   - base: the model it started from.
  ///   - shared: what leaves the member.
  ///   - sampleCount: 1…2³²−1.
  ///   - sums: about `base.moments.mean`; `nil` where observation statistics stay.
  public init(
    from trained: ParameterVector, relativeTo base: GlobalModel, shared: SharedParameters,
    sampleCount: Int, environmentSteps: Int, gradientSteps: Int = 0,
    trainingSeconds: Double = 0, energyJoules: Double = 0, sums: MomentSums? = nil
  ) {
    precondition(
      sums == nil || base.moments?.mean == sums?.center,
      "observation sums about another centre than the base model's mean")
    self.init(
      metadata: UpdateMetadata(
        baseVersion: base.version, layoutDigest: shared.digest, sampleCount: sampleCount,
        environmentSteps: environmentSteps, gradientSteps: gradientSteps,
        trainingSeconds: Float(trainingSeconds), energyJoules: Float(energyJoules)),
      delta: shared.delta(from: trained.values, relativeTo: base.parameters.values),
      sums: sums.map { NormalizerSums($0) })
  }
}
