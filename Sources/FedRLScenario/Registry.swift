public import FedRLCore

/// What scenarios can name: environments and learners. Adding one is adding a line.
public struct Registry: Sendable {
  public var environments: [EnvironmentEntry]
  public var learners: [LearnerEntry]

  public init(environments: [EnvironmentEntry], learners: [LearnerEntry]) {
    self.environments = environments
    self.learners = learners
  }

  /// This registry and an environment more; one of the same name is replaced.
  public func adding(_ entry: EnvironmentEntry) -> Registry {
    Registry(
      environments: environments.filter { $0.name != entry.name } + [entry], learners: learners)
  }

  /// This registry and a learner more; one of the same name is replaced.
  public func adding(_ entry: LearnerEntry) -> Registry {
    Registry(
      environments: environments, learners: learners.filter { $0.name != entry.name } + [entry])
  }

  public func environment(named name: String) -> EnvironmentEntry? {
    environments.first { $0.name == name }
  }

  public func learner(named name: String) -> LearnerEntry? {
    learners.first { $0.name == name }
  }
}
