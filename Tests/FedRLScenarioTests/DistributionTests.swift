import FedRLCore
import FedRLScenario
import FedRLSimulation
import Testing

@Suite struct DistributionTests {
  func values(_ key: String, _ scenario: Scenario) -> [Double] {
    scenario.members.map {
      switch $0.environmentSettings[key] {
      case .number(let value): value
      case .integer(let value): Double(value)
      default: .nan
      }
    }
  }

  func fleet(_ count: Int, _ rest: String = "") -> String {
    "[[fleet]]\nname = \"a\"\ncount = \(count)\nsteps_per_round = 64\n\(rest)"
  }

  @Test func uniformNumbersFillTheirRange() throws {
    let scenario = try load(
      scenarioText(environment: "speed = { uniform = [1, 3] }", fleet: fleet(500)))
    let drawn = values("speed", scenario)
    #expect(drawn.allSatisfy { $0 >= 1 && $0 < 3 })
    // The mean of 500 has standard deviation 2/√12/√500 = 0.026.
    #expect(abs(drawn.reduce(0, +) / 500 - 2) < 0.1)
    #expect(drawn.min()! < 1.05 && drawn.max()! > 2.95)
  }

  @Test func elementsOfATableAreDrawnToo() throws {
    let scenario = try load(
      scenarioText(
        environment:
          "extras = { gravity = { uniform = [-11, -5] }, wind = true, floor = { each = [\"ice\", \"sand\"] } }",
        fleet: fleet(50)))
    var gravities: Set<Double> = []
    for (index, member) in scenario.members.enumerated() {
      guard case .table(let extras) = member.environmentSettings["extras"],
        case .number(let gravity) = extras["gravity"]
      else {
        Issue.record("\(member.environmentSettings)")
        return
      }
      #expect(gravity >= -11 && gravity < -5)
      gravities.insert(gravity)
      #expect(extras["wind"] == .boolean(true))
      #expect(extras["floor"] == .text(index % 2 == 0 ? "ice" : "sand"))
    }
    #expect(gravities.count == 50)
    // Two evaluation environments, named by their floors.
    #expect(scenario.evaluationEnvironments.map(\.name) == ["ice", "sand"])
  }

  @Test func uniformIntegersReachBothEnds() throws {
    let scenario = try load(
      scenarioText(environment: "size = { uniform = [2, 4] }", fleet: fleet(200)))
    #expect(Set(values("size", scenario)) == [2, 3, 4])
    #expect(scenario.members[0].environmentSettings["size"] != .number(2))
  }

  @Test func normalNumbersStayInTheSettingsRange() throws {
    let scenario = try load(
      scenarioText(environment: "limit = 10\nspeed = { normal = [4.5, 1] }", fleet: fleet(500)))
    let drawn = values("speed", scenario)
    #expect(drawn.allSatisfy { (0...5).contains($0) })
    // A normal truncated at +0.5σ has mean 4.5 − φ(0.5)/Φ(0.5) = 3.99.
    #expect(abs(drawn.reduce(0, +) / 500 - 3.99) < 0.15)
  }

  @Test func theSameSeedDrawsTheSameAndAnotherDoesNot() throws {
    func drawn(_ seed: Int) throws -> [Double] {
      values(
        "speed",
        try load(
          scenarioText(
            scenario: "seed = \(seed)", environment: "speed = { uniform = [0, 1] }",
            fleet: fleet(8))))
    }
    #expect(try drawn(3) == drawn(3))
    #expect(Set(try drawn(3)).isDisjoint(with: try drawn(4)))
  }

  @Test func whatAnAgentGetsDependsOnNoOtherAgentAndNoOtherSetting() throws {
    let few = try load(
      scenarioText(environment: "speed = { uniform = [0, 1] }", fleet: fleet(3)))
    let many = try load(
      scenarioText(
        environment: "speed = { uniform = [0, 1] }\nsize = { uniform = [1, 9] }",
        fleet: fleet(9)))
    #expect(values("speed", few) == Array(values("speed", many).prefix(3)))
  }

  @Test func eachCountsOverTheFleetOrOverTheGroup() throws {
    let scenario = try load(
      scenarioText(
        environment: "size = { each = [1, 2, 3] }",
        fleet: fleet(2) + "\n[[fleet]]\nname = \"b\"\ncount = 4\n"
          + "[fleet.environment]\nspeed = { each = [1, 2] }"))
    #expect(values("size", scenario) == [1, 2, 3, 1, 2, 3])
    #expect(values("speed", scenario) == [1, 1, 1, 2, 1, 2])
  }

