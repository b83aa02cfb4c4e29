import FedRLNumerics
import FedRLReporting
import Foundation
import Testing

/// The same run gives the same files: for any number of threads, and however it was interrupted.
@Suite(.serialized) struct RepetitionTests {
  /// Long enough to be hit by a signal: about half a second.
  static let scenario =
    TestFolder.scenario.replacingOccurrences(of: "rounds = 4", with: "rounds = 30")
    .replacingOccurrences(of: "every = 2", with: "every = 7")

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

  /// Kills at moments spread over the run, some of them in its first and last milliseconds, then
  /// resumes to the end.
  @Test func aRunKilledAtAnyMomentResumesToTheSameFiles() throws {
    guard let reference = try reference() else { return }
    var random = RandomStream(seed: 41)
    let shares = (0..<12).map { (Double($0) + random.uniform()) / 12 }
    var killed = 0
    for share in shares {
      let folder = try TestFolder(Self.scenario)
      let seconds = share * reference.seconds
      let first = try #require(
        try folder.train("--out", "run", "--quiet", signal: SIGKILL, after: seconds))
      if first.status == 128 + SIGKILL { killed += 1 }
      try finish(folder)
      try expectSame(folder, reference.results, "killed after \(seconds) s")
    }
    #expect(killed >= 8)
  }

  @Test func aRunKilledAgainAndAgainGetsToTheSameFiles() throws {
    guard let reference = try reference() else { return }
    var random = RandomStream(seed: 42)
    let folder = try TestFolder(Self.scenario)
    for _ in 0..<8 {
      // From the lock on there is something to resume.
      let isBegun = FileManager.default.fileExists(atPath: folder.file("run/.lock"))
      let arguments = isBegun ? ["--resume"] : []
      let share = random.uniform(0.1, 0.5)
      _ = try CommandProcess.run(
        ["train", "small.toml", "--out", "run", "--quiet"] + arguments, in: folder.path,
        signal: SIGKILL, after: share * reference.seconds)
    }
    try finish(folder)
    try expectSame(folder, reference.results, "killed eight times")
    let sessions = try folder.json("run/run.json")["sessions"]?.elements
    #expect((sessions?.count ?? 0) >= 2)
  }

  @Test func anInterruptedRunSavesItsStateAndResumes() throws {
    guard let reference = try reference() else { return }
    let folder = try TestFolder(Self.scenario)
    // The handler is in place after the start, which takes some milliseconds.
    let run = try #require(
      try folder.train(
        "--out", "run", "--junit", "run/junit.xml", signal: SIGINT,
        after: max(reference.seconds / 2, 0.1)))
    #expect(run.status == 130)
    #expect(run.output.contains("interrupted; the state is saved. To go on from round"))
    #expect(run.errors.isEmpty)
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
          ["train", "small.toml", "--out", "run", "--max-seconds", "\(reference.seconds / 5)"]
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
      guard sessions < 60 else { break }
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
