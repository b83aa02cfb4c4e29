public import FedRLCore

/// What scenarios can name: environments and learners. Adding one is adding a line.
public struct Registry: Sendable {
  public var environments: [EnvironmentEntry]
  /// Asked for names that no environment has.
  public var families: [EnvironmentFamily]
  public var learners: [LearnerEntry]

  public init(
    environments: [EnvironmentEntry], families: [EnvironmentFamily] = [], learners: [LearnerEntry]
  ) {
    self.environments = environments
    self.families = families
    self.learners = learners
  }

  /// This registry and an environment more; one of the same name is replaced.
  public func adding(_ entry: EnvironmentEntry) -> Registry {
    var registry = self
    registry.environments.removeAll { $0.name == entry.name }
    registry.environments.append(entry)
    return registry
  }

  /// This registry and a learner more; one of the same name is replaced.
  public func adding(_ entry: LearnerEntry) -> Registry {
    var registry = self
    registry.learners.removeAll { $0.name == entry.name }
    registry.learners.append(entry)
    return registry
  }

  public func environment(named name: String) -> EnvironmentEntry? {
    environments.first { $0.name == name }
      ?? families.lazy.compactMap { $0.entry(named: name) }.first
  }

  /// Names and summaries, families with their placeholder: what can be written in a scenario.
  public var environmentSummaries: [(name: String, summary: String)] {
    environments.map { ($0.name, $0.summary) }
      + families.map { ($0.prefix + $0.placeholder, $0.summary) }
  }

  public func learner(named name: String) -> LearnerEntry? {
    learners.first { $0.name == name }
  }
}
