internal import FedRLCore

extension Scenario {
  /// The scenario as run, every default written out; loading it gives the same scenario.
  ///
  /// Distributions stand as written, with patterns of files expanded; what was drawn for each agent
  /// follows in comments. `[scenario] base` is the absolute folder in which relative paths start.
  public func resolvedTOML() -> String {
    var writer = TOMLWriter()
    writer.comment("The scenario as run, with every default written out.")
    write(generalSettings, as: "scenario", to: &writer)
    writer.section("[environment]")
    writer.pair("name", .text(environmentName))
    writer.pairs(environmentTable, order: source.environmentSettings)
    writer.section("[policy]")
    writer.pair("name", .text(policyName))
    writer.pairs(policySettings, order: source.policySettings)
    if !independentPolicySettings.isEmpty {
      writer.section("[policy.independent]")
      writer.pairs(independentPolicySettings, order: source.policySettings)
    }
    if !pooledPolicySettings.isEmpty {
      writer.section("[policy.pooled]")
      writer.pairs(pooledPolicySettings, order: source.policySettings)
    }
    for group in source.groups { write(group, to: &writer) }
    write(federation, as: "federation", to: &writer)
    write(evaluation, as: "evaluation", to: &writer, without: ["environment"])
    if !source.evaluationEnvironment.isEmpty {
      writer.section("[evaluation.environment]")
      writer.pairs(source.evaluationEnvironment, order: source.environmentSettings)
    }
    write(output, as: "output", to: &writer)
    writeExpectations(to: &writer)
    return writer.text
  }

  private var generalSettings: ScenarioSettings {
    var settings = ScenarioSettings()
    settings.name = name
    settings.description = summary
    settings.seed = Int(clamping: seed)
    settings.rounds = rounds
    settings.maximumSeconds = maximumSeconds ?? 0
    settings.base = baseDirectory
    return settings
  }

  /// `[environment]` with its defaults; a default that no member was given is one that cannot be
  /// written.
  private var environmentTable: SettingTable {
    var table = source.environment
    for (key, value) in source.environmentDefaults where table[key] == nil { table[key] = value }
    return table
  }

  private func write<Group: SettingsGroup>(
    _ group: Group, as section: String, to writer: inout TOMLWriter, without: Set<String> = []
  ) {
    writer.section("[\(section)]")
    writer.pairs(
      group.table.filter { !without.contains($0.key) }, order: Group.descriptions.map(\.name))
  }

  private func write(_ group: GroupSource, to writer: inout TOMLWriter) {
    writer.section("[[fleet]]")
    writer.pairs(group.settings, order: FleetGroupSettings.descriptions.map(\.name))
    if !group.environment.isEmpty {
      writer.section("[fleet.environment]")
      writer.pairs(group.environment, order: source.environmentSettings)
    }
    writeDraws(of: group, to: &writer)
  }

  /// One comment per agent with what was drawn for it.
  private func writeDraws(of group: GroupSource, to writer: inout TOMLWriter) {
    let drawing = members.filter { $0.group == group.name && !$0.drawn.isEmpty }
    if !drawing.isEmpty { writer.comment("Drawn:") }
    for member in drawing {
      let values = member.drawn.sorted { $0.key < $1.key }
        .map { "\($0.key) = \(TOMLWriter.value($0.value))" }
      writer.comment("  \(member.name): " + values.joined(separator: ", "))
    }
  }

  private func writeExpectations(to writer: inout TOMLWriter) {
    guard !expectations.isEmpty else { return }
    writer.section("[expect]")
    let names = ScenarioExpectation.Comparison.allCases.map { comparison in
      (comparison, ScenarioDecoder.bounds.first { $0.comparison == comparison }!.key)
    }
    var written: Set<String> = []
    for expectation in expectations where written.insert(expectation.quantity).inserted {
      var table: SettingTable = [:]
      for other in expectations where other.quantity == expectation.quantity {
        let key = names.first { $0.0 == other.comparison }!.1
        switch other.bound {
        case .number(let number): table[key] = .number(number)
        case .quantity: table[key] = .text(other.bound.description)
        }
      }
      writer.pair(expectation.quantity, .table(table))
    }
  }
}
