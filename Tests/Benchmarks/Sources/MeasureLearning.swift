import FedRLClassicControl
import FedRLCore
import FedRLNetworks
import FedRLNumerics
import FedRLPPO
import FedRLSimulation
import FedRLVacuum

/// Forward passes of the policy, as evaluation and robots run it.
func measureInference(_ bench: Bench) throws {
  let flagship = try Subjects.flagshipVacuum().specification
  for (name, specification) in [
    ("flagship", flagship), ("cartpole", Subjects.cartPole.specification),
  ] {
    let kind = PPOKind(PPOSettings(), for: specification)
    let width = specification.observations.count
    for rows in [1, 8, 64] {
      let actor = kind.makeActor(copies: rows)
      actor.load(
        kind.initialParameters(RandomStream(seed: 1)),
        observationMoments: Moments(features: width))
      let observations = [Float](repeating: 0.3, count: rows * width)
      let masks: [Float] = []
      var none: [Float] = []
      var actions = [Float](repeating: 0, count: rows * specification.actions.width)
      try bench.values("inference, \(name), batch \(rows)", "µs") {
        1e6
          * Bench.seconds(200_000 / (rows + 9)) {
            var state = none.mutableSpan
            var span = actions.mutableSpan
            actor.act(
              observations: observations.span, masks: masks.span, state: &state, random: nil,
              into: &span)
          }
      }
    }
  }
  for rows in [1, 8, 64] {
    let microseconds = actorAndCritic(rows: rows)
    try bench.values("inference, cartpole, actor and critic, batch \(rows)", "µs") {
      microseconds()
    }
  }
}

/// Microseconds of one pass of actor and critic, two 4-64-64 networks.
func actorAndCritic(rows: Int) -> () -> Double {
  let design = ActorCriticDesign(
    inputs: 4, hidden: [64, 64], outputs: 2, activation: .tanh, trunk: .separate,
    hasLogDeviation: false)
  let network = ActorCriticNetwork(design, maximumRows: rows, trains: true)
  let parameters = design.initialParameters(RandomStream(seed: 1)).values
  let observations = [Float](repeating: 0.3, count: 4 * rows)
  parameters.withUnsafeBufferPointer { network.load($0.baseAddress!) }
  return {
    parameters.withUnsafeBufferPointer { parameters in
      observations.withUnsafeBufferPointer { x in
        1e6
          * Bench.seconds(200_000 / (rows + 9)) {
            _ = network.forward(parameters.baseAddress!, x.baseAddress!, rows: rows)
          }
      }
    }
  }
}

/// This machine's own rate of products, floating-point operations per second.
private func productRate() -> Double {
  let size = 512
  let a = FloatBuffer(count: size * size)
  let b = FloatBuffer(count: size * size)
  let c = FloatBuffer(count: size * size)
  a.fill(0.5)
  b.fill(0.25)
  let (x, y, z) = (a.pointer, b.pointer, c.pointer)
  let seconds = Bench.seconds(20) {
    BLAS.multiply(x, .no, y, .no, into: z, rows: size, columns: size, inner: size)
  }
  return 2 * Double(size * size * size) / seconds
}

/// Microseconds of one of PPO's gradient steps: the difference of eleven epochs and one, in a world that
/// costs nothing.
func updateTimer(_ settings: PPOSettings, _ kind: any EnvironmentKind) throws -> () throws -> Double
{
  var short = settings
  short.epochs = 1
  var long = settings
  long.epochs = 11
  let world = Subjects.idle(like: kind)
  let one = Turns(short, world)
  let many = Turns(long, world)
  try one.run()
  try many.run()
  let batches = one.steps / settings.minibatch
  let repeats = max(1, 20 / batches)
  return {
    let first = try Bench.seconds(repeats) { try one.run() }
    let second = try Bench.seconds(repeats) { try many.run() }
    return 1e6 * (second - first) / Double(10 * batches)
  }
}

/// The time of gradient steps, their rate, and what share of the time the same matrix products would
/// take alone.
func measureUpdates(_ bench: Bench) throws {
  try bench.values("sgemm, 512 × 512 × 512", "GFLOP/s") { productRate() / 1e9 }
  for (name, settings, environment) in [
    ("flagship", Subjects.flagshipSettings, try Subjects.flagshipVacuum()),
    ("cartpole", Subjects.cartPoleSettings, Subjects.cartPole as any EnvironmentKind),
  ] {
    let specification = environment.specification
    let hidden = [specification.observations.count] + settings.hidden
    var products = Products()
    products.add(hidden + [specification.actions.policyOutputs], rows: settings.minibatch)
    products.add(hidden + [1], rows: settings.minibatch)
    try measureUpdate(
      bench, "PPO update, \(name)", products,
      updateTimer(settings, environment))
  }
  let update = ValueUpdate()
  var products = Products()
  products.add(ValueUpdate.widths, rows: ValueUpdate.rows)
  products.add(ValueUpdate.widths, rows: ValueUpdate.rows, trains: false)
  try measureUpdate(bench, "DQN-sized update, batch \(ValueUpdate.rows)", products) {
    1e6 * Bench.seconds(500) { update.step() }
  }
}

