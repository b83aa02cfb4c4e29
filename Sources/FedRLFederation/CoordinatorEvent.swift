/// The exchanges of one round, in order. A protocol of several exchanges adds its own.
public enum RoundPhase: UInt8, Sendable, Equatable, CaseIterable {
  /// Models go down, updates come up.
  case training
}

/// What happens to a ``Coordinator``.
public enum CoordinatorEvent: Sendable, Equatable {
  /// The driver is ready for the next round, having saved what it wants to keep of the last one.
  /// The round opens at once, or as soon as a quorum of members is available.
  case beginRound
  /// A member joined, came back or is charged again.
  case memberAvailable(MemberID)
  /// A member left or must rest; its turn, if it has one, is over.
  case memberUnavailable(MemberID)
  /// Bytes came from a member.
  case updateReceived(from: MemberID, EncodedUpdate)
  /// A member's turn came to nothing, or its message was lost for good; it stays available.
  case memberFailed(MemberID, round: Int)
  /// A scheduled deadline has come.
  case deadline(round: Int, phase: RoundPhase)
}

/// What a ``Coordinator`` wants done, in order.
public enum CoordinatorCommand: Sendable, Equatable {
  /// Sends the model to members, who start a turn from it and drop whatever they were doing.
  case send(EncodedModel, to: [MemberID], round: Int, phase: RoundPhase)
  /// Wants ``CoordinatorEvent/deadline(round:phase:)`` at that time.
  case scheduleDeadline(round: Int, phase: RoundPhase, at: FleetTime)
  /// The update is in the sum; `norm` is its ‖Δ‖₂.
  case accepted(MemberID, round: Int, norm: Double)
  /// The message was not taken.
  case rejected(MemberID, Rejection)
  case roundClosed(RoundSummary)
  /// Follows every ``roundClosed(_:)``, also where the model only got a new version.
  case modelPublished(GlobalModel)
  /// The last round has closed.
  case finished
}
