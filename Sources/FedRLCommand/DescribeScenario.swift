import FedRLCore
import FedRLReporting
package import FedRLScenario

/// What the environments of a scenario show and take: `fedrl describe my.toml`.
package struct ScenarioDescription {
  private let prepared: PreparedScenario
  private let text: CommandText

  package init(_ prepared: PreparedScenario, _ text: CommandText) {
    self.prepared = prepared
    self.text = text
  }

  package func write(to output: (String) -> Void) {
    let (scenario, space) = (prepared.scenario, prepared.specification)
    output(
      text.wrapped(
        "\(scenario.path): \(scenario.environmentName) with \(scenario.policyName). What agents see, "
          + "may do and are judged by, with these settings; fedrl describe \(scenario.environmentName) "
          + "lists the settings."))
    let observations = Self.grouped(space.observations)
    output("\n" + text.bold("Observation") + ": \(space.observations.count) numbers\n")
    output(text.definitions(observations))
    switch space.actions {
    case .discrete(let count):
      output("\n" + text.bold("Action") + ": one of \(count) choices")
    case .box(let box):
      output("\n" + text.bold("Action") + ": \(box.count) numbers\n")
      output(text.definitions(Self.grouped(box)))
    }
    let limit = space.maximumEpisodeSteps.map { ", at the latest after \($0) actions" } ?? ""
    output(
      "\n"
        + text.wrapped(
          "An action every \(HumanNumber.value(space.controlPeriodSeconds)) s; an episode ends by the "
            + "environment's rules\(limit)."))
    output("\n" + text.bold("Measures") + " of an episode\n")
    output(
      text.definitions(
        space.metrics.map(Self.row)
          + space.listMetrics.map { (name: $0.name, text: Self.row($0).text + "; a list") }))
    guard let kind = prepared.evaluationKinds.first?.kind, !kind.baselines.isEmpty else { return }
    output("\n" + text.bold("Baselines") + ": " + kind.baselines.joined(separator: ", "))
  }

  private static func row(_ metric: MetricDefinition) -> (name: String, text: String) {
    var notes: [String] = []
    if metric.unit != "1" { notes.append(metric.unit) }
    if let isHigher = metric.higherIsBetter {
      notes.append(isHigher ? "more is better" : "less is better")
    }
    return (metric.name, metric.text + (notes.isEmpty ? "" : " (\(notes.joined(separator: ", ")))"))
  }

  /// Elements in order, those that only differ in the number at their end in one row:
  /// `lidar.0 … lidar.31`.
  static func grouped(_ box: BoxSpace) -> [(name: String, text: String)] {
    var rows: [(first: String, last: String, stem: Substring?, low: Float, high: Float)] = []
    for index in 0..<box.count {
      let name = box.names[index]
      let (low, high) = (box.low[index], box.high[index])
      let stem = name.lastIndex(of: ".").flatMap { dot -> Substring? in
        Int(name[name.index(after: dot)...]) == nil ? nil : name[..<dot]
      }
      if let stem, let last = rows.last, last.stem == stem, last.low == low, last.high == high {
        rows[rows.count - 1].last = name
      } else {
        rows.append((name, name, stem, low, high))
      }
    }
    return rows.map { row in
      (
        row.first == row.last ? row.first : "\(row.first) … \(row.last)",
        "\(HumanNumber.value(Double(row.low))) to \(HumanNumber.value(Double(row.high)))"
      )
    }
  }
}
