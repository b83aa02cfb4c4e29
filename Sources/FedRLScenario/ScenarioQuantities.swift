internal import FedRLCore

/// The names of `summary.json` that `[expect]` can speak of.
///
/// - `arms.<arm>.final.<score>`, `arms.<arm>.best.<score>`: over all evaluation environments;
/// - `arms.<arm>.final.environments.<environment>.<score>`: in one of them;
/// - `baselines.<baseline>.<score>` and `baselines.<baseline>.environments.<environment>.<score>`;
/// - `totals.<total>`.
///
/// A score is `return_mean`, `return_iqm`, `return_worst`, or one of the environment's measures.
public enum ScenarioQuantities {
  public static let returns = ["return_mean", "return_iqm", "return_worst"]
  public static let totals = [
    "env_steps", "bytes_up", "bytes_down", "wall_s", "fleet_time_s", "energy_j",
  ]

  static func scores(_ specification: EnvironmentSpecification) -> [String] {
    returns + specification.metrics.map(\.name)
  }

  /// What is wrong with a quantity's name; its root and arm have been checked.
  static func problem(
    with quantity: String, scores: [String], baselines: [String], environments: [String]
  ) -> String? {
    var parts = quantity.split(separator: ".").map(String.init)
    switch parts.removeFirst() {
    case "totals":
      return unknown(parts.joined(separator: "."), among: totals, kind: "total")
    case "baselines":
      // A baseline's name has no dot.
      let name = parts.removeFirst()
      if let message = unknown(name, among: baselines, kind: "baseline") { return message }
    default: parts.removeFirst(2)
    }
    guard let first = parts.first else { return "expected a score after \(quantity)" }
    guard first == "environments" else {
      return unknown(parts.joined(separator: "."), among: scores, kind: "score")
    }
    // An environment's name may hold dots; the score is the last part.
    let score = parts.count > 2 ? parts.removeLast() : ""
    return unknown(
      parts.dropFirst().joined(separator: "."), among: environments, kind: "environment")
      ?? unknown(score, among: scores, kind: "score")
  }

  private static func unknown(_ name: String, among known: [String], kind: String) -> String? {
    guard !known.contains(name) else { return nil }
    if let near = nearestName(to: name, among: known) {
      return "unknown \(kind) \"\(name)\"; did you mean \(near)?"
    }
    return "unknown \(kind) \"\(name)\"; "
      + (known.isEmpty ? "there is none" : "expected one of \(known.joined(separator: ", "))")
  }
}
