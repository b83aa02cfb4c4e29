import FedRLMaps
import FedRLNumerics
import Foundation
import Testing

/// Files with random faults: whatever they hold, a map comes out or an error that names the file.
@Suite struct FaultyFilesTests {
  private static let yaml = """
    image: map.pgm
    resolution: 0.05
    origin: [-1.5, 2.0, 0.5]
    negate: 0
    occupied_thresh: 0.65
    free_thresh: 0.196
    mode: trinary
    fedrl:
      dock: [0, 1, 2]
      carpet: map.pgm
      no_go: [[[0, 0], [1, 0], [1, 1]]]
      virtual_walls: [[[0, 0], [1, 1]]]
    """
  private static let valetudo = """
    {"__class": "ValetudoMap", "metaData": {"version": 2}, "size": {"x": 100, "y": 100},
     "pixelSize": 5, "layers": [{"type": "floor", "pixels": [1, 2, 3, 4],
     "compressedPixels": [10, 2, 4, 10, 3, 2]}, {"type": "segment", "compressedPixels": [1, 3, 2],
     "metaData": {"segmentId": "7", "name": "Bad"}}], "entities": [
     {"type": "charger_location", "points": [55, 10], "metaData": {"angle": 180}},
     {"type": "no_go_area", "points": [50, 10, 60, 10, 60, 20, 50, 20]}]}
    """
  private static let plan =
    #"{"verts": [[0, 0], [5.2, 0], [5.2, 3.5], [0, 3.5]], "room_category": {"a": [[0, 0, 1, 1]]}}"#

  private static let files: [(String, [UInt8])] = [
    ("a.yaml", Array(yaml.utf8)), ("b.json", Array(valetudo.utf8)), ("c.json", Array(plan.utf8)),
    ("d.pgm", pgm(3, 2, [255, 0, 205, 0, 254, 100], comment: "# c\n")),
    ("e.pgm", Array("P2 3 2 255 255 0 205 0 254 100\n".utf8)),
    ("f.png", PNGFixtures.rgba8), ("g.png", PNGFixtures.paletteTransparent),
    ("h.map", Array("type octile\nheight 2\nwidth 7\nmap\n.GS@OTW\n@@@.@@@\n".utf8)),
    ("i.scen", Array("version 1\n0\th.map\t7\t2\t0\t0\t1\t0\t1.0\n".utf8)),
  ]

  @Test(arguments: files.indices)
  func `a file with random faults gives a map or an error, never a crash`(index: Int) throws {
    let folder = try TemporaryFolder()
    let (name, bytes) = Self.files[index]
    try folder.write("map.pgm", pgm(2, 2, [255, 0, 205, 254]))
    try folder.write("h.map", Self.files[7].1)
    var random = RandomStream(seed: 3).split("faults", UInt64(index))
    var (maps, errors) = (0, 0)
    for _ in 0..<250 {
      let path = try folder.write(name, faulty(bytes, &random))
      let options = MapOptions(
        resolution: 0.1, maximumCellSize: random.uniform() < 0.5 ? 0.05 : nil)
      if let error = mapError(path, options) {
        errors += 1
        #expect("\(error)".contains(folder.url.path))
      } else {
        maps += 1
      }
    }
    print("\(name): \(maps) maps, \(errors) errors")
    #expect(errors > 100)
  }

  private func faulty(_ bytes: [UInt8], _ random: inout RandomStream) -> [UInt8] {
    var result = bytes
    for _ in 0..<(1 + random.integer(below: 3)) where !result.isEmpty {
      let at = random.integer(below: result.count)
      switch random.integer(below: 5) {
      case 0: result[at] = UInt8(random.integer(below: 256))
      case 1: result.remove(at: at)
      case 2: result.insert(UInt8(48 + random.integer(below: 10)), at: at)
      case 3: result.removeSubrange(at..<min(result.count, at + random.integer(below: 8)))
      default:
        result.replaceSubrange(
          at..<at, with: Array(["-", "e9", "99999", "[", "]", "\n"][random.integer(below: 6)].utf8))
      }
    }
    return result
  }
}
