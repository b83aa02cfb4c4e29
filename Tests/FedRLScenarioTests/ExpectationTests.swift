import FedRLCore
import FedRLScenario
import Testing

@Suite struct ExpectationTests {
  func expectations(_ text: String) throws -> [ScenarioExpectation] {
    try load(scenarioText(rest: "[expect]\n" + text)).expectations
  }

  @Test func textsTablesAndDottedKeysSayTheSame() throws {
    let quantity = "arms.federated.final.coverage_ratio"
    let forms = [
      "\"\(quantity)\" = \">= 0.6\"", "\"\(quantity)\" = \">=0.6\"",
      "\"\(quantity)\" = { min = 0.6 }", "\(quantity) = { min = 0.6 }", "\(quantity) = \">= 0.6\"",
      "arms.federated.final = { coverage_ratio = \">= 0.6\" }",
    ]
    for form in forms {
      #expect(
        try expectations(form) == [
          .init(quantity: quantity, comparison: .atLeast, bound: .number(0.6))
        ], "\(form)")
    }
  }

  @Test func aQuantityIsJudgedByItsBound() throws {
    let expectation = try #require(try expectations("\"totals.wall_s\" = \"< 10\"").first)
    #expect(expectation.judge { _ in 9 }.holds)
    #expect(!expectation.judge { _ in 10 }.holds)
    #expect(!expectation.judge { _ in .nan }.holds)
    let missing = expectation.judge { _ in nil }
    #expect(!missing.holds)
    #expect(missing.value == nil)
  }

  @Test func aQuantityCanBeComparedWithAnother() throws {
    let expectation = try #require(
      try expectations(
        "\"arms.federated.final.coverage_ratio\" = "
          + "\">= baselines.random.coverage_ratio + 0.1\""
      ).first)
    let values = [
      "arms.federated.final.coverage_ratio": 0.75, "baselines.random.coverage_ratio": 0.6,
    ]
    let outcome = expectation.judge { values[$0] }
    #expect(outcome.holds)
    #expect(outcome.bound == 0.7)
    #expect(
      expectation.description
        == "arms.federated.final.coverage_ratio >= baselines.random.coverage_ratio + 0.1")
  }

  @Test(arguments: [
    (
      "arms.federated.final.floor",
      "unknown score \"floor\"; expected one of return_mean, "
        + "return_iqm, steps_mean, episodes, coverage_ratio"
    ),
    (
      "arms.federated.final.coverage",
      "unknown score \"coverage\"; did you mean coverage_ratio?"
    ),
    (
      "arms.federated.final.coverage_rati",
      "unknown score \"coverage_rati\"; did you mean coverage_ratio?"
    ),
    ("baselines.rando.coverage_ratio", "unknown baseline \"rando\"; did you mean random?"),
    ("totals.wall", "unknown total \"wall\"; did you mean wall_s?"),
    (
      "arms.federated.final.environments.hall.coverage_ratio",
      "unknown environment \"hall\"; expected one of room"
    ),
  ])
  func namesThatNoSummaryHasAreRefused(quantity: String, message: String) throws {
    #expect(
      try preparationProblems(of: scenarioText(rest: "[expect]\n\"\(quantity)\" = \"> 0\""))
        == ["patrol.toml: [expect] \(quantity): \(message)"])
  }

  @Test(arguments: [
    "arms.federated.final.environments.room.coverage_ratio", "arms.independent.best.return_iqm",
    "baselines.planner.environments.room.return_mean", "totals.bytes_up",
    "arms.independent.final.best_agent.coverage_ratio", "arms.federated.totals.rounds",
  ])
  func namesThatASummaryHasAreAccepted(quantity: String) throws {
    #expect(
      try preparationProblems(of: scenarioText(rest: "[expect]\n\"\(quantity)\" = \"> 0\"")) == [])
  }
}
