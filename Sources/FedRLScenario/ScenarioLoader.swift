internal import FedRLCore

/// Reads scenario files.
public enum ScenarioLoader {
  /// Reads, overrides, decodes and checks a scenario; loads nothing that it names.
  ///
  /// - Parameters:
  ///   - path: the TOML file.
  ///   - overrides: `section.key=value`, applied in order; `fleet.0.…`, `fleet.NAME.…` and
  ///     `fleet.*.…` reach into groups. Their relative paths start at the working directory.
  ///   - seed, rounds: replace those of `[scenario]`.
  ///   - registry: the environments and learners that a scenario can name.
  /// - Throws: every problem of the file and of the overrides at once.
  public static func load(
    path: String, overrides: [String] = [], seed: UInt64? = nil, rounds: Int? = nil,
    registry: Registry
  ) throws(ScenarioError) -> Scenario {
    let text: String
    do throws(FileProblem) {
      text = try Files.text(at: path)
    } catch {
      throw .unreadable(file: path, reason: error.reason)
    }
    return try load(
      text: text, path: path, overrides: overrides, seed: seed, rounds: rounds, registry: registry)
  }

  /// The same for a text that is not in a file.
  /// - Parameter path: names the text in errors; its folder is where relative paths start.
  public static func load(
    text: String, path: String, overrides: [String] = [], seed: UInt64? = nil, rounds: Int? = nil,
    registry: Registry
  ) throws(ScenarioError) -> Scenario {
    var tree: SettingTable
    do throws(TOMLDocument.SyntaxError) {
      tree = try TOMLDocument.parse(text)
    } catch {
      throw .syntax(file: path, line: error.line, column: error.column, message: error.message)
    }
    if tree.isEmpty {
      throw .unreadable(file: path, reason: "the scenario is empty; see fedrl describe scenario")
    }
    var problems = apply(overrides, to: &tree, registry)
    if let seed, seed > UInt64(Int.max) {
      problems.append(
        .init(place: "--seed", message: "expected an integer in 0...\(Int.max), got \(seed)"))
    }
    replace("seed", by: seed.map { Int(clamping: $0) }, in: &tree)
    replace("rounds", by: rounds, in: &tree)
    var decoder = ScenarioDecoder(tree: tree, path: path, registry: registry)
    let scenario = decoder.decode()
    problems += decoder.problems
    guard problems.isEmpty, let scenario else { throw .problems(file: path, problems) }
    return scenario
  }

  private static func apply(
    _ overrides: [String], to tree: inout SettingTable, _ registry: Registry
  ) -> [SettingProblem] {
    let settings = registry.environments.flatMap(\.settings) + registry.families.flatMap(\.settings)
    let pathKeys = Set(settings.filter { $0.type == "path" }.map(\.name))
    var problems: [SettingProblem] = []
    for text in overrides {
      do throws(SettingProblems) {
        let override = try Override(text, pathKeys: pathKeys)
        if let problem = override.apply(to: &tree) { problems.append(problem) }
      } catch {
        problems += error.problems
      }
    }
    return problems
  }

  private static func replace(_ key: String, by value: Int?, in tree: inout SettingTable) {
    guard let value else { return }
    switch tree["scenario"] {
    case .table(var table):
      table[key] = .integer(value)
      tree["scenario"] = .table(table)
    case nil: tree["scenario"] = .table([key: .integer(value)])
    default: break  // Not a table: the decoder says so.
    }
  }
}
