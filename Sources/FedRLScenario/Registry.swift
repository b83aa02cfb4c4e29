public import FedRLCore

/// What scenarios can name: environments and learners. Adding one is adding a line.
public struct Registry: Sendable {
  public var environments: [EnvironmentEntry]
  public var learners: [LearnerEntry]

  public init(environments: [EnvironmentEntry], learners: [LearnerEntry]) {
    self.environments = environments
    self.learners = learners
  }

  public func environment(named name: String) -> EnvironmentEntry? {
    environments.first { $0.name == name }
  }

  public func learner(named name: String) -> LearnerEntry? {
    learners.first { $0.name == name }
  }
}
