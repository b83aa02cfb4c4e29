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
      learner: learner(of: arm), specification: specification,
      federation: scenario.federationConfiguration, seed: scenario.seed,
      initialParameters: initialParameters, initialMoments: initialMoments)
  }

  /// An arm of a run, before its first round.
  public func makeArm(
    _ arm: Arm, initialParameters: ParameterVector? = nil, initialMoments: Moments? = nil
  ) -> any ArmSimulation {
    let plan = fleetPlan(
      for: arm, initialParameters: initialParameters, initialMoments: initialMoments)
    return switch arm {
    case .federated: FederatedArm(plan: plan)
    case .independent: IndependentArm(plan: plan)
    case .pooled: PooledArm(plan: plan)
    case .finetuned: FinetunedArm(plan: plan, roundsAlone: finetuneRounds)
    }
  }

  private func learner(of arm: Arm) -> any LearnerKind {
    switch arm {
    case .federated, .finetuned: learner
    case .independent: independentLearner
    case .pooled: pooledLearner ?? learner
    }
  }

  /// Rounds in which the agents of the finetuned arm train alone.
  public var finetuneRounds: Int {
    let rounds = scenario.evaluation.finetuneRounds
    return rounds > 0 ? rounds : max(scenario.rounds / 10, 1)
  }

  private func memberPlan(_ member: Scenario.Member, kind: any EnvironmentKind) -> MemberPlan {
    MemberPlan(
      name: member.name, group: member.group, kind: kind, device: member.device,
      link: member.link, stepsPerRound: member.stepsPerRound,
      episodesPerRound: member.episodesPerRound,
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
