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
      cartPoleEntry,
      acrobotEntry,
      mountainCarEntry,
      mountainCarContinuousEntry,
      pendulumEntry,
      vacuumEntry,
      lunarLanderEntry,
      lunarLanderContinuousEntry,
      droneEntry,
      bipedalWalkerEntry,
    ],
    learners: [ppoEntry])
}
