import FedRLMaps
import FedRLTestSupport
import Foundation
import Testing

/// Cells counted by another program (Python and Pillow) with the rule of nav2.
private struct Expected {
  let file: String
  let width: Int
  let height: Int
  let free: Int
  let occupied: Int
  let unknown: Int

  init(_ file: String, _ width: Int, _ height: Int, _ free: Int, _ occupied: Int, _ unknown: Int) {
    self.file = file
    self.width = width
    self.height = height
    self.free = free
    self.occupied = occupied
    self.unknown = unknown
  }
}

@Suite struct SharedMapsTests {
  private static let rosMaps = [
    Expected("lidar-reference/skirk.yaml", 431, 602, 66583, 192879, 0),
    Expected("lidar-reference/vegas.yaml", 3000, 2248, 779082, 5964918, 0),
    Expected("ros-maps/aws-bookstore/map.yaml", 384, 384, 61884, 4954, 80618),
    Expected("ros-maps/aws-small-house/map.yaml", 500, 500, 63021, 3442, 183537),
    Expected("ros-maps/aws-small-warehouse/map.yaml", 286, 423, 93698, 3673, 23607),
    Expected("ros-maps/ipa-apartment/map.yaml", 544, 768, 123837, 5579, 288376),
    Expected("ros-maps/mir/maze.yaml", 400, 400, 150968, 6064, 2968),
    Expected("ros-maps/nav2-test/testmap.yaml", 10, 10, 71, 29, 0),
    Expected("ros-maps/nav2/depot.yaml", 604, 307, 179481, 5947, 0),
    Expected("ros-maps/nav2/depot_keepout.yaml", 604, 307, 154215, 31213, 0),
    Expected("ros-maps/nav2/tb3_sandbox.yaml", 384, 384, 7903, 870, 138683),
    Expected("ros-maps/rbx1-condo/tb_condo_2.yaml", 544, 576, 18389, 2144, 292811),
    Expected("ros-maps/rbx1-condo/test_map.yaml", 576, 544, 19713, 2536, 291095),
    Expected("ros-maps/turtlebot3/map.yaml", 384, 384, 7939, 795, 138722),
    Expected("ros-maps/turtlebot4/maze.yaml", 670, 669, 313351, 10650, 124229),
    Expected("ros-maps/ubr-lab/map.yaml", 145, 197, 9136, 990, 18439),
    Expected("ros-maps/ubr-lab/map_1728569604.yaml", 204, 235, 14423, 1293, 32224),
    Expected("ros-maps/ubr-lab/map_with_arena.yaml", 197, 91, 6066, 698, 11163),
    Expected(
      "slam-tracks-f1tenth/f1tenth_simulator/stata_basement.yaml", 1730, 1300, 310278, 18384,
      1920338),
    Expected("slam-tracks-f1tenth/forzaeth/circle.yaml", 280, 581, 162680, 0, 0),
    Expected("slam-tracks-f1tenth/forzaeth/hangar.yaml", 610, 624, 53919, 326721, 0),
    Expected("tracks-f1tenth/Austin/Austin_map.yaml", 2000, 2000, 3965185, 29897, 4918),
    Expected("tracks-f1tenth/Spielberg/Spielberg_map.yaml", 2000, 2000, 3960078, 33998, 5924),
  ]

  private static let images = [
    Expected("neato-homes/extra-01.png", 2000, 2000, 150150, 16022, 3833828),
    Expected("neato-homes/extra-13.png", 2000, 2000, 68529, 9014, 3922457),
    Expected("neato-homes/extra-25.png", 2000, 2000, 87607, 10090, 3902303),
    Expected("neato-homes/extra-37.png", 2000, 2000, 91936, 10255, 3897809),
    Expected("neato-homes/extra-49.png", 2000, 2000, 59631, 7695, 3932674),
    Expected("neato-homes/paper-11.png", 2000, 2000, 59837, 6202, 3933961),
    Expected("coverage-benchmark/eval_exploration_1.png", 480, 480, 204439, 25961, 0),
    Expected("coverage-benchmark/eval_mowing_7.png", 160, 160, 21297, 4303, 0),
    Expected("coverage-benchmark/train_2_2.png", 200, 200, 38616, 1384, 0),
    Expected("coverage-benchmark/train_3_3.png", 320, 320, 97480, 4920, 0),
    Expected("coverage-benchmark/train_5_6.png", 960, 960, 663646, 257954, 0),
  ]

