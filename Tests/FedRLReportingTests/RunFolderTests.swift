import FedRLReporting
import Testing

#if canImport(Glibc)
  import Glibc
#endif

@Suite struct RunFolderTests {
  @Test func aRunIsNamedAfterItsScenarioAndTime() throws {
    let root = TemporaryFolder()
    let time = Timestamp(seconds: 1_700_000_000)
    let first = try RunFolder.create(for: "two homes/1", in: root.file("runs"), at: time)
    let second = try RunFolder.create(for: "two homes/1", in: root.file("runs"), at: time)
    #expect(first.path == root.file("runs/two-homes-1-" + time.compactLocal))
    #expect(second.path == first.path + "-2")
  }

  @Test func anExistingRunIsNotOverwritten() throws {
    let root = TemporaryFolder()
    let path = root.file("run")
    do {
      let folder = try RunFolder.open(path, .new)
      try folder.write("{}", to: "run.json")
    }
    #expect(throws: RunFolderError.existingRun(path: path, found: ["run.json"])) {
      try RunFolder.open(path, .new)
    }
    let error = RunFolderError.existingRun(path: path, found: ["run.json"])
    #expect(error.description.contains("--resume continues it, --force replaces it"))
    #expect(try root.text("run/run.json") == "{}")
  }

  @Test func forceRemovesTheOldRunAndNothingElse() throws {
    let root = TemporaryFolder()
    let path = root.file("run")
    do {
      let folder = try RunFolder.open(path, .new)
      try folder.makeFolder("checkpoints")
      for name in ["run.json", "metrics-independent.csv", "notes.txt", "checkpoints/round-3"] {
        try folder.write("old", to: name)
      }
    }
    _ = try RunFolder.open(path + "/", .force)
    #expect(try FileSystem.entries(of: path).filter { $0 != ".lock" } == ["notes.txt"])
  }

  @Test func resumeNeedsARun() throws {
    let root = TemporaryFolder()
    #expect(throws: RunFolderError.nothingToResume(path: root.file("none"))) {
      try RunFolder.open(root.file("none"), .resume)
    }
    #expect(throws: RunFolderError.nothingToResume(path: root.path)) {
      try RunFolder.open(root.path, .resume)
    }
    // Killed before it wrote anything: there is a folder with a lock file, and one starts afresh.
    do { _ = try RunFolder.open(root.file("killed"), .new) }
    _ = try RunFolder.open(root.file("killed"), .resume)
  }

  @Test func twoCannotWriteOneRun() throws {
    let root = TemporaryFolder()
    let folder = try RunFolder.open(root.file("run"), .new)
    for mode in [RunFolder.Mode.new, .resume, .force] {
      #expect(throws: RunFolderError.inUse(path: root.file("run"), process: Int(getpid()))) {
        try RunFolder.open(root.file("run"), mode)
      }
    }
    withExtendedLifetime(folder) {}
  }

  @Test func aFileInTheWayIsNamed() throws {
    let root = TemporaryFolder()
    try AtomicFile.write("text", to: root.file("run"))
    #expect(throws: RunFolderError.notAFolder(path: root.file("run"))) {
      try RunFolder.open(root.file("run"), .new)
    }
    #expect(throws: RunFolderError.self) { try RunFolder.open(root.file("run/inner"), .new) }
  }

  @Test func timesAreWrittenAndReadAsISO8601() {
    #expect(Timestamp(seconds: 1_700_000_000).iso8601 == "2023-11-14T22:13:20Z")
    #expect(Timestamp(iso8601: "2023-11-14T22:13:20Z") == Timestamp(seconds: 1_700_000_000))
    #expect(Timestamp(iso8601: "2023-11-14 22:13:20") == nil)
  }
}
