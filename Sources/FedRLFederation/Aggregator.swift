public import FedRLNumerics

/// How members' updates weigh in the mean.
public enum Weighting: String, Sendable, CaseIterable, Codable {
  /// Every member alike.
  case uniform
  /// By sample count.
  case samples
}

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

/// Why a round has no aggregate.
public enum AggregationError: Error, Equatable, Sendable {
  /// Nothing was accumulated.
  case noUpdates
  /// The update does not fit the sum; it was left as it was.
  case refused(AdmissionError)
}

/// Adds updates up while they arrive; one owner, one round.
///
/// The result must not depend on the order of arrival.
public protocol Aggregator: ~Copyable, Sendable {
  /// Adds an update, or throws and leaves everything as it was.
  mutating func accumulate(_ update: borrowing ModelUpdate) throws(AggregationError)
  /// Ends the round.
  consuming func finish() throws(AggregationError) -> Aggregate
}
