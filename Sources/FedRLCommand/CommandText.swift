import FedRLReporting
import Foundation

/// How the commands that explain things lay out their text: at most 80 columns, bold on a terminal.
package struct CommandText: Sendable {
  let columns: Int
  /// Whether escape sequences may be used: a terminal, and `NO_COLOR` unset or empty.
  let usesStyle: Bool

  package init(columns: Int = 80, usesStyle: Bool = false) {
    self.columns = columns
    self.usesStyle = usesStyle
  }

  /// For standard output as it is.
  static var standardOutput: CommandText {
    let terminal = Terminal.of(descriptor: STDOUT_FILENO)
    let refusesColor = !(ProcessInfo.processInfo.environment["NO_COLOR"] ?? "").isEmpty
    return CommandText(
      columns: min(max(terminal.columns, 40), 100),
      usesStyle: terminal.isInteractive && !refusesColor)
  }

  /// Columns of the terminal that standard output is; as many as one likes where it is none.
  static var tableWidth: Int {
    let terminal = Terminal.of(descriptor: STDOUT_FILENO)
    return terminal.isInteractive ? terminal.columns : .max
  }

  func bold(_ text: String) -> String { usesStyle ? "\u{1b}[1m\(text)\u{1b}[0m" : text }
  func faint(_ text: String) -> String { usesStyle ? "\u{1b}[2m\(text)\u{1b}[0m" : text }

  /// Breaks a text at spaces.
  /// - Parameters:
  ///   - indent: spaces before every line.
  ///   - hanging: further spaces before every line but the first.
  func wrapped(_ text: String, indent: Int = 0, hanging: Int = 0) -> String {
    var lines: [String] = []
    for paragraph in text.split(separator: "\n", omittingEmptySubsequences: false) {
      var line = ""
      for word in paragraph.split(separator: " ") {
        let margin = indent + (lines.isEmpty ? 0 : hanging)
        if !line.isEmpty, margin + line.count + 1 + word.count > columns {
          lines.append(String(repeating: " ", count: margin) + line)
          line = ""
        }
        line += (line.isEmpty ? "" : " ") + word
      }
      let margin = line.isEmpty ? 0 : indent + (lines.isEmpty ? 0 : hanging)
      lines.append(String(repeating: " ", count: margin) + line)
    }
    return lines.joined(separator: "\n")
  }

  /// Names in a column of their own, and a wrapped text beside each.
  func definitions(_ rows: [(name: String, text: String)]) -> String {
    let width = min(rows.map(\.name.count).max() ?? 0, columns / 3)
    return rows.map { name, text in
      let body = wrapped(text, indent: width + 4)
      guard name.count <= width else { return "  " + bold(name) + "\n" + body }
      let first = "  " + bold(name) + String(repeating: " ", count: width - name.count + 2)
      return first + body.dropFirst(width + 4)
    }.joined(separator: "\n")
  }
}
