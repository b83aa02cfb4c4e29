import FedRLCore
import FedRLNetworks
import FedRLNumerics
import FedRLPPO
import FedRLTestSupport
import Foundation
import Testing

@Suite struct CollectingTests {
  init() { BLAS.useOneThread() }

  /// One rollout with untrained weights; nothing is learned.
  struct Collected {
    let learner: PPOLearner
    let memory: PPOMemory
    var turn: Turn
    let parameters: ParameterVector

    init(
      _ kind: PPOKind, _ world: ScriptedWorld, moments: Moments? = nil,
      parameters: ParameterVector? = nil
    ) throws {
      learner = kind.makeLearner() as! PPOLearner
      memory = kind.makeMemory() as! PPOMemory
      self.parameters = parameters ?? kind.initialParameters(RandomStream(seed: 1))
      learner.load(self.parameters.values)
      learner.begin(memory: memory, in: world, random: RandomStream(seed: 2))
      turn = Turn(
        makeTask(
          self.parameters, moments: moments, steps: kind.stepQuantum,
          random: RandomStream(seed: 3)))
      try learner.collect(&turn, memory, world)
    }
  }

  private func settings(_ copies: Int, _ steps: Int) -> PPOSettings {
    var settings = PPOSettings()
    settings.environments = copies
    settings.steps = steps
    settings.minibatch = 4
    settings.hidden = [6]
    settings.gamma = 0.9
    settings.gaeLambda = 0.7
    return settings
  }

  @Test func truncationBootstrapsFromTheFinalObservationAndTerminationDoesNot() throws {
    let world = ScriptedWorld(observations: 3, actions: .discrete(count: 2), count: 2)
    world.outcome = { copy, step, _ in
      let end: EpisodeEnd =
        (step, copy) == (1, 0) ? .truncated : (step, copy) == (2, 1) ? .terminated : .none
      return StepOutcome(reward: Float(step + copy), end: end)
    }
    let kind = PPOKind(settings(2, 4), for: world.specification)
    let collected = try Collected(kind, world)
    let rollout = (
      advantages: Array(collected.learner.rollout.advantages.buffer),
      values: Array(collected.learner.rollout.values.buffer)
    )
    let oracle = DoubleNetwork(kind.layout, isReLU: false)
    func value(_ observation: [Float]) -> Double {
      oracle.actorCritic(
        collected.parameters.values.map { Double($0) }, observation.map { Double($0) }
      ).1
    }
    for copy in 0...1 {
      var advantage = 0.0
      for step in stride(from: 3, through: 0, by: -1) {
        let end = world.outcome(copy, step, 0).end
        let next =
          switch end {
          case .none: value(world.observe(copy, step + 1))
          case .truncated: value(world.observeLast(copy, step))
          case .terminated: 0.0
          }
        let now = value(world.observe(copy, step))
        expectClose(
          Double(rollout.values[step * 2 + copy]), now, relative: 1e-5, absolute: 1e-6, "value")
        let difference = Double(step + copy) + 0.9 * next - now
        advantage = difference + (end == .none ? 0.9 * 0.7 * advantage : 0)
        expectClose(
          Double(rollout.advantages[step * 2 + copy]), advantage, relative: 1e-5, absolute: 1e-5,
          "advantage of step \(step), copy \(copy)")
      }
    }
  }

  @Test func actionsAreClippedForTheEnvironmentAloneAndLogProbabilitiesAreOfWhatWasDrawn() throws {
    let world = ScriptedWorld(observations: 3, actions: box(2), count: 3)
    var settings = settings(3, 20)
    settings.logStdInit = 0.8
    let kind = PPOKind(settings, for: world.specification)
    let collected = try Collected(kind, world)
    let drawn = Array(collected.learner.rollout.actions.buffer)
    #expect(drawn.contains { $0 > 1 } && drawn.contains { $0 < -1 })
    #expect(world.actions.flatMap { $0 } == drawn.map { min(max($0, -1), 1) })
    let oracle = DoubleNetwork(kind.layout, isReLU: false)
    let parameters = collected.parameters.values.map { Double($0) }
    let deviation = exp(0.8)
    for step in 0..<20 {
      for copy in 0..<3 {
        let (means, _) = oracle.actorCritic(
          parameters, world.observe(copy, step).map { Double($0) })
        let row = step * 3 + copy
        let logProbability = (0..<2).reduce(0.0) { sum, column in
          let score = (Double(drawn[row * 2 + column]) - means[column]) / deviation
          return sum - 0.5 * score * score - 0.8 - 0.5 * log(2 * Double.pi)
        }
        expectClose(
          Double(collected.learner.rollout.logProbabilities.pointer[row]), logProbability,
          relative: 1e-5, absolute: 1e-6, "log p")
      }
    }
  }

