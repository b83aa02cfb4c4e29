internal import FedRLCore

extension ScenarioExpectation {
  /// Reads `>= 0.6`, or `>= arms.independent.final.coverage_ratio + 0.05`.
  init?(quantity: String, condition: String) {
    // Longest first: ">=" before ">".
    let comparisons = Comparison.allCases.sorted { $0.rawValue.count > $1.rawValue.count }
    guard let comparison = comparisons.first(where: { condition.hasPrefix($0.rawValue) }) else {
      return nil
    }
    let rest = SettingValue.text(String(condition.dropFirst(comparison.rawValue.count)))
    guard let bound = Bound(rest) else { return nil }
    self.init(quantity: quantity, comparison: comparison, bound: bound)
  }
}

extension ScenarioExpectation.Bound {
  /// A number, or a text: a number, a quantity, or a quantity and what is added to it.
  init?(_ value: SettingValue) {
    switch value {
    case .integer(let integer): self = .number(Double(integer))
    case .number(let number) where !number.isNaN: self = .number(number)
    case .text(let text):
      let words = text.split(separator: " ").map(String.init)
      switch words.count {
      case 1:
        if let number = Double(words[0]), !number.isNaN {
          self = .number(number)
        } else if words[0].contains(".") {
          self = .quantity(words[0], plus: 0)
        } else {
          return nil
        }
      case 3:
        guard Double(words[0]) == nil, words[0].contains("."), ["+", "-"].contains(words[1]),
          let offset = Double(words[2]), offset.isFinite
        else { return nil }
        self = .quantity(words[0], plus: words[1] == "-" ? -offset : offset)
      default: return nil
      }
    default: return nil
    }
  }
}
