import FedRLMaps
import FedRLNumerics
import Foundation
import Testing

@Suite struct ImageFormatTests {
  let folder: TemporaryFolder
  let options = MapOptions(resolution: 0.1)

  init() throws { folder = try TemporaryFolder() }

  @Test func `a binary and a text PGM with comments give the same cells`() throws {
    let binary = try folder.write(
      "a.pgm", pgm(3, 2, [255, 0, 205, 0, 254, 100], comment: "# CREATOR: x 0.05 m/pix\n"))
    let text = try folder.write(
      "b.pgm", "P2 # two\n#three\n3\n# four 9\n2 255\n255 0 205 # five\n0 254\n100")
    let grid = try MapFile.load(binary, options: options).grid
    #expect(try MapFile.load(text, options: options).grid == grid)
    // The lower row of the picture is row 0; 100 is p = 0.608: unknown.
    #expect(grid.cells == [1, 0, 2, 0, 1, 2])
    #expect(grid.resolution == 0.1)
  }

  @Test func `maxval scales, with eight and sixteen bits`() throws {
    let small = try folder.write("s.pgm", Array("P5 2 1 15\n".utf8) + [15, 0])
    #expect(try MapFile.load(small, options: options).grid.cells == [0, 1])
    let large = try folder.write(
      "l.pgm", Array("P5 3 1 65535\n".utf8) + [0xFF, 0xFF, 0x00, 0x10, 0x80, 0x00])
    #expect(try MapFile.load(large, options: options).grid.cells == [0, 1, 2])
  }

  @Test func `settings of a raw image are obeyed`() throws {
    let path = try folder.write("n.pgm", pgm(4, 1, [0, 128, 255, 60]))
    var settings = MapOptions(
      resolution: 0.04, negate: true, occupiedThreshold: 0.65, freeThreshold: 0.196)
    #expect(try MapFile.load(path, options: settings).grid.cells == [0, 2, 1, 2])
    settings.freeThreshold = 0.3
    #expect(try MapFile.load(path, options: settings).grid.cells == [0, 2, 1, 0])
    settings = MapOptions(resolution: 0.04, mode: .raw)
    // 128 and 255 are no percentages; 60 % lies between the thresholds.
    #expect(try MapFile.load(path, options: settings).grid.cells == [0, 2, 2, 2])
  }

  @Test func `a raw image without a resolution says what is missing`() throws {
    let path = try folder.write("n.pgm", pgm(1, 1, [255]))
    let error = mapError(path)
    guard case .missingKey(path, "resolution", _) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect("\(error!)".contains(path))
  }

  @Test func `truncated and malformed PGM files are refused with their place`() throws {
    let short = try folder.write("t.pgm", pgm(4, 4, [1, 2, 3]))
    #expect(
      mapError(short, options)
        == .truncated(path: short, unit: "pixels", found: 3, expected: 16))
    let text = try folder.write("u.pgm", "P2 2 2 255 1 2 3")
    #expect(
      mapError(text, options) == .truncated(path: text, unit: "pixels", found: 3, expected: 4))
    let header = try folder.write("h.pgm", "P5\n12")
    guard case .malformed(header, "byte 5", _, _) = mapError(header, options) else {
      Issue.record("\(String(describing: mapError(header, options)))")
      return
    }
    let letters = try folder.write("x.pgm", "P5\nten 12\n255\n")
    guard case .malformed(letters, "byte 3", _, _) = mapError(letters, options) else {
      Issue.record("\(String(describing: mapError(letters, options)))")
      return
    }
    let maximum = try folder.write("m.pgm", "P2 1 1 10 11")
    #expect(
      mapError(maximum, options)
        == .badValue(path: maximum, key: "pixel 0", found: "11", expected: "at most maxval 10"))
    let zero = try folder.write("z.pgm", "P5 1 1 0\n1")
    #expect(
      mapError(zero, options)
        == .badValue(path: zero, key: "maxval", found: "0", expected: "1…65535"))
  }

  @Test func `absurd sizes are refused before anything is allocated`() throws {
    let wide = try folder.write("w.pgm", "P5 999999999 999999999 255\n")
    #expect(
      mapError(wide, options)
        == .tooLarge(path: wide, width: 999_999_999, height: 999_999_999, maximumCells: 100_000_000)
    )
    let none = try folder.write("e.pgm", "P5 0 5 255\n")
    guard case .badValue(none, "size", "0 × 5", _) = mapError(none, options) else {
      Issue.record("\(String(describing: mapError(none, options)))")
      return
    }
  }

  @Test func `missing, empty and odd files each have their own error`() throws {
    let gone = folder.path("gone.pgm")
    #expect(mapError(gone, options) == .missingFile(path: gone))
    let empty = try folder.write("empty.png", [UInt8]())
    #expect(mapError(empty, options) == .emptyFile(path: empty))
    let place = folder.url.path
    #expect(mapError(place, options) == .isDirectory(path: place))
    let jpeg = try folder.write("photo.png", [0xFF, 0xD8, 0xFF, 0xE0, 0, 16, 74, 70])
    guard case .malformed(jpeg, "byte 0", "FF D8 FF E0 00 10 4A 46", _) = mapError(jpeg, options)
    else {
      Issue.record("\(String(describing: mapError(jpeg, options)))")
      return
    }
    let csv = try folder.write("track.csv", "# x_m,y_m\n1,2\n")
    guard case .unknownFormat(csv, _) = mapError(csv, options) else {
      Issue.record("\(String(describing: mapError(csv, options)))")
      return
    }
  }

  @Test func `a map with no free cell is refused with its counts`() throws {
    let path = try folder.write("dark.pgm", pgm(2, 2, [0, 0, 0, 205]))
    #expect(mapError(path, options) == .noFreeCell(path: path, occupied: 3, unknown: 1))
  }
}
