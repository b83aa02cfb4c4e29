import FedRLCore
import FedRLScenario
import Testing

@Suite struct ScenarioProblemTests {
  /// Broken scenarios, named for their fault, and exactly what is said of them.
  static let faults: [(name: String, text: String, lines: [String])] = [
    (
      "clip out of range", scenarioText(policy: "clip = 1.5"),
      ["patrol.toml: [policy] clip: expected a number in 0...1, got 1.5"]
    ),
    (
      "unknown key in policy", scenarioText(policy: "clipp = 0.5"),
      ["patrol.toml: [policy] clipp: unknown key; did you mean clip?"]
    ),
    (
      "unknown section", scenarioText(rest: "[evalution]\nevery = 1"),
      ["patrol.toml: [evalution]: unknown section; did you mean [evaluation]?"]
    ),
    (
      "key outside of sections", "seeds = 3\n" + scenarioText(),
      ["patrol.toml: [seeds]: unknown section"]
    ),
    (
      "unknown environment", scenarioText().replacing("\"room\"", with: "\"rooms\""),
      ["patrol.toml: [environment] name: expected one of room, got \"rooms\"; did you mean room?"]
    ),
    (
      "no environment and no policy", "[[fleet]]\ncount = 1",
      [
        "patrol.toml: [environment] name: missing; expected one of room",
        "patrol.toml: [policy] name: missing; expected one of mirror",
      ]
    ),
    (
      "no fleet", scenarioText(fleet: ""),
      ["patrol.toml: [[fleet]]: missing; a scenario needs at least one group of agents"]
    ),
    (
      "fleet in single brackets", scenarioText(fleet: "[fleet]\ncount = 2"),
      ["patrol.toml: [fleet]: expected [[fleet]] in double brackets, got [fleet]"]
    ),
    (
      "zero agents", scenarioText(fleet: "[[fleet]]\nname = \"homes\"\ncount = 0"),
      ["patrol.toml: [fleet.homes] count: expected an integer in 1...100000, got 0"]
    ),
    (
      "negative budget", scenarioText(fleet: "[[fleet]]\nname = \"homes\"\nsteps_per_round = -64"),
      [
        "patrol.toml: [fleet.homes] steps_per_round: expected an integer in 1...1000000000, got -64"
      ]
    ),
    (
      "two groups of one name",
      scenarioText(fleet: "[[fleet]]\nname = \"a\"\n[[fleet]]\nname = \"a\""),
      ["patrol.toml: [fleet.a] name: two groups have this name"]
    ),
    (
      "group named by a number", scenarioText(fleet: "[[fleet]]\nname = \"3\""),
      [
        "patrol.toml: [fleet.3] name: expected letters, digits, - and _ with at least one letter, "
          + "got \"3\""
      ]
    ),
    (
      "count as a distribution",
      scenarioText(fleet: "[[fleet]]\nname = \"a\"\ncount = { uniform = [1, 3] }"),
      [
        "patrol.toml: [fleet.a] count: expected an integer in 1...100000, got "
          + "{ uniform = [1, 3] }"
      ]
    ),
    (
      "unknown environment key in a group",
      scenarioText(fleet: "[[fleet]]\nname = \"a\"\n[fleet.environment]\nspede = 1"),
      ["patrol.toml: [fleet.a.environment] spede: unknown key; did you mean speed?"]
    ),
    (
      "relation broken by a group",
      scenarioText(
        environment: "limit = 2", fleet: "[[fleet]]\nname = \"a\"\n[fleet.environment]\nspeed = 3"),
      [
        "patrol.toml: [fleet.a.environment] speed: expected at most the limit 2.0, got 3.0"
      ]
    ),
    (
      "relation broken for all groups, said once",
      scenarioText(
        environment: "limit = 2\nspeed = 3",
        fleet: "[[fleet]]\nname = \"a\"\n[fleet.environment]\nsize = 3\n"
          + "[[fleet]]\nname = \"b\"\n[fleet.environment]\nsize = 4"),
      ["patrol.toml: [environment] speed: expected at most the limit 2.0, got 3.0"]
    ),
    (
      "uniform beyond the range", scenarioText(environment: "speed = { uniform = [1, 7] }"),
      ["patrol.toml: [environment] speed: expected a number in 0...5, got 7.0"]
    ),
    (
      "uniform upside down", scenarioText(environment: "speed = { uniform = [3, 1] }"),
      ["patrol.toml: [environment] speed: expected low ≤ high in uniform, got [3, 1]"]
    ),
    (
      "uniform of a fraction for an integer",
      scenarioText(environment: "size = { uniform = [1.5, 3] }"),
      ["patrol.toml: [environment] size: expected an integer in 1...16, got 1.5"]
    ),
    (
      "normal with its mean outside", scenarioText(environment: "speed = { normal = [-1, 1] }"),
      ["patrol.toml: [environment] speed: expected a number in 0...5, got -1.0"]
    ),
    (
      "uniform for a text", scenarioText(environment: "map = { uniform = [1, 2] }"),
      ["patrol.toml: [environment] map: expected choice or each for a path, got uniform"]
    ),
    (
      "choice of a wrong type", scenarioText(environment: "size = { choice = [3, \"big\"] }"),
      ["patrol.toml: [environment] size: expected an integer in 1...16, got \"big\""]
    ),
    (
      "empty choice", scenarioText(environment: "size = { choice = [] }"),
      ["patrol.toml: [environment] size: expected choice = [a, b, …] or a pattern of files, got []"]
    ),
    (
      "mistyped distribution", scenarioText(environment: "speed = { unifrom = [1, 2] }"),
      [
        "patrol.toml: [environment] speed: expected a number in 0...5, got { unifrom = [1, 2] }; "
          + "did you mean uniform?"
      ]
    ),
    (
      "unknown device and link",
      scenarioText(fleet: "[[fleet]]\nname = \"a\"\ndevice = \"pi-44\"\nlink = \"nbiot\""),
      [
        "patrol.toml: [fleet.a] device: no profile is named pi-44; did you mean pi-4?",
        "patrol.toml: [fleet.a] link: no profile is named nbiot; did you mean nb-iot?",
      ]
    ),
    (
      "overrides of profiles",
      scenarioText(
        fleet: "[[fleet]]\nname = \"a\"\n[fleet.device_overrides]\nbatery_wh = 3\n"
          + "[fleet.link_overrides]\nloss = 1.5"),
      [
        "patrol.toml: [fleet.a.device_overrides] batery_wh: unknown key; did you mean battery_wh?",
        "patrol.toml: [fleet.a.link_overrides] loss: expected a number in [0, 1), got 1.5",
      ]
    ),
    (
      "unknown codec and strategy",
      scenarioText(rest: "[federation]\ncodec = \"int4\"\nstrategy = \"fedavgm\""),
      [
        "patrol.toml: [federation] strategy: expected one of fedavg, got \"fedavgm\"; "
          + "did you mean fedavg?",
        "patrol.toml: [federation] codec: expected one of float32, got \"int4\"",
      ]
    ),
    (
      "unknown arm", scenarioText(rest: "[evaluation]\narms = [\"together\"]"),
      [
        "patrol.toml: [evaluation] arms: expected a list of federated | independent | pooled | "
          + "finetuned, got \"together\" in it"
      ]
    ),
    (
      "each of two lengths in evaluation",
      scenarioText(
        rest: "[evaluation.environment]\nsize = { each = [1, 2] }\nspeed = { each = [1, 2, 3] }"),
      [
        "patrol.toml: [evaluation.environment] speed: expected 2 elements in each as in size, got 3"
      ]
    ),
    (
      "unknown key of an expectation",
      scenarioText(rest: "[expect]\n\"totals.wall_s\" = { maxi = 3 }"),
      ["patrol.toml: [expect] totals.wall_s maxi: unknown key; did you mean max?"]
    ),
    (
      "expectation without a comparison", scenarioText(rest: "[expect]\n\"totals.wall_s\" = 3"),
      [
        "patrol.toml: [expect] totals.wall_s: expected a comparison such as \">= 0.6\" or "
          + "{ min = 0.6 }, got 3"
      ]
    ),
    (
      "expectation of an arm that is not run",
      scenarioText(
        rest: "[evaluation]\narms = [\"federated\"]\n[expect]\n"
          + "\"arms.independent.final.return_mean\" = \">= 1\""),
      [
        "patrol.toml: [expect] arms.independent.final.return_mean: the scenario runs the arms "
          + "federated, not independent"
      ]
    ),
    (
      "base that is no folder", scenarioText(scenario: "base = \"nowhere\""),
      ["patrol.toml: [scenario] base: expected a folder, got \"nowhere\""]
    ),
  ]