  @Test func impossibleActionsAreNeverTaken() throws {
    let world = ScriptedWorld(
      observations: 3, actions: .discrete(count: 4), count: 2, masksActions: true)
    world.mask = { copy, step, choice in (copy + step + choice) % 3 == 0 }
    let kind = PPOKind(settings(2, 200), for: world.specification)
    let collected = try Collected(kind, world)
    var taken = Set<Int>()
    for (step, actions) in world.actions.enumerated() {
      for (copy, action) in actions.enumerated() {
        #expect((copy + step + Int(action)) % 3 == 0)
        taken.insert(Int(action))
      }
    }
    #expect(taken == [0, 1, 2, 3])
    // Where only one choice is possible, its probability is 1.
    let mask = Array(collected.learner.rollout.masks.buffer)
    for row in 0..<400 where mask[row * 4..<(row + 1) * 4].reduce(0, +) == 1 {
      #expect(collected.learner.rollout.logProbabilities.pointer[row] == 0)
    }
  }

  @Test func theActorKeepsToTheMasksToo() {
    let world = ScriptedWorld(
      observations: 3, actions: .discrete(count: 4), count: 2, masksActions: true)
    let kind = PPOKind(settings(2, 4), for: world.specification)
    let actor = kind.makeActor(copies: 2)
    actor.load(kind.initialParameters(RandomStream(seed: 1)), observationMoments: nil)
    let observations = [Float](repeating: 0.2, count: 6)
    let masks: [Float] = [0, 0, 1, 0, 0, 1, 0, 0]
    var none: [Float] = []
    var actions: [Float] = [9, 9]
    var random = RandomStream(seed: 4)
    for isRandom in [false, true] {
      for _ in 0..<20 {
        var state = none.mutableSpan
        var span = actions.mutableSpan
        withUnsafeMutablePointer(to: &random) {
          actor.act(
            observations: observations.span, masks: masks.span, state: &state,
            random: isRandom ? $0 : nil, into: &span)
        }
        #expect(actions == [2, 1])
      }
    }
  }

