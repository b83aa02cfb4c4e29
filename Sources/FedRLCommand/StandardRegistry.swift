public import FedRLScenario
import FedRLClassicControl
import FedRLPPO

extension Registry {
  /// The environments and learners that come with fedrl.
  public static let standard = Registry(
    environments: [cartPoleEntry], learners: [ppoEntry])
}
