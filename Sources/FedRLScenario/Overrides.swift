internal import FedRLCore

/// One `--set key=value`: a place in the scenario's tree and what to put there.
///
/// The value is read as TOML; what is not TOML is taken as text, so that names and paths need no
/// quotes. `fleet.0.…`, `fleet.NAME.…` and `fleet.*.…` reach into groups. A path starts at the working
/// directory, as everywhere on a command line; those in the file start at the file's folder.
struct Override {
  private let place: String
  private let path: [String]
  private let value: SettingValue

  /// - Parameter pathKeys: names of settings whose texts are paths.
  /// - Throws: what is wrong with the text itself.
  init(_ text: String, pathKeys: Set<String>) throws(SettingProblems) {
    func problem(_ message: String) -> SettingProblems {
      SettingProblems([.init(place: "--set \(text)", message: message)])
    }
    guard let (path, valueText) = Self.split(text), path.allSatisfy({ !$0.isEmpty }) else {
      throw problem("expected section.key=value")
    }
    guard path.count >= 2 else {
      throw problem("expected a key within a section, such as scenario.seed=2")
    }
    place = "--set \(path.joined(separator: "."))"
    self.path = path
    let given: SettingValue
    if let parsed = TOMLDocument.parseValue(valueText) {
      given = parsed
    } else if let first = valueText.first, "[{\"'".contains(first) {
      throw problem("expected a TOML value, got \(valueText)")
    } else {
      given = .text(valueText)
    }
    value = Self.fromHere(given, of: path[path.count - 1], pathKeys)
  }

  /// The value with every relative path in it, also within distributions, made to start at the root.
  private static func fromHere(
    _ value: SettingValue, of key: String, _ pathKeys: Set<String>
  ) -> SettingValue {
    guard pathKeys.contains(key) else {
      guard case .table(let table) = value else { return value }
      return .table(
        Dictionary(
          uniqueKeysWithValues: table.map { ($0, fromHere($1, of: $0, pathKeys)) }))
    }
    switch value {
    case .text(let path) where !path.isEmpty && !path.hasPrefix("/"):
      return .text(Files.workingDirectory() + "/" + path)
    case .list(let values): return .list(values.map { fromHere($0, of: key, pathKeys) })
    case .table(let table): return .table(table.mapValues { fromHere($0, of: key, pathKeys) })
    default: return value
    }
  }

  /// Splits at the first `=` outside quotes; the key at dots outside quotes.
  private static func split(_ text: String) -> (path: [String], value: String)? {
    var path = [""]
    var quote: Character?
    for index in text.indices {
      let character = text[index]
      switch character {
      case _ where character == quote: quote = nil
      case "\"" where quote == nil, "'" where quote == nil: quote = character
      case "." where quote == nil: path.append("")
      case "=" where quote == nil:
        return (path.map(trimmed), trimmed(String(text[text.index(after: index)...])))
      default: path[path.count - 1].append(character)
      }
    }
    return nil
  }

  private static func trimmed(_ text: String) -> String {
    var slice = text[...]
    while slice.first?.isWhitespace == true { slice.removeFirst() }
    while slice.last?.isWhitespace == true { slice.removeLast() }
    return String(slice)
  }

  /// Puts the value in its place, or says why there is no such place.
  func apply(to tree: inout SettingTable) -> SettingProblem? {
    let message =
      path[0] == "fleet" ? applyToFleet(&tree) : Self.put(value, at: path[...], in: &tree)
    return message.map { SettingProblem(place: place, message: $0) }
  }

  private func applyToFleet(_ tree: inout SettingTable) -> String? {
    guard path.count >= 3 else { return "expected fleet.GROUP.key, such as fleet.0.count" }
    guard case .list(var groups) = tree["fleet"] else { return "the scenario has no [[fleet]]" }
    let names = groups.indices.map {
      FleetGroupSettings.name(of: groups[$0], at: $0, of: groups.count)
    }
    let chosen: [Int]
    if path[1] == "*" {
      chosen = Array(groups.indices)
    } else if let index = Int(path[1]) {
      guard groups.indices.contains(index) else {
        return "expected a group in 0...\(groups.count - 1), got \(index)"
      }
      chosen = [index]
    } else {
      chosen = groups.indices.filter { names[$0] == path[1] }
      if chosen.isEmpty {
        return "no group is named \(path[1]); "
          + (nearestName(to: path[1], among: names).map { "did you mean \($0)?" }
            ?? "the groups are \(names.joined(separator: ", "))")
      }
    }
    for index in chosen {
      guard case .table(var group) = groups[index] else { continue }
      if let message = Self.put(value, at: path[2...], in: &group) { return message }
      groups[index] = .table(group)
    }
    tree["fleet"] = .list(groups)
    return nil
  }

  private static func put(
    _ value: SettingValue, at path: ArraySlice<String>, in table: inout SettingTable
  ) -> String? {
    let key = path.first!
    guard path.count > 1 else {
      table[key] = value
      return nil
    }
    var inner: SettingTable = [:]
    switch table[key] {
    case nil: break
    case .table(let present): inner = present
    case .some(let present): return "\(key) is \(present.description), which has no keys"
    }
    if let message = put(value, at: path.dropFirst(), in: &inner) { return message }
    table[key] = .table(inner)
    return nil
  }
}
