public import FedRLCore
public import FedRLSimulation

/// What one arm scored in one evaluation: over environments, and over agents where they differ.
///
/// A mean gives every (agent, environment) the same weight, whatever its number of episodes.
public struct EvaluationScores: Sendable, Equatable {
  public let round: Int
  public let returnMean: Double
  /// What `summary.json` says: `round`, `episodes`, `return_mean`, `return_iqm`, every measure's
  /// mean by its name, `…_reached` for times, `worst_environment`, `environments` by name, and for
  /// arms in which agents differ `agents`, `best_agent`, `worst_agent`.
  public let json: JSONValue

  /// - Parameters:
  ///   - records: one arm's, of one round; not empty.
  ///   - metrics: in the order of the records.
  public init(_ records: [EvaluationRecord], metrics: [MetricDefinition]) {
    precondition(!records.isEmpty, "an evaluation without records")
    let all = Group(records, metrics: metrics)
    let environments = Group.split(records, by: \.environment, metrics: metrics)
    var members: [JSONValue.Member] = [.init("round", .integer(records[0].round))]
    members += all.members
    if let worst = environments.min(by: { $0.group.returnMean < $1.group.returnMean }) {
      members.append(
        .init("worst_environment", .object([.init("name", .text(worst.key))] + worst.group.members))
      )
    }
    members.append(
      .init(
        "environments",
        .object(environments.map { .init($0.key, .object($0.group.members)) })))
    if records.contains(where: { $0.agent != nil }) {
      members += Self.agentMembers(records, metrics: metrics)
    }
    round = records[0].round
    returnMean = all.returnMean
    json = .object(members)
  }

  private init(round: Int, returnMean: Double, json: JSONValue) {
    self.round = round
    self.returnMean = returnMean
    self.json = json
  }

  /// Reads back what ``json`` holds.
  init?(_ json: JSONValue) {
    guard let round = json["round"]?.int else { return nil }
    self.init(round: round, returnMean: json["return_mean"]?.double ?? .nan, json: json)
  }

  private static func agentMembers(_ records: [EvaluationRecord], metrics: [MetricDefinition])
    -> [JSONValue.Member]
  {
    let agents = Group.split(
      records.filter { $0.agent != nil }, by: { $0.agent! }, metrics: metrics)
    func member(_ name: String, _ agent: (key: Int, group: Group)?) -> JSONValue.Member {
      .init(
        name,
        agent.map { .object([.init("agent", .integer($0.key))] + $0.group.members) } ?? .null)
    }
    return [
      .init("agents", .integer(agents.count)),
      member("best_agent", agents.max { $0.group.returnMean < $1.group.returnMean }),
      member("worst_agent", agents.min { $0.group.returnMean < $1.group.returnMean }),
    ]
  }
}

/// Records averaged together.
private struct Group {
  let returnMean: Double
  let members: [JSONValue.Member]

  init(_ records: [EvaluationRecord], metrics: [MetricDefinition]) {
    self.init(records.map { EpisodeScore($0.episodes, metrics: metrics) }, metrics: metrics)
  }

  init(_ scores: [EpisodeScore], metrics: [MetricDefinition]) {
    let returns = scores.compactMap(\.returnMean)
    returnMean = Statistics.mean(returns) ?? .nan
    var members: [JSONValue.Member] = [
      .init("episodes", .integer(scores.map(\.episodes).reduce(0, +))),
      .init("return_mean", .number(returnMean)),
      .init("return_iqm", .optional(Statistics.interquartileMean(returns))),
      .init("steps_mean", .optional(Statistics.mean(scores.compactMap(\.stepsMean)))),
    ]
    for (index, metric) in metrics.enumerated() {
      let means = scores.compactMap { $0.metrics[index] }
      members.append(.init(metric.name, .optional(Statistics.mean(means))))
      if metric.isTime {
        let shares = scores.compactMap { $0.reached[index] }
        members.append(.init(metric.reachedName, .optional(Statistics.mean(shares))))
      }
    }
    self.members = members
  }

  /// One group per key, in the order in which keys first appear.
  static func split<Key: Hashable>(
    _ records: [EvaluationRecord], by key: (EvaluationRecord) -> Key, metrics: [MetricDefinition]
  ) -> [(key: Key, group: Group)] {
    var order: [Key] = []
    var parts: [Key: [EvaluationRecord]] = [:]
    for record in records {
      if parts[key(record)] == nil { order.append(key(record)) }
      parts[key(record), default: []].append(record)
    }
    return order.map { ($0, Group(parts[$0]!, metrics: metrics)) }
  }
}

/// A scripted policy's scores, in the same words.
func baselineScores(_ records: [BaselineRecord], metrics: [MetricDefinition]) -> JSONValue {
  let group = Group(records.map { EpisodeScore($0.episodes, metrics: metrics) }, metrics: metrics)
  let environments = records.map { record in
    JSONValue.Member(
      record.environment,
      .object(Group([EpisodeScore(record.episodes, metrics: metrics)], metrics: metrics).members))
  }
  return .object(group.members + [.init("environments", .object(environments))])
}
