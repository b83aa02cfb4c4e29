public import FedRLCore
internal import FedRLFederation
internal import FedRLNumerics
public import FedRLSimulation

/// Sizes of the messages of one agent in one round, as they are encoded.
public struct RoundMessages: Sendable, Equatable {
  /// Of the model received, bytes.
  public let bytesDown: Int
  /// Of the update sent, bytes.
  public let bytesUp: Int
  /// Parameters that the federation shares.
  public let sharedParameters: Int
  /// Elements of an observation.
  public let observations: Int

  init(_ scenario: Scenario, learner: any LearnerKind, specification: EnvironmentSpecification) {
    let configuration = scenario.federationConfiguration
    let shared = SharedParameters(of: learner.layout, parts: configuration.sharedParts)
    let hasMoments = learner.normalizesObservations && configuration.normalizer != .local
    let features = specification.observations.count
    let parameters = ParameterVector(layout: shared.layout)
    let model = GlobalModel(
      version: .initial, rounds: scenario.rounds, parameters: parameters,
      moments: hasMoments ? Moments(features: features) : nil)
    let zeros = [Double](repeating: 0, count: features)
    let update = ModelUpdate(
      metadata: UpdateMetadata(
        baseVersion: .initial, layoutDigest: shared.digest, sampleCount: 0, environmentSteps: 0),
      delta: parameters.values,
      sums: hasMoments ? NormalizerSums(count: 0, first: zeros, second: zeros) : nil)
    bytesDown = EncodedModel(model, digest: shared.digest).byteCount
    bytesUp = scenario.updatePipeline.codec.encode(update).byteCount
    sharedParameters = shared.count
    observations = features
  }
}

extension Scenario.Member {
  /// What a round costs this agent in fleet time and energy.
  /// - Throws: where its device cannot train or its link cannot carry the messages.
  public func roundCost(
    messages: RoundMessages, learner: any LearnerKind, specification: EnvironmentSpecification
  ) throws(RoundCostError) -> RoundCost {
    var work = RoundWork()
    work.environmentSteps = stepsPerRound
    work.controlPeriodSeconds = specification.controlPeriodSeconds
    work.simulatedStepsPerSecond = simulatedStepsPerSecond
    work.trainingFLOPs = learner.trainingFLOPs(environmentSteps: stepsPerRound)
    work.inferences = stepsPerRound
    work.inferenceMACs = learner.inferenceMACs
    work.bytesDown = messages.bytesDown
    work.bytesUp = messages.bytesUp
    return try RoundCost(of: work, on: device, over: link)
  }
}
