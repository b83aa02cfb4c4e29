import Foundation
import Testing

/// Disks that are full or may not be written, as mounted by root.
@Suite struct FullDiskTests {
  /// Mounts a small file system at `small` in the folder for the time of `body`.
  func withMount(_ folder: TestFolder, options: String, _ body: (String) throws -> Void) throws {
    guard CommandProcess.executable != nil else { return }
    guard geteuid() == 0 else {
      print("skipped: a full or read-only disk needs root, to mount a small one")
      return
    }
    let place = folder.file("small")
    try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
    guard try shell("mount", "-t", "tmpfs", "-o", options, "none", place) == 0 else {
      print("skipped: a full or read-only disk needs the right to mount")
      return
    }
    defer { _ = try? shell("umount", place) }
    try body(place)
  }

  func shell(_ words: String...) throws -> Int32 {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = words
    process.standardError = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    return process.terminationStatus
  }

  @Test func aDiskThatIsFullFromTheStartIsNamedAndKeepsNothing() throws {
    let folder = try TestFolder()
    try withMount(folder, options: "size=4k") { place in
      try folder.write([UInt8](repeating: 1, count: 4096), to: "small/fill")
      let run = try #require(try folder.train("--out", "small/run", "-q"))
      #expect(run.status == 1)
      #expect(run.errorLines.count == 1 && run.errors.contains("the disk is full"))
      #expect(try folder.entries(below: "small") == ["fill"])
      let other = try #require(try folder.train("-q", "--set", "output.directory=\"small/runs\""))
      #expect(other.status == 1)
      #expect(try folder.entries(below: "small").filter { $0.contains("runs/") } == [])
    }
  }

  /// Room for the lock and the scenario, but not for the tables.
  @Test func aDiskThatFillsBeforeTheFirstRoundKeepsNothing() throws {
    let folder = try TestFolder()
    try withMount(folder, options: "size=12k") { place in
      let run = try #require(try folder.train("--out", "small/run", "-q"))
      #expect(run.status == 1)
      #expect(run.errorLines.count == 1 && run.errors.contains("the disk is full"))
      #expect(try folder.entries(below: "small") == [])
    }
  }

  @Test func aDiskThatFillsLaterLeavesARunThatGoesOnWhenThereIsRoom() throws {
    let folder = try TestFolder(
      TestFolder.scenario.replacingOccurrences(of: "rounds = 4", with: "rounds = 60"))
    try withMount(folder, options: "size=160k") { place in
      let run = try #require(try folder.train("--out", "small/run", "-q"))
      #expect(run.status == 1)
      #expect(run.errorLines.count == 2, "\(run.errors)")
      #expect(
        run.errorLines[0].hasSuffix(
          " of the federated arm is saved; fedrl train small/run --resume goes on from there"))
      #expect(run.errorLines[1].contains("the disk is full"))
      #expect(!FileManager.default.fileExists(atPath: folder.file("small/run/summary.json")))
      #expect(try shell("mount", "-o", "remount,size=8m", place) == 0)
      let resumed = try #require(try folder.train("--out", "small/run", "-q", "--resume"))
      #expect(resumed.status == 0, "\(resumed.errors)")
      #expect(try #require(try folder.train("--out", "whole", "-q")).status == 0)
      #expect(try folder.results(of: "small/run") == folder.results(of: "whole"))
    }
  }

  @Test func aFolderThatMayNotBeWrittenIsNamed() throws {
    let folder = try TestFolder()
    try withMount(folder, options: "ro") { place in
      for arguments in [["--out", "small/run"], ["--set", "output.directory=\"small\""]] {
        let run = try #require(
          try CommandProcess.run(["train", "small.toml"] + arguments, in: folder.path))
        #expect(run.status == 2)
        #expect(run.errorLines.count == 1 && run.errors.contains("is read-only"))
      }
    }
  }
}
