public import FedRLCore
public import FedRLSimulation

#if canImport(Glibc)
  private import Glibc
#endif

/// Shows a run while it goes on.
///
/// On a terminal a block of lines is refreshed in place; elsewhere every round is a line. What
/// cannot be written is dropped: a reader that went away must not end a run.
public final class ProgressDisplay: RunObserver {
  public enum Style: Sendable {
    /// `live` on a terminal that can, `plain` elsewhere.
    case automatic
    case live
    /// A line for every round and evaluation.
    case plain
    /// One JSON object for every round and evaluation.
    case json
    case quiet
  }

  private let style: Style
  private let metrics: [MetricDefinition]
  private let terminal: () -> Terminal
  private let output: (String) -> Void
  private var run: RunProgress
  /// Lines of the block that stand on the terminal now.
  private var drawn = 0
  /// Wall time and steps of all arms at the last rounds, for the rate.
  private var recent: [(wall: Double, steps: Int)] = []
  private var lastDraw = 0.0

  /// - Parameters:
  ///   - title: the scenario's name, and where the run is written.
  ///   - arms: in the scenario's order.
  ///   - rounds: of each arm.
  ///   - finishedRounds: of a run that is resumed.
  ///   - descriptor: where it writes; 1 is the standard output.
  public convenience init(
    _ style: Style = .automatic, title: String, metrics: [MetricDefinition], arms: [Arm],
    rounds: Int, finishedRounds: [Arm: Int] = [:], descriptor: Int32 = 1
  ) {
    self.init(
      style, title: title, metrics: metrics, arms: arms, rounds: rounds,
      finishedRounds: finishedRounds, terminal: { Terminal.of(descriptor: descriptor) },
      output: { Self.write($0, to: descriptor) })
  }

  /// Draws through `output`, on what `terminal` says there is.
  public init(
    _ style: Style, title: String, metrics: [MetricDefinition], arms: [Arm], rounds: Int,
    finishedRounds: [Arm: Int] = [:], terminal: @escaping () -> Terminal,
    output: @escaping (String) -> Void
  ) {
    self.style =
      style == .automatic ? (terminal().isInteractive ? .live : .plain) : style
    self.metrics = metrics
    self.terminal = terminal
    self.output = output
    run = RunProgress(
      title: title,
      arms: arms.map { arm in
        var progress = ArmProgress(arm)
        progress.round = finishedRounds[arm] ?? 0
        return progress
      })
    totalRounds = max(rounds * arms.count, 1)
    updateShare()
  }

  private let totalRounds: Int

  /// Counts what an arm sent and received before the run was resumed.
  public func takeUp(_ arm: Arm, bytesUp: Int, bytesDown: Int) {
    guard let index = run.arms.firstIndex(where: { $0.arm == arm }) else { return }
    run.arms[index].bytesUp = bytesUp
    run.arms[index].bytesDown = bytesDown
  }

  public func roundFinished(_ record: RoundRecord) {
    guard let index = run.arms.firstIndex(where: { $0.arm == record.arm }) else { return }
    take(record, into: &run.arms[index])
    updateShare()
    updateRates(wall: record.wallSeconds)
    switch style {
    case .live: draw()
    case .json: output(json(record).text + "\n")
    case .plain:
      let isUnicode = terminal().isUnicode
      output(ProgressText.line(run, arm: run.arms[index], unicode: isUnicode) + "\n")
    case .quiet, .automatic: break
    }
  }

  public func evaluationFinished(_ records: [EvaluationRecord]) {
    for index in run.arms.indices {
      let own = records.filter { $0.arm == run.arms[index].arm }
      guard !own.isEmpty else { continue }
      let scores = EvaluationScores(own, metrics: metrics)
      let metric = metrics.first.flatMap { scores.json[$0.name]?.double }
      run.arms[index].evaluation = (scores.returnMean, metric)
      switch style {
      case .json:
        let head: [JSONValue.Member] = [
          .init("event", "evaluation"), .init("arm", .text(run.arms[index].arm.rawValue)),
          .init("final", .boolean(own[0].isFinal)),
        ]
        output(JSONValue.object(head + (scores.json.members ?? [])).text + "\n")
      case .plain:
        let name = "\(run.arms[index].arm.rawValue)  evaluation after round \(scores.round)"
        report(name, returnMean: scores.returnMean, metric: metric)
      case .live, .quiet, .automatic: break
      }
    }
    if style == .live { draw() }
  }

  public func baselinesFinished(_ records: [BaselineRecord]) {
    var names: [String] = []
    for record in records where !names.contains(record.baseline) { names.append(record.baseline) }
    for name in names {
      let scores = baselineScores(records.filter { $0.baseline == name }, metrics: metrics)
      switch style {
      case .json:
        let head: [JSONValue.Member] = [.init("event", "baseline"), .init("name", .text(name))]
        output(JSONValue.object(head + (scores.members ?? [])).text + "\n")
      case .live, .plain:
        erase()
        report(
          "baseline \(name)", returnMean: scores["return_mean"]?.double,
          metric: metrics.first.flatMap { scores[$0.name]?.double })
      case .quiet, .automatic: break
      }
    }
    if style == .live { draw() }
  }

