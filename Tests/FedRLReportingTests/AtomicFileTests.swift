import FedRLReporting
import Testing

#if canImport(Glibc)
  import Glibc
#endif

@Suite struct AtomicFileTests {
  @Test func aFileIsReplacedWholeAndNothingIsLeftBeside() throws {
    let folder = TemporaryFolder()
    try AtomicFile.write("first and longer", to: folder.file("a"))
    try AtomicFile.write("second", to: folder.file("a"))
    #expect(try folder.text("a") == "second")
    #expect(try FileSystem.entries(of: folder.path) == ["a"])
  }

  @Test func piecesAppearTogetherOrNotAtAll() throws {
    let folder = TemporaryFolder()
    try AtomicFile.write("old", to: folder.file("a"))
    do {
      let writer = try AtomicFileWriter(folder.file("a"))
      try writer.write(Array("half".utf8))
      #expect(try folder.text("a") == "old")
    }
    #expect(try FileSystem.entries(of: folder.path) == ["a"])
    #expect(try folder.text("a") == "old")
    let writer = try AtomicFileWriter(folder.file("a"))
    for piece in ["one ", "", "two"] { try writer.write(Array(piece.utf8)) }
    try writer.finish()
    #expect(try folder.text("a") == "one two")
    #expect(try FileSystem.entries(of: folder.path) == ["a"])
  }

  @Test func aReaderGivesWhatIsThereAndNoMore() throws {
    let folder = TemporaryFolder()
    try AtomicFile.write("abcdef", to: folder.file("a"))
    let reader = try FileReader(folder.file("a"))
    #expect(try reader.read(2) == Array("ab".utf8))
    #expect(try reader.read(0) == [])
    #expect(try reader.read(5) == nil)
    #expect(try reader.read(-1) == nil)
    #expect(try reader.read(4) == Array("cdef".utf8) && reader.remaining == 0)
    #expect(throws: FileError.notFound(path: folder.file("b"))) {
      try FileReader(folder.file("b"))
    }
  }

  @Test func aLinkKeepsPointingWhereItDid() throws {
    let folder = TemporaryFolder()
    try AtomicFile.write("old", to: folder.file("real"))
    #expect(symlink("real", folder.file("link")) == 0)
    try AtomicFile.write("new", to: folder.file("link"))
    #expect(try folder.text("real") == "new")
    #expect(FileSystem.kind(folder.file("link")) == .link)
  }

  @Test func aDeviceIsWrittenToAndNotReplaced() throws {
    try AtomicFile.write("gone", to: "/dev/null")
    #expect(FileSystem.kind("/dev/null") == .other)
  }

  @Test func aFullDeviceIsNamed() {
    #expect(throws: FileError.diskFull(path: "/dev/full")) {
      try AtomicFile.write("text", to: "/dev/full")
    }
  }

  @Test func aMissingFolderIsNamed() {
    #expect(throws: FileError.notFound(path: "/nowhere/at/all")) {
      try AtomicFile.write("text", to: "/nowhere/at/all")
    }
  }

  @Test func aFullDiskLeavesTheOldFileAndNoPartialOne() throws {
    guard geteuid() == 0 else {
      print("skipped: a full disk needs root, to mount one of 64 KiB")
      return
    }
    let folder = TemporaryFolder()
    guard run("mount -t tmpfs -o size=64k none \(folder.path) 2>/dev/null") == 0 else {
      print("skipped: a full disk needs the right to mount")
      return
    }
    defer { _ = run("umount \(folder.path)") }
    try AtomicFile.write("old", to: folder.file("a"))
    #expect(throws: FileError.diskFull(path: folder.file("a"))) {
      try AtomicFile.write([UInt8](repeating: 1, count: 1 << 17), to: folder.file("a"))
    }
    #expect(try folder.text("a") == "old")
    #expect(try FileSystem.entries(of: folder.path) == ["a"])
    let line = try LineFile(creating: folder.file("b"))
    line.append(String(repeating: "x", count: 1 << 17))
    #expect(throws: FileError.diskFull(path: folder.file("b"))) { try line.flush() }
  }

  @Test func aFolderWithoutRightsIsNamed() throws {
    let folder = TemporaryFolder()
    if geteuid() == 0 {
      // Root may write everywhere but on what is mounted to be read only.
      guard run("mount -t tmpfs -o ro none \(folder.path) 2>/dev/null") == 0 else {
        print("skipped: a folder without rights needs another user, or the right to mount")
        return
      }
    } else {
      chmod(folder.path, 0o500)
    }
    defer {
      if geteuid() == 0 { _ = run("umount \(folder.path)") }
      chmod(folder.path, 0o700)
    }
    let path = folder.file("a")
    #expect(
      throws: geteuid() == 0 ? FileError.readOnly(path: path) : .permissionDenied(path: path)
    ) {
      try AtomicFile.write("text", to: folder.file("a"))
    }
  }
}
