import FedRLCore
import FedRLReporting

extension PolicyFile {
  /// Reads a policy that a scenario's learner can run and train on.
  /// - Throws: ``BadInput`` where only one of the two normalises observations.
  static func read(_ path: String, for learner: any LearnerKind) throws -> PolicyFile {
    let policy = try read(path, layout: learner.layout)
    if (policy.observationMoments != nil) != learner.normalizesObservations {
      throw BadInput(
        learner.normalizesObservations
          ? "\(path): expected a policy with observation statistics, as the scenario's "
            + "normalize_observations asks for, got one without"
          : "\(path): expected a policy for raw observations, as the scenario's "
            + "normalize_observations = false asks for, got one with observation statistics")
    }
    return policy
  }
}