  public func messageLeft(_ record: EgressRecord) {}

  /// Tells of agents that are done within a round; drawn on a live display only, at most ten times
  /// a second.
  public func agentsFinished(_ done: Int, of count: Int, arm: Arm, round: Int) {
    guard style == .live, let index = run.arms.firstIndex(where: { $0.arm == arm }) else { return }
    run.arms[index].running = (done, count)
    let now = Self.monotonicSeconds()
    guard now - lastDraw >= 0.1 else { return }
    draw()
  }

  /// Writes a line above the display: a warning, or what was loaded.
  public func note(_ text: String) {
    guard style == .live || style == .plain else { return }
    erase()
    output(text + "\n")
    if style == .live && run.arms.contains(where: { $0.rounds > 0 }) { draw() }
  }

  /// Leaves the block where it stands; what is printed next comes below it.
  public func finish() { drawn = 0 }
}

// MARK: - Keeping count

extension ProgressDisplay {
  private func take(_ record: RoundRecord, into progress: inout ArmProgress) {
    progress.round = record.round
    progress.rounds = record.rounds
    progress.returnMean = record.returnMean
    progress.returnWorst = record.returnWorst
    progress.metric = metrics.first.map { ($0.name, record.metrics.first) }
    progress.agentsReported = record.agentsReported
    progress.agentsSelected = record.agentsSelected
    progress.environmentSteps = record.environmentSteps
    progress.bytesUp += record.bytesUp
    progress.bytesDown += record.bytesDown
    progress.fleetTimeSeconds = record.fleetTimeSeconds
    progress.running = nil
  }

  private func updateShare() {
    run.share = min(Double(run.arms.map(\.round).reduce(0, +)) / Double(totalRounds), 1)
  }

  private func updateRates(wall: Double) {
    run.wallSeconds = max(run.wallSeconds, wall)
    recent.append((run.wallSeconds, run.arms.map(\.environmentSteps).reduce(0, +)))
    if recent.count > 20 { recent.removeFirst() }
    let first = recent.count > 1 ? recent[0] : (wall: 0, steps: 0)
    let seconds = run.wallSeconds - first.wall
    run.stepsPerSecond = seconds > 0 ? Double(recent.last!.steps - first.steps) / seconds : nil
    run.secondsLeft = run.share > 0 ? run.wallSeconds * (1 - run.share) / run.share : nil
  }

  private func json(_ record: RoundRecord) -> JSONValue {
    let measures = metrics.enumerated().map { index, metric in
      JSONValue.Member(metric.name, .optional(record.metrics[safe: index]))
    }
    return [
      "event": "round", "arm": .text(record.arm.rawValue), "round": .integer(record.round),
      "rounds": .integer(record.rounds), "fleet_time_s": .number(record.fleetTimeSeconds),
      "wall_s": .number(record.wallSeconds), "env_steps": .integer(record.environmentSteps),
      "return_mean": .optional(record.returnMean), "return_iqm": .optional(record.returnIQM),
      "return_worst": .optional(record.returnWorst),
      "agents_selected": .integer(record.agentsSelected),
      "agents_reported": .integer(record.agentsReported), "bytes_up": .integer(record.bytesUp),
      "bytes_down": .integer(record.bytesDown), "energy_j": .number(record.energyJoules),
      "metrics": .object(measures), "steps_per_s": .optional(run.stepsPerSecond),
      "left_s": .optional(run.secondsLeft),
    ]
  }
}

// MARK: - Drawing

extension ProgressDisplay {
  private func draw() {
    let screen = terminal()
    var lines = ProgressText.block(run, width: screen.columns, unicode: screen.isUnicode)
    // A block that scrolls cannot be refreshed in place.
    if lines.count >= screen.rows { lines = Array(lines.prefix(2)) }
    erase()
    output(lines.map { $0 + "\n" }.joined())
    drawn = lines.count
    lastDraw = Self.monotonicSeconds()
  }

  private func erase() {
    if drawn > 0 { output("\u{1b}[\(drawn)A\u{1b}[J") }
    drawn = 0
  }

  private func report(_ name: String, returnMean: Double?, metric: Double?) {
    var text = "\(name)  return \(HumanNumber.value(returnMean))"
    if let first = metrics.first { text += "  \(first.name) \(HumanNumber.value(metric))" }
    output(text + "\n")
  }

  private static func write(_ text: String, to descriptor: Int32) {
    let bytes = Array(text.utf8)
    var start = 0
    while start < bytes.count {
      let written = bytes.withUnsafeBytes {
        Glibc.write(descriptor, $0.baseAddress! + start, bytes.count - start)
      }
      if written < 0 && errno != EINTR { return }
      start += max(written, 0)
    }
  }

  private static func monotonicSeconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }
}