  private func check(_ expected: Expected, _ options: MapOptions = MapOptions()) throws {
    guard let path = SharedData.path(expected.file) else { return }
    let grid = try MapFile.load(path, options: options).grid
    #expect(grid.width == expected.width && grid.height == expected.height, "\(expected.file)")
    #expect(grid.count(of: .free) == expected.free, "\(expected.file)")
    #expect(grid.count(of: .occupied) == expected.occupied, "\(expected.file)")
    #expect(grid.count(of: .unknown) == expected.unknown, "\(expected.file)")
  }

  private let neato = MapOptions(
    resolution: 0.04, negate: true, occupiedThreshold: 0.65, freeThreshold: 0.196)

  @Test func `real ROS maps have exactly the cells that nav2 gives them`() throws {
    for expected in Self.rosMaps { try check(expected) }
  }

  @Test func `real images without a YAML have exactly the cells of their settings`() throws {
    for expected in Self.images {
      try check(
        expected, expected.file.hasPrefix("neato") ? neato : MapOptions(resolution: 0.0375))
    }
  }

  @Test func `places and headings of real ROS maps are kept`() throws {
    guard let path = SharedData.path("ros-maps/nav2-test/testmap.yaml"),
      let list = SharedData.path("slam-tracks-f1tenth/forzaeth/circle.yaml")
    else { return }
    let grid = try MapFile.load(path).grid
    #expect((grid.originX, grid.originY, grid.originYaw) == (2, 3, 1) && grid.resolution == 0.1)
    // Upper left of the picture: dark, then light.
    #expect(grid[0, 9] == .occupied && grid[1, 9] == .free)
    let circle = try MapFile.load(list).grid
    #expect(circle.originX == -5.572593307495118 && circle.originY == -5.155619812011719)
  }

  @Test func `a YAML whose image does not exist says the path looked for`() throws {
    guard let path = SharedData.path("slam-tracks-f1tenth/f1tenth_simulator/porto.yaml") else {
      return
    }
    let place = String(path.dropLast("porto.yaml".count)) + "map.pgm"
    #expect(mapError(path) == .missingImage(path: path, image: "map.pgm", lookedFor: place))
  }

  @Test func `a speed mask is no home`() throws {
    guard let path = SharedData.path("ros-maps/nav2/depot_speed.yaml") else { return }
    #expect(mapError(path) == .noFreeCell(path: path, occupied: 3735, unknown: 181_693))
  }

  @Test func `the depot's keep-out mask closes a part of the depot`() throws {
    guard let path = SharedData.path("ros-maps/nav2/depot.yaml"),
      let mask = SharedData.path("ros-maps/nav2/depot_keepout.yaml")
    else { return }
    let home = try MapFile.load(path, options: MapOptions(keepOutMask: mask))
    #expect(home.keepOut?.filter { $0 }.count == 31_213)
  }

  @Test func `every other map file of the shared data loads`() throws {
    let faults = ["porto.yaml", "depot_speed.yaml"]
    let sets = [
      "ros-maps", "slam-tracks-f1tenth", "lidar-reference", "tracks-f1tenth", "valetudo-homes",
      "movingai", "houseexpo-format", "neato-homes", "coverage-benchmark",
    ]
    var loaded = 0
    for set in sets {
      guard let folder = SharedData.path(set) else { return }
      let files = try FileManager.default.subpathsOfDirectory(atPath: folder).sorted()
      for file in files where !faults.contains((file as NSString).lastPathComponent) {
        guard
          ["yaml", "png", "pgm", "json", "map", "scen"].contains((file as NSString).pathExtension)
        else { continue }
        // A plan of 600 × 600 m would have 144 million cells of 5 cm.
        let isHuge = file == "empty-config.json"
        let isBare = file.hasSuffix(".png") || file.hasSuffix(".pgm")
        let options =
          set == "neato-homes" ? neato : MapOptions(resolution: isHuge ? 0.5 : isBare ? 0.05 : nil)
        // Speed masks, as images: mostly dark.
        if file.hasSuffix("depot_speed.pgm") { continue }
        let home = try MapFile.load(folder + "/" + file, options: options)
        #expect(home.grid.freeArea > 0, "\(file)")
        loaded += 1
      }
    }
    print("\(loaded) shared map files load")
    #expect(loaded > 190)
  }

