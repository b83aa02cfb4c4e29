import FedRLCore
import FedRLFederation
import FedRLNumerics

/// The fleet learning together, and every agent alone in the last rounds: the fleet's model made each
/// agent's own, at the same environment steps per agent as the other arms.
///
/// The rounds together are those of ``FederatedArm``, run again: the same model comes of them.
public final class FinetunedArm: ArmSimulation {
  public let arm = Arm.finetuned
  private let plan: FleetPlan
  private let roundsAlone: Int
  private let together: FederatedArm
  private var alone: IndependentArm?

  /// - Parameter roundsAlone: the last ones, `1..<rounds`.
  public init(plan: FleetPlan, roundsAlone: Int) {
    precondition(
      roundsAlone > 0 && roundsAlone < plan.federation.rounds,
      "\(roundsAlone) of \(plan.federation.rounds) rounds alone")
    self.plan = plan
    self.roundsAlone = roundsAlone
    together = FederatedArm(plan: plan)
  }

  public var round: Int { alone?.round ?? together.round }
  public var isFinished: Bool { round == plan.federation.rounds }

  public func runRound(pool: WorkerPool, egress: (EgressRecord) throws -> Void) throws
    -> RoundRecord
  {
    if alone == nil, together.round == plan.federation.rounds - roundsAlone {
      alone = IndependentArm(after: together, plan: plan)
    }
    var record =
      if let alone { try alone.runRound(pool: pool, egress: egress) } else {
        try together.runRound(pool: pool, egress: egress)
      }
    record.arm = arm
    return record
  }

  public func policies() -> [PolicySnapshot] { alone?.policies() ?? together.policies() }

  public func encodeState(pool: WorkerPool) throws -> [[UInt8]] {
    var encoder = StateEncoder()
    encoder.encode(alone != nil)
    return [encoder.bytes]
      + (try alone?.encodeState(pool: pool) ?? together.encodeState(pool: pool))
  }

  public func decodeState(_ next: () throws -> [UInt8]) throws {
    var decoder = StateDecoder(try next())
    let isAlone = try decoder.decode(Bool.self)
    try decoder.checkEnd()
    if isAlone {
      let arm = IndependentArm(after: together, plan: plan)
      try arm.decodeState(next)
      alone = arm
    } else {
      try together.decodeState(next)
    }
  }
}
