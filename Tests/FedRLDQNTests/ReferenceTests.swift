import FedRLCore
import FedRLDQN
import FedRLNetworks
import FedRLNumerics
import FedRLTestSupport
import Testing

/// Gradient steps against those of Stable-Baselines3's `DQN.train()`.
@Suite struct ReferenceTests {
  init() { BLAS.useOneThread() }

  /// `trunk.0.weight` is `q_net.0.weight` there, and the head follows the hidden layers.
  private func theirName(_ ours: String, layers: Int) -> String {
    let parts = ours.split(separator: ".")
    let index = parts[0] == "trunk" ? Int(parts[1])! : layers
    return "q_net.\(2 * index).\(parts[2])"
  }

  @Test(arguments: [false, true]) func gradientSteps(isDouble: Bool) throws {
    for reference in try ReferenceCase.load("dqn_full_update.json") ?? [] {
      let batches = reference.cases("batches")
      let before = reference["weights_before"]
      var settings = DQNSettings()
      settings.hidden = reference.numbers("hidden").map { Int($0) }
      settings.minibatch = batches[0].numbers("rewards").count
      settings.adamEpsilon = reference.number("adam_eps")
      settings.maxGradientNorm = reference.number("max_grad_norm")
      settings.double = isDouble
      let world = DiscreteWorld(
        observations: before.rows("q_net.0.weight")[0].count,
        choices: before.numbers("q_net.4.bias").count)
      let kind = try DQNKind(settings, for: world.specification)
      let learner = kind.makeLearner() as! DQNLearner
      let memory = kind.makeMemory() as! DQNMemory
      let layers = settings.hidden.count
      func weights(_ name: String) -> [Float] {
        kind.layout.segments.flatMap {
          reference[name].floats(theirName($0.name, layers: layers))
        }
      }
      learner.load(weights("weights_before"))
      memory.target.pointer.update(from: weights("target_weights"), count: kind.layout.count)
      learner.loadTarget(memory)
      var turn = DQNTurn(
        makeTask(ParameterVector(layout: kind.layout), steps: 0, random: RandomStream(seed: 1)))
      for (index, batch) in batches.enumerated() {
        put(batch, discount: reference.number("gamma"), into: learner)
        try learner.update(
          &turn, memory, learningRate: reference.number("learning_rate"), hook: nil)
        guard index == 0 else { continue }
        let first = reference["first_batch"]
        expectClose(
          Array(learner.batch.targets.buffer),
          first.numbers(isDouble ? "double_dqn_target" : "target"), absolute: 1e-6, "targets")
        expectClose(
          turn.lossSum, first.number(isDouble ? "double_dqn_loss" : "loss"), relative: 1e-6, "loss")
      }
      // The reference's later weights are those of the plain target.
      guard !isDouble else { continue }
      expectClose(
        turn.lossSum / Double(batches.count), reference.number("mean_loss"), relative: 1e-6)
      for segment in kind.layout.segments {
        expectClose(
          Array(learner.weights.buffer[segment.range]),
          reference["weights_after"].numbers(theirName(segment.name, layers: layers)),
          absolute: 2e-5, segment.name)
      }
    }
  }

  private func put(_ batch: ReferenceCase, discount: Double, into learner: DQNLearner) {
    let observations = batch.floats("observations")
    learner.batch.observations.pointer.update(from: observations, count: observations.count)
    let next = batch.floats("next_observations")
    learner.batch.nextObservations.pointer.update(from: next, count: next.count)
    let (actions, rewards) = (batch.numbers("actions"), batch.floats("rewards"))
    let dones = batch.floats("dones")
    for index in actions.indices {
      learner.batch.actions[index] = Int32(actions[index])
      learner.batch.rewards.pointer[index] = rewards[index]
      learner.batch.discounts.pointer[index] = Float(discount) * (1 - dones[index])
    }
  }
}
