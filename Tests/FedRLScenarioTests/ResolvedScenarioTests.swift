import FedRLCore
import FedRLScenario
import Testing

@Suite struct ResolvedScenarioTests {
  static let text = scenarioText(
    scenario: "name = \"a \\\"quoted\\\" name\"\ndescription = \"tab\\there\"\nseed = 7",
    environment: "speed = { uniform = [0.1, 0.3] }\nsize = { normal = [3, 1] }",
    policy: "rate = 1e-5",
    fleet: """
      [[fleet]]
      name = "homes"
      count = 3
      steps_per_round = { choice = [64, 128] }
      device = { each = ["pi-4", "pi-5"] }
      [fleet.environment]
      map = { each = ["m/a.yaml", "m/b.yaml"] }
      [fleet.link_overrides]
      loss = { choice = [0.5] }
      [[fleet]]
      """,
    rest: """
      [federation]
      shared_parts = ["actor"]
      [evaluation.environment]
      map = { each = ["m/c.yaml", "m/d.yaml"] }
      [expect]
      "arms.federated.final.coverage_ratio" = { min = 0.6, max = 1 }
      "arms.federated.best.return_mean" = "> arms.independent.final.return_mean + 0.5"
      totals.wall_s = "<= 300"
      """)

  @Test func theScenarioAsRunLoadsAsItself() throws {
    let first = try load(Self.text)
    let written = first.resolvedTOML()
    let second = try ScenarioLoader.load(
      text: written, path: "elsewhere/scenario.toml", registry: registry)
    var moved = second
    moved.path = first.path
    // Written defaults are now part of the source; all else is as it was.
    moved.source = first.source
    #expect(moved == first)
    #expect(second.resolvedTOML() == written)
  }

  @Test func everyDefaultIsWrittenOut() throws {
    let written = try load(scenarioText()).resolvedTOML()
    for line in [
      "limit = 4.0", "mode = \"fast\"", "clip = 0.2", "participation = 1.0", "every = 0",
      "keep_checkpoints = 3", "collects = \"real-time\"", "max_seconds = 0.0", "seed = 7",
    ] {
      #expect(written.split(separator: "\n").contains { $0 == line }, "\(line)")
    }
  }

  @Test func whatWasDrawnStandsInComments() throws {
    let scenario = try load(Self.text)
    let written = scenario.resolvedTOML()
    #expect(written.contains("speed = { uniform = [0.1, 0.3] }"))
    let member = scenario.members[1]
    let speed = try #require(member.environmentSettings["speed"])
    #expect(
      written.contains(
        "#   homes/2: device = \"pi-5\", environment.map = \"m/b.yaml\", environment.size = "))
    #expect(
      written.contains(
        "environment.speed = \(speed.description), link_overrides.loss = 0.5, "
          + "steps_per_round = \(member.stepsPerRound)\n"))
  }
}
