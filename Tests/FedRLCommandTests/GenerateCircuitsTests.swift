import FedRLCommand
import FedRLMaps
import FedRLTestSupport
import Foundation
import Testing

/// `fedrl generate circuits`, from the command line to the files.
@Suite struct GenerateCircuitsTests {
  private static let shipped = SharedData.packageRoot
    .appendingPathComponent("Environments/Vehicle/Tracks")

  private func generate(_ arguments: String...) -> Int32 {
    Outcome.status(of: ["generate", "circuits"] + arguments)
  }

  @Test func theCircuitsThatAreShippedAreGeneratedByteForByte() throws {
    let folder = try TestFolder()
    let made = folder.path + "/tracks"
    #expect(generate("--shipped", "--out", made) == 0)
    let names = try FileManager.default.contentsOfDirectory(atPath: made)
    #expect(names.count == 12)
    for name in names {
      #expect(
        FileManager.default.contentsEqual(
          atPath: made + "/" + name, andPath: Self.shipped.appendingPathComponent(name).path),
        "\(name)")
    }
  }

  @Test func moreCircuitsLeaveTheFirstOnesAsTheyWereAndNothingIsOverwritten() throws {
    let folder = try TestFolder()
    let (two, three, other) = (folder.path + "/2", folder.path + "/3", folder.path + "/o")
    #expect(generate("--count", "2", "--out", two) == 0)
    #expect(generate("--count", "3", "--out", three) == 0)
    #expect(generate("--count", "2", "--seed", "2", "--out", other) == 0)
    func text(_ folder: String) throws -> String {
      try String(contentsOfFile: folder + "/circuit-02.csv", encoding: .utf8)
    }
    #expect(try text(two) == text(three))
    #expect(try text(two) != text(other))
    #expect(generate("--count", "3", "--out", two) == 2)
    #expect(!FileManager.default.fileExists(atPath: two + "/circuit-03.csv"))
    #expect(generate("--count", "3", "--out", two, "--force") == 0)
    #expect(FileManager.default.fileExists(atPath: two + "/circuit-03.csv"))
  }

  @Test func ovalsAndStraightsAreMadeToMeasure() throws {
    let folder = try TestFolder()
    let (ovals, straights) = (folder.path + "/ovals", folder.path + "/straights")
    #expect(
      generate("--shape", "oval", "--length", "120", "--radius", "6", "--out", ovals) == 0)
    // More than one of one length would be the same again.
    #expect(try FileManager.default.contentsOfDirectory(atPath: ovals) == ["oval-01.csv"])
    #expect(generate("--shape", "straight", "--length", "80..90", "--out", straights) == 0)
    let oval = try TrackFile.load(ovals + "/oval-01.csv")
    expectClose(oval.length, 120, absolute: 0.1)
    for number in 1...8 {
      let path = straights + "/straight-0\(number).csv"
      #expect(throws: MapError.self) { try TrackFile.load(path) }
      let road = try TrackFile.load(path, isClosed: false)
      #expect((80...90).contains(road.length) && !road.center.isClosed)
    }
  }

  @Test(arguments: [
    ["--count", "0"], ["--length", "20"], ["--length", "200..60"], ["--width", "0.1"],
    ["--width", "12"], ["--shipped", "--seed", "3"], ["--shipped", "--shape", "oval"],
    ["--shape", "figure-8"], ["--radius", "4"], ["--shape", "oval", "--radius", "1"],
    ["--shape", "oval", "--length", "60", "--radius", "9.5"],
    ["--shape", "straight", "--length", "60", "--count", "2"],
  ])
  func circuitsThatCannotBeBuiltAreRefused(arguments: [String]) throws {
    let folder = try TestFolder()
    let out = folder.path + "/tracks"
    #expect(Outcome.status(of: ["generate", "circuits", "--out", out] + arguments) == 2)
    #expect(!FileManager.default.fileExists(atPath: out))
  }
}
