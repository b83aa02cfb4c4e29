public import FedRLNumerics

/// What a round's updates come to.
public struct Aggregate: Sendable, Equatable {
  /// Δ̄ over the shared layout.
  public var meanDelta: [Double]
  /// Observations of all members together; `nil` where none sent any.
  public var moments: Moments?
  /// How many updates are in it.
  public let updateCount: Int
  /// Over all updates.
  public let sampleCount: Int
  public let environmentSteps: Int

  public init(
    meanDelta: [Double], moments: Moments?, updateCount: Int, sampleCount: Int,
    environmentSteps: Int
  ) {
    self.meanDelta = meanDelta
    self.moments = moments
    self.updateCount = updateCount
    self.sampleCount = sampleCount
    self.environmentSteps = environmentSteps
  }

  /// ‖Δ̄‖₂.
  public var norm: Double { meanDelta.reduce(0) { $0 + $1 * $1 }.squareRoot() }
}
