import FedRLCore
import FedRLFederation

/// What came of one agent's turn in a round.
struct Turn {
  var record = AgentRecord()
  /// What leaves the agent; `nil` where nothing does.
  var update: EncodedUpdate?
  /// Fleet time from the round's opening until the update has arrived.
  var seconds: Double {
    record.collectSeconds + record.trainSeconds + record.transferSeconds
  }

  init(member: FleetMember, report: LearningReport, metricCount: Int) {
    record.agent = member.index
    record.name = member.plan.name
    record.group = member.plan.group
    record.device = member.plan.device.name
    record.link = member.plan.link.name
    record.summarize(report, metricCount: metricCount)
  }

  /// Books what the turn cost.
  mutating func account(_ cost: RoundCost) {
    record.collectSeconds = cost.collectSeconds
    record.trainSeconds = cost.trainSeconds
    record.transferSeconds = cost.transferSeconds
    record.energyJoules = cost.totalJoules
  }

  /// The ledger's line for the update.
  func egress(round: Int, at time: FleetTime, codec: any UpdateCodec) throws -> EgressRecord {
    var egress = EgressRecord()
    egress.round = round
    egress.agent = record.agent
    egress.fleetTimeSeconds = (time + seconds).seconds
    egress.message = "update"
    egress.fields = try update!.fields(codec: codec).map {
      .init(name: $0.name, type: $0.type, shape: $0.shape, bytes: $0.bytes)
    }
    egress.bytes = update!.byteCount
    return egress
  }
}
