import FedRLCore
import FedRLReporting
import FedRLScenario

extension PolicyFile {
  /// Reads a policy that a scenario's learner can run and train on.
  /// - Throws: ``BadInput`` where only one of the two normalises observations, or where the same
  ///   environment's actions mean something else.
  static func read(_ path: String, for prepared: PreparedScenario) throws -> PolicyFile {
    let learner = prepared.learner
    let policy: PolicyFile
    do {
      policy = try read(path, layout: learner.layout)
    } catch {
      // A network of another shape is mostly one for another environment.
      guard let name = try? read(path).metadata["environment"],
        name != prepared.specification.name
      else { throw error }
      throw BadInput(
        "\(error) (it is a policy for \(name), the scenario's environment is "
          + "\(prepared.specification.name))")
    }
    if (policy.observationMoments != nil) != learner.normalizesObservations {
      throw BadInput(
        learner.normalizesObservations
          ? "\(path): expected a policy with observation statistics, as the scenario's "
            + "normalize_observations asks for, got one without"
          : "\(path): expected a policy for raw observations, as the scenario's "
            + "normalize_observations = false asks for, got one with observation statistics")
    }
    try policy.checkActions(path, prepared.specification)
    return policy
  }

  private func checkActions(_ path: String, _ specification: EnvironmentSpecification) throws {
    guard metadata["environment"] == specification.name, case .box(let box) = specification.actions,
      let text = metadata["action_names"], let list = try? JSONValue(parsing: text).elements
    else { return }
    let names = list.compactMap(\.string)
    guard names == box.names else {
      throw BadInput(
        "\(path): acts by \(names.joined(separator: ", ")); the scenario's \(specification.name) takes "
          + box.names.joined(separator: ", "))
    }
  }
}
