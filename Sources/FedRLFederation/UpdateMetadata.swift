/// What the server may see of an update besides the protected vector.
public struct UpdateMetadata: Sendable, Equatable {
  /// The model the member started from.
  public var baseVersion: ModelVersion
  /// Of the shared layout.
  public var layoutDigest: LayoutDigest
  /// Samples the update stands for: the weight under ``Weighting/samples``. 1…2³²−1.
  public var sampleCount: Int
  /// Environment steps of the turn.
  public var environmentSteps: Int
  /// Optimiser steps of the turn.
  public var gradientSteps: Int
  /// What the turn cost the member.
  public var trainingSeconds: Float
  public var energyJoules: Float

  public init(
    baseVersion: ModelVersion, layoutDigest: LayoutDigest, sampleCount: Int,
    environmentSteps: Int, gradientSteps: Int = 0, trainingSeconds: Float = 0,
    energyJoules: Float = 0
  ) {
    self.baseVersion = baseVersion
    self.layoutDigest = layoutDigest
    self.sampleCount = sampleCount
    self.environmentSteps = environmentSteps
    self.gradientSteps = gradientSteps
    self.trainingSeconds = trainingSeconds
    self.energyJoules = energyJoules
  }
}
