import FedRLCore
import FedRLNetworks
import FedRLNumerics
import FedRLPPO
import FedRLTestSupport
import Foundation
import Testing

@Suite struct ReferenceTests {
  init() { BLAS.useOneThread() }

  /// The reference marks where episodes *start*; a start after step t means that t terminated.
  private func ends(_ starts: [Double], lastDones: [Double], copies: Int) -> [EpisodeEnd] {
    (Array(starts.dropFirst(copies)) + lastDones).map { $0 == 1 ? .terminated : .none }
  }

  @Test func advantagesMatchTheReference() throws {
    guard let cases = try ReferenceCase.load("gae.json") else { return }
    for reference in cases {
      let (steps, copies) = (reference.integer("steps"), reference.integer("envs"))
      let values = reference.floats("values")
      let next = Array(values.dropFirst(copies)) + reference.floats("last_values")
      var advantages = values
      estimateAdvantages(
        rewards: reference.floats("rewards"), values: values, nextValues: next,
        ends: ends(
          reference.numbers("episode_starts"), lastDones: reference.numbers("last_dones"),
          copies: copies),
        steps: steps, copies: copies, discount: reference.number("gamma"),
        decay: reference.number("lambda"), into: &advantages)
      expectClose(advantages, reference.numbers("advantages"), absolute: 1e-5, "advantages")
      expectClose(
        zip(advantages, values).map(+), reference.numbers("returns"), absolute: 1e-5, "returns")
    }
  }

  @Test func theCategoricalLossAndItsGradientsMatchTheReference() throws {
    guard let cases = try ReferenceCase.load("ppo_losses.json") else { return }
    let losses = cases.filter { $0.has("old_log_prob") }
    #expect(losses.count >= 2)
    for reference in losses {
      let samples = Samples(reference)
      let settings = PPOLossSettings(
        clip: reference.number("clip"),
        valueClip: reference.has("clip_value") ? reference.number("clip_value") : nil,
        entropyCoefficient: reference.number("entropy_coef"),
        valueCoefficient: reference.number("value_coef"), normalizesAdvantages: true)
      let result = samples.loss(
        .categorical(choices: 2), outputs: reference.floats("logits"), logDeviations: [],
        values: reference.floats("values"), settings: settings)
      let expected = reference["expect"]
      let terms = result.terms
      for (name, value) in [
        ("policy_loss", terms.policy), ("value_loss", terms.value), ("entropy", terms.entropy),
        ("loss", terms.total), ("approx_kl", terms.approximateKL),
        ("clip_fraction", terms.clipFraction),
      ] {
        expectClose(value, expected.number(name), relative: 1e-5, absolute: 1e-7, name)
      }
      expectClose(
        result.outputGradient, expected.numbers("grad_logits"), relative: 1e-5, absolute: 1e-7,
        "grad_logits")
      expectClose(
        result.valueGradient, expected.numbers("grad_values"), relative: 1e-5, absolute: 1e-7,
        "grad_values")
    }
  }

  /// The reference's objective Σ w log p + 0.1 Σ H is a PPO loss whose ratio is 1: old log-probabilities
  /// equal the new ones, advantages −M w, entropy weight −0.1 M.
  @Test func gaussianLogProbabilitiesAndGradientsMatchTheReference() throws {
    guard let cases = try ReferenceCase.load("ppo_losses.json") else { return }
    let reference = cases.first {
      $0.has("distribution") && $0.text("distribution") == "diagonal Gaussian"
    }!
    let deviations = reference.floats("log_std")
    let width = deviations.count
    let means = reference.floats("mean")
    let count = means.count / width
    var samples = Samples(count: count, actions: reference.floats("pre_tanh_action"))
    let settings = PPOLossSettings(
      clip: 1e30, entropyCoefficient: -0.1 * Double(count), valueCoefficient: 0,
      normalizesAdvantages: false)
    let head = PolicyHead.gaussian(width: width)

    // With A = 1 in one row and 0 elsewhere and old log-probability 0, the loss is −exp(log p)/M.
    for row in 0..<count {
      samples.logProbabilities = [Float](repeating: 0, count: count)
      samples.advantages = samples.logProbabilities
      samples.advantages[row] = 1
      let terms = samples.loss(
        head, outputs: means, logDeviations: deviations, values: samples.returns,
        settings: settings
      ).terms
      expectClose(
        log(-terms.policy * Double(count)), reference.numbers("log_prob")[row], relative: 1e-6,
        "log p")
      expectClose(terms.entropy, reference.numbers("entropy")[row], relative: 1e-6, "entropy")
    }
    samples.logProbabilities = reference.floats("log_prob")
    samples.advantages = reference.floats("weights").map { -$0 * Float(count) }
    let result = samples.loss(
      head, outputs: means, logDeviations: deviations, values: samples.returns, settings: settings)
    expectClose(
      result.outputGradient, reference.numbers("grad_mean"), relative: 1e-5, absolute: 1e-6,
      "grad_mean")
    expectClose(
      result.logDeviationGradient, reference.numbers("grad_log_std"), relative: 1e-5,
      absolute: 1e-6, "grad_log_std")
  }

  @Test func categoricalProbabilitiesAndEntropyMatchTheReference() throws {
    guard let cases = try ReferenceCase.load("ppo_losses.json") else { return }
    let reference = cases.first {
      $0.has("distribution") && $0.text("distribution") == "categorical"
    }!
    let logits = reference.rows("logits1")
    for (row, values) in logits.enumerated() {
      for choice in values.indices {
        var samples = Samples(count: 1, actions: [Float(choice)])
        samples.advantages = [1]
        let terms = samples.loss(
          .categorical(choices: values.count), outputs: values.map { Float($0) },
          logDeviations: [], values: [0],
          settings: PPOLossSettings(
            clip: 1e30, entropyCoefficient: 0, valueCoefficient: 0, normalizesAdvantages: false)
        ).terms
        expectClose(
          log(-terms.policy), reference.rows("log_softmax1")[row][choice], relative: 1e-5,
          absolute: 1e-6, "log p")
        expectClose(
          terms.entropy, reference.numbers("entropy1")[row], relative: 1e-5, "entropy")
      }
    }
  }

