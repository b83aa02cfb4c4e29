internal import FedRLCore
public import FedRLNumerics
public import FedRLSimulation

extension PreparedScenario {
  /// What the arms of a run are made of.
  /// - Parameters:
  ///   - arm: whose learner the agents have.
  ///   - initialParameters: what all agents start from; `nil` to draw it from the seed.
  ///   - initialMoments: observation statistics that belong to them.
  public func fleetPlan(
    for arm: Arm, initialParameters: ParameterVector? = nil, initialMoments: Moments? = nil
  ) -> FleetPlan {
    FleetPlan(
      members: zip(scenario.members, kindOfMember).map { memberPlan($0, kind: kinds[$1]) },
      learner: arm == .independent ? independentLearner : learner, specification: specification,
      federation: scenario.federationConfiguration, seed: scenario.seed,
      initialParameters: initialParameters, initialMoments: initialMoments)
  }

  private func memberPlan(_ member: Scenario.Member, kind: any EnvironmentKind) -> MemberPlan {
    MemberPlan(
      name: member.name, group: member.group, kind: kind, device: member.device,
      link: member.link, stepsPerRound: member.stepsPerRound,
      simulatedStepsPerSecond: member.simulatedStepsPerSecond,
      hasDeviceBattery: member.hasDeviceBattery && !kind.specification.modelsBattery)
  }

  /// What judges policies: the scenario's evaluation environments, episodes and seed.
  public func makeEvaluator() -> Evaluator {
    Evaluator(
      environments: evaluationKinds.map { .init(name: $0.name, kind: $0.kind) },
      episodes: scenario.evaluation.episodes, seed: UInt64(scenario.evaluation.seed))
  }
}
