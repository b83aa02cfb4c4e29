public import FedRLCore
public import FedRLNetworks

/// What a policy keeps from step to step of an episode.
public enum PolicyMemory: String, Sendable, CaseIterable {
  case none, gru
}

/// Settings of PPO. Defaults are those of Stable-Baselines3 2.x where it has the setting.
public struct PPOSettings: SettingsGroup, Equatable {
  /// B.
  public var environments = 1
  /// T.
  public var steps = 2048
  public var minibatch = 64
  public var epochs = 10
  public var learningRate = 3e-4
  public var learningRateSchedule = Schedule.constant
  public var clip = 0.2
  public var clipSchedule = Schedule.constant
  /// 0: off.
  public var clipValue = 0.0
  public var gamma = 0.99
  public var gaeLambda = 0.95
  public var entropy = 0.0
  public var valueCoefficient = 0.5
  /// 0: off.
  public var maxGradientNorm = 0.5
  /// 0: off.
  public var targetKL = 0.0
  public var normalizeAdvantage = true
  public var normalizeObservations = false
  public var normalizeRewards = false
  public var hidden = [64, 64]
  public var trunk = ActorCriticDesign.Trunk.separate
  public var activation = Activation.tanh
  public var memory = PolicyMemory.none
  public var memoryUnits = 64
  /// L, with a memory.
  public var sequence = 16
  /// Convolutions of an observation's images, first layer first; empty where images count as numbers.
  public var filters: [FilterSettings] = []
  public var logStdInit = 0.0
  public var adamEpsilon = 1e-5
  public var optimizerOnSync = OptimizerOnSync.rel

  public init() {}

  public static var settings: [Setting<PPOSettings>] {
    rolloutSettings + optimizationSettings + lossSettings + networkSettings
  }

  public func validate() -> [(setting: String, message: String)] {
    guard memory != .none else { return [] }
    var problems: [(setting: String, message: String)] = []
    if steps % sequence != 0 {
      problems.append(("sequence", "expected a divisor of steps (\(steps)), got \(sequence)"))
    }
    if minibatch % sequence != 0 {
      problems.append(
        ("sequence", "expected a divisor of minibatch (\(minibatch)), got \(sequence)"))
    }
    return problems
  }

  private static var rolloutSettings: [Setting<PPOSettings>] {
    [
      .integer(
        "environments", \.environments, unit: "copies", range: 1...4096,
        "copies of the environment each agent steps together (SB3: n_envs)"),
      .integer(
        "steps", \.steps, unit: "steps", range: 1...1_000_000,
        "environment steps of each copy per rollout (SB3: n_steps)"),
      .number("gamma", \.gamma, range: 0...1, "discount per step (arXiv:1707.06347, table 3)"),
      .number(
        "gae_lambda", \.gaeLambda, range: 0...1,
        "decay of advantage estimates; 0 is one-step, 1 is Monte Carlo (arXiv:1506.02438, eq. 16)"),
      .boolean(
        "normalize_observations", \.normalizeObservations,
        "scale observations to mean 0 and deviation 1 by running moments, limited to ±10 "
          + "(SB3: VecNormalize norm_obs)"),
      .boolean(
        "normalize_rewards", \.normalizeRewards,
        "divide rewards by the running deviation of the discounted return, limited to ±10; the "
          + "statistics stay on the agent (SB3: VecNormalize norm_reward)"),
    ]
  }

  private static var optimizationSettings: [Setting<PPOSettings>] {
    [
      .integer(
        "minibatch", \.minibatch, unit: "samples", range: 1...1_000_000,
        "samples per gradient step; at most one rollout (SB3: batch_size)"),
      .integer(
        "epochs", \.epochs, range: 1...1000, "passes over each rollout (SB3: n_epochs)"),
      .number(
        "learning_rate", \.learningRate, range: 0...10, "Adam's step size (SB3: learning_rate)"),
      .choice(
        "learning_rate_schedule", \.learningRateSchedule,
        "whether the learning rate falls to 0 over the fleet's whole training"),
      .number(
        "adam_epsilon", \.adamEpsilon, range: 1e-12...1,
        "added to the root in Adam's denominator (SB3 and OpenAI baselines: 1e-5)"),
      .number(
        "max_gradient_norm", \.maxGradientNorm, range: 0...1e9,
        "limit of the gradient's norm over all parameters; 0 is none (SB3: max_grad_norm)"),
      .number(
        "target_kl", \.targetKL, unit: "nat", range: 0...1e9,
        "stop a rollout's epochs once the divergence from the collecting policy passes 1.5 times "
          + "this; 0 is never (SB3: target_kl)"),
      .choice(
        "optimizer_on_sync", \.optimizerOnSync,
        "Adam's state when fleet weights arrive: rel keeps moments and restarts the step count "
          + "(arXiv:2412.17113), keep, reset"),
    ]
  }

  private static var lossSettings: [Setting<PPOSettings>] {
    [
      .number(
        "clip", \.clip, range: 0...10,
        "limit of the probability ratio's distance from 1 (SB3: clip_range)"),
      .choice(
        "clip_schedule", \.clipSchedule,
        "whether the clip falls to 0 over the fleet's whole training"),
      .number(
        "clip_value", \.clipValue, unit: "return", range: 0...1e9,
        "limit of a value's change per rollout; 0 is none (SB3: clip_range_vf)"),
      .number("entropy", \.entropy, range: 0...1e3, "weight of the entropy bonus (SB3: ent_coef)"),
      .number(
        "value_coefficient", \.valueCoefficient, range: 0...1e3,
        "weight of the value loss, a mean squared error without one half (SB3: vf_coef)"),
      .boolean(
        "normalize_advantage", \.normalizeAdvantage,
        "scale advantages to mean 0 and deviation 1 within each minibatch "
          + "(SB3: normalize_advantage)"),
    ]
  }

  private static var networkSettings: [Setting<PPOSettings>] {
    [
      .list(
        "hidden", \.hidden, unit: "units", range: "integers in 1...4096",
        "widths of the hidden layers (SB3: net_arch)", encode: { .integer($0) },
        decode: { value in
          guard case .integer(let width) = value, (1...4096).contains(width) else { return nil }
          return width
        }),
      .choice(
        "trunk", \.trunk, "whether actor and critic share their hidden layers (SB3: separate)"),
      .choice("activation", \.activation, "of hidden layers (SB3: activation_fn)"),
      .choice(
        "memory", \.memory,
        "what the policy remembers of earlier observations: none, or gru, gated recurrent units in "
          + "front of the hidden layers (arXiv:1406.1078)"),
      .integer(
        "memory_units", \.memoryUnits, unit: "units", range: 1...4096,
        "width of the memory; actor and critic have one each unless they share a trunk"),
      .integer(
        "sequence", \.sequence, unit: "steps", range: 1...1_000_000,
        "steps in a row that a policy with a memory learns from at once, from the state it had; "
          + "steps and minibatch must be multiples of it"),
      FilterSettings.setting(\.filters),
      .number(
        "log_std_init", \.logStdInit, range: -20...2,
        "first log standard deviation of continuous actions (SB3: log_std_init)"),
    ]
  }
}
