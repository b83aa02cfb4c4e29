import FedRLCore
import FedRLReporting
import FedRLScenario
import FedRLSimulation
import Foundation

/// Every agent's final policy in every agent's environment: what each learned that the others can use.
struct CrossMatrix {
  private struct Row {
    let name: String
    /// The environment that the policy was trained in; `nil` for one that all agents share.
    let own: Int?
    var scores: [Double] = []
  }

  private let score: String
  /// One per distinct environment, named after the first agent in it and the number of others.
  private let environments: [String]
  private var rows: [Row]

  /// - Parameters:
  ///   - run: the folder of a finished run.
  ///   - score: a measure, or `return_mean`; `nil` for the environment's first measure.
  /// - Throws: ``BadInput`` where no arm has a policy per agent or a file is missing.
  init(
    run: String, _ given: PolicySource, score: String?, episodes: Int, seed: UInt64,
    pool: WorkerPool
  ) throws {
    let prepared = given.prepared
    let metrics = prepared.specification.metrics
    // As a summary names them.
    var measures: [(name: String, value: (EpisodeScore) -> Double?)] = [
      ("return_mean", \.returnMean), ("return_iqm", \.returnIQM), ("steps_mean", \.stepsMean),
    ]
    for (index, metric) in metrics.enumerated() {
      measures.append((metric.name, { $0.metrics[index] }))
      if metric.isTime { measures.append((metric.reachedName, { $0.reached[index] })) }
    }
    let wanted = score ?? metrics.first?.name ?? "return_mean"
    guard let measure = measures.first(where: { $0.name == wanted })?.value else {
      throw BadInput(
        "--score: nothing is named \(wanted); the scores are "
          + measures.map(\.name).joined(separator: ", "))
    }
    self.score = wanted
    let members = prepared.scenario.members
    // One column per environment that agents live in; others are those of evaluations.
    let firsts = members.indices.filter {
      !prepared.kindOfMember[..<$0].contains(prepared.kindOfMember[$0])
    }
    let kinds = firsts.map { prepared.kindOfMember[$0] }
    environments = zip(firsts, kinds).map { first, kind in
      let others = prepared.kindOfMember.count { $0 == kind } - 1
      return members[first].name + (others > 0 ? " +\(others)" : "")
    }
    let (rows, policies) = try Self.policies(run, given) { kinds.firstIndex(of: $0) }
    self.rows = rows
    let evaluator = Evaluator(
      environments: zip(environments, kinds).map { .init(name: $0, kind: prepared.kinds[$1]) },
      episodes: episodes, seed: seed)
    let results = try evaluator.evaluate(
      policies, learner: prepared.learner, pool: pool,
      isCancelled: { Interruption.isRequested })
    for (row, columns) in results.enumerated() {
      self.rows[row].scores = columns.map {
        measure(EpisodeScore($0, metrics: metrics)) ?? .nan
      }
    }
  }

  /// The run's final policies: those that agents share, then each agent's own.
  /// - Parameter column: of a loaded environment.
  private static func policies(
    _ run: String, _ given: PolicySource, column: (_ kind: Int) -> Int?
  ) throws -> ([Row], [PolicySnapshot]) {
    let arms = given.scenario.evaluation.arms
    guard arms.contains(where: \.hasPolicyPerAgent) else {
      throw BadInput(
        "\(run): no arm of it has a policy per agent; run it with the arm independent or finetuned")
    }
    var rows: [Row] = []
    var policies: [PolicySnapshot] = []
    func add(_ file: String, _ name: String, own: Int?) throws {
      let path = "\(run)/checkpoints/final\(file).safetensors"
      guard FileManager.default.fileExists(atPath: path) else {
        throw BadInput("\(run): expected \(path), which a finished run has")
      }
      let policy = try PolicyFile.read(path, for: given.prepared)
      rows.append(Row(name: name, own: own))
      policies.append(
        PolicySnapshot(
          parameters: policy.parameters, observationMoments: policy.observationMoments))
    }
    for (index, arm) in arms.enumerated() where !arm.hasPolicyPerAgent {
      try add(index == 0 ? "" : "-\(arm.rawValue)", arm.rawValue, own: nil)
    }
    for arm in arms where arm.hasPolicyPerAgent {
      let suffix = arm == arms[0] ? "" : "-\(arm.rawValue)"
      for (index, member) in given.prepared.scenario.members.enumerated() {
        try add(
          "\(suffix)-\(index)", "\(arm.rawValue) \(member.name)",
          own: column(given.prepared.kindOfMember[index]))
      }
    }
    return (rows, policies)
  }

  /// Means over the agents' policies, in their own environments and in those of others.
  private var means: (own: Double?, others: Double?) {
    var own: [Double] = []
    var others: [Double] = []
    for row in rows {
      guard let home = row.own else { continue }
      for (index, score) in row.scores.enumerated() where !score.isNaN {
        if index == home { own.append(score) } else { others.append(score) }
      }
    }
    return (Statistics.mean(own), Statistics.mean(others))
  }

  private static func mean(_ scores: [Double]) -> Double? {
    Statistics.mean(scores.filter { !$0.isNaN })
  }

  var text: String {
    var table = [["", "mean"] + environments]
    for row in rows {
      table.append(
        [row.name, HumanNumber.value(Self.mean(row.scores))]
          + row.scores.map { HumanNumber.value($0.isNaN ? nil : $0) })
    }
    var lines = ["\(score) of final policies (rows) in agents' environments (columns):"]
    let text = TextTable.text(table, width: CommandText.tableWidth)
    lines.append(text)
    if let last = environments.last, text.prefix(while: { $0 != "\n" }).hasSuffix(last) == false {
      lines.append("  (more columns than fit; a wider terminal or --json shows all)")
    }
    let (own, others) = means
    lines.append(
      "  agents' policies at home: \(HumanNumber.value(own)) on average, elsewhere: "
        + "\(HumanNumber.value(others))")
    return lines.joined(separator: "\n")
  }

  var json: JSONValue {
    let (own, others) = means
    return [
      "score": .text(score),
      "environments": .list(environments.map { .text($0) }),
      "rows": .list(
        rows.map { row in
          [
            "name": .text(row.name),
            "own_environment": row.own.map { .text(environments[$0]) } ?? .null,
            "scores": .list(row.scores.map { .optional($0.isNaN ? nil : $0) }),
          ]
        }),
      "own_mean": .optional(own), "others_mean": .optional(others),
    ]
  }
}
