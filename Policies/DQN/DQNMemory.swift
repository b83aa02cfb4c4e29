public import FedRLCore
import FedRLNetworks
public import FedRLNumerics

/// What DQN keeps for one agent from turn to turn: the replay memory, which never leaves it, Adam's
/// moments, the target network, and where its copies of the environment stand.
public final class DQNMemory: AgentMemory {
  /// `[parameters]`
  package let firstMoments: FloatBuffer
  /// `[parameters]`
  package let secondMoments: FloatBuffer
  /// Adam's t: steps since the last restart.
  package var adamSteps = 0
  /// `[parameters]`: the target network.
  package let target: FloatBuffer
  /// Whether `target` was never set.
  package var isFresh = true
  /// Steps of all copies together since the target network was last updated.
  package var stepsSinceTarget = 0
  /// Environment steps over all copies, ever.
  package var environmentSteps = 0
  /// `[B, observations]`, raw: what the next action is chosen from.
  package let observations: FloatBuffer
  package let replay: ReplayMemory
  /// `[B]`
  package var running: [RunningEpisode]

  init(
    parameters: Int, copies: Int, observationWidth: Int, choices: Int, capacity: Int,
    isPrioritized: Bool
  ) {
    firstMoments = FloatBuffer(count: parameters)
    secondMoments = FloatBuffer(count: parameters)
    target = FloatBuffer(count: parameters)
    observations = FloatBuffer(count: copies * observationWidth)
    replay = ReplayMemory(
      capacity: capacity, copies: copies, observationWidth: observationWidth, choices: choices,
      isPrioritized: isPrioritized)
    running = [RunningEpisode](repeating: .init(), count: copies)
  }

  public var byteCount: Int {
    4 * (3 * firstMoments.count + observations.count) + replay.byteCount
      + running.count * MemoryLayout<RunningEpisode>.stride + 256
  }

  /// Prepares for a turn that starts from weights that may not be the agent's own.
  func synchronize(
    _ optimizer: OptimizerOnSync, _ target: DQNSettings.TargetOnSync,
    weights: UnsafePointer<Float>
  ) {
    switch optimizer {
    case .keep: break
    case .rel: adamSteps = 0
    case .reset:
      adamSteps = 0
      firstMoments.fill(0)
      secondMoments.fill(0)
    }
    if target == .follow { copyTarget(weights) }
  }

  /// Makes the target network a copy.
  func copyTarget(_ weights: UnsafePointer<Float>) {
    target.pointer.update(from: weights, count: target.count)
    stepsSinceTarget = 0
    isFresh = false
  }

  public func encodeState(into encoder: inout StateEncoder) {
    encoder.encode(UnsafeBufferPointer(firstMoments.buffer))
    encoder.encode(UnsafeBufferPointer(secondMoments.buffer))
    encoder.encode(UnsafeBufferPointer(target.buffer))
    encoder.encode([adamSteps, isFresh ? 1 : 0, stepsSinceTarget, environmentSteps])
    encoder.encode(UnsafeBufferPointer(observations.buffer))
    encoder.encode(running)
    replay.encodeState(into: &encoder)
  }

  public func decodeState(from decoder: inout StateDecoder) throws {
    try firstMoments.decode(from: &decoder, "first moments in a learner's memory")
    try secondMoments.decode(from: &decoder, "second moments in a learner's memory")
    try target.decode(from: &decoder, "target weights in a learner's memory")
    let counts = try decoder.decodeArray(of: Int.self)
    try observations.decode(from: &decoder, "observations in a learner's memory")
    let running = try decoder.decodeArray(of: RunningEpisode.self)
    guard counts.count == 4, counts.allSatisfy({ $0 >= 0 }), running.count == self.running.count
    else {
      throw StateDecoder.Failure.invalid(
        "a learner's memory of \(running.count) copies, expected \(self.running.count)")
    }
    adamSteps = counts[0]
    isFresh = counts[1] == 1
    stepsSinceTarget = counts[2]
    environmentSteps = counts[3]
    self.running = running
    try replay.decodeState(from: &decoder)
  }
}
