import FedRLClassicControl
import FedRLCore
import FedRLNetworks
import FedRLNumerics
import FedRLPPO
import Testing

/// The settings with which rl-zoo3 trains CartPole-v1.
func zooCartPoleSettings() -> PPOSettings {
  var settings = PPOSettings()
  settings.environments = 8
  settings.steps = 32
  settings.minibatch = 256
  settings.epochs = 20
  settings.gamma = 0.98
  settings.gaeLambda = 0.8
  settings.learningRate = 1e-3
  settings.learningRateSchedule = .linear
  settings.clip = 0.2
  settings.clipSchedule = .linear
  return settings
}

@Suite(.serialized) struct LearningTests {
  init() { BLAS.useOneThread() }

  @Test func cartPoleIsBalancedOnNineOfTenSeedsWithinOneHundredThousandSteps() async throws {
    let settings = zooCartPoleSettings()
    let kind = PPOKind(settings, for: CartPoleKind().specification)
    let turns = 10
    let stepsPerTurn = 100_000 / turns / kind.stepQuantum * kind.stepQuantum
    let began = ContinuousClock.now
    // One seed's run shares nothing with another's.
    let scores = try await withThrowingTaskGroup(of: (UInt64, Double, Double).self) { group in
      for seed in 1...10 as ClosedRange<UInt64> {
        group.addTask {
          let trained = try trainAlone(
            kind, in: CartPoleBatch(count: settings.environments), seed: seed, turns: turns,
            stepsPerTurn: stepsPerTurn)
          let returns = evaluate(kind, trained, in: CartPoleBatch(count: 100), seed: 0xe7a1)
          return (seed, mean(returns), returns.min()!)
        }
      }
      var scores: [Double] = []
      for try await (seed, score, worst) in group {
        print("CartPole, seed \(seed): mean return \(score), worst \(worst)")
        scores.append(score)
      }
      return scores
    }
    let seconds = (ContinuousClock.now - began) / .seconds(1)
    print("CartPole: \(seconds) s, \(Double(10 * turns * stepsPerTurn) / seconds) steps/s")
    #expect(scores.count { $0 >= 475 } >= 9)
  }

  /// Like rl-zoo's CartPole, but with ReLU, normalised observations, longer rollouts and half the epochs,
  /// chosen on the seeds 101 to 104; up to 122,880 steps, judged by 100 episodes every 10,240.
  @Test func aMemoryBalancesAPoleWhoseVelocitiesAreNotSeen() async throws {
    var hidden = CartPoleSettings()
    hidden.observeVelocities = false
    let masked = hidden
    var plain = zooCartPoleSettings()
    plain.normalizeObservations = true
    plain.activation = .relu
    plain.steps = 64
    plain.epochs = 10
    var recurrent = plain
    recurrent.memory = .gru
    recurrent.sequence = 32
    let runs = [plain, recurrent].flatMap { settings in
      (1...5 as ClosedRange<UInt64>).map { (settings: settings, seed: $0) }
    }
    let scores = try await withThrowingTaskGroup(of: (Bool, Double).self) { group in
      for run in runs {
        group.addTask {
          let kind = PPOKind(run.settings, for: CartPoleKind(masked).specification)
          var best = 0.0
          let trained = try trainAlone(
            kind, in: CartPoleBatch(count: 8, settings: masked), seed: run.seed, turns: 12,
            stepsPerTurn: 10_240
          ) { trained in
            best = max(
              best,
              mean(
                evaluate(
                  kind, trained, in: CartPoleBatch(count: 100, settings: masked), seed: 0xe7a1)))
            return best >= 475
          }
          let remembers = run.settings.memory == .gru
          print(
            "CartPole without velocities, \(remembers ? "with" : "without") a memory, seed "
              + "\(run.seed): best mean return \(best) in \(trained.reports.count) turns of 12")
          return (remembers, best)
        }
      }
      var scores: [(remembers: Bool, best: Double)] = []
      for try await score in group { scores.append(score) }
      return scores
    }
    #expect(scores.filter(\.remembers).allSatisfy { $0.best >= 475 })
    #expect(scores.filter { !$0.remembers }.allSatisfy { $0.best < 100 })
  }

