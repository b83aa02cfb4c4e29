public import ArgumentParser
public import FedRLScenario

/// The version of this program.
public enum FedRLVersion {
  public static let current = "0.1.0"
}

/// The whole `fedrl` command, for a registry: an author's executable is three lines.
///
/// ```swift
/// import FedRLCommand
/// import FedRLScenario
/// FedRL.main(registry: .standard.adding(EnvironmentEntry(RailCart.self)))
/// ```
public struct FedRL: ParsableCommand {
  public static let configuration = CommandConfiguration(
    commandName: "fedrl",
    abstract: "Trains fleets of robots together without their data leaving the robots.",
    discussion: """
      EXAMPLES:
        fedrl train Scenarios/vacuum-homes.toml
        fedrl train Scenarios/vacuum-homes.toml --rounds 20 --out runs/short
        fedrl evaluate runs/short --episodes 20
        fedrl replay runs/short --episode 1
        fedrl describe vacuum

      Exit status: 0 done, 1 failed, 2 bad input, 3 an [expect] did not hold, 130 interrupted \
      (the state is saved; --resume goes on).
      """,
    version: FedRLVersion.current,
    subcommands: [
      Train.self, Evaluate.self, Compare.self, Replay.self, Validate.self, List.self,
      Describe.self, Generate.self, New.self, Serve.self, Doctor.self,
    ])

  /// What scenarios can name; set once before parsing.
  nonisolated(unsafe) package static var registry = Registry.standard

  public init() {}

  /// Runs the command line of this process and ends it with the command's exit status.
  public static func main(registry: Registry) -> Never {
    self.registry = registry
    Outcome.run(Array(CommandLine.arguments.dropFirst()))
  }
}
