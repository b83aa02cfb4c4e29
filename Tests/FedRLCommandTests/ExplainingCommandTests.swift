import FedRLCommand
import FedRLCore
import FedRLScenario
import FedRLTestSupport
import Foundation
import Testing

/// `fedrl list`, `describe` and `validate`, as they print into a pipe.
@Suite struct ExplainingCommandTests {
  static let registry = Registry(
    environments: Registry.standard.environments.filter { $0.name == "cartpole" },
    learners: Registry.standard.learners.filter { $0.name == "ppo" })
  static let text = CommandText()

  func lines(_ body: ((String) -> Void) throws -> Void) rethrows -> [String] {
    var printed = ""
    try body { printed += $0 + "\n" }
    return printed.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
  }

  func described(_ name: String) throws -> [String] {
    try lines { output in
      try Describe.write(name, registry: Self.registry, text: Self.text, output: output)
    }
  }

  func listed(_ subject: List.Subject?) -> [String] {
    lines { List.write(subject, registry: Self.registry, text: Self.text, output: $0) }
  }

  @Test func aListNamesEverythingOfItsKind() {
    #expect(
      listed(.environments).first
        == "  cartpole  Balance a pole on a cart; Gymnasium's CartPole-v1 with settings")
    #expect(listed(.devices).contains { $0.hasPrefix("  pi-4              ") })
    #expect(listed(.codecs).first?.hasPrefix("  float32  ") == true)
    let all = listed(nil)
    for heading in List.Subject.allCases { #expect(all.contains(heading.rawValue)) }
  }

