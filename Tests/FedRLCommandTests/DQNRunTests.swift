import Foundation
import Testing

/// DQN from a scenario to a policy, with replay memories that devices limit.
@Suite(.serialized) struct DQNRunTests {
  static let scenario = """
    [scenario]
    name = "small"
    seed = 5
    rounds = 60
    [environment]
    name = "cartpole"
    max_steps = 100
    [policy]
    name = "dqn"
    environments = 2
    train_every = 2
    gradient_steps = 1
    minibatch = 16
    hidden = [16]
    learning_starts = 50
    target_every = 100
    double = true
    dueling = true
    prioritized = true
    return_steps = 2
    replay_capacity = 3000
    normalize_observations = true
    [[fleet]]
    name = "large"
    count = 2
    steps_per_round = 400
    [[fleet]]
    name = "tiny"
    count = 1
    steps_per_round = 400
    device = "pi-4"
    device_overrides = { memory_kib = 64 }
    [evaluation]
    episodes = 3
    [output]
    checkpoint_every_seconds = 0
    """

  @Test func aRunThatIsKilledGoesOnToTheSameFiles() throws {
    let folder = try TestFolder(Self.scenario)
    guard let whole = try folder.train("--out", "whole", "--threads", "1", "--quiet") else {
      return
    }
    #expect(whole.status == 0, "\(whole.errors)")
    let expected = try folder.results(of: "whole")
    for moment in [3, 40, 75] {
      let other = try TestFolder(Self.scenario)
      let killed = try #require(
        try other.train(
          "--out", "run", "--quiet", signal: SIGKILL, when: { other.rounds(of: "run") >= moment }))
      #expect(killed.status == 128 + SIGKILL, "the run ended before round \(moment)")
      let resumed = try #require(try other.train("--out", "run", "--resume", "--quiet"))
      #expect(resumed.status == 0, "\(resumed.errors)")
      let results = try other.results(of: "run")
      #expect(results.keys.sorted() == expected.keys.sorted())
      for name in expected.keys.sorted() where results[name] != expected[name] {
        Issue.record("\(name) differs after a kill in round \(moment)")
      }
    }
  }

  @Test func theDevicesMemoryLimitsWhatIsRemembered() throws {
    let folder = try TestFolder(Self.scenario)
    guard let run = try folder.train("--out", "run", "--quiet", "--rounds", "15") else { return }
    #expect(run.status == 0, "\(run.errors)")
    let names = try folder.column("name", of: "run/agents.csv")
    let sizes = try folder.column("replay_steps", of: "run/agents.csv").compactMap(Double.init)
    #expect(names.count == sizes.count && names.count == 45)
    let large = zip(names, sizes).filter { $0.0 == "large/1" }.map(\.1)
    let tiny = zip(names, sizes).filter { $0.0 == "tiny/1" }.map(\.1)
    // 6,000 transitions pass through memories of 3,000 and of what 64 KiB hold.
    #expect(large.last.map { $0 > 2900 && $0 <= 3000 } == true, "\(large)")
    #expect(tiny.last.map { $0 > 100 && $0 < 1500 } == true, "\(tiny)")
    let tooSmall = try #require(
      try folder.train("--set", "fleet.tiny.device_overrides.memory_kib=4"))
    #expect(tooSmall.status == 2 && tooSmall.errors.contains("KiB of memory"))
  }

  @Test func continuousActionsAreRefusedWithWhatToDo() throws {
    let folder = try TestFolder(Self.scenario)
    guard let run = try folder.train("--set", "environment.name=pendulum") else { return }
    #expect(run.status == 2)
    #expect(run.errors.contains("continuous actions here; expected ppo"))
  }
}
