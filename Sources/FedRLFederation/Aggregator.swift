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
