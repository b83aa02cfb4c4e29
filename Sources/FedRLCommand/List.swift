package import ArgumentParser
import FedRLCore
package import FedRLScenario
import FedRLSimulation

/// `fedrl list`: what a scenario can name.
package struct List: ParsableCommand {
  /// What there is to list.
  package enum Subject: String, ExpressibleByArgument, CaseIterable {
    case environments, policies, devices, links, strategies, codecs
  }

  package static let configuration = CommandConfiguration(
    abstract: "List what a scenario can name.",
    discussion: """
      fedrl describe NAME says more of each.

      EXAMPLES:
        fedrl list
        fedrl list devices
      """)

  @Argument(
    help: ArgumentHelp(
      "One of \(Subject.allCases.map(\.rawValue).joined(separator: ", ")); all where missing.",
      valueName: "what"))
  var subject: Subject?

  package init() {}

  package func run() {
    Self.write(subject, registry: FedRL.registry, text: .standardOutput) { print($0) }
  }

  /// - Parameter subject: `nil` for everything, under headings.
  package static func write(
    _ subject: Subject?, registry: Registry, text: CommandText, output: (String) -> Void
  ) {
    if let subject {
      output(text.definitions(rows(subject, registry)))
      return
    }
    for (index, subject) in Subject.allCases.enumerated() {
      if index > 0 { output("") }
      output(subject.rawValue)
      output(text.definitions(rows(subject, registry)))
    }
  }

  package static func rows(_ subject: Subject, _ registry: Registry) -> [(
    name: String, text: String
  )] {
    switch subject {
    case .environments: registry.environmentSummaries.map { ($0.name, $0.summary) }
    case .policies: registry.learners.map { ($0.name, $0.summary) }
    case .devices: DeviceProfile.builtIn.map { ($0.name, $0.summary) }
    case .links: LinkProfile.builtIn.map { ($0.name, $0.summary) }
    case .strategies: FederationCatalogue.strategies.map { ($0.name, $0.summary) }
    case .codecs: FederationCatalogue.codecs.map { ($0.name, $0.summary) }
    }
  }
}
