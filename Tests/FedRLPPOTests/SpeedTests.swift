import FedRLClassicControl
import FedRLCore
import FedRLNetworks
import FedRLNumerics
import FedRLPPO
import FedRLTestSupport
import Foundation
import Testing

/// A world that costs nothing: what remains is the learner's own time.
final class IdleWorld: BatchEnvironment {
  let specification: EnvironmentSpecification
  let count: Int
  private var random = RandomStream(seed: 3)

  init(observations: Int, actions: ActionSpace, count: Int) {
    specification = EnvironmentSpecification(
      name: "idle", observations: BoxSpace(shape: [observations], low: -1, high: 1, name: "x"),
      actions: actions, controlPeriodSeconds: 0.2, maximumEpisodeSteps: nil)
    self.count = count
  }

  func reset(random: RandomStream, into observations: inout MutableSpan<Float>) {
    for index in 0..<observations.count { observations[index] = Float(self.random.normal()) }
  }
  func step(
    _ actions: Span<Float>, into observations: inout MutableSpan<Float>,
    rewards: inout MutableSpan<Float>, ends: inout MutableSpan<EpisodeEnd>,
    finalObservations: inout MutableSpan<Float>
  ) {
    for copy in 0..<count {
      let first = copy * specification.observations.count
      observations[first] = 0.9 * observations[first] + 0.1 * actions[copy]
      rewards[copy] = observations[first]
      ends[copy] = .none
    }
  }
  func encodeState(into encoder: inout StateEncoder) {}
  func decodeState(
    from decoder: inout StateDecoder, into observations: inout MutableSpan<Float>
  ) throws {}
}

/// Prints how long things take; run alone, in release, with `FEDRL_BENCHMARK=1`.
@Suite(
  .serialized, .enabled(if: ProcessInfo.processInfo.environment["FEDRL_BENCHMARK"] != nil))
struct SpeedTests {
  init() { BLAS.useOneThread() }

  /// Processor seconds of this thread per repetition, the best of five: what other processes do
  /// meanwhile counts little.
  private func seconds(_ repetitions: Int, _ body: () throws -> Void) rethrows -> Double {
    var best = Double.infinity
    for _ in 0..<5 {
      let began = Self.threadTime()
      for _ in 0..<repetitions { try body() }
      best = min(best, (Self.threadTime() - began) / Double(repetitions))
    }
    return best
  }

