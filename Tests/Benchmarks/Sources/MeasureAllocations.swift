import CAllocationCounter
import FedRLCore
import FedRLNumerics
import FedRLPPO

/// Allocations of memory per step and per gradient step, after the first calls; the tests hold the
/// first to 0.
func measureAllocations(_ bench: Bench) throws {
  guard fedrl_counts_allocations() == 1 else {
    return bench.skip("allocations", why: "they are counted with glibc only")
  }
  let worlds: [(name: String, kind: any EnvironmentKind, settings: PPOSettings)] = [
    ("cartpole", Subjects.cartPole, Subjects.cartPoleSettings),
    ("flagship", try Subjects.flagshipVacuum(), Subjects.flagshipSettings),
  ]
  for world in worlds {
    let driver = Driver(world.kind, copies: 8, hold: 8)
    _ = driver.run()
    try bench.values("allocations per environment step, \(world.name)", "count") {
      var steps = 0.0
      return allocations { for _ in 0..<10 { steps += driver.run() } } / steps
    }
    let turns = Turns(world.settings, world.kind)
    try turns.run()
    try bench.values(
      "allocations per training step, \(world.name)", "count",
      note: "records of ended episodes and of the turn"
    ) {
      try allocations { try turns.run(rollouts: 16) } / Double(16 * turns.steps)
    }
    var longer = world.settings
    longer.epochs += 10
    let idle = Turns(world.settings, Subjects.idle(like: world.kind))
    let longerIdle = Turns(longer, Subjects.idle(like: world.kind))
    try idle.run()
    try longerIdle.run()
    let updates = 10 * idle.steps / world.settings.minibatch
    try bench.values(
      "allocations per update, \(world.name)", "count", note: "ten epochs more, the difference"
    ) {
      let short = try allocations { try idle.run() }
      return (try allocations { try longerIdle.run() } - short) / Double(updates)
    }
  }
}

/// Allocations of this thread while `body` runs.
private func allocations(_ body: () throws -> Void) rethrows -> Double {
  let before = fedrl_allocations()
  try body()
  return Double(fedrl_allocations() - before)
}
