internal import FedRLCore
internal import FedRLNumerics

/// What a scenario may say of one group of settings: names, types and the check of one value.
struct SettingSchema: Sendable {
  let descriptions: [SettingDescription]
  let check: @Sendable (_ name: String, _ value: SettingValue) -> String?

  init(
    _ descriptions: [SettingDescription],
    check: @escaping @Sendable (String, SettingValue) -> String?
  ) {
    self.descriptions = descriptions
    self.check = check
  }

  init(_ entry: EnvironmentEntry) {
    self.init(entry.settings, check: entry.checkSetting)
  }

  init<Group: SettingsGroup>(_ group: Group.Type) {
    self.init(group.descriptions) { group.problem(withValue: $1, of: $0) }
  }

  subscript(name: String) -> SettingDescription? { descriptions.first { $0.name == name } }

  /// Every default that would be accepted if it were written.
  var defaults: SettingTable {
    var table: SettingTable = [:]
    for description in descriptions
    where check(description.name, description.defaultValue) == nil {
      table[description.name] = description.defaultValue
    }
    return table
  }
}

/// A table of a scenario with its distributions told apart from its plain values; each value has
/// been checked by itself.
struct SettingSource {
  private(set) var plain: SettingTable = [:]
  private(set) var distributions: [String: Distribution] = [:]
  /// Of elements of settings that are tables, by the setting's name and theirs.
  private(set) var elements: [String: [String: Distribution]] = [:]
  private(set) var types: [String: String] = [:]
  /// Keys whose values were refused, and are reported; they keep their defaults.
  private var refused: Set<String> = []

  /// - Parameters:
  ///   - place: such as `[environment]`.
  ///   - folder: where patterns of files start.
  init(
    _ table: SettingTable, schema: SettingSchema, place: String, folder: String,
    problems: inout [SettingProblem]
  ) {
    for (key, value) in table.sorted(by: { $0.key < $1.key }) {
      guard let description = schema[key] else {
        let near = nearestName(to: key, among: schema.descriptions.map(\.name))
        problems.append(
          .init(
            place: "\(place) \(key)",
            message: "unknown key" + (near.map { "; did you mean \($0)?" } ?? "")))
        continue
      }
      types[key] = description.type
      if description.acceptsDistribution, Distribution.isMeant(by: value) {
        do throws(DistributionProblem) {
          distributions[key] = try Distribution(
            value, type: description.type, folder: folder, check: { schema.check(key, $0) })
        } catch {
          refused.insert(key)
          problems.append(.init(place: "\(place) \(key)", message: error.message))
        }
      } else if description.type == "table", case .table(let table) = value {
        takeTable(table, of: key, schema, place: place, folder: folder, problems: &problems)
      } else if let message = schema.check(key, value) {
        refused.insert(key)
        problems.append(
          .init(place: "\(place) \(key)", message: message + Distribution.hint(for: value)))
      } else {
        plain[key] = value
      }
    }
  }

  /// Tells the elements of a table that are drawn from those that are given.
  private mutating func takeTable(
    _ table: SettingTable, of key: String, _ schema: SettingSchema, place: String, folder: String,
    problems: inout [SettingProblem]
  ) {
    var given = table
    for (element, value) in table where Distribution.isMeant(by: value) {
      do throws(DistributionProblem) {
        elements[key, default: [:]][element] = try Distribution(
          value, type: Self.elementType, folder: folder, check: { _ in nil })
        given[element] = nil
      } catch {
        refused.insert(key)
        problems.append(.init(place: "\(place) \(key).\(element)", message: error.message))
      }
    }
    if let message = schema.check(key, .table(given)) {
      refused.insert(key)
      problems.append(.init(place: "\(place) \(key)", message: message))
    } else {
      plain[key] = .table(given)
    }
  }

  /// Nothing is known of a table's elements: numbers that are drawn are of the real ones.
  private static let elementType = "number"

  /// No settings.
  init() {}

  /// Whether a problem is only what comes of a value that was refused before.
  func explains(_ problem: SettingProblem) -> Bool {
    refused.contains { problem.place.hasSuffix("] " + $0) }
  }

  /// Both, distributions as written with patterns expanded.
  var written: SettingTable {
    var table = plain
    for (key, distribution) in distributions {
      table[key] = distribution.written(type: types[key] ?? "")
    }
    for (key, drawn) in elements {
      let values = drawn.mapValues { $0.written(type: Self.elementType) }
      table[key] = Self.merged(table[key], values)
    }
    return table
  }

  private static func merged(_ value: SettingValue?, _ values: SettingTable) -> SettingValue {
    guard case .table(let table) = value else { return .table(values) }
    return .table(table.merging(values) { $1 })
  }

  /// This source without what `other` replaces.
  func removing(_ other: SettingSource) -> SettingSource {
    var result = self
    for key in other.types.keys {
      result.plain[key] = nil
      result.distributions[key] = nil
      result.elements[key] = nil
    }
    return result
  }

  /// All values of one agent.
  /// - Parameters:
  ///   - prefix: names the settings in random streams: `environment.`.
  ///   - random: the agent's stream.
  ///   - index: what `each` counts by.
  func drawn(
    schema: SettingSchema, prefix: String, random: RandomStream, index: Int, place: String,
    problems: inout [SettingProblem]
  ) -> SettingTable {
    var table = plain
    for (key, distribution) in distributions.sorted(by: { $0.key < $1.key }) {
      do throws(DistributionProblem) {
        table[key] = try distribution.draw(
          type: types[key] ?? "", random: random.split("setting", stableHash(prefix + key)),
          index: index, check: { schema.check(key, $0) })
      } catch {
        problems.append(.init(place: "\(place) \(key)", message: error.message))
      }
    }
    for (key, drawn) in elements {
      var values: SettingTable = [:]
      for (element, distribution) in drawn {
        do throws(DistributionProblem) {
          values[element] = try distribution.draw(
            type: Self.elementType,
            random: random.split("setting", stableHash(prefix + key + "." + element)), index: index,
            check: { _ in nil })
        } catch {
          problems.append(.init(place: "\(place) \(key).\(element)", message: error.message))
        }
      }
      table[key] = Self.merged(table[key], values)
    }
    return table
  }
}

/// FNV-1a over UTF-8: the same number in every process, unlike `hashValue`.
func stableHash(_ text: String) -> UInt64 {
  var hash: UInt64 = 0xcbf2_9ce4_8422_2325
  for byte in text.utf8 {
    hash ^= UInt64(byte)
    hash = hash &* 0x100_0000_01b3
  }
  return hash
}
