import FedRLCore
import FedRLFederation
import FedRLNumerics
import FedRLReporting
import FedRLScenario
import FedRLSimulation
import Foundation

/// What `fedrl train` prints before, during and after a run.
struct TrainingDisplay {
  let progress: ProgressDisplay
  private let prepared: PreparedScenario
  private let folder: String
  private let style: ProgressDisplay.Style

  init(options: Train, prepared: PreparedScenario, folder: String, finished: [Arm: Int] = [:]) {
    self.prepared = prepared
    self.folder = folder
    style = options.quiet ? .quiet : options.json ? .json : .automatic
    let scenario = prepared.scenario
    progress = ProgressDisplay(
      style, title: "\(scenario.name) → \(folder)", metrics: prepared.specification.metrics,
      arms: scenario.evaluation.arms, rounds: scenario.rounds, finishedRounds: finished)
  }

  private func many(_ count: Int, _ noun: String) -> String {
    "\(count) \(noun)\(count == 1 ? "" : "s")"
  }

  /// What will run, on what.
  func begin(_ checkpoint: RunCheckpoint?, threads: Int) {
    guard style == .automatic else { return }
    let scenario = prepared.scenario
    progress.note("run folder \(folder)")
    progress.note(
      many(scenario.members.count, "agent") + " in " + many(scenario.groups.count, "group") + ", "
        + many(scenario.rounds, "round") + ", "
        + (scenario.evaluation.arms.count == 1 ? "arm " : "arms ")
        + scenario.evaluation.arms.map(\.rawValue).joined(separator: " and ")
        + ", seed \(scenario.seed)")
    progress.note(
      "\(prepared.learner.layout.count) parameters, " + many(threads, "worker thread") + ", "
        + "OpenBLAS \(BLAS.kernelName), kernels \(Kernels.pathName)")
    if let checkpoint {
      let arm = scenario.evaluation.arms[checkpoint.armIndex]
      progress.note("resuming after round \(checkpoint.round) of the \(arm.rawValue) arm")
    }
  }

  /// What slows the run down.
  func warn(_ warnings: [String]) {
    guard style == .automatic else { return }
    for warning in warnings { progress.note("slow: " + warning) }
  }

  /// The run was stopped and can be resumed.
  func stopped(_ ending: TrainingRun.Ending, nextRound: Int) {
    progress.finish()
    if style == .json {
      print(
        JSONValue.object([
          .init("event", .text(ending == .interrupted ? "interrupted" : "time_limit")),
          .init("folder", .text(folder)), .init("next_round", .integer(nextRound)),
        ]).text)
    }
    if style != .automatic, ending != .interrupted, !prepared.scenario.expectations.isEmpty {
      complain("FAILED the time limit was reached before the expectations could be judged")
    }
    guard style == .automatic else { return }
    let reason = ending == .interrupted ? "interrupted" : "time limit reached"
    print("\(reason); the state is saved. To go on from round \(nextRound):")
    print("  fedrl train \(folder) --resume")
  }

  /// The scores of all arms and baselines, and which expectations hold.
  func finished(_ summary: Summary, expectations: [ExpectationResult], seconds: Double) {
    progress.finish()
    switch style {
    case .json:
      let document = summary.document(weightsSHA256: "", expectations: expectations)
      let holds = document["expectations_hold"] ?? .boolean(true)
      print(
        JSONValue.object([
          .init("event", "done"), .init("folder", .text(folder)),
          .init("wall_s", .number(seconds)), .init("expectations_hold", holds),
        ]).text)
    case .automatic: printScores(summary, expectations, seconds)
    default:
      // Silence is for what went well.
      for result in expectations where !result.holds { complain("FAILED " + result.message) }
    }
  }

  private func complain(_ message: String) {
    FileHandle.standardError.write(Data((message + "\n").utf8))
  }

  private func printScores(
    _ summary: Summary, _ expectations: [ExpectationResult], _ seconds: Double
  ) {
    let document = summary.document(weightsSHA256: "")
    let names = ["return_mean"] + prepared.specification.metrics.prefix(3).map(\.name)
    var rows: [[String]] = [[""] + names]
    func row(_ label: String, _ scores: JSONValue?) {
      guard let scores, scores != .null else { return }
      rows.append([label] + names.map { HumanNumber.value(scores[$0]?.double) })
    }
    for arm in prepared.scenario.evaluation.arms {
      let final = document["arms"]?[arm.rawValue]?["final"]
      row(arm.hasPolicyPerAgent ? "\(arm.rawValue), mean agent" : arm.rawValue, final)
      row("\(arm.rawValue), best agent", arm.hasPolicyPerAgent ? final?["best_agent"] : nil)
    }
    for name in prepared.baselines { row(name, document["baselines"]?[name]) }
    print()
    print(
      "Final policies on " + many(prepared.evaluationKinds.count, "evaluation environment") + ", "
        + many(prepared.scenario.evaluation.episodes, "episode") + " each:")
    print(TextTable.text(rows, width: CommandText.tableWidth))
    for result in expectations {
      print((result.holds ? "holds  " : "FAILED ") + result.message)
    }
    print("done in \(HumanNumber.duration(seconds)); everything is in \(folder)")
  }
}
