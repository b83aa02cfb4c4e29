import FedRLCore
import Testing

@Suite struct SettingTests {
  enum Dynamics: String, CaseIterable { case diffdrive, discrete }

  struct Group: SettingsGroup, Equatable {
    var speed = 0.5
    var gain = 1.0
    var floor = 0.0
    var ceiling = 0.0
    var rays = 24
    var agents = 1
    var offset = 0
    var carpet = true
    var title = "home"
    var map = "home.yaml"
    var dynamics = Dynamics.diffdrive
    var hidden = [64, 64]
    var overrides: SettingTable = [:]
    static var settings: [Setting<Group>] {
      [
        .number("max_speed", \.speed, unit: "m/s", range: 0.05...5, "Top speed"),
        .number("gain", \.gain, "Any number"),
        .number("floor", \.floor, range: 0...Double.greatestFiniteMagnitude, "Not negative"),
        .number("ceiling", \.ceiling, range: -Double.greatestFiniteMagnitude...10, "At most 10"),
        .integer("lidar_rays", \.rays, range: 1...1080, "Rays of one scan"),
        .integer("agents", \.agents, range: 1...Int.max, "How many"),
        .integer("offset", \.offset, "Any integer"),
        .boolean("carpet", \.carpet, "Whether there is carpet"),
        .text("title", \.title, "A title"),
        .text("map", \.map, isPath: true, "A map file"),
        .choice("dynamics", \.dynamics, "How it moves"),
        .list(
          "hidden", \.hidden, range: "positive integers", "Units of each hidden layer",
          encode: { .integer($0) },
          decode: { if case .integer(let value) = $0, value > 0 { value } else { nil } }),
        .table("environment", \.overrides, "Settings of the environment"),
      ]
    }
    func validate() -> [(setting: String, message: String)] {
      speed > gain ? [("max_speed", "expected at most gain (\(gain)), got \(speed)")] : []
    }
  }

  private func decode(_ table: SettingTable) -> (group: Group, problems: [SettingProblem]) {
    var problems: [SettingProblem] = []
    let group = Group(decoding: table, at: "[environment]", problems: &problems)
    return (group, problems)
  }

  @Test(arguments: [
    ("max_speed", SettingValue.text("fast"), "expected a number in 0.05...5, got \"fast\""),
    ("max_speed", .number(5.5), "expected a number in 0.05...5, got 5.5"),
    ("max_speed", .integer(6), "expected a number in 0.05...5, got 6"),
    ("max_speed", .number(.nan), "expected a number in 0.05...5, got nan"),
    ("gain", .boolean(true), "expected a number, got true"),
    ("gain", .number(.infinity), "expected a number, got inf"),
    ("floor", .number(-1), "expected a number ≥ 0, got -1.0"),
    ("ceiling", .number(11), "expected a number ≤ 10, got 11.0"),
    ("lidar_rays", .integer(0), "expected an integer in 1...1080, got 0"),
    ("lidar_rays", .number(3.5), "expected an integer in 1...1080, got 3.5"),
    ("agents", .integer(0), "expected an integer ≥ 1, got 0"),
    ("offset", .text("2"), "expected an integer, got \"2\""),
    ("carpet", .text("yes"), "expected true or false, got \"yes\""),
    ("title", .integer(3), "expected a text in quotes, got 3"),
    ("map", .list([.text("a")]), "expected a text in quotes, got [\"a\"]"),
    (
      "dynamics", .text("diffdrve"),
      "expected one of diffdrive, discrete, got \"diffdrve\"; did you mean diffdrive?"
    ),
    ("dynamics", .text("omniwheel"), "expected one of diffdrive, discrete, got \"omniwheel\""),
    ("dynamics", .integer(1), "expected one of diffdrive, discrete, got 1"),
    ("hidden", .integer(64), "expected a list of positive integers, got 64"),
    (
      "hidden", .list([.integer(64), .integer(0)]),
      "expected a list of positive integers, got 0 in it"
    ),
    ("environment", .integer(3), "expected a table, got 3"),
    (
      "max_speed", .table(["uniform": .list([.number(0.25), .integer(1)])]),
      "expected a number in 0.05...5, got { uniform = [0.25, 1] }"
    ),
  ])
  func aWrongValueIsNamedWithWhatWasExpected(key: String, value: SettingValue, message: String) {
    let (group, problems) = decode([key: value])
    #expect(problems == [SettingProblem(place: "[environment] \(key)", message: message)])
    #expect(problems.first?.description == "[environment] \(key): \(message)")
    #expect(group == Group(), "a refused value must not be kept")
  }

  @Test(arguments: [
    ("lidar_ray", "unknown key; did you mean lidar_rays?"),
    ("Dynamics", "unknown key; did you mean dynamics?"),
    ("maxspeed", "unknown key; did you mean max_speed?"),
    ("temperature", "unknown key"),
  ])
  func anUnknownKeyIsRefusedWithTheNearestKnownOne(key: String, message: String) {
    let place = "[environment] \(key)"
    #expect(decode([key: .integer(1)]).problems == [.init(place: place, message: message)])
  }

