import ArgumentParser
import FedRLNumerics
import FedRLReporting

/// `fedrl compare`: what the arms of one scenario reached over several seeds.
struct Compare: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Compare the arms and baselines of runs of one scenario with different seeds.",
    discussion: """
      Scores are those of the final policies on the evaluation environments. The mean's intervals are \
      95 % bootstrap intervals, drawn over runs and then over environments. IQM is the mean of the \
      middle half of all runs' episodes, its interval drawn, in each environment for itself, over runs \
      and then over episodes, and P how likely a run of the first arm scores higher than one of another \
      (Agarwal et al., arXiv:2108.13264).

      EXAMPLES:
        fedrl compare runs/seed-1 runs/seed-2 runs/seed-3
        fedrl compare runs/seed-* --score return_mean
      """)

  @Argument(help: "Run folders, one per seed.")
  var runs: [String]
  @Option(help: "The score to compare; the environment's first measure by default.")
  var score: String?
  @Flag(help: "Print JSON.")
  var json = false

  func run() throws {
    let table = try ComparisonTable(runs: runs, score: score)
    print(json ? table.json.prettyText : table.text)
  }
}

extension ComparisonTable {
  /// Reads the summaries of finished runs of one scenario.
  /// - Parameter score: `nil` for the environment's first measure.
  init(runs: [String], score: String?) throws {
    let summaries = try runs.map { run in
      do {
        let text = String(decoding: try AtomicFile.read(run + "/summary.json"), as: UTF8.self)
        return try JSONValue(parsing: text)
      } catch {
        throw BadInput("\(run): expected a finished run with a summary.json: \(error)")
      }
    }
    try Self.checkRuns(runs)
    let score = try score ?? Self.firstMeasure(summaries[0], run: runs[0])
    let known = Self.scores(summaries[0])
    guard known.isEmpty || known.contains(score) else {
      throw BadInput(
        "--score: nothing is named \(score); the scores are \(known.joined(separator: ", "))")
    }
    try self.init(summaries, runs: runs, score: score)
  }

  /// An interval over runs means something where they are runs of one scenario with different seeds.
  private static func checkRuns(_ runs: [String]) throws {
    let records = runs.map { run -> JSONValue? in
      guard let bytes = try? AtomicFile.read(run + "/run.json") else { return nil }
      return try? JSONValue(parsing: String(decoding: bytes, as: UTF8.self))
    }
    var runOfSeed: [Int: String] = [:]
    for (run, record) in zip(runs, records) {
      guard let name = record?["scenario"]?.string, let seed = record?["seed"]?.int else {
        throw BadInput("\(run): expected a run.json that names scenario and seed")
      }
      if let first = records[0]?["scenario"]?.string, first != name {
        throw BadInput("\(run): is a run of \(name), \(runs[0]) of \(first)")
      }
      if let difference = difference(runs[0], run) {
        throw BadInput("\(run): was run with other settings than \(runs[0])\(difference)")
      }
      if let other = runOfSeed.updateValue(run, forKey: seed) {
        throw BadInput("\(run): has seed \(seed), as \(other) has; expected different seeds")
      }
    }
  }

  /// Where the scenarios of two runs differ but for the seed; `nil` for nowhere, or where a folder has
  /// none.
  private static func difference(_ one: String, _ other: String) -> String? {
    let texts = [one, other].compactMap { run in
      (try? AtomicFile.read(run + "/scenario.toml")).map {
        ScenarioText.withoutSeed(String(decoding: $0, as: UTF8.self))
      }
    }
    guard texts.count == 2, texts[0] != texts[1] else { return nil }
    return ScenarioText.difference(texts[0], texts[1], words: ("there", "here"))
  }

  /// The numbers that an environment of the main arm's final evaluation has.
  private static func scores(_ summary: JSONValue) -> [String] {
    let final = summary["arms"]?.members?.first?.value["final"]
    let environment = final?["environments"]?.members?.first?.value
    return (environment?.members ?? []).filter {
      $0.value.double != nil && $0.key != "episodes"
    }.map(\.key)
  }

  /// The first number of the main arm's final scores that is not about returns or counts.
  private static func firstMeasure(_ summary: JSONValue, run: String) throws -> String {
    let general = [
      "round", "episodes", "return_mean", "return_iqm", "return_worst", "steps_mean",
    ]
    guard let final = summary["arms"]?.members?.first?.value["final"], let members = final.members
    else { throw BadInput("\(run): has no final evaluation") }
    return members.first { $0.value.double != nil && !general.contains($0.key) }?.key
      ?? "return_mean"
  }
}

/// Scores of every arm and baseline, `[runs][environments]`, and what follows from them.
struct ComparisonTable {
  private struct Row {
    let name: String
    /// `[runs][environments]`
    let values: [[Double]]
    let interval: ClosedRange<Double>?
    /// The mean of the middle half of all episodes; `nil` for a difference.
    var iqm: Double?
    var iqmInterval: ClosedRange<Double>?
    var mean: Double { Statistics.meanOfMeans(values) }
  }

