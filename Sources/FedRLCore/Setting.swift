/// A value from a scenario file, whatever its syntax.
public indirect enum SettingValue: Sendable, Equatable {
  case boolean(Bool)
  case integer(Int)
  case number(Double)
  case text(String)
  case list([SettingValue])
  case table(SettingTable)

  /// As a person would write it.
  public var description: String {
    switch self {
    case .boolean(let value): "\(value)"
    case .integer(let value): "\(value)"
    case .number(let value): "\(value)"
    case .text(let value): "\"\(value)\""
    case .list(let values): "[" + values.map(\.description).joined(separator: ", ") + "]"
    case .table(let table):
      "{ "
        + table.sorted { $0.key < $1.key }.map { "\($0.key) = \($0.value.description)" }
        .joined(separator: ", ") + " }"
    }
  }
}

public typealias SettingTable = [String: SettingValue]

/// One thing wrong with a scenario: where, and what was expected and found.
public struct SettingProblem: Sendable, Equatable, CustomStringConvertible {
  /// `[environment] lidar_rays`
  public let place: String
  /// `expected an integer in 1...1080, got 0`
  public let message: String

  public init(place: String, message: String) {
    self.place = place
    self.message = message
  }
  public var description: String { "\(place): \(message)" }
}

/// All problems of a file at once.
public struct SettingProblems: Error, Equatable, CustomStringConvertible {
  public let problems: [SettingProblem]
  public init(_ problems: [SettingProblem]) { self.problems = problems }
  public var description: String { problems.map(\.description).joined(separator: "\n") }
}

/// What `fedrl describe` prints of a setting.
public struct SettingDescription: Sendable, Equatable {
  public let name: String
  /// `number`, `integer`, `boolean`, `text`, `path`, `choice`, `list`, `table`.
  public let type: String
  public let unit: String
  /// Such as `0.05...5` or `diffdrive | discrete`; empty where anything goes.
  public let range: String
  public let defaultValue: SettingValue
  public let text: String
  /// Whether a distribution per agent makes sense.
  public let acceptsDistribution: Bool

  public init(
    name: String, type: String, unit: String, range: String, defaultValue: SettingValue,
    text: String, acceptsDistribution: Bool
  ) {
    self.name = name
    self.type = type
    self.unit = unit
    self.range = range
    self.defaultValue = defaultValue
    self.text = text
    self.acceptsDistribution = acceptsDistribution
  }
}

/// One setting of a group, declared once: it decodes, validates and documents itself.
///
/// `Sendable` by construction: key paths and closures here capture nothing mutable.
public struct Setting<Root>: @unchecked Sendable {
  public let name: String
  let type: String
  let unit: String
  let range: String
  let text: String
  let read: (Root) -> SettingValue
  /// Returns what is wrong, or `nil`.
  let write: (SettingValue, inout Root) -> String?

  /// A real number.
  public static func number(
    _ name: String, _ path: WritableKeyPath<Root, Double>, unit: String = "1",
    range: ClosedRange<Double> = -Double.greatestFiniteMagnitude...Double.greatestFiniteMagnitude,
    _ text: String
  ) -> Setting {
    let limits = rangeText(range)
    return Setting(
      name: name, type: "number", unit: unit, range: limits, text: text,
      read: { .number($0[keyPath: path]) },
      write: { value, root in
        let number: Double
        switch value {
        case .number(let given): number = given
        case .integer(let given): number = Double(given)
        default: return "expected a number\(inRange(limits)), got \(value.description)"
        }
        guard number.isFinite, range.contains(number) else {
          return "expected a number\(inRange(limits)), got \(value.description)"
        }
        root[keyPath: path] = number
        return nil
      })
  }

