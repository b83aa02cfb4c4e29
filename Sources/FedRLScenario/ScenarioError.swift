public import FedRLCore

/// A scenario could not be read. Every case names the file.
public enum ScenarioError: Error, Equatable, CustomStringConvertible {
  /// The file cannot be opened, is a folder, is empty or is not text.
  case unreadable(file: String, reason: String)
  /// Not TOML. Lines and columns count from 1.
  case syntax(file: String, line: Int, column: Int, message: String)
  /// Everything that is wrong with the file's content; never empty.
  case problems(file: String, [SettingProblem])

  public var description: String { lines.joined(separator: "\n") }

  /// One line per problem, each starting with the file.
  public var lines: [String] {
    switch self {
    case .unreadable(let file, let reason): ["\(file): \(reason)"]
    case .syntax(let file, let line, let column, let message):
      ["\(file):\(line):\(column): \(message)"]
    case .problems(let file, let problems): problems.map { "\(file): \($0)" }
    }
  }
}