  @Test func everythingListedCanBeDescribedWithin80Columns() throws {
    var names = List.Subject.allCases.flatMap { List.rows($0, Self.registry).map(\.name) }
    names += [
      "scenario", "environment", "policy", "fleet", "federation", "evaluation", "output", "expect",
      "distributions",
    ]
    #expect(names.count > 30)
    for name in names {
      let printed = try described(name)
      #expect(printed.count >= 2, "\(name)")
      for line in printed { #expect(line.count <= 80, "\(name): \(line)") }
    }
    for line in listed(nil) { #expect(line.count <= 80, "\(line)") }
  }

  @Test func aSettingShowsDefaultRangeUnitAndMeaning() throws {
    let printed = try described("cartpole")
    let index = try #require(printed.firstIndex { $0.hasPrefix("  pole_half_length") })
    #expect(printed[index] == "  pole_half_length = 0.5  (number in 0.01...100 m)")
    #expect(printed[index + 1] == "      Distance from the axle to the pole's centre of mass")
    let federation = try described("federation")
    #expect(federation.contains("  weighting = \"samples\"  (uniform | samples)"))
  }

  @Test func aDevicesValueShowsItsSourceAndKind() throws {
    let printed = try described("pi-4")
    let index = try #require(printed.firstIndex { $0.hasPrefix("  active_w") })
    #expect(printed[index] == "  active_w  7.2 W  (published)")
    #expect(printed[index + 2] == "      source: HPL in geerlingguy/top500-benchmark")
  }

  @Test(arguments: [
    ("cartpol", "nothing is named cartpol; did you mean cartpole?"),
    ("pi4", "nothing is named pi4; did you mean pi-4?"),
    ("jetson", "nothing is named jetson; did you mean jetson-orin-nano?"),
    ("evalution", "nothing is named evalution; did you mean evaluation?"),
    (
      "zebra",
      "nothing is named zebra; see fedrl list, or name a section: scenario, environment, policy, "
        + "fleet, federation, evaluation, output, expect, distributions"
    ),
  ])
  func anUnknownNameGetsTheNearestOne(name: String, message: String) {
    #expect {
      try described(name)
    } throws: { error in
      "\(error)" == message
    }
  }

  @Test func boldTextIsForTerminalsOnly() throws {
    #expect(try !described("cartpole").joined().contains("\u{1b}"))
    let styled = try lines { output in
      try Describe.write(
        "cartpole", registry: Self.registry, text: CommandText(usesStyle: true), output: output)
    }
    #expect(styled.contains { $0.contains("\u{1b}[1mpole_half_length\u{1b}[0m") })
  }

  @Test(arguments: ["vehicle-smoke", "drone-smoke", "vacuum-smoke", "vacuum-dqn"])
  func aScenarioTellsWhatItsAgentsSeeDoAndAreJudgedBy(name: String) throws {
    let path = SharedData.packageRoot.appendingPathComponent("Scenarios/\(name).toml").path
    let prepared = try ScenarioLoader.load(path: path, registry: .standard)
      .prepare(registry: .standard)
    let printed = lines { ScenarioDescription(prepared, Self.text).write(to: $0) }
    for line in printed { #expect(line.count <= 80 || line.contains(path), "\(line)") }
    let text = printed.joined(separator: "\n")
    let specification = prepared.specification
    #expect(text.contains("Observation: \(specification.observations.count) numbers"))
    for metric in specification.metrics + specification.listMetrics {
      #expect(printed.contains { $0.hasPrefix("  \(metric.name) ") }, "\(metric.name)")
    }
    switch specification.actions {
    case .discrete(let count): #expect(text.contains("Action: one of \(count) choices"))
    case .box(let box): for name in box.names { #expect(text.contains("\n  \(name)")) }
    }
    #expect(text.contains("Baselines: "))
  }

  @Test func aProblemOfTheEnvironmentIsNotRepeatedForItsEvaluation() {
    let error = #expect(throws: ScenarioError.self) {
      _ = try ScenarioLoader.load(
        text: """
          [scenario]
          name = "drones"
          rounds = 1
          [environment]
          name = "drone"
          control_rate = 7
          [policy]
          name = "ppo"
          [[fleet]]
          name = "a"
          steps_per_round = 2048
          """, path: "drones.toml", registry: .standard)
    }
    #expect(error?.lines.count == 1)
    #expect(error?.lines.first?.contains("[environment] control_rate: expected a whole") == true)
  }

  @Test func aValidScenarioIsSummedUp() throws {
    let scenario = try ScenarioLoader.load(
      text: """
        [scenario]
        name = "poles"
        rounds = 10
        [environment]
        name = "cartpole"
        [policy]
        name = "ppo"
        steps = 32
        environments = 8
        hidden = [16]
        normalize_observations = false
        [[fleet]]
        name = "fast"
        count = 3
        steps_per_round = 512
        collects = "simulation"
        simulated_steps_per_second = 512
        link = "ethernet"
        [[fleet]]
        name = "slow"
        steps_per_round = { choice = [1000] }
        [evaluation]
        every = 4
        episodes = 2
        [evaluation.environment]
        max_steps = 100
        pole_half_length = { each = [0.4, 0.6] }
        """, path: "poles.toml", registry: Self.registry)
    let prepared = try scenario.prepare(registry: Self.registry)
    let printed = try lines { output in
      try Validate.write(
        prepared, speed: nil, threads: 2, text: Self.text, output: output)
    }
    #expect(
      printed.first
        == "poles.toml is valid: poles, 4 agents in 2 groups, 10 rounds, cartpole with ppo,")
    #expect(printed.contains { $0.hasPrefix("  fast        3  pi-4    ethernet      512") })
    // 1,000 steps are nearest to four rollouts of 256.
    #expect(printed.contains { $0.hasPrefix("  slow        1  pi-4    wifi-linux   1024") })
    let all = printed.map { $0.drop { $0 == " " } }.joined(separator: " ")
    // Two networks of 4 → 16 → 2 and 4 → 16 → 1.
    #expect(all.contains("policy      211 parameters, 211 of them shared"))
    // 32 + 4 × 211 down, 52 + 4 × 211 up, 40 times.
    #expect(all.contains("876 B down and 896 B up per agent and round; 35 kB down and 36 kB up"))
    #expect(all.contains("26 k environment steps"))
    // (1 + 4 policies) × 2 environments × 2 episodes × 100 steps × 3.
    #expect(all.contains("3 evaluations on 2 environments, 2 episodes each, at most 6.0 k steps"))
    #expect(!all.contains("real time"))
    for line in printed { #expect(line.count <= 80, "\(line)") }
  }
}
