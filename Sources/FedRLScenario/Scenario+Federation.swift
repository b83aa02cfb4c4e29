public import FedRLFederation
internal import FedRLNumerics

extension Scenario {
  /// The federation of the whole fleet, as the coordinator takes it.
  public var federationConfiguration: FederationConfiguration {
    var configuration = FederationConfiguration()
    configuration.rounds = rounds
    configuration.participation =
      federation.agentsPerRound > 0
      ? .count(federation.selected(of: members.count)) : .fraction(federation.participation)
    configuration.weighting = federation.weighting
    configuration.normalizer = federation.normalizer
    configuration.normalizerWarmupRounds = federation.normalizerWarmupRounds
    configuration.normalizerCountLimit = federation.normalizerCountLimit
    let wanted = federation.quorum * Double(federation.selected(of: members.count))
    configuration.quorum = max(Int(wanted.rounded(.up)), 1)
    configuration.deadlineSeconds =
      federation.deadlineSeconds > 0 ? federation.deadlineSeconds : nil
    configuration.sharedParts = Set(federation.sharedParts)
    configuration.maximumNorm =
      federation.maximumUpdateNorm > 0 ? federation.maximumUpdateNorm : nil
    configuration.maximumSampleCount = members.map(\.stepsPerRound).max() ?? 1
    configuration.serverLearningRate = federation.serverLearningRate
    configuration.maximumUpdates = max(members.count, 1)
    configuration.seed = RandomStream(seed: seed).split("federation").seed
    return configuration
  }

  /// How updates travel: no stages yet, and the named codec.
  public var updatePipeline: UpdatePipeline {
    let entry = FederationCatalogue.codecs.first { $0.name == federation.codec }
    return UpdatePipeline(codec: entry?.make() ?? Float32Codec())
  }
}