  @Test func aGroupsSettingReplacesADistribution() throws {
    let scenario = try load(
      scenarioText(
        environment: "speed = { uniform = [0, 1] }",
        fleet: fleet(2, "[fleet.environment]\nspeed = 3")))
    #expect(values("speed", scenario) == [3, 3])
  }

  @Test func theGroupsOwnSettingsMayBeDrawn() throws {
    let scenario = try load(
      scenarioText(
        fleet: """
          [[fleet]]
          count = 40
          device = { choice = ["pi-4", "pi-5"] }
          link = { each = ["ethernet", "lte-m"] }
          steps_per_round = { uniform = [64, 640] }
          collects = { each = ["simulation", "real-time"] }
          """))
    #expect(Set(scenario.members.map(\.device.name)) == ["pi-4", "pi-5"])
    #expect(scenario.members.prefix(3).map(\.link.name) == ["ethernet", "lte-m", "ethernet"])
    #expect(scenario.members.prefix(2).map(\.trainsInSimulation) == [true, false])
    #expect(Set(scenario.members.map(\.stepsPerRound)).count > 20)
    let prepared = try scenario.prepare(registry: registry)
    #expect(prepared.scenario.members.allSatisfy { $0.stepsPerRound % 64 == 0 })
  }

  @Test func overridesOfProfilesMayBeDrawn() throws {
    let scenario = try load(
      scenarioText(
        fleet: fleet(
          20,
          "[fleet.device_overrides]\nbattery_wh = { uniform = [1, 2] }\n"
            + "[fleet.link_overrides]\nloss = { each = [0.1, 0.2] }")))
    let watthours = scenario.members.map { $0.device.batteryJoules! / 3600 }
    #expect(watthours.allSatisfy { (1..<2).contains($0) })
    #expect(Set(watthours).count == 20)
    #expect(scenario.members.prefix(3).map(\.link.loss) == [0.1, 0.2, 0.1])
  }

  @Test func patternsOfFilesAreSortedAndStayRelative() throws {
    try withFolder { folder in
      for name in ["c", "a", "b"] { try write([], to: "\(folder)/\(name).yaml") }
      try write([], to: "\(folder)/d.png")
      let text = scenarioText(
        fleet: fleet(4, "[fleet.environment]\nmap = { each = \"*.yaml\" }"),
        rest: "[evaluation.environment]\nmap = { each = \"[bc].yaml\" }")
      let scenario = try ScenarioLoader.load(
        text: text, path: folder + "/patrol.toml", registry: registry)
      #expect(
        scenario.members.map { $0.environmentSettings["map"] }
          == ["a.yaml", "b.yaml", "c.yaml", "a.yaml"].map { .text($0) })
      #expect(scenario.evaluationEnvironments.map(\.name) == ["b", "c"])
      #expect(scenario.evaluationEnvironments[1].settings["map"] == .text("c.yaml"))
      let none = text.replacing("[bc].yaml", with: "none/*.yaml")
      #expect(
        throws: ScenarioError.problems(
          file: folder + "/patrol.toml",
          [
            .init(
              place: "[evaluation.environment] map",
              message: "no file matches none/*.yaml in \(scenario.baseDirectory)")
          ])
      ) {
        try ScenarioLoader.load(text: none, path: folder + "/patrol.toml", registry: registry)
      }
    }
  }

  @Test func evaluationWithoutEachFollowsTheFleets() throws {
    let scenario = try load(
      scenarioText(
        environment: "map = { each = [\"maps/x.yaml\", \"maps/y.yaml\"] }\nspeed = { each = [3] }"))
    #expect(scenario.evaluationEnvironments.map(\.name) == ["x", "y"])
    #expect(scenario.evaluationEnvironments[1].settings["speed"] == .integer(3))
  }

  @Test func evaluationDrawsFromItsOwnSeed() throws {
    func speeds(_ seed: Int, _ evaluationSeed: Int) throws -> [SettingValue?] {
      try load(
        scenarioText(
          scenario: "seed = \(seed)", environment: "speed = { uniform = [0, 1] }",
          rest: "[evaluation]\nseed = \(evaluationSeed)\n"
            + "[evaluation.environment]\nsize = { each = [1, 2] }")
      ).evaluationEnvironments.map { $0.settings["speed"] }
    }
    #expect(try speeds(1, 5) == speeds(2, 5))
    #expect(try speeds(1, 5) != speeds(1, 6))
    #expect(try speeds(1, 5)[0] != speeds(1, 5)[1])
  }
}
