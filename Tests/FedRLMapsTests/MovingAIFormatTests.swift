import FedRLMaps
import FedRLTestSupport
import Foundation
import Testing

@Suite struct MovingAIFormatTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test func `floor and swamp are free, water, trees and bounds block`() throws {
    let path = try folder.write(
      "m.map", "type octile\nheight 2\nwidth 7\nmap\n.GS@OTW\n@@@.@@@\n")
    let home = try MapFile.load(path)
    #expect(home.grid.cells == [1, 1, 1, 0, 1, 1, 1, 0, 0, 0, 1, 1, 1, 1])
    #expect(home.grid.resolution == 0.5 && home.notes.count == 1)
    #expect(try MapFile.load(path, options: MapOptions(resolution: 0.25)).grid.resolution == 0.25)
    let windows = try folder.write(
      "w.map", "type octile\r\nwidth 7\r\nheight 2\r\nmap\r\n.GS@OTW\r\n@@@.@@@")
    #expect(try MapFile.load(windows).grid == home.grid)
  }

  @Test(arguments: [
    "type octile\nheight 2\nwidth 2\nmap\n..\n.\n", "type octile\nheight 2\nwidth 2\nmap\n..\n.x\n",
    "type octile\nheight 2\nwidth 2\nmap\n..\n", "type hex\nheight 1\nwidth 1\nmap\n.\n",
    "type octile\nheight two\nwidth 2\nmap\n..\n", "type octile\nheight 2\nmap\n..\n",
    "type octile\nheight 0\nwidth 2\nmap\n..\n", "type octile\nheight 2\nwidth 2\n..\n..\n",
    "type octile\nheight 99999999\nwidth 99999999\nmap\n..\n",
  ])
  func `a fault in a map is refused`(text: String) throws {
    let path = try folder.write("m.map", text)
    let error = try #require(mapError(path))
    #expect("\(error)".hasPrefix(path))
  }

  @Test func `a scenario loads the map it names and its faults name their line`() throws {
    try folder.write("my room.map", "type octile\nheight 1\nwidth 2\nmap\n..\n")
    let path = try folder.write(
      "r.scen", "version 1\n0\tmaps/x/my room.map\t2\t1\t0\t0\t1\t0\t1.0\n")
    #expect(try MapFile.load(path).grid.count == 2)
    #expect(try MovingAIScenario.load(path).problems[0].optimalLength == 1)
    let bad = try folder.write("b.scen", "version 1\n0 a.map 2 1 0 0 1 0 1\n0 a.map 2 1 0 0\n")
    guard case .malformed(bad, "line 3", _, _) = mapError(bad) else {
      Issue.record("\(String(describing: mapError(bad)))")
      return
    }
    let lost = try folder.write("l.scen", "version 1\n0 a.map 2 1 0 0 1 0 1\n")
    guard case .missingImage(lost, "a.map", _) = mapError(lost) else {
      Issue.record("\(String(describing: mapError(lost)))")
      return
    }
    let empty = try folder.write("e.scen", "version 1\n")
    #expect(mapError(empty) != nil)
  }

  @Test func `paths cut no corners`() {
    let grid = drawn("..", "#.")
    #expect(ShortestPath.octile(on: grid, from: (0, 1), to: (1, 0)) == 2)
    let open = drawn("..", "..")
    #expect(ShortestPath.octile(on: open, from: (0, 1), to: (1, 0)) == 2.0.squareRoot())
    #expect(ShortestPath.octile(on: drawn(".#."), from: (0, 0), to: (2, 0)) == nil)
    #expect(ShortestPath.octile(on: drawn(".#."), from: (0, 0), to: (1, 0)) == nil)
    #expect(ShortestPath.octile(on: open, from: (0, 0), to: (0, 0)) == 0)
  }

  static let sets = ["cities", "dao", "mapf", "mazes", "rooms"]

  /// A sample of each file; `FEDRL_ALL_SCENARIOS` runs all.
  @Test(arguments: sets)
  func `the optimal lengths of the MovingAI scenarios are met`(set: String) throws {
    guard let names = try SharedData.names(in: "movingai/\(set)") else { return }
    let all = ProcessInfo.processInfo.environment["FEDRL_ALL_SCENARIOS"] != nil
    var (tried, worst) = (0, 0.0)
    for name in names where name.hasSuffix(".scen") {
      let path = try #require(SharedData.path("movingai/\(set)/\(name)"))
      let scenario = try MovingAIScenario.load(path)
      let grid = try MapFile.load(path).grid
      let step = all ? 1 : max(1, scenario.problems.count / 12)
      for index in stride(from: 0, to: scenario.problems.count, by: step) {
        let problem = scenario.problems[index]
        #expect(problem.width == grid.width && problem.height == grid.height)
        let length = ShortestPath.octile(
          on: grid, from: (problem.startX, grid.height - 1 - problem.startY),
          to: (problem.goalX, grid.height - 1 - problem.goalY))
        let difference = abs((length ?? .infinity) - problem.optimalLength)
        // The older files print six digits.
        #expect(difference <= max(1e-5, 1e-5 * problem.optimalLength), "\(name), problem \(index)")
        worst = max(worst, difference)
        tried += 1
      }
    }
    print("MovingAI \(set): \(tried) problems, largest difference \(worst)")
    #expect(tried > 0)
  }
}