private func measureUpdate(
  _ bench: Bench, _ name: String, _ products: Products, _ microseconds: () throws -> Double
) throws {
  var times: [Double] = []
  var alone: [Double] = []
  try bench.values(name, "µs") {
    alone.append(1e6 * products.seconds())
    times.append(try microseconds())
    return times.last!
  }
  func row(_ what: String, _ unit: String, note: String, _ value: (Int) -> Double) throws {
    var index = -1
    try bench.values(
      "\(name), \(what)", unit, repetitions: times.count, isOwnWork: false, note: note
    ) {
      index += 1
      return value(index)
    }
  }
  try row("rate", "GFLOP/s", note: "of its products") { products.operations / times[$0] / 1e3 }
  try row("its products alone", "µs", note: "OpenBLAS's sgemm, the same shapes") { alone[$0] }
  try row("its products' share", "1", note: "their time alone ÷ the update's") {
    alone[$0] / times[$0]
  }
}

/// Collecting and learning together, as one agent of a fleet does it.
func measureTraining(_ bench: Bench) throws {
  for (name, settings, environment) in [
    ("cartpole", Subjects.cartPoleSettings, Subjects.cartPole as any EnvironmentKind),
    ("lunarlander", Subjects.lunarLanderSettings, Subjects.lunarLander),
    ("flagship", Subjects.flagshipSettings, try Subjects.flagshipVacuum()),
  ] {
    try bench.rate("PPO end to end, \(name)", "steps/s", onAllThreads: true) {
      let turns = Turns(settings, environment)
      return {
        try turns.run()
        return Double(turns.steps)
      }
    }
  }
  try measureShare(bench)
  let wide = Subjects.wideSettings
  try bench.rate(
    "PPO end to end, cartpole, 4,096 copies", "steps/s",
    note: "one layer of 128, one epoch"
  ) {
    let turns = Turns(wide, Subjects.cartPole)
    return {
      try turns.run()
      return Double(turns.steps)
    }
  }
  var seed: UInt64 = 0
  try bench.values(
    "PPO, cartpole, 4,096 copies, after 2.1 M steps", "return", note: "seeds 1, 2, …"
  ) {
    seed += 1
    return try wideReturn(seed: seed)
  }
  seed = 0
  try bench.values(
    "PPO, cartpole, time to a mean return of 475", "s", repetitions: 10,
    note: "seeds 1 to 10; evaluation not counted"
  ) {
    seed += 1
    guard let seconds = try secondsToGoal(seed: seed) else {
      throw Options.Failure(description: "seed \(seed) did not reach a mean return of 475")
    }
    return seconds
  }
}

/// How many times as long the flagship's whole loop takes as its matrix products alone: those of the
/// policy and the values of every step, and of the updates.
private func measureShare(_ bench: Bench) throws {
  let settings = Subjects.flagshipSettings
  let world = try Subjects.flagshipVacuum()
  let turns = Turns(settings, world)
  let hidden = [world.specification.observations.count] + settings.hidden
  let networks = [hidden + [world.specification.actions.policyOutputs], hidden + [1]]
  var step = Products()
  step.add(networks[0], rows: settings.environments, trains: false)
  var values = Products()
  values.add(networks[1], rows: 512, trains: false)
  var update = Products()
  for network in networks { update.add(network, rows: settings.minibatch) }
  let updates = settings.epochs * turns.steps / settings.minibatch
  try turns.run(rollouts: 4)
  try bench.values(
    "PPO end to end, flagship, its time ÷ its products'", "times",
    note: "products alone: OpenBLAS's sgemm, the same shapes"
  ) {
    let products =
      Double(settings.steps) * step.seconds() + Double(turns.steps) / 512 * values.seconds()
      + Double(updates) * update.seconds()
    return try Bench.seconds(20) { try turns.run() } / products
  }
}

/// The mean return of ten deterministic episodes.
private func evaluate(_ turns: Turns, seed: UInt64) throws -> Double {
  let evaluator = Evaluator(
    environments: [EvaluationEnvironment(name: "cartpole", kind: Subjects.cartPole)], episodes: 10,
    seed: seed)
  let policy = PolicySnapshot(parameters: turns.parameters, observationMoments: nil)
  let records = try evaluator.evaluate(
    [policy], learner: turns.kind, pool: WorkerPool(count: 1))[0][0]
  return records.reduce(0) { $0 + $1.episodeReturn } / Double(records.count)
}

/// Training with rl-zoo's settings, its schedules over 100,000 steps, until an evaluation after a
/// multiple of 2,048 steps has a mean return of 475; evaluation is not counted.
/// - Returns: `nil` where it never does.
func secondsToGoal(seed: UInt64) throws -> Double? {
  let stretch = 2048
  let end = 100_000
  var settings = Subjects.cartPoleSettings
  settings.learningRateSchedule = .linear
  settings.clipSchedule = .linear
  var seconds = 0.0
  var turns: Turns?
  for start in Swift.stride(from: 0, to: end - stretch, by: stretch) {
    seconds += try Bench.seconds {
      // Making the networks and the environments counts.
      if turns == nil { turns = Turns(settings, Subjects.cartPole, seed: seed) }
      try turns!.run(
        rollouts: stretch / turns!.steps,
        progress: FleetProgress(
          start: Double(start) / Double(end), end: Double(start + stretch) / Double(end)))
    }
    if try evaluate(turns!, seed: seed) >= 475 { return seconds }
  }
  return nil
}

/// The mean return that the settings for 4,096 copies reach in `iterations` rollouts.
func wideReturn(seed: UInt64, iterations: Int = 8) throws -> Double {
  var settings = Subjects.wideSettings
  settings.learningRateSchedule = .linear
  let turns = Turns(settings, Subjects.cartPole, seed: seed)
  try turns.run(rollouts: iterations, progress: FleetProgress(start: 0, end: 1))
  return try evaluate(turns, seed: seed)
}
