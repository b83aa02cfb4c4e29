import FedRLReporting
import FedRLSimulation
import Testing

@Suite struct ProgressTests {
  static func progress() -> RunProgress {
    var federated = ArmProgress(.federated)
    federated.round = 40
    federated.rounds = 40
    federated.returnMean = 41.23
    federated.returnWorst = -12.87
    federated.metric = ("coverage_ratio", 0.8123)
    federated.evaluation = (45.06, 0.9)
    federated.agentsReported = 11
    federated.agentsSelected = 12
    federated.environmentSteps = 1_234_567
    federated.bytesUp = 3_440_000
    federated.bytesDown = 12_300
    federated.fleetTimeSeconds = 7980
    var independent = ArmProgress(.independent)
    independent.round = 10
    independent.rounds = 40
    independent.running = (3, 12)
    var run = RunProgress(
      title: "vacuum-homes → runs/vacuum-homes-1", arms: [federated, independent])
    run.share = 0.625
    run.wallSeconds = 64
    run.secondsLeft = 38.4
    run.stepsPerSecond = 84_321
    return run
  }

  static func text(_ width: Int, unicode: Bool = true) -> String {
    ProgressText.block(progress(), width: width, unicode: unicode).joined(separator: "\n")
  }

  @Test func aBlockOf80Columns() {
    #expect(
      Self.text(80) == """
        vacuum-homes → runs/vacuum-homes-1
        ━━━━━━━━━━━━━━━━━━───────────  62 %  elapsed 1 min 04 s  left 38 s  84 k steps/s
        federated
          round 40/40               return 41.2               worst −12.9
          coverage_ratio 0.812      eval. return 45.1         eval. coverage_ratio 0.900
          agents 11/12              1.2 M steps               up 3.4 MB
          down 12 kB                fleet 2 h 13 min
        independent
          round 10/40               return –                  worst –
          agents 3/12 done          0 steps                   up 0 B
          down 0 B                  fleet 0.0 s
        """)
  }

  @Test func aBlockOf40Columns() {
    #expect(
      Self.text(40) == """
        vacuum-homes → runs/vacuum-homes-1
        ━━━━━━━━━━━━━━─────────  62 %  left 38 s
        federated
          round 40/40               return 41.2
          worst −12.9
          coverage_ratio 0.812
          eval. return 45.1
          eval. coverage_ratio 0.900
        independent
          round 10/40               return –
          worst –
          agents 3/12 done          0 steps
          up 0 B
        """)
  }

  @Test func aBlockOf120ColumnsWithoutUnicode() {
    #expect(
      Self.text(120, unicode: false) == """
        vacuum-homes > runs/vacuum-homes-1
        #####################################-----------------------  62 %  elapsed 1 min 04 s  \
        left 38 s  84 k steps/s
        federated
          round 40/40               return 41.2               worst -12.9               \
        coverage_ratio 0.812
          eval. return 45.1         eval. coverage_ratio 0.900                          \
        agents 11/12              1.2 M steps
          up 3.4 MB                 down 12 kB                fleet 2 h 13 min
        independent
          round 10/40               return -                  worst -                   \
        agents 3/12 done          0 steps
          up 0 B                    down 0 B                  fleet 0.0 s
        """)
  }

  @Test(arguments: 20...130)
  func noLineIsWiderThanTheTerminal(width: Int) {
    for line in ProgressText.block(Self.progress(), width: width) { #expect(line.count <= width) }
  }

  @Test func oneLine() {
    let run = Self.progress()
    #expect(
      ProgressText.line(run, arm: run.arms[0])
        == """
        federated  round 40/40  return 41.2  worst −12.9  coverage_ratio 0.812  \
        eval. return 45.1  eval. coverage_ratio 0.900  agents 11/12  1.2 M steps  up 3.4 MB  \
        down 12 kB  fleet 2 h 13 min  84 k steps/s  left 38 s
        """)
    #expect(ProgressText.line(run, arm: run.arms[0], width: 40).count == 40)
  }

  @Test(arguments: [
    (0, "0"), (999, "999"), (999.6, "1.0 k"), (1234, "1.2 k"), (84_321, "84 k"),
    (1_234_567, "1.2 M"),
    (999_600, "1.0 M"), (-2500, "−2.5 k"), (.nan, "–"),
  ])
  func countsAreShort(value: Double, text: String) { #expect(HumanNumber.count(value) == text) }

  @Test(arguments: [
    (0.04, "0.0 s"), (9.94, "9.9 s"), (9.96, "10 s"), (59.6, "1 min 00 s"), (64, "1 min 04 s"),
    (7980, "2 h 13 min"), (90_000, "1 d 1 h"), (.infinity, "–"),
  ])
  func durationsAreShort(value: Double, text: String) {
    #expect(HumanNumber.duration(value) == text)
  }

  @Test(arguments: [
    (0, "0"), (0.8123, "0.812"), (0.99951, "1.00"), (-41.23, "−41.2"), (1234.4, "1234"),
    (0.0000123, "1.2e-05"), (2.5e12, "2.5e+12"), (.nan, "–"),
  ])
  func valuesHaveThreeDigits(value: Double, text: String) {
    #expect(HumanNumber.value(value) == text)
  }

  @Test func bytesAreShort() {
    #expect(HumanNumber.bytes(512) == "512 B")
    #expect(HumanNumber.bytes(3_440_000) == "3.4 MB")
  }

  /// What a display of the given style puts out for two rounds, an evaluation and a baseline.
  static func shown(_ style: ProgressDisplay.Style, rows: Int = 24) -> String {
    var text = ""
    let display = ProgressDisplay(
      style, title: "toy", metrics: MetricsWriterTests.metrics, arms: [.federated], rounds: 9,
      terminal: { Terminal(isInteractive: true, columns: 60, rows: rows, isUnicode: true) },
      output: { text += $0 })
    var baseline = BaselineRecord()
    baseline.baseline = "spiral"
    baseline.episodes = [MetricsWriterTests.episode(1, t90: .nan)]
    display.baselinesFinished([baseline])
    for round in 1...2 {
      var record = MetricsWriterTests.round(round)
      record.wallSeconds = Double(round)
      display.roundFinished(record)
    }
    display.evaluationFinished([SummaryTests.evaluation("home", [4, 6], round: 2)])
    display.finish()
    return text
  }

  @Test func quietShowsNothing() { #expect(Self.shown(.quiet).isEmpty) }

  @Test func plainShowsALineEach() {
    let lines = Self.shown(.plain).split(separator: "\n")
    #expect(lines.count == 4)
    #expect(lines[0] == "baseline spiral  return 1.00  coverage_ratio 0.100")
    #expect(lines[1].hasPrefix("federated  round 1/9  return 3.00  worst –  coverage_ratio 0.250"))
    #expect(lines[2].hasSuffix("1.0 k steps/s  left 7.0 s"))
    #expect(lines[3] == "federated  evaluation after round 2  return 5.00  coverage_ratio 0.500")
    #expect(!Self.shown(.plain).contains("\u{1b}"))
  }

  @Test func aResumedRunGoesOnCountingBytes() {
    var text = ""
    let display = ProgressDisplay(
      .plain, title: "toy", metrics: MetricsWriterTests.metrics, arms: [.federated], rounds: 9,
      finishedRounds: [.federated: 3],
      terminal: { Terminal(isInteractive: false, columns: 60, rows: 24, isUnicode: true) },
      output: { text += $0 })
    display.takeUp(.federated, bytesUp: 3_000_000, bytesDown: 5_000_000)
    var record = MetricsWriterTests.round(4)
    (record.bytesUp, record.bytesDown) = (400_000, 200_000)
    display.roundFinished(record)
    #expect(text.contains("up 3.4 MB  down 5.2 MB"), "\(text)")
  }

  @Test func everyJSONLineIsADocument() throws {
    let lines = try Self.shown(.json).split(separator: "\n").map {
      try JSONValue(parsing: String($0))
    }
    #expect(lines.map { $0["event"] } == ["baseline", "round", "round", "evaluation"])
    #expect(lines[2]["metrics"] == ["coverage_ratio": .number(0.25), "t90_s": .null])
    #expect(lines[3]["return_mean"]?.double == 5)
  }

  /// Plays cursor movements back and gives what stands on the screen.
  static func screen(_ text: String) -> [String] {
    var lines: [String] = []
    for part in text.split(separator: "\n", omittingEmptySubsequences: false) {
      var part = String(part)
      while part.hasPrefix("\u{1b}[") {
        let up = part.dropFirst(2).prefix { $0.isNumber }
        if let count = Int(up) { lines.removeLast(count) }
        part = String(part.drop { $0 != "A" }.dropFirst().drop { $0 != "J" }.dropFirst())
      }
      lines.append(part)
    }
    return lines
  }

  @Test func aLiveBlockReplacesItself() {
    let screen = Self.screen(Self.shown(.live))
    #expect(screen[0] == "baseline spiral  return 1.00  coverage_ratio 0.100")
    #expect(screen[1] == "toy")
    #expect(screen.filter { $0 == "toy" }.count == 1)
    #expect(screen.contains { $0.contains("eval. return 5.00") })
    #expect(screen.last == "")
    // On a screen of four rows only the bar is left.
    #expect(Self.screen(Self.shown(.live, rows: 4)).count == 4)
  }
}
