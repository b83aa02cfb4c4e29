public import FedRLScenario
import FedRLClassicControl
import FedRLDrone
import FedRLPPO
import FedRLReferenceWorlds
import FedRLVacuum

extension Registry {
  /// The environments and learners that come with fedrl.
  public static let standard = Registry(
    environments: [
      cartPoleEntry, vacuumEntry, droneEntry, lunarLanderEntry, lunarLanderContinuousEntry,
      bipedalWalkerEntry,
    ], learners: [ppoEntry])
}
