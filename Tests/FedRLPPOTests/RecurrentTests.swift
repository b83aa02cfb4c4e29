import FedRLClassicControl
import FedRLCore
import FedRLNetworks
import FedRLNumerics
import FedRLPPO
import FedRLTestSupport
import Testing

/// Policies with a memory.
@Suite struct RecurrentTests {
  init() { BLAS.useOneThread() }

  private static let copies = 3
  private static let units = 5

  private func settings(_ trunk: ActorCriticDesign.Trunk) -> PPOSettings {
    var settings = PPOSettings()
    settings.environments = Self.copies
    settings.steps = 12
    settings.sequence = 4
    settings.minibatch = 8
    settings.epochs = 1
    settings.hidden = [6]
    settings.memory = .gru
    settings.memoryUnits = Self.units
    settings.trunk = trunk
    settings.normalizeAdvantage = false
    return settings
  }

  /// Episodes of three copies that end in the middle of sequences, at their edges, and twice in one.
  private func world() -> ScriptedWorld {
    let world = ScriptedWorld(
      observations: 3, actions: .discrete(count: 2), count: Self.copies)
    world.outcome = { copy, step, _ in
      let ends: [Int: EpisodeEnd] =
        [
          [1: .truncated, 2: .terminated, 7: .truncated], [3: .terminated, 9: .truncated],
          [5: .truncated, 11: .truncated, 14: .terminated],
        ][copy]
      return StepOutcome(
        reward: Float((copy * 7 + step * 5) % 4) - 1.5, end: ends[step] ?? .none)
    }
    return world
  }

  private func begin(_ kind: PPOKind, _ world: ScriptedWorld) -> (PPOLearner, PPOMemory, Turn) {
    let learner = kind.makeLearner() as! PPOLearner
    let memory = kind.makeMemory() as! PPOMemory
    let parameters = kind.initialParameters(RandomStream(seed: 1))
    learner.load(parameters.values)
    learner.begin(memory: memory, in: world, random: RandomStream(seed: 2))
    let task = makeTask(parameters, steps: kind.stepQuantum, random: RandomStream(seed: 3))
    return (learner, memory, Turn(task))
  }

  @Test(arguments: ActorCriticDesign.Trunk.allCases)
  func valuesAreThoseOfAnEpisodesOwnHistory(_ trunk: ActorCriticDesign.Trunk) throws {
    let world = world()
    let kind = PPOKind(settings(trunk), for: world.specification)
    var (learner, memory, turn) = begin(kind, world)
    let part = trunk == .shared ? "trunk" : "critic"
    let oracle = DoubleNetwork(kind.layout, isReLU: false)
    let parameters = kind.initialParameters(RandomStream(seed: 1)).values.map { Double($0) }
    func advance(_ state: [Double], _ x: [Float]) -> ([Double], Double) {
      let next = oracle.remember(part, parameters, x.map { Double($0) }, state: state)
      let features =
        trunk == .shared
        ? oracle.forward("trunk", parameters, next, activatesLast: true) : next
      return (next, oracle.forward("critic", parameters, features)[0])
    }
    let empty = [Double](repeating: 0, count: Self.units)
    var states = [[Double]](repeating: empty, count: Self.copies)
    // The second rollout begins in the middle of episodes.
    for rollout in 0..<2 {
      try learner.collect(&turn, memory, world)
      let values = Array(learner.rollout.values.buffer)
      let next = Array(learner.rollout.nextValues.buffer)
      for step in 0..<12 {
        for copy in 0..<Self.copies {
          let time = rollout * 12 + step
          let (state, value) = advance(states[copy], world.observe(copy, time))
          let index = step * Self.copies + copy
          expectClose(Double(values[index]), value, relative: 1e-5, absolute: 1e-5, "value")
          let end = world.outcome(copy, time, 0).end
          if end == .truncated {
            expectClose(
              Double(next[index]), advance(state, world.observeLast(copy, time)).1,
              relative: 1e-5, absolute: 1e-5, "value of a state that was cut off")
          }
          states[copy] = end == .none ? state : empty
        }
      }
      for copy in 0..<Self.copies {
        expectClose(
          Double(values[12 * Self.copies + copy]),
          advance(states[copy], world.observe(copy, rollout * 12 + 12)).1, relative: 1e-5,
          absolute: 1e-5, "value of what comes after")
      }
    }
  }

