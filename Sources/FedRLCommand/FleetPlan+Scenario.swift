import FedRLReporting
import FedRLScenario
import FedRLSimulation

extension FleetPlan {
  /// The fleet of a prepared scenario.
  /// - Parameter initial: what `--init` named; `nil` to draw the weights from the seed.
  init(_ prepared: PreparedScenario, initial: PolicyFile?) {
    self = prepared.fleetPlan(
      initialParameters: initial?.parameters, initialMoments: initial?.observationMoments)
  }
}
