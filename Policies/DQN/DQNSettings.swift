public import FedRLCore
public import FedRLNetworks

/// Settings of DQN and its extensions. Defaults are those of Stable-Baselines3 2.x where it has the
/// setting, but for the replay memory, which here fits a robot.
public struct DQNSettings: SettingsGroup, Equatable {
  /// B.
  public var environments = 1
  /// Environment steps of each copy between phases of updates.
  public var trainEvery = 4
  /// Gradient steps per phase; 0: as many as environment steps were collected.
  public var gradientSteps = 1
  public var learningStarts = 100
  public var gamma = 0.99
  public var returnSteps = 1
  /// Transitions.
  public var replayCapacity = 100_000
  public var minibatch = 32
  public var learningRate = 1e-4
  public var learningRateSchedule = Schedule.constant
  public var adamEpsilon = 1e-8
  /// 0: off.
  public var maxGradientNorm = 10.0
  /// Environment steps.
  public var targetEvery = 10_000
  public var targetRate = 1.0
  public var targetOnSync = TargetOnSync.follow
  public var optimizerOnSync = OptimizerOnSync.rel
  public var explorationInitial = 1.0
  public var explorationFinal = 0.05
  public var explorationFraction = 0.1
  public var double = false
  public var dueling = false
  public var prioritized = false
  public var priorityExponent = 0.6
  public var importanceInitial = 0.4
  /// α; 0: off.
  public var munchausen = 0.0
  public var munchausenTemperature = 0.03
  public var munchausenLimit = -1.0
  /// N; 0: values are means, not distributions.
  public var quantiles = 0
  public var normalizeObservations = false
  public var hidden = [64, 64]
  public var activation = Activation.relu
  /// Convolutions of an observation's images, first layer first; empty where images count as numbers.
  public var filters: [FilterSettings] = []

  public init() {}

  /// What becomes of the target network when the fleet's weights replace the agent's.
  public enum TargetOnSync: String, Sendable, CaseIterable {
    /// It takes the fleet's weights too, and its count of steps restarts.
    case follow
    /// It stays.
    case keep
  }

  public static var settings: [Setting<DQNSettings>] {
    collectingSettings + replaySettings + optimizationSettings + targetSettings + networkSettings
  }

  public func validate() -> [(setting: String, message: String)] {
    var problems: [(setting: String, message: String)] = []
    if munchausen > 0, returnSteps > 1 {
      problems.append(
        (
          "return_steps",
          "expected 1 with munchausen, whose reward is one step's, got \(returnSteps)"
        ))
    }
    if munchausen > 0, double {
      problems.append(
        (
          "double",
          "expected false with munchausen, whose target is an expectation over all actions"
        ))
    }
    if replayCapacity < minibatch {
      problems.append(
        ("replay_capacity", "expected at least a minibatch (\(minibatch)), got \(replayCapacity)"))
    }
    if explorationFinal > explorationInitial {
      problems.append(
        (
          "exploration_final",
          "expected at most exploration_initial (\(explorationInitial)), got \(explorationFinal)"
        ))
    }
    return problems
  }

  private static var collectingSettings: [Setting<DQNSettings>] {
    [
      .integer(
        "environments", \.environments, unit: "copies", range: 1...4096,
        "copies of the environment each agent steps together (SB3: n_envs)"),
      .integer(
        "train_every", \.trainEvery, unit: "steps", range: 1...1_000_000,
        "environment steps of each copy between phases of gradient steps (SB3: train_freq)"),
      .integer(
        "gradient_steps", \.gradientSteps, unit: "steps", range: 0...1_000_000,
        "gradient steps per phase; 0 is as many as environment steps (SB3: gradient_steps, there -1)"
      ),
      .integer(
        "learning_starts", \.learningStarts, unit: "steps", range: 0...1_000_000_000,
        "environment steps of an agent's first, wholly random acting, without gradient steps "
          + "(SB3: learning_starts)"),
      .number("gamma", \.gamma, range: 0...1, "discount per step (arXiv:1312.5602)"),
      .number(
        "exploration_initial", \.explorationInitial, range: 0...1,
        "share of random actions at the fleet's first round (SB3: exploration_initial_eps)"),
      .number(
        "exploration_final", \.explorationFinal, range: 0...1,
        "share of random actions from exploration_fraction on (SB3: exploration_final_eps)"),
      .number(
        "exploration_fraction", \.explorationFraction, range: 0...1,
        "part of the fleet's whole training over which the share of random actions falls, linearly "
          + "(SB3: exploration_fraction)"),
      .boolean(
        "normalize_observations", \.normalizeObservations,
        "scale observations to mean 0 and deviation 1 by running moments, limited to ±10"),
    ]
  }

