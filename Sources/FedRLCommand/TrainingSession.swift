import ArgumentParser
import FedRLCore
import FedRLNumerics
import FedRLReporting
import FedRLScenario
import FedRLSimulation
import Foundation

/// One process's share of a run: its record, its display, and how it ends.
struct TrainingSession {
  let options: Train
  let prepared: PreparedScenario
  /// What `--init` named.
  let initial: PolicyFile?
  let resolved: String
  let folder: RunFolder

  func run() throws {
    let pool = WorkerPool(count: options.threads ?? WorkerPool.processorCount)
    let saved = try takeUp()
    var record = RunRecord(
      version: FedRLVersion.current, scenario: prepared.scenario.name,
      seed: prepared.scenario.seed, threads: pool.count, simdPath: Kernels.pathName,
      arguments: Array(CommandLine.arguments.dropFirst()),
      session: .init(
        start: .now, firstRound: (saved?.checkpoint.round ?? 0) + 1,
        processID: Int(ProcessInfo.processInfo.processIdentifier)))
    record.blasKernelAvailable = KernelChoice.available()
    if options.resume, let old = try? AtomicFile.read(folder.file("run.json")) {
      try? record.addEarlierSessions(from: String(decoding: old, as: UTF8.self))
    }
    record.wallSeconds = saved?.checkpoint.wallSeconds ?? 0
    do {
      try folder.write(resolved, to: "scenario.toml")
      try record.write(to: folder)
    } catch {
      if !options.resume { folder.discard() }
      throw error
    }
    let display = TrainingDisplay(options: options, prepared: prepared, folder: folder.path)
    display.begin(saved?.checkpoint, threads: pool.count)
    display.warn(KernelChoice.warnings(available: record.blasKernelAvailable))
    try carryOut(&record, pool: pool, saved: saved, display: display)
  }

  /// The checkpoint to go on from; `nil` to begin.
  private func takeUp() throws -> CheckpointStore.Saved? {
    guard options.resume else { return nil }
    let (saved, damaged) = try CheckpointStore.newest(in: folder.file("checkpoints"))
    // Without a checkpoint the folder still says what it was run with.
    let earlier =
      saved?.checkpoint.scenario
      ?? (try? AtomicFile.read(folder.file("scenario.toml"))).map {
        String(decoding: $0, as: UTF8.self)
      }
    if let earlier, earlier != resolved {
      throw BadInput(
        "\(folder.path): was run with another scenario or other settings than given now"
          + ScenarioText.difference(earlier, resolved)
          + "; resume with the same, as its scenario.toml says")
    }
    guard saved != nil || damaged.isEmpty else {
      throw BadInput(
        "\(folder.path): no checkpoint can be read (\(damaged[0])); --force begins the run again")
    }
    if saved == nil, FileManager.default.fileExists(atPath: folder.file("summary.json")) {
      throw BadInput(
        "\(folder.path): is finished, and has no checkpoint to resume; --force replaces it")
    }
    for problem in damaged { Outcome.complain("\(problem); going on from an older one") }
    return saved
  }

  private func carryOut(
    _ record: inout RunRecord, pool: WorkerPool,
    saved: CheckpointStore.Saved?, display: TrainingDisplay
  ) throws {
    var run: TrainingRun?
    do {
      let begun = try TrainingRun(
        .init(
          prepared: prepared, initial: initial, folder: folder, pool: pool, resolved: resolved,
          maximumSeconds: options.maxSeconds ?? prepared.scenario.maximumSeconds,
          display: display.progress),
        resuming: saved)
      run = begun
      let ending = try begun.run()
      record.wallSeconds = begun.wallSeconds
      guard ending == .finished else { return try stop(begun, ending, &record, display) }
      try end(begun, &record, display)
    } catch let code as ExitCode {
      throw code
    } catch {
      record.wallSeconds = run?.wallSeconds ?? record.wallSeconds
      try? finish(&record, reason: "failed: \(error)")
      try? writeJUnit(record, failure: "\(error)", [])
      // Nothing was learned and nothing can be resumed: a full disk at the start leaves no trace.
      if error is FileError && run?.hasRounds != true && !options.resume { folder.discard() }
      // What learning itself ends, ends it again: a resumed run repeats every bit.
      if !(error is TrainingFailure || error is EvaluationFailure) { sayWhatIsSaved() }
      throw error
    }
  }

  private func sayWhatIsSaved() {
    let newest = try? CheckpointStore.newest(in: folder.file("checkpoints"))
    guard let saved = newest?.saved else { return }
    let arm = prepared.scenario.evaluation.arms[saved.checkpoint.armIndex]
    Outcome.complain(
      "the state after round \(saved.checkpoint.round) of the \(arm.rawValue) arm is saved; "
        + "fedrl train \(folder.path) --resume goes on from there")
  }

  /// After the last round: scores, expectations, report.
  private func end(_ run: TrainingRun, _ record: inout RunRecord, _ display: TrainingDisplay)
    throws
  {
    let results = try run.writeSummary()
    try finish(&record, reason: "done")
    display.finished(run.summary, expectations: results, seconds: run.wallSeconds)
    try writeJUnit(record, failure: nil, results)
    if !results.allSatisfy(\.holds) { throw ExitCode(3) }
  }

  /// Before the last round. A run that its time limit ends has not met its expectations.
  private func stop(
    _ run: TrainingRun, _ ending: TrainingRun.Ending, _ record: inout RunRecord,
    _ display: TrainingDisplay
  ) throws {
    let isInterrupted = ending == .interrupted
    try finish(&record, reason: isInterrupted ? "interrupted" : "time limit")
    display.stopped(ending, nextRound: run.nextRound)
    let reason = isInterrupted ? "interrupted" : "the time limit was reached"
    try writeJUnit(record, failure: "\(reason) before round \(run.nextRound)", [])
    if isInterrupted { throw ExitCode(130) }
    if !prepared.scenario.expectations.isEmpty { throw ExitCode(3) }
  }

  private func finish(_ record: inout RunRecord, reason: String) throws {
    record.exitReason = reason
    record.sessions[record.sessions.count - 1].end = .now
    try record.write(to: folder)
  }

  private func writeJUnit(_ record: RunRecord, failure: String?, _ results: [ExpectationResult])
    throws
  {
    guard let path = options.junit else { return }
    try AtomicFile.write(
      JUnitReport.text(
        scenario: record.scenario, seconds: record.wallSeconds, failure: failure,
        expectations: results), to: path)
  }
}
