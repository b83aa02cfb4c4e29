internal import FedRLCore

extension ScenarioDecoder {
  /// Where quantities of `summary.json` start.
  static let roots = ["arms", "baselines", "totals"]

  /// `[expect]`: quantities, quoted or as dotted keys, each with a text such as `>= 0.6` or a table
  /// of `min`, `max`, `above`, `below`.
  mutating func decodeExpectations(arms: [String]) -> [ScenarioExpectation] {
    var result: [ScenarioExpectation] = []
    for (key, value) in table(of: "expect").sorted(by: { $0.key < $1.key }) {
      decodeExpectation(key, value, into: &result)
    }
    for expectation in result {
      var names = [expectation.quantity]
      if case .quantity(let name, _) = expectation.bound { names.append(name) }
      for name in names { check(name, of: expectation, arms: arms) }
    }
    return result
  }

  static let bounds: [(key: String, comparison: ScenarioExpectation.Comparison)] = [
    ("min", .atLeast), ("max", .atMost), ("above", .above), ("below", .below),
  ]

  private mutating func decodeExpectation(
    _ quantity: String, _ value: SettingValue, into result: inout [ScenarioExpectation]
  ) {
    let place = "[expect] \(quantity)"
    switch value {
    case .text(let text):
      if let expectation = ScenarioExpectation(quantity: quantity, condition: text) {
        result.append(expectation)
      } else {
        report(place, "expected a comparison such as \">= 0.6\", got \"\(text)\"")
      }
    case .table(let table) where !table.isEmpty:
      let keys = Self.bounds.map(\.key)
      if !table.keys.contains(where: keys.contains),
        table.values.allSatisfy({ if case .text = $0 { true } else { $0.isTable } })
      {
        // Dotted keys without quotes make nested tables.
        for (key, inner) in table.sorted(by: { $0.key < $1.key }) {
          decodeExpectation("\(quantity).\(key)", inner, into: &result)
        }
        return
      }
      for (key, bound) in table.sorted(by: { $0.key < $1.key }) {
        guard let comparison = Self.bounds.first(where: { $0.key == key })?.comparison else {
          let near = nearestName(to: key, among: keys)
          report(
            "\(place) \(key)",
            "unknown key" + (near.map { "; did you mean \($0)?" } ?? "; expected min or max"))
          continue
        }
        if let parsed = ScenarioExpectation.Bound(bound) {
          result.append(.init(quantity: quantity, comparison: comparison, bound: parsed))
        } else {
          report("\(place) \(key)", "expected a number, got \(bound.description)")
        }
      }
    default:
      report(
        place,
        "expected a comparison such as \">= 0.6\" or { min = 0.6 }, got \(value.description)")
    }
  }

  private mutating func check(
    _ quantity: String, of expectation: ScenarioExpectation, arms: [String]
  ) {
    let parts = quantity.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    let place = "[expect] \(expectation.quantity)"
    guard parts.count >= 2, Self.roots.contains(parts[0]), !parts.contains("") else {
      report(
        place,
        "expected a quantity of summary.json such as arms.federated.final.return_mean or "
          + "totals.wall_s, got \(quantity)")
      return
    }
    guard parts[0] == "arms" else { return }
    if !arms.contains(parts[1]) {
      report(place, "the scenario runs the arms \(arms.joined(separator: ", ")), not \(parts[1])")
    } else if parts.count < 4 || !["final", "best", "totals"].contains(parts[2]) {
      report(place, "expected final, best or totals after arms.\(parts[1]), got \(quantity)")
    }
  }
}

extension SettingValue {
  fileprivate var isTable: Bool { if case .table = self { true } else { false } }
}
