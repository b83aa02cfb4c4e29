import CAllocationCounter
import FedRLCommand
import FedRLCore
import FedRLNumerics
import FedRLScenario
import FedRLSimulation
import FedRLTestSupport
import FedRLVacuum
import Foundation
import Testing

/// What a large fleet costs in memory. Each test has a process of its own, whose size it measures.
@Suite(.serialized) struct FleetMemoryTests {
  /// Agents that balance poles with the usual two layers of 64, two copies each.
  static func poles(_ count: Int) -> String {
    """
    [scenario]
    name = "poles"
    rounds = 8
    [environment]
    name = "cartpole"
    [policy]
    name = "ppo"
    environments = 2
    steps = 16
    minibatch = 32
    epochs = 1
    normalize_observations = true
    [[fleet]]
    name = "carts"
    count = \(count)
    steps_per_round = 32
    """
  }

  /// Agents with the policy of the vacuum scenarios, spread over the homes that train.
  static func vacuums(_ count: Int) -> String {
    let homes = SharedData.packageRoot.path + "/Environments/Vacuum/Homes"
    let maps = (1...18).map { "\"\(homes)/home-\($0 < 10 ? "0" : "")\($0).yaml\"" }
    return """
      [scenario]
      name = "vacuums"
      rounds = 8
      [environment]
      name = "vacuum"
      map = { each = [\(maps.joined(separator: ", "))] }
      guidance = true
      far_window = false
      [policy]
      name = "ppo"
      environments = 4
      steps = 8
      minibatch = 32
      epochs = 1
      normalize_observations = true
      [[fleet]]
      name = "mid"
      count = \(count)
      steps_per_round = 32
      """
  }

  static func prepare(_ text: String) throws -> PreparedScenario {
    BLAS.useOneThread()
    return try ScenarioLoader.load(text: text, path: "memory.toml", registry: .standard)
      .prepare(registry: .standard)
  }

  /// Kilobytes of this process that are in memory.
  static func residentKilobytes() throws -> Int {
    let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
    let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("VmRSS:") })
    return try #require(Int(line.filter(\.isNumber)))
  }

  /// Kilobytes that this process holds from the allocator. Unlike what is resident it does not
  /// depend on which thread's arena an agent's state happened to come from.
  static func allocatedKilobytes() -> Int { Int(fedrl_allocated_bytes() / 1000) }

  static func makeArm(_ arm: Arm, _ prepared: PreparedScenario) -> any ArmSimulation {
    prepared.makeArm(arm)
  }

  /// Runs rounds, each with the encoding of a checkpoint.
  /// - Returns: bytes of the last checkpoint's pieces.
  static func run(_ simulation: any ArmSimulation, rounds: Int, pool: WorkerPool) throws -> [Int] {
    var sizes: [Int] = []
    for _ in 0..<rounds {
      _ = try simulation.runRound(pool: pool) { _ in }
      sizes = try simulation.encodeState(pool: pool).map(\.count)
    }
    return sizes
  }

  /// Bytes that the agents hold by their own account.
  static func liveBytes(_ prepared: PreparedScenario, ownWeights: Bool) -> [Int] {
    let learner = prepared.learner
    let kept =
      learner.makeMemory().byteCount + (ownWeights ? 4 * learner.layout.count : 0)
    return prepared.kindOfMember.map {
      kept + prepared.kinds[$0].makeBatch(count: learner.copies).byteCount
    }
  }

  // 9,155 parameters: 37 kB of weights and 73 kB of Adam's moments.

  @Test func aThousandFederatedAgentsKeepEightyKilobytesEach() async {
    await #expect(processExitsWith: .success) {
      try Self.checkPoles(.federated, agentLimit: 80_000)
    }
  }

  @Test func aThousandIndependentAgentsKeepTheirWeightsToo() async {
    await #expect(processExitsWith: .success) {
      try Self.checkPoles(.independent, agentLimit: 120_000)
    }
  }

  static func checkPoles(_ arm: Arm, agentLimit: Int) throws {
    let agents = 1000
    let prepared = try prepare(poles(agents))
    let live = liveBytes(prepared, ownWeights: arm == .independent)
    try #require(live.max()! <= agentLimit, "an agent holds \(live.max()!) bytes")
    let pool = WorkerPool(count: 2)
    let simulation = makeArm(arm, prepared)
    let before = allocatedKilobytes()
    let sizes = try run(simulation, rounds: 3, pool: pool)
    try #require(sizes.count == 1 + agents)
    try #require(sizes.dropFirst().max()! <= agentLimit, "a piece of \(sizes.max()!) bytes")
    // The live state, and a tenth for the workers and the allocator's headers. The encoded copy of
    // it is gone by now.
    let early = allocatedKilobytes()
    let limit = agents * agentLimit / 1000 * 11 / 10
    try #require(early - before <= limit, "\(early - before) kB more than before, \(limit) allowed")
    _ = try run(simulation, rounds: 5, pool: pool)
    let late = allocatedKilobytes()
    try #require(late - early <= 100, "grew from \(early) to \(late) kB in 5 rounds")
  }

  @Test func aVacuumWithTheFlagshipsPolicyKeepsLessThanAMegabyte() async {
    await #expect(processExitsWith: .success) {
      let agents = 180
      let prepared = try Self.prepare(Self.vacuums(agents))
      let live = Self.liveBytes(prepared, ownWeights: true)
      let mean = live.reduce(0, +) / agents
      try #require(mean <= 1_000_000, "a vacuum holds \(mean) bytes")
      let simulation = Self.makeArm(.independent, prepared)
      let before = try Self.residentKilobytes()
      let sizes = try Self.run(simulation, rounds: 2, pool: WorkerPool(count: 2))
      let after = try Self.residentKilobytes()
      let saved = sizes.dropFirst().reduce(0, +) / agents
      try #require(saved <= 700_000, "\(saved) bytes of a vacuum in a checkpoint")
      // 2 GB for a thousand: live and encoded state of all, and the workers' learners.
      try #require(
        after - before <= 2000 * agents + 20_000, "the process grew by \(after - before) kB")
    }
  }

  @Test func anAgentThatWasNeverSelectedCostsNothing() async {
    await #expect(processExitsWith: .success) {
      let text = Self.vacuums(1000) + "\n[federation]\nagents_per_round = 10\n"
      let prepared = try Self.prepare(text)
      let pool = WorkerPool(count: 2)
      let before = try Self.residentKilobytes()
      let simulation = Self.makeArm(.federated, prepared)
      let sizes = try Self.run(simulation, rounds: 1, pool: pool)
      let after = try Self.residentKilobytes()
      try #require(sizes.dropFirst().filter { $0 > 100 }.count == 10)
      try #require(after - before <= 30_000, "grew by \(after - before) kB")
    }
  }

  @Test func agentsInOneHomeShareItsMapWhateverTheirSensors() throws {
    let home = SharedData.packageRoot.path + "/Environments/Vacuum/Homes/home-01.yaml"
    let text = """
      [scenario]
      name = "one-home"
      [environment]
      name = "vacuum"
      map = "\(home)"
      lidar_range = { uniform = [2.0, 8.0] }
      battery_age = { uniform = [0.5, 1.0] }
      [policy]
      name = "ppo"
      environments = 1
      [[fleet]]
      name = "mid"
      count = 20
      steps_per_round = 2048
      """
    let prepared = try Self.prepare(text)
    #expect(prepared.kinds.count > 20)
    let worlds = prepared.kinds.compactMap { ($0 as? VacuumKind)?.world }
    #expect(worlds.count == prepared.kinds.count)
    for world in worlds { #expect(world === worlds[0]) }
  }
}
