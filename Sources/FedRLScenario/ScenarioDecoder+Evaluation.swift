internal import FedRLCore
internal import FedRLNumerics

extension ScenarioDecoder {
  struct EvaluationPlaces {
    let environments: [Scenario.EvaluationEnvironment]
    /// `[evaluation.environment]` as written.
    let source: SettingSource
  }

  /// Lays `[evaluation.environment]` over `[environment]`.
  ///
  /// One environment is made per element of `each` written here; where there is none, per element of
  /// the longest `each` of `[environment]`; otherwise one. What is drawn is drawn once per
  /// evaluation environment, from the evaluation's seed.
  mutating func decodeEvaluation(
    _ evaluation: EvaluationSettings, environment: EnvironmentSection
  ) -> EvaluationPlaces {
    let place = "[evaluation.environment]"
    let countBefore = problems.count
    let own = SettingSource(
      evaluation.environment, schema: environment.schema, place: place, folder: folder,
      problems: &problems)
    let inherited = environment.source.removing(own)
    let count = numberOfPlaces(own: own, inherited: inherited)
    guard problems.count == countBefore else { return .init(environments: [], source: own) }
    let defaults = environment.schema.defaults
    let random = RandomStream(seed: UInt64(evaluation.seed))
    var tables: [SettingTable] = []
    for index in 0..<count {
      let stream = random.split("evaluation environment", UInt64(index))
      var table = defaults
      for (source, origin) in [(inherited, "[environment]"), (own, place)] {
        table.merge(
          source.drawn(
            schema: environment.schema, prefix: "environment.", random: stream, index: index,
            place: origin, problems: &problems)
        ) { $1 }
      }
      let found = environment.entry.check(table, place)
      problems += found.filter { problem in
        // What [environment] has already been told is not said again of what inherits it.
        let inEnvironment = SettingProblem(
          place: problem.place.replacing(place, with: "[environment]"), message: problem.message)
        return !problems.contains(problem) && !problems.contains(inEnvironment)
          && !inherited.explains(problem)
      }
      tables.append(table)
    }
    let names = placeNames(tables, own: own, inherited: inherited, environment: environment)
    return .init(
      environments: zip(names, tables).map { .init(name: $0, settings: $1) }, source: own)
  }

  private mutating func numberOfPlaces(own: SettingSource, inherited: SettingSource) -> Int {
    let lengths = own.eachLengths
    if let first = lengths.first {
      if let other = lengths.first(where: { $0.count != first.count }) {
        report(
          "[evaluation.environment] \(other.key)",
          "expected \(first.count) elements in each as in \(first.key), got \(other.count)")
      }
      return first.count
    }
    return inherited.eachLengths.map(\.count).max() ?? 1
  }

  /// From what tells the environments apart; numbered where that is not enough.
  private func placeNames(
    _ tables: [SettingTable], own: SettingSource, inherited: SettingSource,
    environment: EnvironmentSection
  ) -> [String] {
    var keys = own.eachLengths.map(\.key)
    if keys.isEmpty { keys = inherited.eachLengths.filter { $0.count > 1 }.map(\.key) }
    if keys.isEmpty {
      keys = environment.schema.descriptions.filter { $0.type == "path" }.map(\.name)
        .filter { (own.types[$0] ?? inherited.types[$0]) != nil }
    }
    var used: [String: Int] = [:]
    return tables.map { table in
      let parts = keys.compactMap { key -> String? in
        switch table[key] ?? Self.element(key, of: table) {
        case .text(let text) where text.isEmpty: nil
        case .text(let text):
          environment.schema[key]?.type == "path" ? Files.baseName(of: text) : text
        case nil: nil
        case .some(let value): "\(key)=\(value.description)"
        }
      }
      let name = parts.isEmpty ? environment.entry.name : parts.joined(separator: ",")
      used[name, default: 0] += 1
      return used[name]! == 1 ? name : "\(name)-\(used[name]!)"
    }
  }

  /// The value of `arguments.gravity`.
  private static func element(_ key: String, of table: SettingTable) -> SettingValue? {
    guard let dot = key.firstIndex(of: "."), case .table(let inner) = table[String(key[..<dot])]
    else { return nil }
    return inner[String(key[key.index(after: dot)...])]
  }
}

extension SettingSource {
  /// How many elements each `each` has, by key; `arguments.gravity` for an element of a table.
  fileprivate var eachLengths: [(key: String, count: Int)] {
    var all = distributions
    for (key, drawn) in elements {
      for (element, distribution) in drawn { all[key + "." + element] = distribution }
    }
    return all.sorted { $0.key < $1.key }.compactMap { key, distribution in
      if case .each(let values) = distribution { (key, values.count) } else { nil }
    }
  }
}