  /// A whole number.
  public static func integer(
    _ name: String, _ path: WritableKeyPath<Root, Int>, unit: String = "1",
    range: ClosedRange<Int> = Int.min...Int.max, _ text: String
  ) -> Setting {
    let limits =
      range.upperBound == Int.max
      ? (range.lowerBound == Int.min ? "" : "≥ \(range.lowerBound)")
      : "\(range.lowerBound)...\(range.upperBound)"
    return Setting(
      name: name, type: "integer", unit: unit, range: limits, text: text,
      read: { .integer($0[keyPath: path]) },
      write: { value, root in
        guard case .integer(let number) = value, range.contains(number) else {
          return "expected an integer\(inRange(limits)), got \(value.description)"
        }
        root[keyPath: path] = number
        return nil
      })
  }

  public static func boolean(_ name: String, _ path: WritableKeyPath<Root, Bool>, _ text: String)
    -> Setting
  {
    Setting(
      name: name, type: "boolean", unit: "", range: "true | false", text: text,
      read: { .boolean($0[keyPath: path]) },
      write: { value, root in
        guard case .boolean(let flag) = value else {
          return "expected true or false, got \(value.description)"
        }
        root[keyPath: path] = flag
        return nil
      })
  }

  public static func text(
    _ name: String, _ path: WritableKeyPath<Root, String>, isPath: Bool = false, _ text: String
  ) -> Setting {
    Setting(
      name: name, type: isPath ? "path" : "text", unit: "", range: "", text: text,
      read: { .text($0[keyPath: path]) },
      write: { value, root in
        guard case .text(let string) = value else {
          return "expected a text in quotes, got \(value.description)"
        }
        root[keyPath: path] = string
        return nil
      })
  }

  /// One of an enumeration's raw values; where they are yes and no, `true` and `false` mean them too.
  public static func choice<Value: RawRepresentable & CaseIterable>(
    _ name: String, _ path: WritableKeyPath<Root, Value>, _ text: String
  ) -> Setting where Value.RawValue == String {
    let choices = Value.allCases.map(\.rawValue)
    return Setting(
      name: name, type: "choice", unit: "", range: choices.joined(separator: " | "), text: text,
      read: { .text($0[keyPath: path].rawValue) },
      write: { value, root in
        let name: String? =
          switch value {
          case .text(let string): string
          case .boolean(let flag): flag ? "yes" : "no"
          default: nil
          }
        guard let parsed = name.flatMap({ Value(rawValue: $0) }) else {
          var message =
            "expected one of \(choices.joined(separator: ", ")), got \(value.description)"
          if case .text(let string) = value, let near = nearestName(to: string, among: choices) {
            message += "; did you mean \(near)?"
          }
          return message
        }
        root[keyPath: path] = parsed
        return nil
      })
  }

  /// A sub-table whose keys are checked elsewhere: overrides of another group's settings.
  public static func table(
    _ name: String, _ path: WritableKeyPath<Root, SettingTable>, _ text: String
  ) -> Setting {
    Setting(
      name: name, type: "table", unit: "", range: "", text: text,
      read: { .table($0[keyPath: path]) },
      write: { value, root in
        guard case .table(let table) = value else {
          return "expected a table, got \(value.description)"
        }
        root[keyPath: path] = table
        return nil
      })
  }

  /// A list of numbers, integers or texts converted by `decode`, which throws a message.
  public static func list<Element>(
    _ name: String, _ path: WritableKeyPath<Root, [Element]>, unit: String = "1", range: String,
    _ text: String, encode: @escaping (Element) -> SettingValue,
    decode: @escaping (SettingValue) -> Element?
  ) -> Setting {
    Setting(
      name: name, type: "list", unit: unit, range: range, text: text,
      read: { .list($0[keyPath: path].map(encode)) },
      write: { value, root in
        guard case .list(let values) = value else {
          return "expected a list of \(range), got \(value.description)"
        }
        var decoded: [Element] = []
        for value in values {
          guard let element = decode(value) else {
            return "expected a list of \(range), got \(value.description) in it"
          }
          decoded.append(element)
        }
        root[keyPath: path] = decoded
        return nil
      })
  }

