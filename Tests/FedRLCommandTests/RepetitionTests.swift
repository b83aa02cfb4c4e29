import FedRLNumerics
import FedRLReporting
import Foundation
import Testing

/// The same run gives the same files: for any number of threads, and however it was interrupted.
@Suite(.serialized) struct RepetitionTests {
  /// Long enough to be hit by a signal on an idle machine: about a second and a half.
  static let scenario =
    TestFolder.scenario.replacingOccurrences(of: "rounds = 4", with: "rounds = 200")
    .replacingOccurrences(of: "every = 2", with: "every = 40")

  /// An uninterrupted run with one thread, and the seconds it took.
  static let reference: (results: [String: String], seconds: Double)? = {
    guard let folder = try? TestFolder(scenario) else { return nil }
    let start = ContinuousClock.now
    guard let run = try? folder.train("--out", "run", "--threads", "1", "--quiet"),
      run.status == 0, let results = try? folder.results(of: "run")
    else { return nil }
    let (seconds, fraction) = (ContinuousClock.now - start).components
    return (results, Double(seconds) + Double(fraction) * 1e-18)
  }()

  func reference() throws -> (results: [String: String], seconds: Double)? {
    guard CommandProcess.executable != nil else { return nil }
    let found: (results: [String: String], seconds: Double) = try #require(Self.reference)
    return found
  }

  func expectSame(
    _ folder: TestFolder, _ expected: [String: String], _ comment: String,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let results = try folder.results(of: "run")
    #expect(results.keys.sorted() == expected.keys.sorted(), sourceLocation: sourceLocation)
    for name in expected.keys.sorted() where results[name] != expected[name] {
      Issue.record("\(name) differs: \(comment)", sourceLocation: sourceLocation)
    }
  }

  @Test(arguments: [2, 4])
  func everyNumberOfThreadsGivesTheSameFiles(threads: Int) throws {
    guard let reference = try reference() else { return }
    let folder = try TestFolder(Self.scenario)
    let run = try #require(try folder.train("--out", "run", "--threads", "\(threads)", "--quiet"))
    #expect(run.status == 0)
    try expectSame(folder, reference.results, "\(threads) threads")
  }

  /// Kills in the run's first milliseconds and at moments spread over its 60 rounds, then resumes to
  /// the end.
  @Test func aRunKilledAtAnyMomentResumesToTheSameFiles() throws {
    guard let reference = try reference() else { return }
    var random = RandomStream(seed: 41)
    var killed = 0
    for moment in 0..<14 {
      let folder = try TestFolder(Self.scenario)
      let round = moment < 3 ? 0 : Int((Double(moment - 3) + random.uniform()) / 11 * 58)
      let delay = random.uniform(0, moment < 3 ? 30e-3 : 5e-3)
      let first = try #require(try killedRun(folder, [], after: round, and: delay))
      if first.status == 128 + SIGKILL { killed += 1 }
      try finish(folder)
      try expectSame(folder, reference.results, "killed \(delay) s after round \(round)")
    }
    #expect(killed >= 10)
  }

  @Test func aRunKilledAgainAndAgainGetsToTheSameFiles() throws {
    guard let reference = try reference() else { return }
    var random = RandomStream(seed: 42)
    let folder = try TestFolder(Self.scenario)
    for _ in 0..<8 {
      // From the lock on there is something to resume.
      let isBegun = FileManager.default.fileExists(atPath: folder.file("run/.lock"))
      let round = min(folder.rounds(of: "run") + random.integer(below: 9), 59)
      _ = try killedRun(
        folder, isBegun ? ["--resume"] : [], after: round, and: random.uniform(0, 8e-3))
    }
    try finish(folder)
    try expectSame(folder, reference.results, "killed eight times")
    let sessions = try folder.json("run/run.json")["sessions"]?.elements
    #expect((sessions?.count ?? 0) >= 2)
  }

  /// A run that is killed some seconds after so many rounds are in the tables.
  private func killedRun(
    _ folder: TestFolder, _ arguments: [String], after round: Int, and seconds: Double
  ) throws -> CommandProcess? {
    var moment: ContinuousClock.Instant?
    return try CommandProcess.run(
      ["train", "small.toml", "--out", "run", "--quiet"] + arguments, in: folder.path,
      signal: SIGKILL,
      when: {
        if moment == nil && folder.rounds(of: "run") >= round { moment = .now + .seconds(seconds) }
        return moment.map { .now >= $0 } ?? false
      })
  }