  private static var replaySettings: [Setting<DQNSettings>] {
    [
      .integer(
        "replay_capacity", \.replayCapacity, unit: "transitions", range: 1...1_000_000_000,
        "transitions that an agent remembers; fewer where its device has less memory "
          + "(SB3: buffer_size, there 1,000,000)"),
      .integer(
        "return_steps", \.returnSteps, unit: "steps", range: 1...1000,
        "rewards that a target sums before it bootstraps (SB3: n_steps; Sutton 1988)"),
      .boolean(
        "prioritized", \.prioritized,
        "draw transitions in proportion to a power of their last error (arXiv:1511.05952)"),
      .number(
        "priority_exponent", \.priorityExponent, range: 0...1,
        "that power, α (arXiv:1511.05952, eq. 1)"),
      .number(
        "importance_initial", \.importanceInitial, range: 0...1,
        "first power of the weights that correct for prioritised drawing, β; it rises to 1 with the "
          + "fleet's progress (arXiv:1511.05952, section 3.4)"),
    ]
  }

  private static var optimizationSettings: [Setting<DQNSettings>] {
    [
      .integer(
        "minibatch", \.minibatch, unit: "samples", range: 1...100_000,
        "transitions per gradient step (SB3: batch_size)"),
      .number(
        "learning_rate", \.learningRate, range: 0...10, "Adam's step size (SB3: learning_rate)"),
      .choice(
        "learning_rate_schedule", \.learningRateSchedule,
        "whether the learning rate falls to 0 over the fleet's whole training"),
      .number(
        "adam_epsilon", \.adamEpsilon, range: 1e-12...1,
        "added to the root in Adam's denominator (PyTorch: 1e-8)"),
      .number(
        "max_gradient_norm", \.maxGradientNorm, range: 0...1e9,
        "limit of the gradient's norm over all parameters; 0 is none (SB3: max_grad_norm)"),
      .choice(
        "optimizer_on_sync", \.optimizerOnSync,
        "Adam's state when fleet weights arrive: rel keeps moments and restarts the step count "
          + "(arXiv:2412.17113), keep, reset"),
    ]
  }

  private static var targetSettings: [Setting<DQNSettings>] {
    [
      .integer(
        "target_every", \.targetEvery, unit: "steps", range: 1...1_000_000_000,
        "environment steps of an agent between updates of its target network "
          + "(SB3: target_update_interval)"),
      .number(
        "target_rate", \.targetRate, range: 1e-6...1,
        "part of the way that the target network goes to the trained one at an update; 1 is a copy "
          + "(SB3: tau)"),
      .choice(
        "target_on_sync", \.targetOnSync,
        "the target network when fleet weights arrive: follow takes them too, keep"),
      .boolean(
        "double", \.double,
        "let the trained network choose the action that the target network values "
          + "(arXiv:1509.06461)"),
      .number(
        "munchausen", \.munchausen, range: 0...1,
        "weight of the scaled log-policy that is added to rewards, α; 0 is off, the paper has 0.9 "
          + "(arXiv:2007.14430)"),
      .number(
        "munchausen_temperature", \.munchausenTemperature, unit: "return", range: 1e-6...1e6,
        "temperature of its soft policy, τ (arXiv:2007.14430: 0.03)"),
      .number(
        "munchausen_limit", \.munchausenLimit, range: -1e6...0,
        "least value of the scaled log-policy, l₀ (arXiv:2007.14430: -1)"),
    ]
  }

  private static var networkSettings: [Setting<DQNSettings>] {
    [
      .list(
        "hidden", \.hidden, unit: "units", range: "integers in 1...4096",
        "widths of the hidden layers (SB3: net_arch)", encode: { .integer($0) },
        decode: { value in
          guard case .integer(let width) = value, (1...4096).contains(width) else { return nil }
          return width
        }),
      .choice("activation", \.activation, "of hidden layers (SB3: activation_fn)"),
      FilterSettings.setting(\.filters),
      .boolean(
        "dueling", \.dueling,
        "a stream of its own for the state's value and one for actions' advantages; each has the last "
          + "hidden layer for itself (arXiv:1511.06581)"),
      .integer(
        "quantiles", \.quantiles, range: 0...1000,
        "quantiles of the return's distribution that are learned per action, as QR-DQN; 0 learns its "
          + "mean (arXiv:1710.10044; SB3-contrib: 200)"),
    ]
  }
}
