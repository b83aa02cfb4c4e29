public import FedRLScenario
import FedRLClassicControl
import FedRLDrone
import FedRLPPO
import FedRLVacuum

extension Registry {
  /// The environments and learners that come with fedrl.
  public static let standard = Registry(
    environments: [cartPoleEntry, vacuumEntry, droneEntry], learners: [ppoEntry])
}
