import FedRLCore
import FedRLNumerics
import FedRLPPO
import FedRLReferenceWorlds
import FedRLSimulation

/// The same work here and in the libraries that people would use instead, in turns.
func measurePeers(_ bench: Bench) throws {
  guard bench.options.python != nil || bench.options.pufferPython != nil else { return }
  try compareEnvironments(bench)
  try compareWorlds(bench)
  try compareNetworks(bench)
  try compareTraining(bench)
  try compareAverages(bench)
  try compareRounds(bench)
  try compareFleets(bench)
}

private func compareEnvironments(_ bench: Bench) throws {
  for copies in [8, 1024] {
    let driver = Driver(Subjects.cartPole, copies: copies)
    for peer in ["cartpole-puffer", "cartpole-envpool", "cartpole-gymnasium"] {
      try bench.versus("cartpole, \(copies) copies", "steps/s", peer: [peer, "\(copies)"]) { _ in
        Bench.rate { driver.run() }
      }
    }
  }
}

/// As pip installs them: Gymnasium's own Box2D worlds, one process, one thread.
private func compareWorlds(_ bench: Bench) throws {
  for (name, kind) in [
    ("lunarlander", Subjects.lunarLander as any EnvironmentKind),
    ("bipedal-walker", BipedalWalkerKind()),
  ] {
    let driver = Driver(kind, copies: 8)
    try bench.versus("\(name), 8 copies", "steps/s", peer: ["\(name)-gymnasium", "8"]) { _ in
      Bench.rate { driver.run() }
    }
  }
}

private func compareNetworks(_ bench: Bench) throws {
  for rows in [1, 8, 64] {
    let microseconds = actorAndCritic(rows: rows)
    try bench.versus(
      "actor and critic, batch \(rows)", "µs", peer: ["inference-torch", "\(rows)"]
    ) { _ in microseconds() }
  }
  let ppo = try updateTimer(Subjects.cartPoleSettings, Subjects.cartPole)
  try bench.versus("PPO update, cartpole", "µs", peer: ["ppo-update-torch"]) { _ in try ppo() }
  let dqn = ValueUpdate()
  try bench.versus("DQN-sized update", "µs", peer: ["dqn-update-torch"]) { _ in
    1e6 * Bench.seconds(500) { dqn.step() }
  }
}

private func compareTraining(_ bench: Bench) throws {
  func rate(
    _ settings: PPOSettings, _ kind: any EnvironmentKind = Subjects.cartPole
  ) -> (Int) throws -> Double {
    let turns = Turns(settings, kind)
    return { _ in
      try Bench.rate {
        try turns.run()
        return Double(turns.steps)
      }
    }
  }
  try bench.versus(
    "PPO end to end, cartpole", "steps/s", peer: ["ppo-sb3"], rate(Subjects.cartPoleSettings))
  try bench.versus(
    "PPO end to end, lunarlander", "steps/s", peer: ["ppo-sb3-lunarlander"],
    rate(Subjects.lunarLanderSettings, Subjects.lunarLander))
  try bench.versus(
    "PPO, cartpole, time to 475", "s", repetitions: 10, peer: ["ppo-sb3-475"]
  ) { try secondsToGoal(seed: UInt64(1 + $0)) }
  try bench.versus(
    "PPO, cartpole, 4,096 copies", "steps/s", peer: ["ppo-puffer"], rate(Subjects.wideSettings))
  try bench.versus(
    "PPO, cartpole, 4,096 copies, 2.1 M steps", "return", peer: ["ppo-puffer-return", "8"]
  ) { try wideReturn(seed: UInt64(1 + $0)) }
}

private func compareAverages(_ bench: Bench) throws {
  let sum = try Aggregation()
  for peer in ["fedavg-numpy", "fedavg-flower"] {
    try bench.versus("average of 100 × 1 M", "GB/s", peer: [peer]) { _ in
      try sum.gigabytesPerSecond(WorkerPool(count: 1).loop)
    }
  }
}

private func compareRounds(_ bench: Bench) throws {
  let threads = bench.options.threads
  let pool = WorkerPool(count: threads)
  let simulation = try idleFleet(rounds: 1_000, parameters: 50_000, agents: 1000)
  _ = try simulation.runRound(pool: pool) { _ in }
  try bench.versus(
    "round, 1,000 agents × 50 k", "s", threads: threads, peer: ["round-flower", "1000", "50000"]
  ) { _ in try Bench.seconds(5) { _ = try simulation.runRound(pool: pool) { _ in } } }
}

/// Whole processes: `fedrl train` and a Flower simulation of Stable-Baselines3's agents.
private func compareFleets(_ bench: Bench) throws {
  guard let binary = bench.options.binary else {
    return bench.skip("fleets against Flower", why: "--fedrl names no executable")
  }
  let threads = bench.options.threads
  let scenario = Subjects.root + "/Tests/Benchmarks/Scenarios/cartpole.toml"
  try bench.versus("start to first round", "s", threads: threads, peer: ["start-flower"]) {
    try Training(binary, scenario, seed: 1 + $0, threads: threads).secondsToFirstRound()
  }
  try bench.versus(
    "round, 8 agents × 2,048 steps", "s", threads: threads, peer: ["fed-cartpole-flower"]
  ) {
    let run = try Training(
      binary, scenario, seed: 1 + $0, threads: threads,
      more: ["--set", "evaluation.every=20"])
    return try run.secondsPerRound(4)
  }
  try bench.versus(
    "fleet of 8, start to 475", "s", threads: threads, peer: ["fed-cartpole-flower-475"]
  ) { try Training(binary, scenario, seed: 1 + $0, threads: threads).secondsToGoal(475) }
}