  @Test func allProblemsAreReportedAtOnceInOrderOfKeys() {
    let (_, problems) = decode([
      "lidar_rays": .integer(-1), "carpet": .integer(1), "zzzzzz": .integer(1),
      "max_speed": .number(2), "title": .text("fine"),
    ])
    #expect(
      problems.map(\.place) == [
        "[environment] carpet", "[environment] lidar_rays", "[environment] zzzzzz",
      ])
    #expect(
      SettingProblems(problems).description == """
        [environment] carpet: expected true or false, got 1
        [environment] lidar_rays: expected an integer in 1...1080, got -1
        [environment] zzzzzz: unknown key
        """)
  }

  @Test func problemsAreAddedToThoseThatAreThere() {
    let earlier = SettingProblem(place: "[scenario]", message: "expected a name")
    var problems = [earlier]
    let group = Group(decoding: ["max_speed": .number(2)], at: "[fleet]", problems: &problems)
    // The relation is still looked at: the earlier problem is not this group's.
    #expect(group.speed == 2)
    #expect(
      problems == [
        earlier, .init(place: "[fleet] max_speed", message: "expected at most gain (1.0), got 2.0"),
      ])
  }

  @Test func relationsAreCheckedOnlyAmongValidValues() {
    #expect(
      decode(["max_speed": .number(2)]).problems.map(\.message)
        == ["expected at most gain (1.0), got 2.0"])
    #expect(decode(["max_speed": .number(2), "gain": .number(3)]).problems.isEmpty)
    #expect(
      decode(["max_speed": .number(2), "carpet": .integer(0)]).problems.map(\.place)
        == ["[environment] carpet"])
  }

  @Test func wholeNumbersAreAcceptedWhereNumbersAre() {
    let (group, problems) = decode(["max_speed": .integer(1)])
    #expect(problems.isEmpty && group.speed == 1)
  }

  @Test func aTableOfAllValuesDecodesToTheSameGroup() {
    var group = Group()
    group.speed = 0.3
    group.gain = -2.5
    group.rays = 36
    group.offset = -4
    group.carpet = false
    group.title = "flat \"2\""
    group.dynamics = .discrete
    group.hidden = [32]
    group.overrides = ["dirt": .number(0.5), "walls": .list([.boolean(true)])]
    group.gain = 7
    let (decoded, problems) = decode(group.table)
    #expect(problems.isEmpty && decoded == group)
    #expect(Set(group.table.keys) == Set(Group.settings.map(\.name)))
  }

  @Test func descriptionsGiveTypeUnitRangeAndDefault() {
    let descriptions = Group.descriptions
    #expect(
      descriptions.map(\.type) == [
        "number", "number", "number", "number", "integer", "integer", "integer", "boolean",
        "text", "path", "choice", "list", "table",
      ])
    #expect(
      descriptions.map(\.range) == [
        "0.05...5", "", "≥ 0", "≤ 10", "1...1080", "≥ 1", "", "true | false", "", "",
        "diffdrive | discrete", "positive integers", "",
      ])
    #expect(descriptions[0].unit == "m/s" && descriptions[0].defaultValue == .number(0.5))
    #expect(descriptions[0].text == "Top speed")
    #expect(descriptions[10].defaultValue == .text("diffdrive"))
    #expect(
      descriptions.map(\.acceptsDistribution) == [Bool](repeating: true, count: 11) + [
        false, false,
      ])
  }

  @Test func oneValueOfOneSettingCanBeLookedAt() {
    #expect(Group.problem(withValue: .number(0.5), of: "max_speed") == nil)
    // Relations to other settings do not count.
    #expect(Group.problem(withValue: .number(4), of: "max_speed") == nil)
    #expect(
      Group.problem(withValue: .number(6), of: "max_speed")
        == "expected a number in 0.05...5, got 6.0")
    #expect(Group.problem(withValue: .number(6), of: "nothing") == nil)
  }

  @Test func valuesAreWrittenAsAPersonWouldWriteThem() {
    let value = SettingValue.table([
      "b": .list([.integer(1), .text("x")]), "a": .boolean(true), "c": .number(0.5),
    ])
    #expect(value.description == "{ a = true, b = [1, \"x\"], c = 0.5 }")
  }

  @Test func theNearestNameIsNearAndDoesNotDependOnOrder() {
    #expect(nearestName(to: "vacum", among: ["vacuum", "drone"]) == "vacuum")
    #expect(nearestName(to: "xyz", among: ["vacuum", "drone"]) == nil)
    #expect(nearestName(to: "bat", among: ["cat", "bar", "rat"]) == "bar")
    #expect(nearestName(to: "bat", among: ["rat", "bar", "cat"]) == "bar")
    #expect(nearestName(to: "a", among: []) == nil)
  }
}
