import FedRLMaps
import FedRLNumerics
import Foundation
import Testing

@Suite struct ROSFormatTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private let usual = """
    image: map.pgm
    resolution: 0.05
    origin: [-1.5, 2.0, 0.5]
    negate: 0
    occupied_thresh: 0.65
    free_thresh: 0.196

    """

  private func writeMap(_ yaml: String, pixels: [UInt8] = [255, 0, 205, 254]) throws -> String {
    try folder.write("map.pgm", pgm(2, 2, pixels))
    return try folder.write("map.yaml", yaml)
  }

  @Test func `the usual file loads with its origin and cells`() throws {
    let home = try MapFile.load(try writeMap(usual))
    #expect(home.grid.cells == [2, 0, 0, 1])
    #expect(home.grid.resolution == 0.05)
    #expect(home.grid.originX == -1.5 && home.grid.originY == 2 && home.grid.originYaw == 0.5)
    #expect(home.name == "map" && home.notes.isEmpty)
  }

  @Test(arguments: [
    "\n# a comment\n\nimage: \"map.pgm\"\nresolution: 5.000e-2\norigin:\n- -1\n- 2\n- 0\nnegate: false\n"
      + "occupied_thresh: 0.65\nfree_thresh: 0.196\nmode: trinary\n",
    "---\nfree_thresh: .196\nocc: {a: [1]}\nimage: './map.pgm'\nnegate: 0\noccupied_thresh: 65e-2\n"
      + "origin: [-1, 2, 0]\nresolution: 0.05\nunrelated: 7",
    "image: map.pgm\r\nresolution: 0.05\r\norigin: [-1.0, 2, 0]\r\nnegate: 0\r\n"
      + "occupied_thresh: 0.65\r\nfree_thresh: 0.196\r\n",
  ])
  func `other ways of writing the same file load alike`(yaml: String) throws {
    let grid = try MapFile.load(try writeMap(yaml)).grid
    #expect(grid.cells == [2, 0, 0, 1])
    #expect(grid.originX == -1 && grid.originY == 2 && grid.originYaw == 0)
  }

  @Test func `a number that is none is named where it stands`() throws {
    for (origin, found) in [("[nan, 2, 0]", "nan"), ("[0, 0, x]", "x")] {
      let yaml = "image: map.pgm\nresolution: 0.05\norigin: \(origin)\nnegate: 0\n"
      #expect {
        _ = try MapFile.load(try writeMap(yaml + "occupied_thresh: 0.65\nfree_thresh: 0.196\n"))
      } throws: { "\($0)".contains("expected a list of 3 finite numbers, got “\(found)”") }
    }
  }

  @Test func `negate turns dark and light round`() throws {
    for flag in ["1", "true", "yes"] {
      let yaml = usual.replacingOccurrences(of: "negate: 0", with: "negate: \(flag)")
      #expect(try MapFile.load(try writeMap(yaml)).grid.cells == [1, 1, 1, 0])
    }
  }

  @Test func `thresholds are compared as nav2 does, including equality`() throws {
    // p = 1 − 51/255 = 0.8 and 1 − 204/255 = 0.2, in double precision a little below.
    let yaml =
      usual.replacingOccurrences(of: "0.65", with: "0.8")
      .replacingOccurrences(of: "0.196", with: "0.2")
    let cells = try MapFile.load(try writeMap(yaml, pixels: [51, 52, 204, 203])).grid.cells
    #expect(cells == [0, 2, 1, 2])
  }

  @Test func `the usual grey is free at a threshold of a quarter`() throws {
    let yaml = usual.replacingOccurrences(of: "0.196", with: "0.25")
    #expect(try MapFile.load(try writeMap(yaml)).grid.count(of: .unknown) == 0)
  }

  @Test func `scale leaves what is between unknown and raw takes percentages`() throws {
    let scale = try writeMap(usual + "mode: scale\n", pixels: [255, 128, 0, 205])
    #expect(try MapFile.load(scale).grid.cells == [1, 2, 0, 2])
    let raw = try writeMap(usual + "mode: raw\n", pixels: [0, 100, 101, 50])
    #expect(try MapFile.load(raw).grid.cells == [2, 2, 0, 1])
  }

  @Test func `a missing image names the path looked for`() throws {
    let path = try folder.write("lost.yaml", usual)
    #expect(
      mapError(path)
        == .missingImage(path: path, image: "map.pgm", lookedFor: folder.path("map.pgm")))
    #expect("\(mapError(path)!)".contains(folder.path("map.pgm")))
  }

  @Test func `an absolute image path is taken as it stands`() throws {
    let image = try folder.write("elsewhere.pgm", pgm(1, 1, [255]))
    let path = try folder.write(
      "map.yaml", usual.replacingOccurrences(of: "map.pgm", with: image))
    #expect(try MapFile.load(path).grid.count == 1)
  }

  /// What is replaced in the usual file, by what, and the key that the error must name.
  @Test(arguments: [
    ("resolution: 0.05", "resolution: 0", "resolution"),
    ("resolution: 0.05", "resolution: -0.1", "resolution"),
    ("resolution: 0.05", "resolution: .nan", "resolution"),
    ("resolution: 0.05", "resolution: [1]", "resolution"),
    ("resolution: 0.05", "resolution: five", "resolution"),
    ("[-1.5, 2.0, 0.5]", "[-1.5, 2.0]", "origin"),
    ("[-1.5, 2.0, 0.5]", "[a, b, c]", "origin"),
    ("[-1.5, 2.0, 0.5]", "here", "origin"),
    ("negate: 0", "negate: maybe", "negate"),
    ("negate: 0", "negate: 2", "negate"),
    ("occupied_thresh: 0.65", "occupied_thresh: 65", "occupied_thresh"),
    ("occupied_thresh: 0.65", "occupied_thresh: high", "occupied_thresh"),
    ("free_thresh: 0.196", "free_thresh: -0.1", "free_thresh"),
    ("free_thresh: 0.196", "free_thresh: 0.7", "free_thresh"),
    ("image: map.pgm", "image: [map.pgm]", "image"),
    ("image: map.pgm", "image:", "image"),
    ("negate: 0", "mode: ternary", "mode"),
    ("negate: 0", "fedrl: {dok: [1, 2, 3]}", "fedrl.dok"),
    ("negate: 0", "fedrl: {dock: [1, 2]}", "fedrl.dock"),
    ("negate: 0", "fedrl: {no_go: [[[1, 2], [3, 4]]]}", "fedrl.no_go[0]"),
    ("negate: 0", "fedrl: {virtual_walls: [[[1, 2], [3, x]]]}", "fedrl.virtual_walls[0]"),
    ("negate: 0", "fedrl: 7", "fedrl"),
  ])
  func `a bad value names its key`(old: String, new: String, key: String) throws {
    let path = try writeMap(usual.replacingOccurrences(of: old, with: new))
    guard case .badValue(path, let found, _, _) = mapError(path) else {
      Issue.record("\(new): \(String(describing: mapError(path)))")
      return
    }
    #expect(found == key || found.hasPrefix(key + " (line "))
  }

  @Test func `files that are no map are refused`() throws {
    for (text, key) in [
      ("resolution: 1\norigin: [0, 0, 0]\n", "image"), ("image: map.pgm\n", "resolution"),
    ] {
      let path = try writeMap(text)
      guard case .missingKey(path, key, _) = mapError(path) else {
        Issue.record("\(String(describing: mapError(path)))")
        return
      }
    }
    for text in ["[1, 2]", "just words", "# nothing\n", "a: [1, 2", "image: a\nimage: b\n"] {
      let path = try writeMap(text)
      guard case .malformed(path, "YAML", _, _) = mapError(path) else {
        Issue.record("\(text): \(String(describing: mapError(path)))")
        return
      }
    }
  }

  @Test func `missing thresholds and origin are noted`() throws {
    let home = try MapFile.load(try writeMap("image: map.pgm\nresolution: 0.05\n"))
    #expect(home.grid.cells == [2, 0, 0, 1] && home.notes.count == 3)
  }

  @Test func `a home written and read again is the same`() throws {
    var random = RandomStream(seed: 11).split("round trip")
    for trial in 0..<24 {
      let home = randomHome(&random)
      let path = folder.path("home\(trial).yaml")
      try ROSWriter.write(home, to: path, image: trial % 2 == 0 ? .png : .pgm)
      var back = try MapFile.load(path)
      #expect(back.notes.isEmpty)
      back.name = home.name
      #expect(back == home)
    }
  }

  private func randomHome(_ random: inout RandomStream) -> HomeMap {
    let (width, height) = (1 + random.integer(below: 40), 1 + random.integer(below: 40))
    var cells = (0..<(width * height)).map { _ in UInt8(random.integer(below: 3)) }
    cells[0] = 0
    var home = HomeMap(
      name: "home",
      grid: OccupancyGrid(
        width: width, height: height, resolution: random.uniform(0.01, 0.2),
        originX: random.uniform(-9, 9), originY: random.uniform(-9, 9),
        originYaw: random.uniform(-3, 3), cells: cells))
    func mask() -> [Bool] { cells.map { _ in random.uniform() < 0.3 } }
    func point() -> Point { Point(x: random.uniform(-5, 5), y: random.uniform(-5, 5)) }
    home.carpet = mask()
    home.cliff = random.uniform() < 0.5 ? mask() : nil
    home.keepOut = random.uniform() < 0.5 ? mask() : nil
    home.dock = Pose(x: random.uniform(), y: random.uniform(), yaw: random.uniform(-3, 3))
    home.zones = [Zone(corners: [point(), point(), point(), point()])]
    home.virtualWalls = [Segment(from: point(), to: point())]
    return home
  }

  @Test func `extras must have the size of the map`() throws {
    try folder.write("c.pgm", pgm(3, 2, [0, 0, 0, 0, 0, 0]))
    let path = try writeMap(usual + "fedrl: {carpet: c.pgm}\n")
    guard case .maskSize(path, folder.path("c.pgm"), "3 × 2 pixels", _) = mapError(path) else {
      Issue.record("\(String(describing: mapError(path)))")
      return
    }
    let lost = try writeMap(usual + "fedrl: {carpet: d.pgm}\n")
    #expect(
      mapError(lost) == .missingImage(path: lost, image: "d.pgm", lookedFor: folder.path("d.pgm")))
  }

  @Test func `a keep-out mask with a place of its own is laid over the map`() throws {
    let map = try folder.write(
      "floor.yaml",
      "image: floor.pgm\nresolution: 0.5\norigin: [0, 0, 0]\nnegate: 0\n"
        + "occupied_thresh: 0.65\nfree_thresh: 0.196\n")
    try folder.write("floor.pgm", pgm(4, 2, [UInt8](repeating: 255, count: 8)))
    // One metre square, dark in its left half, lying over the right half of the map.
    try folder.write("mask.pgm", pgm(2, 2, [0, 255, 0, 255]))
    let mask = try folder.write(
      "mask.yaml",
      "image: mask.pgm\nresolution: 0.5\norigin: [1, 0, 0]\nnegate: 0\n"
        + "occupied_thresh: 0.65\nfree_thresh: 0.196\n")
    let home = try MapFile.load(map, options: MapOptions(keepOutMask: mask))
    #expect(home.keepOut == [false, false, true, false, false, false, true, false])
    #expect(home.noGoMask() == home.keepOut)
  }

  @Test func `cell size and margin are applied to masks too`() throws {
    try folder.write("c.pgm", pgm(2, 2, [0, 255, 255, 255]))
    let path = try writeMap(
      usual.replacingOccurrences(of: "0.05", with: "0.1") + "fedrl: {carpet: c.pgm}\n")
    let home = try MapFile.load(path, options: MapOptions(maximumCellSize: 0.05, cropMargin: 1))
    #expect(home.grid.width == 8 && home.grid.height == 8 && home.grid.resolution == 0.05)
    #expect(home.carpet?.filter { $0 }.count == 4)
    #expect(home.carpet?[5 * 8 + 2] == true && home.grid[2, 5] == .free)
    var huge = MapOptions(maximumCellSize: 0.00001)
    huge.cropMargin = nil
    guard case .tooLarge = mapError(path, huge) else {
      Issue.record("\(String(describing: mapError(path, huge)))")
      return
    }
  }
}
