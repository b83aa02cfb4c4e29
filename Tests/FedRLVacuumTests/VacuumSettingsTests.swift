import FedRLCore
import FedRLMaps
import FedRLTestSupport
import FedRLVacuum
import Foundation
import Testing

@Suite struct VacuumSettingsTests {
  private func problems(_ table: SettingTable) -> [String] {
    var table = table
    if table["map"] == nil { table["map"] = .text("home.yaml") }
    return vacuumEntry.check(table, "[environment]").map(\.description)
  }

  @Test func theDefaultsAreValid() {
    #expect(problems([:]) == [])
    #expect(vacuumEntry.name == "vacuum")
    #expect(Set(vacuumEntry.settings.map(\.name)).count == vacuumEntry.settings.count)
    #expect(vacuumEntry.settings.allSatisfy { !$0.text.isEmpty })
  }

  @Test func aMissingMapIsAProblem() {
    #expect(vacuumEntry.check([:], "[environment]").map(\.place) == ["[environment] map"])
  }

  @Test func anActionMustBeAWholeNumberOfSubsteps() {
    let found = problems(["action_period": .number(0.05), "substep": .number(0.02)])
    #expect(found.count == 1)
    #expect(found.first?.contains("whole multiple of substep (0.02 s), got 0.05 s") == true)
    #expect(problems(["action_period": .number(0.3), "substep": .number(0.02)]) == [])
  }

  @Test func relationsBetweenSettingsAreChecked() {
    #expect(problems(["moves": .integer(6)]).first?.contains("4 or 8") == true)
    #expect(problems(["start": .text("kitchen")]).first?.contains("\"kitchen\"") == true)
    #expect(problems(["start": .text("1, 2, 90")]) == [])
    #expect(problems(["dock": .text("random")]).count == 1)
    #expect(problems(["max_speed": .number(3), "substep": .number(0.1)]).count >= 1)
    #expect(problems(["dynamics": .text("discrete"), "guidance": .boolean(true)]).count == 1)
    #expect(
      problems(["dynamics": .text("discrete"), "observation": .text("egomaps")]).count == 1)
    #expect(
      problems(["lidar_ray": .integer(3)]).first?.contains("did you mean lidar_rays") == true)
    #expect(problems(["goal_coverage": .number(1.5)]).count == 1)
  }

  @Test func tablesAndSettingsAreTwoFormsOfOneThing() {
    var problems: [SettingProblem] = []
    var settings = Bench.settings {
      $0.lidarRange = 2.5
      $0.guidance = true
      $0.dynamics = .diffdrive
    }
    settings.wheelBias = -0.02
    let again = VacuumSettings(decoding: settings.table, at: "x", problems: &problems)
    #expect(problems == [])
    #expect(again == settings)
  }

  /// The error that making a kind throws.
  private func error(_ home: HomeMap, _ edit: (inout VacuumSettings) -> Void = { _ in })
    -> EnvironmentError?
  {
    do {
      _ = try Bench.kind(home, Bench.settings(edit))
      return nil
    } catch {
      return error as? EnvironmentError
    }
  }

  @Test func homesThatAreNoHomesAreRefusedWithReasons() {
    var blocked = Bench.room(2, 2)
    blocked.grid.cells = [UInt8](repeating: 1, count: blocked.grid.count)
    #expect(error(blocked)?.message.contains("no cell is free") == true)
    #expect(error(blocked)?.setting == "map")
    let narrow = error(Bench.room(3, 0.3))
    #expect(narrow?.message.contains("no place for a body of radius 0.164 m") == true)
    let wall = error(Bench.flat()) { $0.start = "3.55, 1, 0" }
    #expect(wall?.setting == "start")
    #expect(wall?.message.contains("in a wall") == true)
    let near = error(Bench.flat()) { $0.start = "3.4, 1, 0" }
    #expect(near?.message.contains("too near a wall") == true)
    let outside = error(Bench.flat()) { $0.start = "50, 1" }
    #expect(outside?.message.contains("outside the map") == true)
  }

  @Test func aDockOutOfReachIsRefusedAndOneAtAWallMoved() throws {
    // The dock of a home whose episodes start elsewhere.
    let beyond = error(Bench.room(3, 3)) {
      $0.start = "1, 1"
      $0.dock = "9, 1, 0"
    }
    #expect(beyond?.setting == "dock")
    #expect(beyond?.message.contains("out of the robot's reach") == true)
    let kind = try Bench.kind(
      Bench.room(3, 3),
      Bench.settings {
        $0.start = "1, 1"
        $0.dock = "0.05, 1, 0"
      })
    let moved = kind.world.notes.first { $0.hasPrefix("the dock was moved by ") }
    #expect(moved?.hasSuffix(" cm to floor that the robot reaches") == true)
  }

  @Test(arguments: [
    (SettingValue.boolean(true), MapReading.Negate.yes), (.boolean(false), .no),
    (.text("yes"), .yes),
    (.text("file"), .file),
  ])
  func negationMayBeWrittenAsABoolean(value: SettingValue, negate: MapReading.Negate) {
    var problems: [SettingProblem] = []
    let settings = VacuumSettings(
      decoding: ["map": .text("home.png"), "map_negate": value], at: "", problems: &problems)
    #expect(problems.isEmpty)
    #expect(settings.mapReading.negate == negate)
  }

  @Test func aMapThatCannotBeReadIsNamed() {
    let context = EnvironmentContext(baseDirectory: "/nonexistent")
    #expect {
      _ = try vacuumEntry.make(["map": .text("no-home.yaml")], context)
    } throws: { error in
      (error as? EnvironmentError)?.message.contains("/nonexistent/no-home.yaml") == true
    }
  }

  @Test func theNotesSayWhatIsReachableAndWhatNot() throws {
    let home = Bench.room(6, 4) { Bench.block(&$0, 2..<2.1, 0.1..<4.1) }
    let kind = try Bench.kind(home, Bench.settings { $0.start = "4, 2" })
    #expect(kind.world.cleanableArea > 14 && kind.world.cleanableArea < 16)
    #expect(kind.notes.contains { $0.contains("reachable of 23.6 m² free") })
    #expect(kind.notes.contains { $0.contains("excluded: out of reach") })
    #expect(kind.notes.contains("the file names no dock; one was put by a wall"))
    let left = try Bench.kind(home, Bench.settings { $0.start = "1, 2" })
    #expect(left.world.cleanableArea < 8)
  }

  @Test func aCoarseMapIsCutIntoCellsOfFiveCentimetres() throws {
    var grid = OccupancyGrid(width: 12, height: 12, resolution: 0.5)
    for index in 0..<12 {
      grid[index, 0] = .occupied
      grid[index, 11] = .occupied
      grid[0, index] = .occupied
      grid[11, index] = .unknown
    }
    let kind = try Bench.kind(HomeMap(name: "coarse", grid: grid), Bench.settings())
    #expect((kind.world.cell - 0.05).magnitude < 1e-12)
    #expect(kind.world.cleanableArea > 24 && kind.world.cleanableArea <= 25)
  }

  @Test func rugsCoverTheirShare() throws {
    let kind = try Bench.kind(
      Bench.room(6, 6),
      Bench.quiet {
        $0.carpetShare = 1
        $0.start = "3, 3, 0"
      })
    let probe = VacuumProbe(kind, seed: 1)
    _ = probe.act(1, 0)
    #expect((probe.metric("energy") - 42 * 0.2).magnitude < 1e-9)
  }
}
