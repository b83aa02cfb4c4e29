public import FedRLScenario
import FedRLClassicControl
import FedRLPPO
import FedRLVacuum

extension Registry {
  /// The environments and learners that come with fedrl.
  public static let standard = Registry(
    environments: [
      cartPoleEntry, acrobotEntry, mountainCarEntry, mountainCarContinuousEntry, pendulumEntry,
      vacuumEntry,
    ], learners: [ppoEntry])
}
