/// One line of a table (RFC 4180): cells are quoted where they must be, missing numbers are empty.
public struct CSVRow: Sendable, Equatable {
  private var text = ""
  private var cells = 0

  public init() {}

  public init(_ names: [String]) { for name in names { append(name) } }

  public mutating func append(_ value: String) {
    if cells > 0 { text += "," }
    cells += 1
    let special = value.utf8.contains { $0 == 0x22 || $0 == 0x2c || $0 == 0x0a || $0 == 0x0d }
    guard special else {
      text += value
      return
    }
    let parts = value.split(separator: "\"", omittingEmptySubsequences: false)
    text += "\"" + parts.joined(separator: "\"\"") + "\""
  }

  public mutating func append(_ value: Int) { append("\(value)") }

  /// The shortest digits that give the same number back; nothing for NaN.
  public mutating func append(_ value: Double?) {
    guard let value, !value.isNaN else { return append("") }
    append("\(value)")
  }

  /// A list in one cell, its numbers apart by spaces.
  public mutating func append(_ values: [Double]) {
    append(values.map { "\($0)" }.joined(separator: " "))
  }

  /// The line with its end. A plain LF: what tools for tables write and read on every platform.
  public func ended() -> String { text + "\n" }

  /// Splits one line, without its end, into cells.
  public static func cells(of line: String) -> [String] {
    var cells: [String] = [""]
    var quoted = false
    var afterQuote = false
    for character in line.unicodeScalars {
      switch character {
      case "\"" where quoted:
        quoted = false
        afterQuote = true
        continue
      case "\"":
        if afterQuote { cells[cells.count - 1].unicodeScalars.append("\"") }
        quoted = true
      case "," where !quoted: cells.append("")
      default: cells[cells.count - 1].unicodeScalars.append(character)
      }
      afterQuote = false
    }
    return cells
  }
}