  @Test func aPointOnALineIsBroughtToTheOrigin() throws {
    var settings = PPOSettings()
    settings.environments = 8
    settings.steps = 128
    settings.minibatch = 128
    settings.learningRate = 1e-3
    settings.learningRateSchedule = .linear
    settings.normalizeObservations = true
    settings.normalizeRewards = true
    let environment = PointMass(count: 8)
    let kind = PPOKind(settings, for: environment.specification)
    for seed in [1, 2, 3] as [UInt64] {
      let trained = try trainAlone(
        kind, in: environment, seed: seed, turns: 10, stepsPerTurn: 8192)
      let returns = evaluate(kind, trained, in: PointMass(count: 50), seed: 999)
      print("point mass, seed \(seed): mean return \(mean(returns))")
      #expect(mean(returns) > -20)
      #expect(trained.reports.allSatisfy { $0.environmentSteps == 8192 })
    }
  }

  /// One step, three arms worth 0.1, 1 and 0.5 plus noise.
  @Test func theBestArmOfABanditIsFound() throws {
    let world = ScriptedWorld(observations: 1, actions: .discrete(count: 3), count: 8)
    world.observe = { _, _ in [1] }
    world.observeLast = { _, _ in [1] }
    world.outcome = { _, _, action in
      StepOutcome(reward: [0.1, 1, 0.5][Int(action)], end: .terminated)
    }
    var settings = PPOSettings()
    settings.environments = 8
    settings.steps = 16
    settings.learningRate = 3e-3
    let kind = PPOKind(settings, for: world.specification)
    let trained = try trainAlone(kind, in: world, seed: 1, turns: 1, stepsPerTurn: 128 * 20)
    let returns = trained.reports[0].episodeReturns
    #expect(mean(Array(returns.prefix(64))) < 0.8)
    #expect(mean(Array(returns.suffix(256))) > 0.95)
  }

  /// One step, reward −(a − 0.4)²: the mean goes to 0.4 and the deviation falls.
  @Test func theBestContinuousActionOfABanditIsFound() throws {
    let world = ScriptedWorld(observations: 1, actions: box(1), count: 8)
    world.observe = { _, _ in [1] }
    world.observeLast = { _, _ in [1] }
    world.outcome = { _, _, action in
      StepOutcome(reward: -(action - 0.4) * (action - 0.4), end: .terminated)
    }
    var settings = PPOSettings()
    settings.environments = 8
    settings.steps = 32
    settings.learningRate = 3e-3
    let kind = PPOKind(settings, for: world.specification)
    let trained = try trainAlone(kind, in: world, seed: 1, turns: 1, stepsPerTurn: 256 * 40)
    let actor = kind.makeActor(copies: 1)
    actor.load(trained.parameters, observationMoments: nil)
    let observations: [Float] = [1]
    let masks: [Float] = []
    var none: [Float] = []
    var actions: [Float] = [9]
    var state = none.mutableSpan
    var span = actions.mutableSpan
    actor.act(
      observations: observations.span, masks: masks.span, state: &state, random: nil, into: &span)
    #expect(abs(actions[0] - 0.4) < 0.1)
    #expect(trained.parameters["actor.log_std"]!.first! < -0.5)
  }

  /// A reward of 1 for ever, cut off every fourth step: only with bootstrapping is its value
  /// 1/(1−γ) = 5; as a task that ends after four steps it is worth at most 2.95.
  @Test func timeLimitsDoNotShortenTheFuture() throws {
    for (end, range) in [(EpisodeEnd.truncated, 4.7...5.3), (.terminated, 1.0...3.0)] {
      let world = ScriptedWorld(observations: 1, actions: .discrete(count: 2), count: 4)
      world.observe = { _, _ in [1] }
      world.observeLast = { _, _ in [1] }
      world.outcome = { _, step, _ in StepOutcome(reward: 1, end: step % 4 == 3 ? end : .none) }
      var settings = PPOSettings()
      settings.environments = 4
      settings.steps = 32
      settings.gamma = 0.8
      settings.learningRate = 3e-3
      let kind = PPOKind(settings, for: world.specification)
      let learner = kind.makeLearner() as! PPOLearner
      let memory = kind.makeMemory()
      let random = RandomStream(seed: 1)
      learner.begin(memory: memory, in: world, random: random)
      var task = makeTask(kind.initialParameters(random), steps: 128 * 40, random: random)
      _ = try learner.train(&task, memory: memory, in: world)
      let value = Double(learner.rollout.values[0])
      #expect(range.contains(value), "\(end) gives \(value)")
    }
  }
}
