internal import FedRLCore

/// Writes sections of TOML 1.0 that ``TOMLDocument`` reads back to the same values.
struct TOMLWriter {
  private(set) var text = ""

  mutating func comment(_ lines: String) {
    for line in lines.split(separator: "\n", omittingEmptySubsequences: false) {
      // Control characters would end the comment or the document.
      text += "# " + line.filter { $0 == "\t" || !$0.isASCII || $0.asciiValue! >= 32 } + "\n"
    }
  }

  /// `header` with its brackets: `[policy]`, `[[fleet]]`.
  mutating func section(_ header: String) {
    if !text.isEmpty { text += "\n" }
    text += header + "\n"
  }

  mutating func pair(_ key: String, _ value: SettingValue) {
    text += "\(Self.key(key)) = \(Self.value(value))\n"
  }

  /// Pairs in the order of `order`, then the remaining ones by name.
  mutating func pairs(_ table: SettingTable, order: [String]) {
    for key in order where table[key] != nil { pair(key, table[key]!) }
    for key in table.keys.sorted() where !order.contains(key) { pair(key, table[key]!) }
  }

  static func key(_ key: String) -> String {
    let isBare =
      !key.isEmpty
      && key.utf8.allSatisfy {
        (65...90).contains($0) || (97...122).contains($0) || (48...57).contains($0) || $0 == 45
          || $0 == 95
      }
    return isBare ? key : quoted(key)
  }

  static func value(_ value: SettingValue) -> String {
    switch value {
    case .boolean(let flag): "\(flag)"
    case .integer(let integer): "\(integer)"
    case .number(let number): number.isNaN ? "nan" : "\(number)"
    case .text(let text): quoted(text)
    case .list(let values): "[" + values.map(Self.value).joined(separator: ", ") + "]"
    case .table(let table):
      table.isEmpty
        ? "{}"
        : "{ "
          + table.sorted { $0.key < $1.key }.map { "\(key($0.key)) = \(Self.value($0.value))" }
          .joined(separator: ", ") + " }"
    }
  }

  private static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\t": result += "\\t"
      case "\r": result += "\\r"
      case _ where scalar.value < 32 || scalar.value == 127:
        let digits = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}