  private static func rangeText(_ range: ClosedRange<Double>) -> String {
    let open = Double.greatestFiniteMagnitude
    return switch (range.lowerBound == -open, range.upperBound == open) {
    case (true, true): ""
    case (false, true): "≥ \(short(range.lowerBound))"
    case (true, false): "≤ \(short(range.upperBound))"
    case (false, false): "\(short(range.lowerBound))...\(short(range.upperBound))"
    }
  }

  private static func short(_ value: Double) -> String {
    value == value.rounded() && value.magnitude < 1e15 ? "\(Int(value))" : "\(value)"
  }

  private static func inRange(_ limits: String) -> String {
    limits.isEmpty ? "" : limits.contains("...") ? " in \(limits)" : " \(limits)"
  }
}

/// A struct of settings beside its algorithm or environment; its defaults are those of `init()`.
public protocol SettingsGroup: Sendable {
  init()
  static var settings: [Setting<Self>] { get }
  /// What no single setting can see: relations between settings. `(setting's name, message)`.
  func validate() -> [(setting: String, message: String)]
}

extension SettingsGroup {
  public func validate() -> [(setting: String, message: String)] { [] }

  /// Decodes a table, adding every problem; unknown keys are refused with the nearest known one.
  public init(decoding table: SettingTable, at place: String, problems: inout [SettingProblem]) {
    self.init()
    let known = Self.settings
    let countBefore = problems.count
    for key in table.keys.sorted() {
      guard let setting = known.first(where: { $0.name == key }) else {
        let near = nearestName(to: key, among: known.map(\.name))
        problems.append(
          .init(
            place: "\(place) \(key)",
            message: "unknown key" + (near.map { "; did you mean \($0)?" } ?? "")))
        continue
      }
      if let message = setting.write(table[key]!, &self) {
        problems.append(.init(place: "\(place) \(key)", message: message))
      }
    }
    guard problems.count == countBefore else { return }
    for (setting, message) in validate() {
      problems.append(.init(place: "\(place) \(setting)", message: message))
    }
  }

  /// What is wrong with one value of one setting, apart from its relations to others; `nil` if
  /// nothing. An unknown setting is not a problem here.
  public static func problem(withValue value: SettingValue, of name: String) -> String? {
    guard let setting = settings.first(where: { $0.name == name }) else { return nil }
    var scratch = Self()
    return setting.write(value, &scratch)
  }

  /// Every setting with its present value: a scenario with all defaults written out.
  public var table: SettingTable {
    Dictionary(uniqueKeysWithValues: Self.settings.map { ($0.name, $0.read(self)) })
  }

  /// In order of declaration.
  public static var descriptions: [SettingDescription] {
    let defaults = Self()
    return settings.map {
      SettingDescription(
        name: $0.name, type: $0.type, unit: $0.unit, range: $0.range,
        defaultValue: $0.read(defaults), text: $0.text,
        acceptsDistribution: $0.type != "list" && $0.type != "table")
    }
  }
}

/// The known name nearest to a mistyped one, by edit distance, else the shortest that begins with it;
/// `nil` if none is near.
public func nearestName(to name: String, among candidates: [String]) -> String? {
  let limit = max(2, name.count / 3)
  let near = candidates.map { ($0, editDistance($0, name)) }.filter { $0.1 <= limit }
    .min { ($0.1, $0.0) < ($1.1, $1.0) }
  guard near == nil, name.count >= 3 else { return near?.0 }
  return candidates.filter { $0.lowercased().hasPrefix(name.lowercased()) }
    .min { ($0.count, $0) < ($1.count, $1) }
}

private func editDistance(_ first: String, _ second: String) -> Int {
  let a = Array(first.lowercased())
  let b = Array(second.lowercased())
  var row = Array(0...b.count)
  for i in 0..<a.count {
    var diagonal = row[0]
    row[0] = i + 1
    for j in 0..<b.count {
      let above = row[j + 1]
      row[j + 1] = min(above + 1, row[j] + 1, diagonal + (a[i] == b[j] ? 0 : 1))
      diagonal = above
    }
  }
  return row[b.count]
}