  private let score: String
  private let environments: [String]
  private let runCount: Int
  private var rows: [Row] = []
  private var differences: [Row] = []
  /// Of each run's independent agents the one with the highest and the lowest mean return.
  private var bestAgents: [Double] = []
  private var worstAgents: [Double] = []
  /// A run of a version that kept no episodes; then the middle half is that of the runs' means.
  private let runWithoutEpisodes: String?
  /// (federated − independent) ÷ (pooled − independent), where a run has these arms.
  private var gapClosed: (mean: Double, interval: ClosedRange<Double>?)?

  init(_ summaries: [JSONValue], runs: [String], score: String) throws {
    self.score = score
    runCount = summaries.count
    guard let main = summaries[0]["arms"]?.members?.first,
      let names = main.value["final"]?["environments"]?.members?.map(\.key), !names.isEmpty
    else { throw BadInput("\(runs[0]): has no final evaluation") }
    environments = names
    runWithoutEpisodes = runs.first { !EpisodeTable.exists(run: $0) }
    let tables =
      runWithoutEpisodes == nil ? try runs.map { try Self.episodes(of: $0, score: score) } : []
    let arms = summaries[0]["arms"]?.members?.map(\.key) ?? []
    for (summary, run) in zip(summaries, runs) {
      let own = summary["arms"]?.members?.map(\.key) ?? []
      guard own == arms else {
        throw BadInput(
          "\(run): has the arms \(own.joined(separator: ", ")), \(runs[0]) has "
            + arms.joined(separator: ", "))
      }
    }
    for name in arms {
      let values = try Self.values(summaries, runs, names, score) { $0["arms"]?[name]?["final"] }
      rows.append(try Self.row(name, values, tables, runs, names))
    }
    for (summary, run) in zip(summaries, runs) {
      let arm = summary["arms"]?.members?.first?.value
      guard arm?["final"]?["environments"]?.members?.map(\.key) == names else {
        throw BadInput("\(run): was judged in other environments than \(runs[0])")
      }
    }
    for name in summaries[0]["baselines"]?.members?.map(\.key) ?? [] {
      let values = try Self.values(summaries, runs, names, score) { $0["baselines"]?[name] }
      rows.append(try Self.row(name, values, tables, runs, names))
    }
    for other in rows.dropFirst() {
      let paired = zip(rows[0].values, other.values).map { zip($0, $1).map { $0 - $1 } }
      differences.append(Self.row("\(rows[0].name) − \(other.name)", paired))
    }
    gapClosed = closedGap()
    func agents(_ which: String) -> [Double] {
      summaries.compactMap { $0["arms"]?["independent"]?["final"]?[which]?[score]?.double }
    }
    bestAgents = agents("best_agent")
    worstAgents = agents("worst_agent")
  }

  /// A place in a table of scores.
  private struct Cell {
    let run: Int
    let environment: Int
  }

  /// How much of what pooling all data gains over learning alone the federation gains: a ratio of means
  /// over environments, each draw of the bootstrap taking the same runs and environments of all arms.
  private func closedGap() -> (mean: Double, interval: ClosedRange<Double>?)? {
    func values(_ name: String) -> [[Double]]? { rows.first { $0.name == name }?.values }
    guard let federated = values("federated"), let independent = values("independent"),
      let pooled = values("pooled")
    else { return nil }
    func ratio(_ cells: [[Cell]]) -> Double {
      func mean(_ table: [[Double]]) -> Double {
        Statistics.meanOfMeans(
          cells.map { row in row.map { table[$0.run][$0.environment] } })
      }
      let alone = mean(independent)
      return (mean(federated) - alone) / (mean(pooled) - alone)
    }
    let cells = federated.indices.map { run in
      environments.indices.map { Cell(run: run, environment: $0) }
    }
    // Where pooling does not clearly change the score there is no gap to close.
    let gaps = zip(pooled, independent).map { zip($0, $1).map { $0 - $1 } }
    guard
      let gap = Statistics.bootstrapInterval(
        gaps, random: RandomStream(seed: 1).split("compare")), !gap.contains(0)
    else { return nil }
    let interval = Statistics.bootstrapInterval(
      cells, random: RandomStream(seed: 1).split("compare"), statistic: ratio)
    let mean = ratio(cells)
    return mean.isFinite ? (mean, interval) : nil
  }

  private static func episodes(of run: String, score: String) throws -> EpisodeTable {
    do {
      return try EpisodeTable(run: run, score: score)
    } catch let failure as EpisodeTable.Failure {
      throw BadInput(failure.description)
    }
  }

  private static func row(_ name: String, _ values: [[Double]]) -> Row {
    Row(
      name: name, values: values,
      interval: Statistics.bootstrapInterval(
        values, random: RandomStream(seed: 1).split("compare")))
  }