  private static func threadTime() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) + 1e-9 * Double(time.tv_nsec)
  }

  /// The update's matrix products alone, same shapes.
  private func productSeconds(_ kind: PPOKind, rows: Int) -> Double {
    let widest = 512
    let a = FloatBuffer(count: rows * widest)
    let b = FloatBuffer(count: widest * widest)
    let c = FloatBuffer(count: max(rows, widest) * widest)
    let x = a.pointer
    let w = b.pointer
    let y = c.pointer
    return seconds(50) {
      for layers in [kind.design.actorLayers, kind.design.criticLayers] {
        for (index, layer) in layers.enumerated() {
          let (n, k) = (layer.outputs, layer.inputs)
          BLAS.multiply(x, .no, w, .yes, into: y, rows: rows, columns: n, inner: k)
          BLAS.multiply(x, .yes, y, .no, into: w, rows: n, columns: k, inner: rows)
          if index > 0 { BLAS.multiply(x, .no, w, .no, into: y, rows: rows, columns: k, inner: n) }
        }
      }
    }
  }

  private func measureUpdates(_ name: String, _ kind: PPOKind, _ world: IdleWorld) throws {
    func turn(_ kind: PPOKind) throws -> Double {
      let memory = kind.makeMemory()
      let learner = kind.makeLearner()
      learner.begin(memory: memory, in: world, random: RandomStream(seed: 1))
      let parameters = kind.initialParameters(RandomStream(seed: 2))
      let moments =
        kind.normalizesObservations
        ? Moments(features: world.specification.observations.count) : nil
      return try seconds(1) {
        var task = makeTask(
          parameters, moments: moments, steps: kind.stepQuantum, random: RandomStream(seed: 4))
        _ = try learner.train(&task, memory: memory, in: world)
      }
    }
    var short = kind.settings
    short.epochs = 1
    var long = kind.settings
    long.epochs = 11
    let one = try turn(PPOKind(short, for: world.specification))
    let many = try turn(PPOKind(long, for: world.specification))
    let batches = Double(kind.stepQuantum / kind.settings.minibatch)
    let update = (many - one) / 10 / batches
    let products = productSeconds(kind, rows: kind.settings.minibatch)
    let collecting = (one - batches * update) / Double(kind.stepQuantum)
    print(
      "\(name): \(kind.layout.count) parameters, update \(update * 1e6) µs, its products alone "
        + "\(products * 1e6) µs (\(products / update)); collecting \(collecting * 1e9) ns per step")
  }

  @Test func updatesAndCollecting() throws {
    print("kernels \(Kernels.pathName), BLAS \(BLAS.kernelName)")
    var settings = PPOSettings()
    settings.environments = 8
    settings.steps = 256
    settings.normalizeObservations = true
    let two = ActionSpace.box(BoxSpace(shape: [2], low: -1, high: 1, name: "a"))
    let flagship = IdleWorld(observations: 277, actions: two, count: 8)
    for minibatch in [256, 512] {
      settings.minibatch = minibatch
      try measureUpdates(
        "flagship, minibatch \(minibatch)", PPOKind(settings, for: flagship.specification),
        flagship)
    }
    let small = IdleWorld(observations: 4, actions: .discrete(count: 2), count: 8)
    try measureUpdates("cart-pole", PPOKind(zooCartPoleSettings(), for: small.specification), small)
  }

  @Test func cartPoleEndToEnd() throws {
    let kind = PPOKind(zooCartPoleSettings(), for: CartPoleKind().specification)
    let steps = 80 * kind.stepQuantum
    let time = try seconds(1) {
      _ = try trainAlone(kind, in: CartPoleBatch(count: 8), seed: 1, turns: 1, stepsPerTurn: steps)
    }
    print("cart-pole, training end to end: \(Double(steps) / time) steps/s")
  }

  @Test func inference() {
    let two = ActionSpace.box(BoxSpace(shape: [2], low: -1, high: 1, name: "a"))
    for (name, width, actions) in [
      ("flagship", 277, two), ("cart-pole", 4, ActionSpace.discrete(count: 2)),
    ] {
      let world = IdleWorld(observations: width, actions: actions, count: 1)
      let kind = PPOKind(PPOSettings(), for: world.specification)
      for rows in [1, 8] {
        let actor = kind.makeActor(copies: rows)
        actor.load(
          kind.initialParameters(RandomStream(seed: 1)),
          observationMoments: Moments(features: width))
        let observations = [Float](repeating: 0.3, count: rows * width)
        let masks: [Float] = []
        var none: [Float] = []
        var chosen = [Float](repeating: 0, count: rows * actions.width)
        let time = seconds(20_000) {
          var state = none.mutableSpan
          var span = chosen.mutableSpan
          actor.act(
            observations: observations.span, masks: masks.span, state: &state, random: nil,
            into: &span)
        }
        print("\(name): inference of \(rows) rows \(time * 1e9) ns")
      }
    }
  }

  @Test func hyperbolicTangent() {
    let x = FloatBuffer(count: 4096)
    let y = FloatBuffer(count: 4096)
    for index in 0..<4096 { x[index] = Float(index) / 512 - 4 }
    let input = x.pointer
    let output = y.pointer
    for path in ["avx512", "avx2", "portable"] where Kernels.usePath(path) {
      let time = seconds(1000) { Kernels.tanh(input, into: output, count: 4096) }
      print("tanh, \(path): \(time / 4096 * 1e9) ns per element")
    }
    for path in ["portable", "avx2", "avx512"] { _ = Kernels.usePath(path) }
  }
}
