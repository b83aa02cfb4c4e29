/// Whose update a stage changes.
public struct MemberContext: Sendable, Equatable {
  public let member: MemberID
  /// From 1.
  public let round: Int
  /// The run's seed, from which a stage names its random numbers by member and round.
  public let seed: UInt64

  public init(member: MemberID, round: Int, seed: UInt64) {
    self.member = member
    self.round = round
    self.seed = seed
  }
}

/// Which round's aggregate a stage changes.
public struct RoundContext: Sendable, Equatable {
  /// From 1.
  public let round: Int
  public let seed: UInt64

  public init(round: Int, seed: UInt64) {
    self.round = round
    self.seed = seed
  }
}

/// A step between a member's update and its encoding, and its counterpart on the server: clipping,
/// noise, sparsifying, quantising.
///
/// Stages' `outgoing` run in order on the member; their `incoming` in reverse order on the sum.
public protocol UpdateStage: Sendable {
  func outgoing(_ update: inout ModelUpdate, for member: MemberContext)
  func incoming(_ aggregate: inout Aggregate, for round: RoundContext)
}

/// The stage that changes nothing.
public struct IdentityStage: UpdateStage, Equatable {
  public init() {}
  public func outgoing(_ update: inout ModelUpdate, for member: MemberContext) {}
  public func incoming(_ aggregate: inout Aggregate, for round: RoundContext) {}
}
