internal import FedRLCore
internal import FedRLNumerics
internal import FedRLSimulation

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
    let device: SettingSource
    let link: SettingSource
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
    let device = SettingSource(
      fixed.deviceOverrides, schema: .devices, place: "[fleet.\(name).device_overrides]",
      folder: folder, problems: &problems)
    let link = SettingSource(
      fixed.linkOverrides, schema: .links, place: "[fleet.\(name).link_overrides]",
      folder: folder, problems: &problems)
    var overrides = SettingSource()
    if let environment {
      overrides = SettingSource(
        fixed.environment, schema: environment.schema, place: "[fleet.\(name).environment]",
        folder: folder, problems: &problems)
    }
    guard problems.count == countBefore else { return nil }
    return Group(
      name: name, count: fixed.count, own: own, device: device, link: link,
      environment: overrides)
  }

  private func source(of group: Group) -> Scenario.GroupSource {
    var settings = FleetGroupSettings().table.merging(group.own.written) { $1 }
    settings["name"] = .text(group.name)
    settings["count"] = .integer(group.count)
    settings["device_overrides"] = .table(group.device.written)
    settings["link_overrides"] = .table(group.link.written)
    settings["environment"] = nil
    return .init(
      name: group.name, settings: settings, environment: group.environment.written)
  }

  private mutating func addMembers(
    of group: Group, _ environment: EnvironmentSection?, random: RandomStream,
    to members: inout [Scenario.Member]
  ) {
    let inherited = environment.map { $0.source.removing(group.environment) } ?? SettingSource()
    let defaults = environment?.schema.defaults ?? [:]
    var checked: Set<String> = []
    for indexInGroup in 0..<group.count {
      let index = members.count
      var draw = MemberDraw(
        group: group.name, index: index, indexInGroup: indexInGroup,
        random: random.split("fleet", UInt64(index)))
      let own = draw.values(group.own, .init(FleetGroupSettings.self))
      let device = draw.values(group.device, .devices, "device_overrides")
      let link = draw.values(group.link, .links, "link_overrides")
      var table = defaults
      if let environment {
        table.merge(draw.inherited(inherited, environment.schema)) { $1 }
        let common = table
        table.merge(draw.values(group.environment, environment.schema, "environment")) { $1 }
        if checked.insert(SettingValue.table(table).description).inserted {
          draw.problems += relations(table, inheriting: common, group: group.name, environment)
        }
      }
      let member = draw.member(own: own, device: device, link: link, environment: table)
      problems += draw.problems.filter { !problems.contains($0) }
      if let member { members.append(member) }
    }
  }
}

extension ScenarioDecoder {
  /// What is wrong with one agent's environment. What the common settings alone are wrong in is said of
  /// these, once and not of every group.
  private func relations(
    _ table: SettingTable, inheriting common: SettingTable, group: String,
    _ environment: EnvironmentSection
  ) -> [SettingProblem] {
    let (shared, own) = ("[environment]", "[fleet.\(group).environment]")
    let found = environment.entry.check(table, own)
    let inherited = found.isEmpty ? [] : environment.entry.check(common, shared)
    return found.map { problem in
      let asShared = SettingProblem(
        place: problem.place.replacing(own, with: shared), message: problem.message)
      return inherited.contains(asShared) ? asShared : problem
    }.filter { !environment.source.explains($0) }
  }
}

/// Draws what one agent gets.
private struct MemberDraw {
  let group: String
  let index: Int
  let indexInGroup: Int
  let random: RandomStream
  var problems: [SettingProblem] = []
  /// What was drawn, by key, for the record.
  private var drawn: SettingTable = [:]

  init(group: String, index: Int, indexInGroup: Int, random: RandomStream) {
    self.group = group
    self.index = index
    self.indexInGroup = indexInGroup
    self.random = random
  }

  /// Values of a table of the group; `each` counts within the group.
  mutating func values(_ source: SettingSource, _ schema: SettingSchema, _ table: String = "")
    -> SettingTable
  {
    let prefix = table.isEmpty ? "" : table + "."
    let place = table.isEmpty ? "[fleet.\(group)]" : "[fleet.\(group).\(table)]"
    return draw(source, schema, prefix: prefix, count: indexInGroup, place: place)
  }

  /// Values of `[environment]`; `each` counts over the fleet.
  mutating func inherited(_ source: SettingSource, _ schema: SettingSchema) -> SettingTable {
    draw(source, schema, prefix: "environment.", count: index, place: "[environment]")
  }

  private mutating func draw(
    _ source: SettingSource, _ schema: SettingSchema, prefix: String, count: Int, place: String
  ) -> SettingTable {
    let values = source.drawn(
      schema: schema, prefix: prefix, random: random, index: count, place: place,
      problems: &problems)
    for key in source.distributions.keys { drawn[prefix + key] = values[key] }
    for key in source.elements.keys { drawn[prefix + key] = values[key] }
    return values
  }

  /// The member, or `nil` where its profiles cannot be made, which is reported.
  mutating func member(
    own: SettingTable, device: SettingTable, link: SettingTable, environment: SettingTable
  ) -> Scenario.Member? {
    let place = "[fleet.\(group)]"
    let settings = FleetGroupSettings(decoding: own, at: place, problems: &problems)
    let profiles = (
      profile(settings.device, place + " device") { name throws(ProfileError) in
        try DeviceProfile.named(name).overriding(device.compactMapValues(\.number))
      },
      profile(settings.link, place + " link") { name throws(ProfileError) in
        try LinkProfile.named(name).overriding(link.compactMapValues(\.number))
      }
    )
    guard let device = profiles.0, let link = profiles.1 else { return nil }
    return Scenario.Member(
      index: index, indexInGroup: indexInGroup, name: "\(group)/\(indexInGroup + 1)",
      group: group, environmentSettings: environment, device: device, link: link,
      stepsPerRound: settings.stepsPerRound,
      episodesPerRound: settings.episodesPerRound == 0 ? nil : settings.episodesPerRound,
      drawsSteps: drawn["steps_per_round"] != nil,
      simulatedStepsPerSecond: settings.collects == .simulation
        ? settings.simulatedStepsPerSecond : nil,
      hasDeviceBattery: settings.hasDeviceBattery, drawn: drawn)
  }

  private mutating func profile<Profile>(
    _ name: String, _ place: String, _ make: (String) throws(ProfileError) -> Profile
  ) -> Profile? {
    do throws(ProfileError) {
      return try make(name)
    } catch {
      problems.append(.init(place: place, message: error.description))
      return nil
    }
  }
}