  /// What ends a run politely: Ctrl-C, a process manager and, where it is not ignored as under nohup, a
  /// terminal that closes.
  private static var polite: [Int32] {
    var hangup = sigaction()
    sigaction(SIGHUP, nil, &hangup)
    let isIgnored =
      unsafeBitCast(hangup.__sigaction_handler.sa_handler, to: Int.self)
      == unsafeBitCast(SIG_IGN, to: Int.self)
    return isIgnored ? [SIGINT, SIGTERM] : [SIGINT, SIGTERM, SIGHUP]
  }

  @Test(arguments: polite)
  func anInterruptedRunSavesItsStateAndResumes(signal: Int32) throws {
    guard let reference = try reference() else { return }
    let folder = try TestFolder(Self.scenario)
    let run = try #require(
      try folder.train(
        "--out", "run", "--junit", "run/junit.xml", signal: signal,
        when: { folder.rounds(of: "run") > 8 }))
    #expect(run.status == 130)
    #expect(run.output.contains("interrupted; the state is saved. To go on from round"))
    #expect(
      run.errors
        == "\nfedrl: stopping at the next safe point; once more stops at once, without saving\n")
    #expect(try folder.json("run/run.json")["exit_reason"]?.string == "interrupted")
    #expect(try folder.text("run/junit.xml").contains("interrupted before round"))
    #expect(try #require(try folder.train("--out", "run", "--resume", "--quiet")).status == 0)
    try expectSame(folder, reference.results, "interrupted")
    let record = try folder.json("run/run.json")
    #expect(record["sessions"]?.elements?.count == 2)
    #expect(record["exit_reason"]?.string == "done")
  }

  @Test func aTimeLimitSavesTheStateAndEverySessionGetsOn() throws {
    guard let reference = try reference() else { return }
    let folder = try TestFolder(Self.scenario)
    var resume: [String] = []
    var sessions = 0
    var rounds = [0]
    while !FileManager.default.fileExists(atPath: folder.file("run/summary.json")) {
      let run = try #require(
        try CommandProcess.run(
          // Fixed: another run's time says little about this one's on a machine that is shared.
          ["train", "small.toml", "--out", "run", "--max-seconds", "0.3"]
            + resume, in: folder.path))
      #expect(run.status == 0)
      sessions += 1
      if sessions == 1 {
        #expect(run.output.contains("time limit reached; the state is saved. To go on from round"))
        #expect(try folder.json("run/run.json")["exit_reason"]?.string == "time limit")
      }
      let others = (try? folder.column("round", of: "run/agents-independent.csv").count) ?? 0
      rounds.append(try folder.column("round", of: "run/agents.csv").count + others)
      resume = ["--resume"]
      guard sessions < 200 else { break }
    }
    #expect(sessions >= 2)
    #expect(zip(rounds, rounds.dropFirst()).allSatisfy { $0 <= $1 })
    try expectSame(folder, reference.results, "\(sessions) sessions")
  }

  @Test func aFinishedRunCanBeResumedAndStaysTheSame() throws {
    guard CommandProcess.executable != nil else { return }
    let folder = try TestFolder()
    #expect(try #require(try folder.train("--out", "run", "--quiet")).status == 0)
    let before = try folder.results(of: "run")
    let run = try #require(try folder.train("--out", "run", "--resume"))
    #expect(run.status == 0)
    #expect(!run.output.contains("round 4/4"))
    try expectSame(folder, before, "resumed at its end")
  }

  /// Resumes, or begins where the kill came before anything was there, and runs to the end.
  private func finish(_ folder: TestFolder) throws {
    let isBegun = FileManager.default.fileExists(atPath: folder.file("run/.lock"))
    let run = try #require(
      try CommandProcess.run(
        ["train", "small.toml", "--out", "run", "--quiet"] + (isBegun ? ["--resume"] : []),
        in: folder.path))
    #expect(run.status == 0, "\(run.errors)")
  }
}
