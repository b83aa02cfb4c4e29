internal import FedRLCore
internal import FedRLNumerics

extension ScenarioDecoder {
  /// The members, and each group as written.
  struct Fleet {
    var members: [Scenario.Member] = []
    var sources: [Scenario.GroupSource] = []
  }

  /// One `[[fleet]]` with its distributions parsed but not drawn.
  private struct Group {
    let name: String
    let count: Int
    /// The group's own settings without `name`, `count` and the tables.
    let own: SettingSource
    let device: SettingTable
    let link: SettingTable
    let environment: SettingSource
  }

  mutating func decodeFleet(_ environment: EnvironmentSection?, seed: UInt64) -> Fleet {
    var fleet = Fleet()
    guard let groups = fleetGroups() else { return fleet }
    var names: Set<String> = []
    let random = RandomStream(seed: seed)
    for (index, value) in groups.enumerated() {
      let name = FleetGroupSettings.name(of: value, at: index, of: groups.count)
      guard case .table(let table) = value else {
        report("[fleet.\(name)]", "expected a group of settings, got \(value.description)")
        continue
      }
      checkGroupName(name, among: &names)
      guard let group = decodeGroup(name, table, environment) else { continue }
      fleet.sources.append(source(of: group))
      addMembers(of: group, environment, random: random, to: &fleet.members)
    }
    return fleet
  }

  private mutating func fleetGroups() -> [SettingValue]? {
    switch tree["fleet"] {
    case .list(let groups) where !groups.isEmpty: return groups
    case nil, .list:
      report("[[fleet]]", "missing; a scenario needs at least one group of agents")
    case .table: report("[fleet]", "expected [[fleet]] in double brackets, got [fleet]")
    case .some(let value): report("[[fleet]]", "expected a group, got \(value.description)")
    }
    return nil
  }

  private mutating func checkGroupName(_ name: String, among names: inout Set<String>) {
    if !names.insert(name).inserted {
      report("[fleet.\(name)] name", "two groups have this name")
    }
    let isPlain = name.utf8.allSatisfy {
      (65...90).contains($0) || (97...122).contains($0) || (48...57).contains($0) || $0 == 45
        || $0 == 95
    }
    if !isPlain || Int(name) != nil {
      report(
        "[fleet.\(name)] name",
        "expected letters, digits, - and _ with at least one letter, got \"\(name)\"")
    }
  }

  private mutating func decodeGroup(
    _ name: String, _ table: SettingTable, _ environment: EnvironmentSection?
  ) -> Group? {
    let place = "[fleet.\(name)]"
    let countBefore = problems.count
    // The tables and what cannot be drawn are decoded as they stand; the rest may be drawn.
    let fixedKeys: Set = ["name", "count", "device_overrides", "link_overrides", "environment"]
    let fixed = FleetGroupSettings(
      decoding: table.filter { fixedKeys.contains($0.key) }, at: place, problems: &problems)
    let own = SettingSource(
      table.filter { !fixedKeys.contains($0.key) }, schema: SettingSchema(FleetGroupSettings.self),
      place: place, folder: folder, problems: &problems)
    var overrides = SettingSource()
    if let environment {
      overrides = SettingSource(
        fixed.environment, schema: environment.schema, place: "[fleet.\(name).environment]",
        folder: folder, problems: &problems)
    }
    guard problems.count == countBefore else { return nil }
    return Group(
      name: name, count: fixed.count, own: own, device: fixed.deviceOverrides,
      link: fixed.linkOverrides, environment: overrides)
  }

  private func source(of group: Group) -> Scenario.GroupSource {
    var settings = FleetGroupSettings().table.merging(group.own.written) { $1 }
    settings["name"] = .text(group.name)
    settings["count"] = .integer(group.count)
    settings["device_overrides"] = .table(group.device)
    settings["link_overrides"] = .table(group.link)
    settings["environment"] = nil
    return .init(
      name: group.name, settings: settings, environment: group.environment.written,
      drawnKeys: group.own.distributions.keys.sorted(),
      drawnEnvironmentKeys: group.environment.distributions.keys.sorted())
  }

  private mutating func addMembers(
    of group: Group, _ environment: EnvironmentSection?, random: RandomStream,
    to members: inout [Scenario.Member]
  ) {
    let schema = SettingSchema(FleetGroupSettings.self)
    let inherited = environment.map { $0.source.removing(group.environment) } ?? SettingSource()
    let defaults = environment?.schema.defaults ?? [:]
    let place = "[fleet.\(group.name)]"
    var checked: Set<String> = []
    for indexInGroup in 0..<group.count {
      let index = members.count
      let stream = random.split("fleet", UInt64(index))
      var found: [SettingProblem] = []
      let own = group.own.drawn(
        schema: schema, prefix: "", random: stream, index: indexInGroup, place: place,
        problems: &found)
      let settings = FleetGroupSettings(decoding: own, at: place, problems: &found)
      var table = defaults
      if let environment {
        table.merge(
          inherited.drawn(
            schema: environment.schema, prefix: "environment.", random: stream, index: index,
            place: "[environment]", problems: &found)
        ) { $1 }
        table.merge(
          group.environment.drawn(
            schema: environment.schema, prefix: "environment.", random: stream,
            index: indexInGroup, place: "[fleet.\(group.name).environment]", problems: &found)
        ) { $1 }
        if checked.insert(SettingValue.table(table).description).inserted {
          found += environment.entry.check(
            table, group.environment.types.isEmpty ? "[environment]" : "[fleet.\(group.name).environment]")
        }
      }
      problems += found.filter { !problems.contains($0) }
      members.append(
        .init(
          index: index, indexInGroup: indexInGroup, name: "\(group.name)/\(indexInGroup + 1)",
          group: group.name, environmentSettings: table, device: settings.device,
          deviceOverrides: group.device, link: settings.link, linkOverrides: group.link,
          stepsPerRound: settings.stepsPerRound,
          drawsSteps: group.own.distributions["steps_per_round"] != nil,
          trainsInSimulation: settings.collects == .simulation))
    }
  }
}