  @Test func `an immense plan is refused with its size`() throws {
    guard let path = SharedData.path("houseexpo-format/empty-config.json") else { return }
    #expect(
      mapError(path)
        == .tooLarge(path: path, width: 12_004, height: 12_004, maximumCells: 100_000_000))
  }

  @Test func `floor of real Valetudo homes is the union of floor and segments without the walls`()
    throws
  {
    guard let names = try SharedData.names(in: "valetudo-homes") else { return }
    for name in names where name.hasSuffix(".json") {
      let path = try #require(SharedData.path("valetudo-homes/\(name)"))
      let home = try MapFile.load(path)
      let file = try #require(
        try JSONSerialization.jsonObject(with: Data(contentsOf: URL(fileURLWithPath: path)))
          as? [String: Any])
      let (floor, walls) = cellSets(file)
      #expect(home.grid.count(of: .occupied) == walls.count, "\(name)")
      #expect(home.grid.count(of: .free) == floor.subtracting(walls).count, "\(name)")
      let grid = home.grid
      let hasCharger = (file["entities"] as? [[String: Any]])?.contains {
        $0["type"] as? String == "charger_location"
      }
      #expect((home.dock != nil) == (hasCharger == true))
      #expect(grid.width < 300 && grid.height < 300)
    }
  }

  /// The pixels of floor and segment layers, and of wall layers, each once.
  private func cellSets(_ file: [String: Any]) -> (floor: Set<[Int]>, walls: Set<[Int]>) {
    var (floor, walls) = (Set<[Int]>(), Set<[Int]>())
    for layer in file["layers"] as? [[String: Any]] ?? [] {
      let runs = layer["compressedPixels"] as? [Int] ?? []
      for at in stride(from: 0, to: runs.count, by: 3) {
        for x in runs[at]..<(runs[at] + runs[at + 2]) {
          if layer["type"] as? String == "wall" {
            walls.insert([x, runs[at + 1]])
          } else {
            floor.insert([x, runs[at + 1]])
          }
        }
      }
    }
    return (floor, walls)
  }

  @Test func `a real home's dock has floor in front of it`() throws {
    guard let names = try SharedData.names(in: "valetudo-homes") else { return }
    for name in names where name.hasSuffix(".json") {
      let home = try MapFile.load(try #require(SharedData.path("valetudo-homes/\(name)")))
      guard let dock = home.dock else { continue }
      let field = home.grid.distanceField()
      let clear = try #require(
        home.clearPoint(near: dock.position, radius: 0.164, field: field), "\(name)")
      let (dx, dy) = (clear.x - dock.x, clear.y - dock.y)
      #expect((dx * dx + dy * dy).squareRoot() < 0.6, "\(name)")
      // Where the map gives a heading, it points from the wall into the room.
      #expect(
        home.grid.isFree(
          at: Point(x: dock.x + 0.4 * cos(dock.yaw), y: dock.y + 0.4 * sin(dock.yaw))),
        "\(name)")
    }
  }

  @Test func `a map of four million cells loads in well under 0.3 s`() throws {
    guard let path = SharedData.path("neato-homes/extra-01.png") else { return }
    let clock = ContinuousClock()
    var best = Duration.seconds(9)
    for _ in 0..<3 {
      let start = clock.now
      _ = try MapFile.load(path, options: neato)
      best = min(best, clock.now - start)
    }
    let grid = try MapFile.load(path, options: neato).grid
    let start = clock.now
    _ = grid.distanceField()
    print("2000 × 2000 PNG: \(best); distance field \(clock.now - start)")
    #if !DEBUG
      #expect(best < .seconds(0.3))
    #endif
  }
}

extension OccupancyGrid {
  fileprivate func isFree(at point: Point) -> Bool {
    cell(at: point).map { isFree($0.x, $0.y) } ?? false
  }
}
