internal import FedRLCore
internal import FedRLFederation
internal import FedRLSimulation

/// Turns a scenario's tree into a value, and gathers everything that is wrong with it.
struct ScenarioDecoder {
  static let sections = [
    "scenario", "environment", "policy", "fleet", "federation", "evaluation", "output", "expect",
  ]

  let tree: SettingTable
  let path: String
  let registry: Registry
  var problems: [SettingProblem] = []
  /// Where relative paths start; known once `[scenario]` is decoded.
  var folder: String

  init(tree: SettingTable, path: String, registry: Registry) {
    self.tree = tree
    self.path = path
    self.registry = registry
    folder = Files.absolute(Files.folder(of: path))
  }

  /// The scenario, or `nil` where there are problems.
  mutating func decode() -> Scenario? {
    checkSections()
    let general = decodeSection(ScenarioSettings.self, "scenario")
    resolveFolder(general)
    let environment = decodeEnvironment()
    let policy = decodePolicy()
    let fleet = decodeFleet(environment, seed: UInt64(general.seed))
    let federation = decodeSection(FederationSettings.self, "federation")
    let evaluation = decodeSection(EvaluationSettings.self, "evaluation")
    let places = environment.map { decodeEvaluation(evaluation, environment: $0) }
    let output = decodeSection(OutputSettings.self, "output")
    let expectations = decodeExpectations(arms: evaluation.arms.map(\.rawValue))
    guard problems.isEmpty, let environment, let policy, let places else { return nil }
    let scenario = Scenario(
      name: general.name.isEmpty ? Files.baseName(of: path) : general.name,
      summary: general.description, seed: UInt64(general.seed), rounds: general.rounds,
      maximumSeconds: general.maximumSeconds > 0 ? general.maximumSeconds : nil, path: path,
      baseDirectory: folder, environmentName: environment.entry.name, members: fleet.members,
      policyName: policy.name, policySettings: policy.settings,
      independentPolicySettings: policy.independent, pooledPolicySettings: policy.pooled,
      federation: federation,
      evaluation: evaluation, evaluationEnvironments: places.environments, output: output,
      expectations: expectations,
      source: Scenario.Source(
        environment: environment.source.written,
        environmentDefaults: environment.schema.defaults, groups: fleet.sources,
        evaluationEnvironment: places.source.written,
        environmentSettings: environment.entry.settings.map(\.name),
        policySettings: policy.order))
    checkFederation(of: scenario)
    return scenario
  }

  /// What the federation itself finds wrong, in the scenario's words.
  private mutating func checkFederation(of scenario: Scenario) {
    let names = ["maximum_norm": "max_update_norm", "shared": "shared_parts"]
    for (setting, message) in scenario.federationConfiguration.validate() {
      report("[federation] \(names[setting] ?? setting)", message)
    }
  }

  mutating func report(_ place: String, _ message: String) {
    problems.append(.init(place: place, message: message))
  }

  private mutating func checkSections() {
    for key in tree.keys.sorted() where !Self.sections.contains(key) {
      let near = nearestName(to: key, among: Self.sections)
      report(
        "[\(key)]",
        "unknown section" + (near.map { "; did you mean [\($0)]?" } ?? ""))
    }
  }

  /// The table of a section; empty where it is missing or something else, which is reported.
  mutating func table(of section: String) -> SettingTable {
    switch tree[section] {
    case nil: return [:]
    case .table(let table): return table
    case .some(let value):
      report("[\(section)]", "expected a section, got \(value.description)")
      return [:]
    }
  }

  private mutating func decodeSection<Group: SettingsGroup>(
    _ group: Group.Type, _ section: String
  ) -> Group {
    Group(decoding: table(of: section), at: "[\(section)]", problems: &problems)
  }

  private mutating func resolveFolder(_ general: ScenarioSettings) {
    let base = general.base
    let joined = base.hasPrefix("/") ? base : folder + "/" + base
    if Files.isFolder(joined) {
      folder = Files.absolute(joined)
    } else {
      report("[scenario] base", "expected a folder, got \"\(base)\"")
    }
  }

  /// `[environment]`: which family, and the settings every agent starts from.
  struct EnvironmentSection {
    let entry: EnvironmentEntry
    let schema: SettingSchema
    /// As written, on top of the defaults.
    let source: SettingSource
  }

  private mutating func decodeEnvironment() -> EnvironmentSection? {
    var table = table(of: "environment")
    let known = registry.environmentSummaries.map(\.name)
    guard
      let name = decodeName(
        &table, section: "environment", known: known,
        isKnown: { [registry] in registry.environment(named: $0) != nil }),
      let entry = registry.environment(named: name)
    else { return nil }
    let schema = SettingSchema(entry)
    let written = SettingSource(
      table, schema: schema, place: "[environment]", folder: folder, problems: &problems)
    return EnvironmentSection(entry: entry, schema: schema, source: written)
  }

  /// `[policy]`: a learner, and what arms change about it.
  private struct PolicySection {
    let name: String
    let settings, independent, pooled: SettingTable
    let order: [String]
  }

  private mutating func decodePolicy() -> PolicySection? {
    var table = table(of: "policy")
    let independent = takeArm("independent", from: &table)
    let pooled = takeArm("pooled", from: &table)
    let known = registry.learners.map(\.name)
    guard
      let name = decodeName(
        &table, section: "policy", known: known, isKnown: { known.contains($0) }),
      let entry = registry.learner(named: name)
    else { return nil }
    let found = entry.check(table, "[policy]")
    problems += found
    for (arm, own) in [("independent", independent), ("pooled", pooled)]
    where found.isEmpty && !own.isEmpty {
      problems += entry.check(table.merging(own) { $1 }, "[policy.\(arm)]")
    }
    return PolicySection(
      name: name, settings: entry.defaults.merging(table) { $1 }, independent: independent,
      pooled: pooled, order: entry.settings.map(\.name))
  }

  /// Takes what one arm changes out of `[policy]`.
  private mutating func takeArm(_ arm: String, from table: inout SettingTable) -> SettingTable {
    switch table.removeValue(forKey: arm) {
    case nil: return [:]
    case .table(let written): return written
    case .some(let value):
      report("[policy] \(arm)", "expected a section, got \(value.description)")
      return [:]
    }
  }

  /// Takes `name` out of a section's table and looks it up.
  private mutating func decodeName(
    _ table: inout SettingTable, section: String, known: [String], isKnown: (String) -> Bool
  ) -> String? {
    let list = known.isEmpty ? "there is none" : "expected one of \(known.joined(separator: ", "))"
    guard let value = table.removeValue(forKey: "name") else {
      report("[\(section)] name", "missing; \(list)")
      return nil
    }
    guard case .text(let name) = value, isKnown(name) else {
      var message = "\(list), got \(value.description)"
      if case .text(let name) = value, let near = nearestName(to: name, among: known) {
        message += "; did you mean \(near)?"
      }
      report("[\(section)] name", message)
      return nil
    }
    return name
  }
}

extension LearnerEntry {
  /// Every default that would be accepted if it were written.
  var defaults: SettingTable {
    var table: SettingTable = [:]
    for description in settings {
      let single = [description.name: description.defaultValue]
      let place = "? \(description.name)"
      if !check(single, "?").contains(where: { $0.place == place }) {
        table[description.name] = description.defaultValue
      }
    }
    return table
  }
}
