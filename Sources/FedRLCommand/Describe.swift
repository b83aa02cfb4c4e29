package import ArgumentParser
import FedRLCore
import FedRLReporting
package import FedRLScenario
import FedRLSimulation

/// `fedrl describe`: every setting of one thing.
package struct Describe: ParsableCommand {
  package static let configuration = CommandConfiguration(
    abstract: "Describe an environment, policy, device, link, section of a scenario, or scenario.",
    discussion: """
      Prints every setting with its meaning, unit, range and default; for devices and links every \
      value with its source and kind. For a scenario's file or a run: what its agents observe, may do \
      and are judged by.

      EXAMPLES:
        fedrl describe cartpole
        fedrl describe ppo
        fedrl describe pi-4
        fedrl describe fleet
        fedrl describe distributions
        fedrl describe my.toml
        fedrl describe runs/seed-7
      """)

  @Argument(
    help: "A name that fedrl list prints, a section of a scenario, a scenario's file, or a run.")
  var name: String

  package init() {}

  package func run() throws {
    let isRun = RunFolder.isRun(name) && !Self.known(FedRL.registry).contains(name)
    if isRun || name.hasSuffix(".toml") {
      let path = isRun ? name + "/scenario.toml" : name
      let prepared = try ScenarioLoader.load(path: path, registry: FedRL.registry)
        .prepare(registry: FedRL.registry)
      ScenarioDescription(prepared, .standardOutput).write { print($0) }
      return
    }
    try Self.write(name, registry: FedRL.registry, text: .standardOutput) { print($0) }
  }

  /// - Throws: ``BadInput`` with the nearest name where nothing is called so.
  package static func write(
    _ name: String, registry: Registry, text: CommandText, output: (String) -> Void
  ) throws {
    if let entry = registry.environment(named: name) {
      output(text.wrapped("\(name): \(entry.summary)"))
      output("")
      output(
        text.wrapped(
          "Settings of [environment] with name = \"\(name)\". [fleet.environment] and "
            + "[evaluation.environment] lay theirs over them."))
      output("")
      output(settings(entry.settings, text))
      output("")
      output(
        text.wrapped(
          "fedrl describe SCENARIO.toml tells what its agents observe, may do and are judged by, and "
            + "which baselines there are."))
    } else if let entry = registry.learner(named: name) {
      output(text.wrapped("\(name): \(entry.summary)"))
      output("")
      output("Settings of [policy] with name = \"\(name)\".")
      output("")
      output(settings(entry.settings, text))
    } else if let device = DeviceProfile.builtIn.first(where: { $0.name == name }) {
      output(text.wrapped("\(name): \(device.summary) (\(device.role.rawValue))"))
      output("")
      output(profile(device.rows, overrides: "device_overrides", text))
    } else if let link = LinkProfile.builtIn.first(where: { $0.name == name }) {
      output(text.wrapped("\(name): \(link.summary)"))
      output("")
      output(profile(link.rows, overrides: "link_overrides", text))
    } else if let summary = catalogue.first(where: { $0.name == name })?.summary {
      output(text.wrapped("\(name): \(summary)"))
    } else if let section = ScenarioSection(rawValue: name) {
      describe(section, registry, text, output)
    } else {
      throw unknown(name, registry)
    }
  }

  private static var catalogue: [(name: String, summary: String)] {
    FederationCatalogue.strategies + FederationCatalogue.codecs.map { ($0.name, $0.summary) }
  }

  private static func known(_ registry: Registry) -> [String] {
    List.Subject.allCases.flatMap { List.rows($0, registry).map(\.name) }
      + ScenarioSection.allCases.map(\.rawValue)
  }

  private static func unknown(_ name: String, _ registry: Registry) -> BadInput {
    if let kind = FileSystem.kind(name) {
      return BadInput(
        "\(name): expected a scenario (.toml), a run or a name that fedrl list prints, got a "
          + (kind == .folder ? "folder without a run" : "file"))
    }
    let hint =
      nearestName(to: name, among: known(registry)).map { "did you mean \($0)?" }
      ?? "see fedrl list, or name a section: "
      + ScenarioSection.allCases.map(\.rawValue).joined(separator: ", ")
    return BadInput("nothing is named \(name); \(hint)")
  }

  // MARK: Parts

  /// One setting in two or more lines: its name, default, type, range and unit; then its meaning.
  static func settings(
    _ descriptions: [SettingDescription], _ text: CommandText
  ) -> String {
    descriptions.map { description in
      let isTable = description.type == "table"
      let value = isTable ? "" : " = \(description.defaultValue.description)"
      let type = "(\(typeText(description)))"
      let fits = 2 + description.name.count + value.count + 2 + type.count <= text.columns
      return "  " + text.bold(description.name) + value
        + (fits ? "  " + type : "\n" + text.wrapped(type, indent: 6, hanging: 1)) + "\n"
        + text.wrapped(description.text, indent: 6)
    }.joined(separator: "\n")
  }

  /// `number in 0...5 m/s`; `fast | slow`.
  private static func typeText(_ description: SettingDescription) -> String {
    let range = description.range
    var result = ["boolean", "choice"].contains(description.type) ? range : description.type
    if ["number", "integer"].contains(description.type), !range.isEmpty {
      result += (range.contains("...") ? " in " : " ") + range
    } else if description.type == "list", !range.isEmpty {
      result += " of \(range)"
    }
    if !["", "1"].contains(description.unit) { result += " \(description.unit)" }
    return result
  }

  private static func profile(_ rows: [ProfileRow], overrides: String, _ text: CommandText)
    -> String
  {
    let entries = rows.map { row in
      "  " + text.bold(row.name) + "  \(number(row.value))"
        + (row.unit == "1" ? "" : " \(row.unit)") + "  (\(row.kind.rawValue))\n"
        + text.wrapped(row.text, indent: 6) + "\n"
        + text.faint(text.wrapped("source: \(row.source)", indent: 6, hanging: 8))
    }
    return entries.joined(separator: "\n") + "\n\n"
      + text.wrapped("A group replaces values in [fleet.\(overrides)], by these names and units.")
  }

  private static func number(_ value: Double) -> String {
    value == value.rounded() && value.magnitude < 1e15 ? "\(Int(value))" : "\(value)"
  }

  private static func describe(
    _ section: ScenarioSection, _ registry: Registry, _ text: CommandText,
    _ output: (String) -> Void
  ) {
    output(text.wrapped(section.heading))
    output("")
    output(text.wrapped(section.explanation(registry)))
    let descriptions = section.settings
    if !descriptions.isEmpty {
      output("")
      output(settings(descriptions, text))
    }
    if !section.example.isEmpty {
      output("\nExample:\n")
      output(
        section.example.split(separator: "\n", omittingEmptySubsequences: false)
          .map { $0.isEmpty ? "" : "  " + $0 }.joined(separator: "\n"))
    }
  }
}
