import FedRLCore
import FedRLNumerics
import FedRLScenario
import FedRLSimulation
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
          "patrol.toml: [fleet.a.environment] map: no such file missing-1 (for a/1 and 1 other)",
          "patrol.toml: [fleet.a.environment] map: no such file missing-2 (for a/2 and 1 other)",
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
        == [
          "patrol.toml: [evaluation] baselines: room has no baseline \"plannr\"; did you mean planner?"
        ])
  }

  @Test func devicesThatCannotTrainAndLinksThatCannotCarryAreRefused() throws {
    let problems = try preparationProblems(
      of: scenarioText(
        policy: "width = 4096",
        fleet: """
          [[fleet]]
          name = "a"
          steps_per_round = 64
          device = "mcu-m0"
          [[fleet]]
          name = "b"
          steps_per_round = 64
          link = "lorawan-sf7"
          """))
    // 4 × 4 × 32,768 parameters and 64 steps of 15 numbers of four bytes.
    #expect(
      problems == [
        "patrol.toml: [fleet.a] device: training needs 515 KiB of memory, mcu-m0 has 144 KiB",
        "patrol.toml: [fleet.a] device: device mcu-m0 cannot train: its training rate is 0 (it runs "
          + "policies only)",
        "patrol.toml: [fleet.b] link: the round cannot complete over link lorawan-sf7: 131104 "
          + "bytes down are 591 messages, at most 10 a day",
      ])
  }

  @Test func messagesAreCountedAsEncoded() throws {
    let prepared = try load(scenarioText()).prepare(registry: registry)
    // 512 parameters of four bytes, and the headers.
    #expect(prepared.messages.bytesUp == 52 + 4 * 512)
    #expect(prepared.messages.bytesDown == 32 + 4 * 512)
    #expect(prepared.messages.sharedParameters == 512)
  }

  @Test func eachArmHasTheLearnerItWasGiven() throws {
    let text = scenarioText() + "\n[policy.independent]\nclip = 0.3\n"
    let prepared = try load(text).prepare(registry: registry)
    #expect(prepared.scenario.policySettings["clip"] != .number(0.3))
    #expect(prepared.scenario.independentPolicySettings == ["clip": .number(0.3)])
    #expect(prepared.fleetPlan(for: .independent).learner.layout == prepared.learner.layout)
    let again = try load(prepared.scenario.resolvedTOML())
    #expect(again.independentPolicySettings == ["clip": .number(0.3)])

    let wrong = scenarioText() + "\n[policy.independent]\nclipp = 0.3\n"
    #expect(throws: ScenarioError.self) { _ = try load(wrong) }
  }

  @Test func thePlanHoldsEveryMember() throws {
    let prepared = try load(
      scenarioText(fleet: "[[fleet]]\ncount = 2\nsteps_per_round = 64\ncollects = \"simulation\"")
    )
    .prepare(registry: registry)
    let plan = prepared.fleetPlan(for: .federated)
    #expect(plan.members.map(\.name) == ["fleet/1", "fleet/2"])
    #expect(plan.members[0].simulatedStepsPerSecond == 1000)
    #expect(plan.members[0].stepsPerRound == 64)
    #expect(plan.seed == 7)
    #expect(prepared.makeEvaluator().episodes == 5)
  }
}
