/// The stages and the codec that both ends of a federation agree on.
public struct UpdatePipeline: Sendable {
  public let stages: [any UpdateStage]
  public let codec: any UpdateCodec

  public init(stages: [any UpdateStage] = [], codec: any UpdateCodec = Float32Codec()) {
    self.stages = stages
    self.codec = codec
  }

  /// A member's side: every stage in order, then the codec.
  public func encode(_ update: consuming ModelUpdate, for member: MemberContext) -> EncodedUpdate {
    for stage in stages { stage.outgoing(&update, for: member) }
    return codec.encode(update)
  }

  /// The server's side after summing: every stage in reverse order.
  public func restore(_ aggregate: inout Aggregate, for round: RoundContext) {
    for stage in stages.reversed() { stage.incoming(&aggregate, for: round) }
  }
}