  /// A policy's row, with the middle half of its episodes, or of its means where `tables` is empty.
  private static func row(
    _ name: String, _ values: [[Double]], _ tables: [EpisodeTable], _ runs: [String],
    _ environments: [String]
  ) throws -> Row {
    let episodes =
      tables.isEmpty
      ? values.map { $0.map { [$0] } }
      : try zip(tables, runs).map { table, run in
        try environments.map { environment in
          let scores = table.scores(of: name, in: environment)
          guard !scores.isEmpty else {
            throw BadInput("\(run)/episodes.csv: has no episode of \(name) in \(environment)")
          }
          return scores
        }
      }
    var row = row(name, values)
    row.iqm = Statistics.interquartileMean(episodes.flatMap { $0.flatMap { $0 } })
    row.iqmInterval = Statistics.stratifiedInterval(
      episodes, random: RandomStream(seed: 1).split("stratified")
    ) { Statistics.interquartileMean($0) ?? .nan }
    return row
  }

  /// How likely a run of the main arm scores higher than one of another row.
  private func probability(over other: Row) -> Double? {
    runCount > 1
      ? Statistics.probabilityOfImprovement(rows[0].values, over: other.values) : nil
  }

  private static func values(
    _ summaries: [JSONValue], _ runs: [String], _ environments: [String], _ score: String,
    _ scores: (JSONValue) -> JSONValue?
  ) throws -> [[Double]] {
    try zip(summaries, runs).map { summary, run in
      try environments.map { name in
        guard let value = scores(summary)?["environments"]?[name]?[score]?.double else {
          throw BadInput(
            "\(run): has no \(score) in environment \(name) for every arm and baseline")
        }
        return value
      }
    }
  }

  /// Of an environment's name over its column.
  private static let longestHeading = 16

  var text: String {
    var lines = ["\(score), final policies, \(runCount) run\(runCount == 1 ? "" : "s"):"]
    func cells(_ row: Row) -> [String] {
      [row.name, HumanNumber.value(row.mean), Self.text(row.interval)]
        + environments.indices.map { column in
          HumanNumber.value(Statistics.mean(row.values.map { $0[column] }))
        }
    }
    // Long names stand below the table, by their numbers.
    let isNumbered = environments.contains { $0.count > Self.longestHeading }
    let headings = isNumbered ? environments.indices.map { "\($0 + 1)" } : environments
    let header = ["", "mean", "95 % interval"] + headings
    lines.append(TextTable.text([header] + rows.map(cells) + differences.map(cells)))
    if isNumbered {
      lines.append("")
      lines += zip(headings, environments).map { "  \($0)  \($1)" }
    }
    lines.append("")
    lines.append(
      TextTable.text(
        [
          [
            "", runWithoutEpisodes == nil ? "IQM of episodes" : "IQM of runs", "95 % interval",
            "P(\(rows[0].name) higher)",
          ]
        ]
          + rows.enumerated().map { index, row in
            [
              row.name, HumanNumber.value(row.iqm), Self.text(row.iqmInterval),
              index == 0 ? "" : HumanNumber.value(probability(over: row)),
            ]
          }))
    if let runWithoutEpisodes {
      lines.append(
        "  \(runWithoutEpisodes) has no episodes.csv: the middle half is that of the runs")
    }
    if let gapClosed {
      lines.append(
        "  (federated − independent) ÷ (pooled − independent): \(HumanNumber.value(gapClosed.mean)), "
          + "95 % interval \(Self.text(gapClosed.interval))")
    }
    for (agents, which) in [(bestAgents, "best"), (worstAgents, "worst")] {
      guard let mean = Statistics.mean(agents) else { continue }
      lines.append(
        "  \(which) independent agent of each run: \(HumanNumber.value(mean)) on average")
    }
    return lines.joined(separator: "\n")
  }

  private static func text(_ interval: ClosedRange<Double>?) -> String {
    guard let interval else { return "–" }
    return "\(HumanNumber.value(interval.lowerBound)) … \(HumanNumber.value(interval.upperBound))"
  }

  var json: JSONValue {
    func object(_ row: Row) -> JSONValue {
      let middle: [JSONValue.Member] =
        row.iqm == nil
        ? []
        : [
          .init("iqm", .optional(row.iqm)),
          .init("iqm_low", .optional(row.iqmInterval?.lowerBound)),
          .init("iqm_high", .optional(row.iqmInterval?.upperBound)),
        ]
      let all: JSONValue = [
        "name": .text(row.name), "mean": .number(row.mean),
        "low": .optional(row.interval?.lowerBound), "high": .optional(row.interval?.upperBound),
        "environments": .object(
          environments.indices.map { column in
            .init(
              environments[column],
              .optional(Statistics.mean(row.values.map { $0[column] })))
          }),
      ]
      return .object((all.members ?? []) + middle)
    }
    return [
      "score": .text(score), "runs": .integer(runCount),
      "iqm_of": .text(runWithoutEpisodes == nil ? "episodes" : "runs"),
      "rows": .list(rows.map(object)),
      "differences": .list(differences.map(object)),
      "probability_of_improvement": .object(
        rows.dropFirst().map { .init($0.name, .optional(probability(over: $0))) }),
      "gap_closed": gapClosed.map {
        [
          "mean": .number($0.mean), "low": .optional($0.interval?.lowerBound),
          "high": .optional($0.interval?.upperBound),
        ]
      } ?? .null,
      "best_independent_agent": .optional(Statistics.mean(bestAgents)),
      "worst_independent_agent": .optional(Statistics.mean(worstAgents)),
    ]
  }
}
