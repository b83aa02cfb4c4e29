import FedRLMaps
import Foundation
import Testing

@Suite struct JSONFormatTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private let entities = """
    "entities": [
      {"type": "charger_location", "points": [55, 10], "metaData": {"angle": 180}},
      {"type": "robot_position", "points": [60, 15], "metaData": {"angle": 90}},
      {"type": "path", "points": [1, 2, 3, 4]},
      {"type": "virtual_wall", "points": [50, 10, 70, 10]},
      {"type": "no_go_area", "points": [50, 10, 60, 10, 60, 20, 50, 20]},
      {"type": "no_mop_area", "points": [0, 0, 10, 0, 10, 10, 0, 10]},
      {"type": "obstacle", "points": [60, 15], "metaData": {"label": "Shoe (90%)"}}
    ]
    """

  private func version2(_ layers: String) -> String {
    """
    {"__class": "ValetudoMap", "metaData": {"version": 2}, "size": {"x": 100, "y": 100},
     "pixelSize": 5, "layers": [\(layers)], \(entities)}
    """
  }

  private let floor = #"{"type": "floor", "pixels": [], "compressedPixels": [10, 2, 4, 10, 3, 2]}"#
  private let wall = #"{"type": "wall", "compressedPixels": [9, 2, 1, 13, 2, 1]}"#
  private let segment =
    #"{"type": "segment", "compressedPixels": [11, 3, 2], "metaData": {"segmentId": "7", "name": "Bad"}}"#

  @Test func `version 2 becomes cells with y upwards`() throws {
    let path = try folder.write("home.json", version2("\(floor), \(wall), \(segment)"))
    let home = try MapFile.load(path)
    // Pixels 9…13 by 2…3 and a border of one; the picture's row 2 lies above row 3.
    #expect(home.grid.width == 7 && home.grid.height == 4)
    #expect(Array(home.grid.cells[14..<21]) == [2, 1, 0, 0, 0, 1, 2])
    #expect(Array(home.grid.cells[7..<14]) == [2, 2, 0, 0, 0, 2, 2])
    #expect(home.grid.resolution == 0.05)
    // Pixel (10, 2) covers x 0.50…0.55 m and, in a map of 1 m, y 0.85…0.90 m.
    let center = home.grid.center(2, 2)
    #expect(abs(center.x - 0.525) < 1e-12 && abs(center.y - 0.875) < 1e-12)
    #expect(home.rooms == [Room(id: 1, name: "Bad")])
    #expect(home.roomOfCell?.filter { $0 == 1 }.count == 2)
    #expect(home.notes.contains { $0.contains("1 cells are both wall and floor") })
  }

  @Test func `entities become dock, start, zones and walls in metres`() throws {
    let home = try MapFile.load(try folder.write("home.json", version2("\(floor), \(wall)")))
    let dock = try #require(home.dock)
    #expect(abs(dock.x - 0.55) < 1e-12 && abs(dock.y - 0.9) < 1e-12)
    // Down on the screen, and to the right.
    #expect(abs(dock.yaw + .pi / 2) < 1e-12)
    #expect(abs((home.start?.yaw ?? 9)) < 1e-12)
    #expect(home.noGo.count == 1 && home.zones.count == 2)
    #expect(home.noGo[0].contains(Point(x: 0.55, y: 0.85)))
    #expect(!home.noGo[0].contains(Point(x: 0.55, y: 0.75)))
    #expect(
      home.virtualWalls == [Segment(from: Point(x: 0.5, y: 0.9), to: Point(x: 0.7, y: 0.9))])
    #expect(home.notes.contains { $0.contains("Shoe (90%)") })
  }

  @Test func `version 1 pairs and a map inside a state are the same home`() throws {
    let pairs = #"{"type": "floor", "pixels": [10, 2, 11, 2, 12, 2, 13, 2, 10, 3, 11, 3]}"#
    let first = version2("\(pairs), \(wall)").replacingOccurrences(
      of: #""version": 2"#, with: #""version": 1"#)
    let expected = try MapFile.load(
      try folder.write("home.json", version2("\(floor), \(wall)")))
    #expect(try MapFile.load(try folder.write("home.json", first)) == expected)
    let state = #"{"attributes": [], "map": \#(version2("\(floor), \(wall)"))}"#
    #expect(try MapFile.load(try folder.write("home.json", state)) == expected)
  }

  @Test func `a dock without an angle looks at the free space`() throws {
    let text = version2(#"{"type": "floor", "compressedPixels": [10, 2, 4]}"#)
      .replacingOccurrences(of: #", "metaData": {"angle": 180}"#, with: "")
      .replacingOccurrences(of: "[55, 10]", with: "[47, 12.5]")
    let dock = try #require(try MapFile.load(try folder.write("home.json", text)).dock)
    #expect(abs(dock.yaw) < 1e-9)
  }

  @Test(arguments: [
    (#""pixelSize": 5"#, #""pixelSize": 0"#, "pixelSize"),
    (#""pixelSize": 5"#, #""pixelSize": "five""#, "pixelSize"),
    (#""pixelSize": 5, "#, "", "pixelSize"),
    (#""version": 2"#, #""version": 3"#, "metaData.version"),
    ("[10, 2, 4, 10, 3, 2]", "[10, 2, 4, 10]", "layers[0].compressedPixels"),
    ("[10, 2, 4, 10, 3, 2]", "[10, 2, -4]", "layers[0].compressedPixels[2]"),
    ("[10, 2, 4, 10, 3, 2]", "[10, 2, 99999999]", "layers[0].compressedPixels[2]"),
    ("[10, 2, 4, 10, 3, 2]", "[10.5, 2, 4]", "layers[0].compressedPixels[0]"),
    (#""size": {"x": 100, "y": 100}"#, #""size": {"x": 100}"#, "size.y"),
    ("[55, 10]", "[55]", "entities[0].points"),
    ("[50, 10, 70, 10]", "[50, 10]", "entities[3].points"),
  ])
  func `a fault in a Valetudo map names its place`(old: String, new: String, key: String) throws {
    let text = version2("\(floor), \(wall)").replacingOccurrences(of: old, with: new)
    let path = try folder.write("home.json", text)
    switch mapError(path) {
    case .badValue(path, key, _, _), .missingKey(path, key, _): break
    case .malformed(path, key, _, _): break
    default: Issue.record("\(new): \(String(describing: mapError(path)))")
    }
  }

  @Test func `maps far out of all bounds are refused`() throws {
    let far = #"{"type": "floor", "compressedPixels": [0, 0, 1, 900000, 900000, 1]}"#
    let path = try folder.write("home.json", version2(far))
    guard case .tooLarge(path, _, _, _) = mapError(path) else {
      Issue.record("\(String(describing: mapError(path)))")
      return
    }
    let none = try folder.write("home.json", version2(""))
    #expect(mapError(none) == .noFreeCell(path: none, occupied: 0, unknown: 0))
    let walls = try folder.write("home.json", version2(wall))
    #expect(mapError(walls) == .noFreeCell(path: walls, occupied: 2, unknown: 19))
  }

  @Test func `JSON that is broken or of another kind is refused`() throws {
    let broken = try folder.write("broken.json", #"{"layers": [1, 2"#)
    guard case .malformed(broken, "JSON", _, _) = mapError(broken) else {
      Issue.record("\(String(describing: mapError(broken)))")
      return
    }
    let other = try folder.write("other.json", #"{"name": "x", "values": []}"#)
    guard case .unknownFormat(other, "JSON with the keys name, values") = mapError(other) else {
      Issue.record("\(String(describing: mapError(other)))")
      return
    }
    let list = try folder.write("list.json", "[1, 2]")
    #expect(mapError(list) != nil)
  }

  @Test func `a HouseExpo contour is free inside and walled`() throws {
    let text = #"""
      {"id": "L", "room_num": 2, "bbox": {"min": [0, 0], "max": [2, 2]},
       "verts": [[0, 0], [2, 0], [2, 1], [1, 1], [1, 2], [0, 2]],
       "room_category": {"Kitchen": [[0, 0, 1, 1]], "Bedroom": [[1, 0, 2, 1], [0, 1, 1, 2]]}}
      """#
    let path = try folder.write("plan.json", text)
    let home = try MapFile.load(path, options: MapOptions(resolution: 0.1))
    #expect(home.grid.width == 24 && home.grid.height == 24)
    #expect(abs(home.grid.freeArea - 3) < 1e-9)
    #expect(home.grid[2, 2] == .free && home.grid[1, 1] == .occupied && home.grid[0, 0] == .unknown)
    #expect(home.rooms.map(\.name) == ["Bedroom", "Bedroom", "Kitchen"])
    #expect(home.roomOfCell?.filter { $0 > 0 }.count == 300)
    // Every free cell is shut in by occupied ones.
    let grid = home.grid
    for y in 1..<23 {
      for x in 1..<23 where grid.isFree(x, y) {
        for (u, v) in [(x + 1, y), (x - 1, y), (x, y + 1), (x, y - 1)] {
          #expect(grid[u, v] != .unknown)
        }
      }
    }
    #expect(try MapFile.load(path).grid.resolution == 0.05)
  }

  @Test(arguments: [
    (#"{"verts": [[0, 0], [1, 1]]}"#, "verts"), (#"{"verts": [[0, 0], [1], [1, 1]]}"#, "verts[1]"),
    (#"{"verts": [[0, 0], ["a", 1], [1, 1]]}"#, "verts[1][0]"),
  ])
  func `a fault in a HouseExpo plan names its place`(text: String, key: String) throws {
    let path = try folder.write("plan.json", text)
    guard case .badValue(path, key, _, _) = mapError(path) else {
      Issue.record("\(String(describing: mapError(path)))")
      return
    }
  }
}
