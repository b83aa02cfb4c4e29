import FedRLClassicControl
import FedRLCore
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

  @Test func cartPoleIsBalancedOnNineOfTenSeedsWithinOneHundredThousandSteps() throws {
    let settings = zooCartPoleSettings()
    let environment = CartPoleBatch(count: settings.environments)
    let kind = PPOKind(settings, for: environment.specification)
    let turns = 10
    let stepsPerTurn = 100_000 / turns / kind.stepQuantum * kind.stepQuantum
    let clock = ContinuousClock()
    var training = Duration.zero
    var scores: [Double] = []
    for seed in 1...10 as ClosedRange<UInt64> {
      var trained: Trained?
      training += try clock.measure {
        trained = try trainAlone(
          kind, in: environment, seed: seed, turns: turns, stepsPerTurn: stepsPerTurn)
      }
      let returns = evaluate(kind, trained!, in: CartPoleBatch(count: 100), seed: 0xe7a1)
      scores.append(mean(returns))
      print("CartPole, seed \(seed): mean return \(mean(returns)), worst \(returns.min()!)")
    }
    let seconds = training / .seconds(1)
    print(
      "CartPole: \(seconds) s of training, \(Double(10 * turns * stepsPerTurn) / seconds) steps/s")
    #expect(scores.count { $0 >= 475 } >= 9)
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
}
