/// The bookkeeping of an open round.
public struct OpenRound: Sendable, Equatable {
  /// How a selected member's turn stands.
  public enum Turn: Sendable, Equatable { case pending, reported, rejected, failed }

  /// From 1.
  public let round: Int
  public let phase: RoundPhase
  public let openedAt: FleetTime
  /// In order of members.
  public let selected: [MemberID]
  public internal(set) var turns: [MemberID: Turn]
  public internal(set) var pendingCount: Int
  public internal(set) var bytesUp = 0
  public let bytesDown: Int

  init(
    round: Int, phase: RoundPhase, openedAt: FleetTime, selected: [MemberID], bytesDown: Int
  ) {
    self.round = round
    self.phase = phase
    self.openedAt = openedAt
    self.selected = selected
    self.bytesDown = bytesDown
    turns = Dictionary(uniqueKeysWithValues: selected.map { ($0, .pending) })
    pendingCount = selected.count
  }

  /// Ends a pending turn.
  mutating func end(_ member: MemberID, as turn: Turn) {
    assert(turns[member] == .pending && turn != .pending)
    turns[member] = turn
    pendingCount -= 1
  }

  /// Takes a report back that could not be added.
  mutating func reject(_ member: MemberID) {
    assert(turns[member] == .reported)
    turns[member] = .rejected
  }

  /// Members whose turn stands so, in order.
  public func members(_ turn: Turn) -> [MemberID] { selected.filter { turns[$0] == turn } }
}
