public import FedRLCore
import FedRLNetworks
public import FedRLNumerics

/// What PPO keeps for one agent from turn to turn: Adam's moments, where its copies of the environment
/// stand, and its own reward statistics. No rollouts, no gradients, no networks.
public final class PPOMemory: AgentMemory {
  /// One copy's running episode.
  package struct Running: BitwiseCopyable, Equatable {
    /// Σ γ^… r, reset where an episode ends: what reward scaling measures.
    package var discountedReturn = 0.0
    package var episode = RunningEpisode()
  }

  /// Count, mean and M2 of the discounted return, begun as Stable-Baselines3's `RunningMeanStd`: as if
  /// 10⁻⁴ samples of variance 1 had been seen.
  package struct ReturnStatistics: BitwiseCopyable, Equatable {
    package var count = 1e-4
    package var mean = 0.0
    package var m2 = 1e-4

    mutating func add(_ value: Double) {
      count += 1
      let delta = value - mean
      mean += delta / count
      m2 += delta * (value - mean)
    }
    /// What a reward is multiplied with.
    package var scale: Double { 1 / (m2 / count + 1e-8).squareRoot() }
  }

  /// `[parameters]`
  package let firstMoments: FloatBuffer
  /// `[parameters]`
  package let secondMoments: FloatBuffer
  /// Adam's t: steps since the last restart.
  package var adamSteps = 0
  /// `[B, observations]`, raw: what the next action is chosen from.
  package let observations: FloatBuffer
  /// `[memories, B, units]`: what a policy with a memory remembers.
  package let states: FloatBuffer
  /// `[B]`
  package let running: UnsafeMutablePointer<Running>
  let copies: Int
  package var returnStatistics = ReturnStatistics()

  /// - Parameter stateWidth: elements that the policy remembers per copy.
  init(parameters: Int, copies: Int, observationWidth: Int, stateWidth: Int) {
    firstMoments = FloatBuffer(count: parameters)
    secondMoments = FloatBuffer(count: parameters)
    observations = FloatBuffer(count: copies * observationWidth)
    states = FloatBuffer(count: copies * stateWidth)
    self.copies = copies
    running = .allocate(capacity: copies)
    running.initialize(repeating: Running(), count: copies)
  }

  deinit { running.deallocate() }

  public var byteCount: Int {
    4 * (firstMoments.count + secondMoments.count + observations.count + states.count)
      + copies * MemoryLayout<Running>.stride + 128
  }

  /// Prepares Adam for a turn that starts from weights that may not be the agent's own.
  func synchronize(_ rule: OptimizerOnSync) {
    switch rule {
    case .keep: break
    case .rel: adamSteps = 0
    case .reset:
      adamSteps = 0
      firstMoments.fill(0)
      secondMoments.fill(0)
    }
  }

  public func encodeState(into encoder: inout StateEncoder) {
    encoder.encode(UnsafeBufferPointer(firstMoments.buffer))
    encoder.encode(UnsafeBufferPointer(secondMoments.buffer))
    encoder.encode(UInt64(adamSteps))
    encoder.encode(UnsafeBufferPointer(observations.buffer))
    encoder.encode(UnsafeBufferPointer(start: running, count: copies))
    encoder.encode([returnStatistics])
    if states.count > 0 { encoder.encode(UnsafeBufferPointer(states.buffer)) }
  }

  public func decodeState(from decoder: inout StateDecoder) throws {
    try firstMoments.decode(from: &decoder, "first moments in a learner's memory")
    try secondMoments.decode(from: &decoder, "second moments in a learner's memory")
    adamSteps = Int(truncatingIfNeeded: try decoder.decode(UInt64.self))
    try observations.decode(from: &decoder, "observations in a learner's memory")
    let running = try decoder.decodeArray(of: Running.self)
    let statistics = try decoder.decodeArray(of: ReturnStatistics.self)
    guard running.count == copies, statistics.count == 1 else {
      throw StateDecoder.Failure.invalid(
        "a learner's memory of \(running.count) copies, expected \(copies)")
    }
    if states.count > 0 { try states.decode(from: &decoder, "states in a learner's memory") }
    self.running.update(from: running, count: copies)
    returnStatistics = statistics[0]
  }
}
