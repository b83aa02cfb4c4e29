/// How a round ended.
public enum RoundOutcome: String, Sendable, Equatable {
  /// The admitted updates changed the model.
  case merged
  /// Too few updates were admitted: parameters and statistics stay, the version steps.
  case quorumMissed
}

/// What happened in a round. Lists are in order of members.
public struct RoundSummary: Sendable, Equatable {
  /// From 1.
  public let round: Int
  /// Of the model published at its end.
  public let version: ModelVersion
  public let outcome: RoundOutcome
  public let openedAt: FleetTime
  public let closedAt: FleetTime
  public let selected: [MemberID]
  /// Their updates are in the model, unless the quorum was missed.
  public let reported: [MemberID]
  /// Their updates were refused.
  public let rejected: [MemberID]
  /// They failed or left.
  public let failed: [MemberID]
  /// Still missing at the deadline.
  public let late: [MemberID]
  /// Of models sent, once per receiver.
  public let bytesDown: Int
  /// Of all updates received from selected members while the round was open.
  public let bytesUp: Int
  /// Over admitted updates.
  public let sampleCount: Int
  public let environmentSteps: Int
  /// ‖Δ̄‖₂ of the merged change; 0 where there was none.
  public let updateNorm: Double
}
