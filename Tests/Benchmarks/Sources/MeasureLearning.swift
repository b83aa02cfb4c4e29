import FedRLClassicControl
import FedRLCore
import FedRLNumerics
import FedRLPPO
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
      bench.values("inference, \(name), batch \(rows)", "µs") {
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

/// Turns of one learner in a world that costs nothing.
private final class Turns {
  private let kind: PPOKind
  private let learner: any Learner
  private let memory: any AgentMemory
  private let world: any BatchEnvironment

  init(_ settings: PPOSettings, _ idle: IdleWorld) {
    kind = PPOKind(settings, for: idle.specification)
    learner = kind.makeLearner()
    memory = kind.makeMemory()
    world = idle.makeBatch(count: kind.copies)
    learner.begin(memory: memory, in: world, random: RandomStream(seed: 1))
  }

  func run() throws {
    var task = TrainingTask(
      parameters: kind.initialParameters(RandomStream(seed: 2)),
      observationMoments: kind.normalizesObservations
        ? Moments(features: world.specification.observations.count) : nil,
      environmentSteps: kind.stepQuantum, progress: FleetProgress(start: 0, end: 0),
      random: RandomStream(seed: 4), isFirstAfterSync: true)
    _ = try learner.train(&task, memory: memory, in: world)
  }
}

/// Microseconds of one gradient step: the difference of eleven epochs and one.
func measureUpdates(_ bench: Bench) throws {
  bench.values("sgemm, 512 × 512 × 512", "GFLOP/s") { productRate() / 1e9 }
  let flagship = try Subjects.flagshipVacuum().specification.observations.count
  for (name, settings, world) in [
    (
      "flagship", Subjects.flagshipSettings,
      IdleWorld(observations: flagship, actions: .twoNumbers)
    ),
    (
      "cartpole", Subjects.cartPoleSettings,
      IdleWorld(observations: 4, actions: .discrete(count: 2))
    ),
  ] {
    var short = settings
    short.epochs = 1
    var long = settings
    long.epochs = 11
    let one = Turns(short, world)
    let many = Turns(long, world)
    try one.run()
    try many.run()
    let kind = PPOKind(settings, for: world.specification)
    let batches = kind.stepQuantum / settings.minibatch
    let operations =
      kind.trainingFLOPs(environmentSteps: kind.stepQuantum) / Double(settings.epochs * batches)
    var shares: [Double] = []
    let repeats = max(1, 20 / batches)
    func microseconds() throws -> Double {
      let first = try Bench.seconds(repeats) { try one.run() }
      let second = try Bench.seconds(repeats) { try many.run() }
      let seconds = (second - first) / Double(10 * batches)
      shares.append(operations / seconds / productRate())
      return seconds * 1e6
    }
    try bench.values(
      "PPO update, \(name), minibatch \(settings.minibatch)", "µs",
      note: "\(kind.layout.count) parameters", microseconds)
    let all = shares
    var index = 0
    bench.values("PPO update, \(name), share of sgemm's rate", "1") {
      defer { index += 1 }
      return all[index]
    }
  }
}

/// Collecting and learning together, as one agent of a fleet does it.
func measureTraining(_ bench: Bench) throws {
  for (name, settings, environment) in [
    ("cartpole", Subjects.cartPoleSettings, Subjects.cartPole as any EnvironmentKind),
    ("flagship", Subjects.flagshipSettings, try Subjects.flagshipVacuum()),
  ] {
    let kind = PPOKind(settings, for: environment.specification)
    try bench.rate("PPO end to end, \(name)", "steps/s", onAllThreads: true) {
      let learner = kind.makeLearner()
      let memory = kind.makeMemory()
      let batch = environment.makeBatch(count: kind.copies)
      learner.begin(memory: memory, in: batch, random: RandomStream(seed: 1))
      var parameters = kind.initialParameters(RandomStream(seed: 2))
      let moments =
        kind.normalizesObservations
        ? Moments(features: environment.specification.observations.count) : nil
      var turn: UInt64 = 0
      return {
        turn += 1
        var task = TrainingTask(
          parameters: parameters, observationMoments: moments, environmentSteps: kind.stepQuantum,
          progress: FleetProgress(start: 0, end: 0),
          random: RandomStream(seed: 3).split("turn", turn), isFirstAfterSync: true)
        _ = try learner.train(&task, memory: memory, in: batch)
        parameters = task.parameters
        return Double(kind.stepQuantum)
      }
    }
  }
}
