import FedRLCore
import FedRLNumerics
import FedRLScenario
import Testing

@Suite struct PreparedScenarioTests {
  @Test func agentsWithEqualSettingsShareAnEnvironment() throws {
    let scenario = try load(
      scenarioText(
        environment: "size = { each = [3, 5] }",
        rest: "[evaluation.environment]\nsize = { each = [5, 7] }"))
    let prepared = try scenario.prepare(registry: registry)
    #expect(prepared.kindOfMember == [0, 1, 0, 1])
    #expect(prepared.kinds.count == 3)
    #expect(prepared.evaluationKinds.map(\.name) == ["size=5", "size=7"])
    #expect(prepared.learner.layout.count == 64 * 8)
    #expect(prepared.specification.observations.shape == [8])
    #expect(prepared.baselines == ["random", "planner"])
  }

  @Test func agentsWhoseSpacesDifferAreNamed() throws {
    #expect(
      try preparationProblems(
        of: scenarioText(
          fleet: "[[fleet]]\nname = \"a\"\nsteps_per_round = 64\n[[fleet]]\nname = \"b\"\n"
            + "steps_per_round = 64\n[fleet.environment]\nrays = 12"))
        == [
          "patrol.toml: [fleet.b]: all agents must observe alike: a/1 observes [8], b/1 [12]"
        ])
    #expect(
      try preparationProblems(
        of: scenarioText(rest: "[evaluation.environment]\nmode = \"slow\""))
        == [
          "patrol.toml: [evaluation.environment]: all agents must act alike: homes/1 has "
            + "discrete(4), evaluation room discrete(2)"
        ])
  }

  @Test func filesThatDoNotLoadAreAllNamed() throws {
    #expect(
      try preparationProblems(
        of: scenarioText(
          fleet: "[[fleet]]\nname = \"a\"\ncount = 4\n[fleet.environment]\n"
            + "map = { each = [\"missing-1\", \"missing-2\"] }",
          rest: "[evaluation.environment]\nmap = \"missing-3\""))
        == [
          "patrol.toml: [fleet.a.environment] map: no such file missing-1 (for a/1)",
          "patrol.toml: [fleet.a.environment] map: no such file missing-2 (for a/2)",
          "patrol.toml: [evaluation.environment] map: no such file missing-3 "
            + "(for evaluation missing-3)",
        ])
  }

  @Test func aBudgetIsWholeRollouts() throws {
    #expect(
      try preparationProblems(
        of: scenarioText(fleet: "[[fleet]]\nname = \"a\"\ncount = 2\nsteps_per_round = 1000"))
        == [
          "patrol.toml: [fleet.a] steps_per_round: expected a multiple of 64 steps (one rollout), "
            + "got 1000; 1024 is near"
        ])
  }

  @Test func unknownBaselinesAreRefused() throws {
    #expect(
      try preparationProblems(of: scenarioText(rest: "[evaluation]\nbaselines = [\"plannr\"]"))
        == ["patrol.toml: [evaluation] baselines: room has no baseline \"plannr\"; did you mean planner?"])
  }
}
