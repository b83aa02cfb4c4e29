public import FedRLScenario
import FedRLClassicControl
import FedRLDQN
import FedRLDrone
import FedRLGymnasium
import FedRLPPO
import FedRLReferenceWorlds
import FedRLVacuum
import FedRLVehicle

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
      droneEntry,
      vehicleEntry,
      lunarLanderEntry,
      lunarLanderContinuousEntry,
      bipedalWalkerEntry,
    ],
    families: [gymnasiumFamily],
    learners: [ppoEntry, dqnEntry])
}
