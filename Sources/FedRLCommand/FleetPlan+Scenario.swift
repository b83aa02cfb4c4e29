import FedRLReporting
import FedRLScenario
import FedRLSimulation

extension FleetPlan {
  /// The fleet of a prepared scenario.
  /// - Parameters:
  ///   - arm: whose learner the agents have.
  ///   - initial: what `--init` named; `nil` to draw the weights from the seed.
  init(_ prepared: PreparedScenario, arm: Arm, initial: PolicyFile?) {
    self = prepared.fleetPlan(
      for: arm, initialParameters: initial?.parameters, initialMoments: initial?.observationMoments)
  }
}
