public import FedRLScenario
import FedRLClassicControl
import FedRLPPO
import FedRLVacuum
import FedRLVehicle

extension Registry {
  /// The environments and learners that come with fedrl.
  public static let standard = Registry(
    environments: [cartPoleEntry, vacuumEntry, vehicleEntry], learners: [ppoEntry])
}
