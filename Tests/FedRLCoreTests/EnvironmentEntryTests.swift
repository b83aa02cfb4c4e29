import FedRLCore
import FedRLTestSupport
import Testing

@Suite struct EnvironmentEntryTests {
  let entry = EnvironmentEntry(Walker.self)
  let context = EnvironmentContext(baseDirectory: "/somewhere")

  @Test func aPlainTypeGivesItsNameSummaryAndSettings() {
    #expect(entry.name == "walker" && entry.summary == "A walker for tests")
    #expect(entry.settings.map(\.name) == ["wind", "max_steps", "refuses"])
  }

  @Test func settingsReachEveryCopyOfABatch() throws {
    let kind = try entry.make(["max_steps": .integer(7)], context)
    #expect(kind.specification.maximumEpisodeSteps == 7)
    let batch = kind.makeBatch(count: 2)
    var rows = BatchRows(batch)
    rows.reset(batch, seed: 1)
    for step in 1...7 {
      rows.step(batch)
      #expect(rows.ends == [EpisodeEnd](repeating: step == 7 ? .truncated : .none, count: 2))
    }
  }

  @Test func wrongSettingsAreAllReportedAndNothingIsMade() {
    let table: SettingTable = ["wind": .number(2), "max_step": .integer(3), "refuses": .integer(1)]
    let expected = [
      SettingProblem(
        place: "[environment] max_step", message: "unknown key; did you mean max_steps?"),
      SettingProblem(place: "[environment] refuses", message: "expected true or false, got 1"),
      SettingProblem(place: "[environment] wind", message: "expected a number in 0...1, got 2.0"),
    ]
    #expect(entry.check(table, "[environment]") == expected)
    #expect(throws: SettingProblems(expected)) { try entry.make(table, context) }
  }

  @Test func oneValueCanBeCheckedBeforeItIsDrawn() {
    #expect(entry.checkSetting("wind", .number(0.5)) == nil)
    #expect(entry.checkSetting("wind", .number(2)) == "expected a number in 0...1, got 2.0")
  }

  @Test func anEnvironmentThatCannotBeMadeSaysWhy() {
    #expect(throws: EnvironmentError(setting: "refuses", "no walker under /somewhere")) {
      try entry.make(["refuses": .boolean(true)], context)
    }
  }

  @Test func aKindWithoutBaselinesRefusesThem() throws {
    let kind = try entry.make([:], context)
    #expect(kind.baselines.isEmpty && kind.notes.isEmpty)
    #expect(throws: EnvironmentError("walker has no baseline named spiral")) {
      try kind.runBaseline("spiral", seed: 1)
    }
  }

  @Test func relativePathsStartAtTheScenariosFolder() {
    #expect(context.resolve("maps/home.yaml") == "/somewhere/maps/home.yaml")
    #expect(context.resolve("/maps/home.yaml") == "/maps/home.yaml")
  }
}