  @Test(arguments: faults.indices)
  func everyFaultIsNamed(index: Int) {
    let fault = Self.faults[index]
    #expect(problems(of: fault.text) == fault.lines, "\(fault.name)")
  }

  @Test func allProblemsComeAtOnce() {
    let text = scenarioText(
      scenario: "seed = -1", environment: "speed = 9\nsise = 1", policy: "clip = 2",
      fleet: "[[fleet]]\nname = \"a\"\ncount = 0\n[[fleet]]\nname = \"b\"\ndevise = \"x\"",
      rest: "[federation]\nquorum = 2\n[output]\nkeep_checkpoints = 0")
    #expect(
      problems(of: text) == [
        "patrol.toml: [scenario] seed: expected an integer ≥ 0, got -1",
        "patrol.toml: [environment] sise: unknown key; did you mean size?",
        "patrol.toml: [environment] speed: expected a number in 0...5, got 9",
        "patrol.toml: [policy] clip: expected a number in 0...1, got 2",
        "patrol.toml: [fleet.a] count: expected an integer in 1...100000, got 0",
        "patrol.toml: [fleet.b] devise: unknown key; did you mean device?",
        "patrol.toml: [federation] quorum: expected a number in 0...1, got 2",
        "patrol.toml: [output] keep_checkpoints: expected an integer in 1...1000, got 0",
      ])
  }

  @Test(arguments: [
    ("seed", "--set seed: expected section.key=value"),
    ("seed=3", "--set seed=3: expected a key within a section, such as scenario.seed=2"),
    ("scenario.sead=3", "[scenario] sead: unknown key; did you mean seed?"),
    ("polixy.clip=3", "[polixy]: unknown section; did you mean [policy]?"),
    (
      "fleet.hoems.count=3",
      "--set fleet.hoems.count: no group is named hoems; did you mean homes?"
    ),
    ("fleet.4.count=3", "--set fleet.4.count: expected a group in 0...0, got 4"),
    ("fleet.count=3", "--set fleet.count: expected fleet.GROUP.key, such as fleet.0.count"),
    ("environment.name.x=3", "--set environment.name.x: name is \"room\", which has no keys"),
    ("environment.size=[1", "--set environment.size=[1: expected a TOML value, got [1"),
    (
      "environment.mode=fsat",
      "[environment] mode: expected one of fast, slow, got \"fsat\"; did you mean fast?"
    ),
  ])
  func overridesWithoutATargetAreRefused(override: String, message: String) {
    #expect(problems(of: scenarioText(), set: [override]) == ["patrol.toml: " + message])
  }

  @Test func aSyntaxErrorPointsToLineAndColumn() {
    let lines = problems(of: "[scenario]\nseed = = 3\n")
    #expect(lines.count == 1)
    #expect(lines.first?.hasPrefix("patrol.toml:2:8: ") == true, "\(lines)")
  }

  @Test func filesThatAreNoTextAreRefused() throws {
    try withFolder { (folder: String) throws in
      func message(_ name: String, _ bytes: [UInt8]? = nil) throws -> String {
        if let bytes { try write(bytes, to: folder + "/" + name) }
        do throws(ScenarioError) {
          _ = try ScenarioLoader.load(path: folder + "/" + name, registry: registry)
          return ""
        } catch {
          return String(error.description.dropFirst(folder.count + 1))
        }
      }
      #expect(try message("none.toml") == "none.toml: no such file")
      #expect(try message(".") == ".: expected a file, got a folder")
      #expect(
        try message("empty.toml", [])
          == "empty.toml: the scenario is empty; see fedrl describe scenario")
      #expect(
        try message("comment.toml", Array("# nothing\n".utf8))
          == "comment.toml: the scenario is empty; see fedrl describe scenario")
      #expect(
        try message("latin.toml", [0x23, 0xe9, 0x0a])
          == "latin.toml: expected a text in UTF-8, got other bytes")
      #expect(
        try message("zero.toml", [0x23, 0x00])
          == "zero.toml: expected a text in UTF-8, got a zero byte at 1")
    }
  }
}