  @Test func aRowWithoutAnyPossibleActionIsAnError() {
    let world = ScriptedWorld(
      observations: 3, actions: .discrete(count: 4), count: 2, masksActions: true)
    world.mask = { copy, step, _ in !(copy == 1 && step == 3) }
    let kind = PPOKind(settings(2, 8), for: world.specification)
    #expect(
      throws: LearningError(quantity: "number of possible actions", step: 7, value: 0)
    ) { _ = try Collected(kind, world) }
  }

  @Test func whatIsNotFiniteIsNamedWithItsStep() {
    func failure(_ change: (ScriptedWorld) -> Void) -> LearningError? {
      let world = ScriptedWorld(observations: 3, actions: box(1), count: 2)
      change(world)
      do {
        _ = try Collected(PPOKind(settings(2, 8), for: world.specification), world)
        return nil
      } catch { return error as? LearningError }
    }
    let reward = failure { world in
      world.outcome = { copy, step, _ in
        StepOutcome(reward: copy == 1 && step == 3 ? .infinity : 0)
      }
    }
    #expect(reward == LearningError(quantity: "reward", step: 7, value: .infinity))
    let observation = failure { world in
      let plain = world.observe
      world.observe = { copy, step in
        copy == 0 && step == 3 ? [0, 0, -.infinity] : plain(copy, step)
      }
    }
    #expect(
      observation == LearningError(quantity: "observation 2", step: 4, value: -.infinity))
    let last = failure { world in
      world.outcome = { copy, step, _ in
        StepOutcome(reward: 0, end: step == 5 && copy == 1 ? .truncated : .none)
      }
      world.observeLast = { _, _ in [.infinity, 0, 0] }
    }
    #expect(last?.quantity == "observation 0")
    #expect(failure { _ in } == nil)
  }

  @Test func observationsAreNormalisedByFrozenStatisticsAndCountedRaw() throws {
    let world = ScriptedWorld(observations: 2, actions: .discrete(count: 2), count: 2)
    world.observe = { copy, step in [Float(step), Float(100 * copy)] }
    var settings = settings(2, 5)
    settings.normalizeObservations = true
    let kind = PPOKind(settings, for: world.specification)
    let moments = Moments(count: 4, mean: [1, 50], m2: [16, 1])
    let collected = try Collected(kind, world, moments: moments)
    // `collect` alone does not load the statistics; the turn does.
    let learner = kind.makeLearner()
    let memory = kind.makeMemory()
    learner.begin(memory: memory, in: world, random: RandomStream(seed: 2))
    var task = makeTask(
      collected.parameters, moments: moments, steps: 10, random: RandomStream(seed: 3))
    _ = try learner.train(&task, memory: memory, in: world)
    let seen = Array((learner as! PPOLearner).rollout.observations.buffer)
    for step in 0...5 {
      for copy in 0...1 {
        let row = (step * 2 + copy) * 2
        expectClose([seen[row]], [(Double(step) - 1) / 2], relative: 1e-6, absolute: 1e-6, "x")
        #expect(seen[row + 1] == (copy == 0 ? -10 : 10))
      }
    }
    let sums = task.observedSums!
    #expect(sums.count == 10 && sums.center == [1, 50])
    #expect(sums.first == [10, 0] as [Double])
    #expect(sums.second == [30, 25000] as [Double])
    #expect(task.observationMoments == moments)
  }

  @Test func beforeAnythingWasSeenObservationsPassAsTheyAre() throws {
    let world = ScriptedWorld(observations: 3, actions: .discrete(count: 2), count: 2)
    var settings = settings(2, 4)
    settings.normalizeObservations = true
    let kind = PPOKind(settings, for: world.specification)
    let learner = kind.makeLearner()
    let memory = kind.makeMemory()
    learner.begin(memory: memory, in: world, random: RandomStream(seed: 2))
    var task = makeTask(
      kind.initialParameters(RandomStream(seed: 1)), moments: Moments(features: 3), steps: 8,
      random: RandomStream(seed: 3))
    _ = try learner.train(&task, memory: memory, in: world)
    let seen = Array((learner as! PPOLearner).rollout.observations.buffer)
    #expect(Array(seen[0..<3]) == world.observe(0, 0))
    #expect(Array(seen[(2 * 4 + 1) * 3..<(2 * 4 + 2) * 3]) == world.observe(1, 4))
  }

  @Test func rewardsAreScaledByTheRunningDeviationOfTheDiscountedReturn() throws {
    let world = ScriptedWorld(observations: 3, actions: .discrete(count: 2), count: 2)
    world.outcome = { copy, step, _ in
      StepOutcome(
        reward: Float((step * 7 + copy * 3) % 5) - 1.5,
        end: step % 4 == 3 && copy == 0 ? .terminated : .none)
    }
    var settings = settings(2, 12)
    settings.normalizeRewards = true
    let collected = try Collected(PPOKind(settings, for: world.specification), world)
    // All returns so far, one after another: count begins at 10⁻⁴ with variance 1.
    var discounted = [0.0, 0.0]
    var seen: [Double] = []
    var expectedReturns: [Double] = []
    var running = 0.0
    for step in 0..<12 {
      for copy in 0...1 {
        discounted[copy] = discounted[copy] * 0.9 + Double(world.outcome(copy, step, 0).reward)
        seen.append(discounted[copy])
      }
      let count = Double(seen.count) + 1e-4
      let mean = seen.reduce(0, +) / count
      let second = (seen.reduce(0) { $0 + $1 * $1 } + 1e-4) / count - mean * mean
      for copy in 0...1 {
        let outcome = world.outcome(copy, step, 0)
        let scaled = Double(outcome.reward) / (second + 1e-8).squareRoot()
        expectClose(
          Double(collected.learner.rollout.rewards.pointer[step * 2 + copy]),
          min(max(scaled, -10), 10), relative: 1e-5, "reward \(step) \(copy)")
        if copy == 0 { running += Double(outcome.reward) }
        if outcome.end != .none {
          discounted[copy] = 0
          expectedReturns.append(running)
          running = 0
        }
      }
    }
    // Reports are in the environment's own units.
    #expect(collected.turn.report.episodeReturns == expectedReturns)
    #expect(collected.turn.report.episodeSteps == [4, 4, 4])
    #expect(collected.turn.report.episodeMetrics == [[0], [0], [0]])
  }
}
