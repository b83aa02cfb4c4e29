import FedRLCore
import FedRLFederation
import FedRLNumerics
import FedRLReporting
import FedRLScenario
import FedRLSimulation

extension FederationConfiguration {
  /// The federation that a scenario declares, for a fleet of that size.
  init(_ scenario: Scenario) {
    self.init()
    let settings = scenario.federation
    let fleet = scenario.members.count
    rounds = scenario.rounds
    let selected = settings.selected(of: fleet)
    participation =
      settings.agentsPerRound > 0 ? .count(selected) : .fraction(settings.participation)
    weighting = settings.weighting == .uniform ? .uniform : .samples
    normalizer =
      switch settings.normalizer {
      case .shared: .shared
      case .local: .local
      case .frozen: .frozen
      }
    quorum = max(1, Int((settings.quorum * Double(selected)).rounded(.up)))
    deadlineSeconds = settings.deadlineSeconds > 0 ? settings.deadlineSeconds : nil
    sharedParts = Set(settings.sharedParts)
    maximumNorm = settings.maximumUpdateNorm > 0 ? settings.maximumUpdateNorm : nil
    maximumUpdates = max(fleet, 1)
    maximumSampleCount = scenario.members.map(\.stepsPerRound).max() ?? 1
    seed = RandomStream(seed: scenario.seed).split("federation").seed
  }
}

extension FleetPlan {
  /// The fleet of a prepared scenario.
  /// - Parameter initial: what `--init` named; `nil` to draw the weights from the seed.
  init(_ prepared: PreparedScenario, initial: PolicyFile?) throws {
    let scenario = prepared.scenario
    let members = scenario.members.map { member in
      let kind = prepared.kinds[prepared.kindOfMember[member.index]]
      return MemberPlan(
        name: member.name, group: member.group, kind: kind,
        device: member.device, link: member.link,
        stepsPerRound: member.stepsPerRound,
        simulatedStepsPerSecond: member.trainsInSimulation ? 1000 : nil,
        hasDeviceBattery: !kind.specification.modelsBattery)
    }
    self.init(
      members: members, learner: prepared.learner, specification: prepared.specification,
      federation: FederationConfiguration(scenario), seed: scenario.seed,
      initialParameters: initial?.parameters, initialMoments: initial?.observationMoments)
  }
}