  @Test func gradientNormClipsMatchTheReference() throws {
    guard let cases = try ReferenceCase.load("optimisers.json") else { return }
    let clips = cases.first { $0.has("clip_grad_norm") }!.cases("clip_grad_norm")
    for reference in clips {
      let gradient = reference.floats("grads")
      let norm = Kernels.sumOfSquares(gradient, count: gradient.count).squareRoot()
      expectClose(norm, reference.number("total_norm"), relative: 1e-6, "norm")
      let factor = clipFactor(norm: norm, maximum: reference.number("max_norm"))
      expectClose(
        gradient.map { $0 * Float(factor) }, reference.numbers("clipped"), relative: 1e-5,
        "clipped")
    }
  }

  @Test func wholeUpdatesMatchTheReference() throws {
    guard let cases = try ReferenceCase.load("ppo_full_update.json") else { return }
    for reference in cases { try checkUpdate(reference) }
  }

  /// Where Stable-Baselines3 keeps what a segment of ours holds.
  private func theirName(_ name: String) -> String {
    switch name {
    case "actor.log_std": return "log_std"
    case "actor.2.weight": return "action_net.weight"
    case "actor.2.bias": return "action_net.bias"
    case "critic.2.weight": return "value_net.weight"
    case "critic.2.bias": return "value_net.bias"
    default:
      let parts = name.split(separator: ".")
      let net = parts[0] == "actor" ? "policy_net" : "value_net"
      return "mlp_extractor.\(net).\(2 * Int(parts[1])!).\(parts[2])"
    }
  }

  private func checkUpdate(_ reference: ReferenceCase) throws {
    let isDiscrete = reference.text("kind") == "discrete"
    let steps = reference.numbers("rewards").count
    let before = reference["weights_before"]
    var settings = PPOSettings()
    settings.hidden = reference.numbers("hidden").map { Int($0) }
    settings.steps = steps
    settings.minibatch = steps
    settings.epochs = reference.integer("epochs_full_batch")
    settings.learningRate = reference.number("learning_rate")
    settings.adamEpsilon = reference.number("adam_eps")
    settings.entropy = reference.number("entropy_coef")
    settings.valueCoefficient = reference.number("value_coef")
    settings.maxGradientNorm = reference.number("max_grad_norm")
    settings.gamma = reference.number("gamma")
    settings.gaeLambda = reference.number("lambda")
    settings.clip = reference.number("clip")
    let world = ScriptedWorld(
      observations: reference.rows("observations")[0].count,
      actions: isDiscrete
        ? .discrete(count: before.rows("action_net.weight").count)
        : box(before.numbers("log_std").count), count: 1)
    let kind = PPOKind(settings, for: world.specification)
    let learner = kind.makeLearner() as! PPOLearner
    let memory = kind.makeMemory() as! PPOMemory
    learner.load(kind.layout.segments.flatMap { before.floats(theirName($0.name)) })
    fill(learner.rollout, reference)
    learner.rollout.finish(discount: settings.gamma, decay: settings.gaeLambda)
    expectClose(
      Array(learner.rollout.advantages.buffer), reference.numbers("advantages"), absolute: 1e-5,
      "advantages")

    var turn = Turn(
      makeTask(ParameterVector(layout: kind.layout), steps: 0, random: RandomStream(seed: 1)))
    var shuffling = RandomStream(seed: 1)
    try learner.learn(&turn, memory, progress: 0, shuffling: &shuffling, hook: nil)
    for segment in kind.layout.segments {
      expectClose(
        Array(learner.weights.buffer[segment.range]),
        reference["weights_after"].numbers(theirName(segment.name)), absolute: 2e-5, segment.name)
    }
    let metrics = reference["metrics_mean_over_epochs"]
    let diagnostics = Dictionary(
      uniqueKeysWithValues: turn.report.diagnostics.map { ($0.name, $0.value) })
    for (ours, theirs, sign) in [
      ("policy_loss", "policy_gradient_loss", 1.0), ("value_loss", "value_loss", 1),
      ("entropy", "entropy_loss", -1), ("approx_kl", "approx_kl", 1),
      ("clip_fraction", "clip_fraction", 1), ("explained_variance", "explained_variance", 1),
    ] where ours != "approx_kl" || settings.epochs == 1 {
      // Stable-Baselines3 reports the divergence of the last epoch alone.
      expectClose(
        sign * diagnostics[ours]!, metrics.number(theirs), relative: 1e-5, absolute: 1e-5, ours)
    }
  }

  private func fill(_ rollout: borrowing Rollout, _ reference: ReferenceCase) {
    func put(_ name: String, _ pointer: UnsafeMutablePointer<Float>) {
      let values = reference.floats(name)
      pointer.update(from: values, count: values.count)
    }
    put("observations", rollout.observations.pointer)
    put("actions", rollout.actions.pointer)
    put("old_log_probs", rollout.logProbabilities.pointer)
    put("rewards", rollout.rewards.pointer)
    put("initial_values", rollout.values.pointer)
    put("last_value", rollout.values.pointer + rollout.samples)
    let ends = ends(reference.numbers("episode_starts"), lastDones: [0], copies: 1)
    rollout.ends.update(from: ends, count: ends.count)
  }
}
