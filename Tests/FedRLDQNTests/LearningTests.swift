import FedRLClassicControl
import FedRLCore
import FedRLDQN
import FedRLNumerics
import FedRLTestSupport
import Testing

@Suite struct LearningTests {
  init() { BLAS.useOneThread() }

  /// Mean return of the greedy policy over the first episodes of 50 copies.
  private func evaluate(_ kind: DQNKind, _ parameters: ParameterVector) -> Double {
    let environment = cartPoleBatch(copies: 50)
    let actor = kind.makeActor(copies: 50)
    actor.load(parameters, observationMoments: nil)
    var rows = BatchRows(environment)
    rows.reset(environment, seed: 77)
    var returns = [Double](repeating: 0, count: 50)
    var running = [Bool](repeating: true, count: 50)
    let noMasks: [Float] = []
    var noState: [Float] = []
    while running.contains(true) {
      let observations = rows.observations
      var state = noState.mutableSpan
      var actions = rows.actions.mutableSpan
      actor.act(
        observations: observations.span, masks: noMasks.span, state: &state, random: nil,
        into: &actions)
      rows.step(environment)
      for copy in 0..<50 where running[copy] {
        returns[copy] += Double(rows.rewards[copy])
        if rows.ends[copy] != .none { running[copy] = false }
      }
    }
    return returns.reduce(0, +) / 50
  }

  private func cartPoleBatch(copies: Int) -> any BatchEnvironment {
    CartPoleBatch(count: copies)
  }

  /// rl-zoo's settings: the best of the evaluations within its 50,000 steps.
  @Test(arguments: [1, 2] as [UInt64]) func cartPole(seed: UInt64) throws {
    var settings = DQNSettings()
    settings.learningRate = 2.3e-3
    settings.minibatch = 64
    settings.replayCapacity = 100_000
    settings.learningStarts = 1000
    settings.gamma = 0.99
    settings.targetEvery = 10
    settings.trainEvery = 256
    settings.gradientSteps = 128
    settings.explorationFraction = 0.16
    settings.explorationFinal = 0.04
    settings.hidden = [256, 256]
    let environment = cartPoleBatch(copies: 1)
    let kind = try DQNKind(settings, for: environment.specification)
    let root = RandomStream(seed: seed)
    let memory = kind.makeMemory()
    let learner = kind.makeLearner()
    learner.begin(memory: memory, in: environment, random: root.split("environment"))
    var parameters = kind.initialParameters(root.split("initial"))
    let turns = 50_000 / 1024
    var best = 0.0
    for turn in 0..<turns {
      var task = makeTask(
        parameters, steps: 1024, turn: turn, turns: turns, random: root)
      _ = try learner.train(&task, memory: memory, in: environment)
      parameters = task.parameters
      best = max(best, evaluate(kind, parameters))
      if best >= 490 { break }
    }
    #expect(best >= 490)
  }
}