  /// With the weights that collected, sequences give back each sample's own log-probability and value:
  /// the ratio is 1 and the value loss the mean square of the advantages.
  @Test(arguments: ActorCriticDesign.Trunk.allCases, [4, 8, 36])
  func sequencesRepeatWhatWasCollected(
    _ trunk: ActorCriticDesign.Trunk, minibatch: Int
  ) throws {
    let world = world()
    var settings = settings(trunk)
    settings.minibatch = minibatch
    settings.learningRate = 0
    let kind = PPOKind(settings, for: world.specification)
    var (learner, memory, turn) = begin(kind, world)
    for _ in 0..<2 {
      try learner.collect(&turn, memory, world)
      var shuffling = RandomStream(seed: 8)
      turn.report = LearningReport()
      try learner.learn(&turn, memory, progress: 0, shuffling: &shuffling, hook: nil)
      let report = turn.report
      #expect(report.gradientSteps == (36 + minibatch - 1) / minibatch)
      func diagnostic(_ name: String) -> Double {
        report.diagnostics.first { $0.name == name }!.value
      }
      #expect(abs(diagnostic("approx_kl")) < 1e-9)
      #expect(diagnostic("clip_fraction") == 0)
      guard 36 % minibatch == 0 else { continue }
      let squares = learner.rollout.advantages.buffer.reduce(0.0) { $0 + Double($1) * Double($1) }
      expectClose(
        diagnostic("value_loss"), squares / 36, relative: 1e-4, absolute: 1e-5, "value loss")
    }
  }

  @Test func memoriesOutliveACheckpoint() throws {
    let world = world()
    let kind = PPOKind(settings(.separate), for: world.specification)
    var (learner, memory, turn) = begin(kind, world)
    try learner.collect(&turn, memory, world)
    #expect(memory.states.buffer.contains { $0 != 0 })
    var encoder = StateEncoder()
    memory.encodeState(into: &encoder)
    let other = kind.makeMemory() as! PPOMemory
    var decoder = StateDecoder(encoder.bytes)
    try other.decodeState(from: &decoder)
    #expect(decoder.isAtEnd)
    #expect(Array(other.states.buffer) == Array(memory.states.buffer))
    #expect(memory.byteCount >= 4 * (2 * kind.layout.count + 2 * Self.copies * Self.units))
  }

  @Test func sequencesMustFitRolloutsAndMinibatches() {
    var settings = PPOSettings()
    settings.steps = 20
    settings.minibatch = 24
    settings.sequence = 8
    #expect(settings.validate().isEmpty)
    settings.memory = .gru
    #expect(settings.validate().map(\.message) == ["expected a divisor of steps (20), got 8"])
    settings.steps = 16
    settings.minibatch = 20
    #expect(settings.validate().map(\.message) == ["expected a divisor of minibatch (20), got 8"])
    settings.minibatch = 24
    #expect(settings.validate().isEmpty)
  }

  @Test func filtersMustFitTheImagesOfTheEnvironment() throws {
    func problem(_ filters: [FilterSettings], _ box: BoxSpace) -> String? {
      let specification = EnvironmentSpecification(
        name: "seen", observations: box, actions: .discrete(count: 2), controlPeriodSeconds: 1,
        maximumEpisodeSteps: nil)
      let table: SettingTable = [
        "filters": .list(
          filters.map { .list([.integer($0.filters), .integer($0.kernel), .integer($0.stride)]) })
      ]
      do {
        _ = try ppoEntry.make(table, specification)
        return nil
      } catch { return "\(error)" }
    }
    let filters = [FilterSettings(filters: 4, kernel: 3, stride: 1)]
    let numbers = BoxSpace(shape: [9], low: 0, high: 1, name: "x")
    #expect(problem([], numbers) == nil)
    #expect(
      problem(filters, numbers)
        == "[policy] filters: seen observes no images, expected []")
    #expect(problem(filters, BoxSpace(shape: [1, 3, 4], low: 0, high: 1, name: "x")) == nil)
    #expect(
      problem(filters, BoxSpace(shape: [6, 2, 4], low: 0, high: 1, name: "x"))
        == "[policy] filters: a filter of 3×3 cells does not fit an image of 2×4")
    for wrong in [[.integer(3)], [.integer(0), .integer(3), .integer(1)]] as [[SettingValue]] {
      #expect(throws: SettingProblems.self) {
        _ = try ppoEntry.make(
          ["filters": .list([.list(wrong)])],
          EnvironmentSpecification(
            name: "seen", observations: numbers, actions: .discrete(count: 2),
            controlPeriodSeconds: 1, maximumEpisodeSteps: nil))
      }
    }
  }
}
