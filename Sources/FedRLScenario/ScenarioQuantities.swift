internal import FedRLCore

/// The names of `summary.json` that `[expect]` can speak of.
///
/// - `arms.<arm>.final.<score>`, `arms.<arm>.best.<score>`: over all evaluation environments;
/// - `….environments.<environment>.<score>`: in one of them; `….worst_environment.<score>`;
/// - `….best_agent.<score>`, `….worst_agent.<score>`: where agents differ;
/// - `arms.<arm>.totals.<total>`, `totals.<total>`;
/// - `baselines.<baseline>.<score>`, `baselines.<baseline>.environments.<environment>.<score>`.
///
/// A score is `return_mean`, `return_iqm`, `steps_mean`, `episodes`, one of the environment's
/// measures, or, for a measure in seconds, the share of episodes that reached it: `…_reached`.
struct ScenarioQuantities {
  static let totals = ["env_steps", "bytes_up", "bytes_down", "wall_s", "fleet_time_s", "energy_j"]
  static let armTotals = [
    "rounds", "env_steps", "bytes_up", "bytes_down", "fleet_time_s", "energy_j",
  ]

  let scores: [String]
  let baselines: [String]
  let environments: [String]

  init(_ specification: EnvironmentSpecification, baselines: [String], environments: [String]) {
    scores =
      ["return_mean", "return_iqm", "steps_mean", "episodes"]
      + specification.metrics.flatMap {
        $0.unit == "s" ? [$0.name, $0.name + "_reached"] : [$0.name]
      }
    self.baselines = baselines
    self.environments = environments
  }

  /// What is wrong with a quantity's name; its root and arm have been checked.
  func problem(with quantity: String) -> String? {
    let parts = quantity.split(separator: ".").map(String.init)
    switch parts[0] {
    case "totals": return unknown(parts[1...], among: Self.totals, kind: "total")
    case "baselines":
      // A baseline's name has no dot.
      return unknown(parts[1...1], among: baselines, kind: "baseline")
        ?? scoreProblem(parts[2...], quantity, hasAgents: false)
    default:
      return parts[2] == "totals"
        ? unknown(parts[3...], among: Self.armTotals, kind: "total")
        : scoreProblem(parts[3...], quantity, hasAgents: true)
    }
  }

  private func scoreProblem(_ parts: ArraySlice<String>, _ quantity: String, hasAgents: Bool)
    -> String?
  {
    guard let first = parts.first else { return "expected a score after \(quantity)" }
    let groups = ["worst_environment", "best_agent", "worst_agent"]
    if hasAgents, groups.contains(first) {
      return unknown(parts.dropFirst(), among: scores, kind: "score")
    }
    guard first == "environments" else { return unknown(parts, among: scores, kind: "score") }
    // An environment's name may hold dots; the score is the last part.
    return unknown(parts.dropFirst().dropLast(), among: environments, kind: "environment")
      ?? unknown(parts.suffix(1), among: scores, kind: "score")
  }

  private func unknown(_ parts: ArraySlice<String>, among known: [String], kind: String)
    -> String?
  {
    let name = parts.joined(separator: ".")
    guard !known.contains(name) else { return nil }
    if let near = nearestName(to: name, among: known) {
      return "unknown \(kind) \"\(name)\"; did you mean \(near)?"
    }
    return "unknown \(kind) \"\(name)\"; "
      + (known.isEmpty ? "there is none" : "expected one of \(known.joined(separator: ", "))")
  }
}
