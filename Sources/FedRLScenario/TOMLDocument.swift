internal import FedRLCore
private import TOMLKit

/// The door to TOML: text in, a tree of setting values out.
enum TOMLDocument {
  /// Where the text stops being TOML; counts from 1.
  struct SyntaxError: Error, Equatable {
    let line: Int
    let column: Int
    let message: String
  }

  static func parse(_ text: String) throws(SyntaxError) -> SettingTable {
    do {
      return values(of: try TOMLTable(string: text))
    } catch let error as TOMLParseError {
      throw SyntaxError(
        line: error.source.begin.line, column: error.source.begin.column,
        message: error.description)
    } catch {
      throw SyntaxError(line: 1, column: 1, message: "\(error)")
    }
  }

  /// One value, as it would stand after `key =`; `nil` where it is none.
  static func parseValue(_ text: String) -> SettingValue? {
    guard !text.contains("\n"), !text.hasPrefix("#") else { return nil }
    return try? parse("value = \(text)")["value"]
  }

  private static func values(of table: TOMLTable) -> SettingTable {
    var result: SettingTable = [:]
    for key in table.keys { result[key] = table[key].map(value) }
    return result
  }

  private static func value(_ node: any TOMLValueConvertible) -> SettingValue {
    if let flag = node.bool { return .boolean(flag) }
    if let integer = node.int { return .integer(integer) }
    if let number = node.double { return .number(number) }
    if let text = node.string { return .text(text) }
    if let table = node.table { return .table(values(of: table)) }
    if let array = node.array { return .list(array.indices.map { value(array[$0]) }) }
    // Dates and times: no setting takes one, so they stand as what was written.
    return .text(node.debugDescription)
  }
}
