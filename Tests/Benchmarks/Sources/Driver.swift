import FedRLCore
import FedRLNumerics

/// Steps a batch with actions that were drawn beforehand, so that nothing but the world is measured.
final class Driver {
  private let batch: any BatchEnvironment
  /// `[blocks, B, width]`
  private let actions: [Float]
  private let block: Int
  private var observations: [Float]
  private var finals: [Float]
  private var rewards: [Float]
  private var ends: [EpisodeEnd]
  private let blocks: Int

  /// - Parameter hold: steps that an action is kept for, so that a robot gets somewhere.
  init(_ kind: any EnvironmentKind, copies: Int, hold: Int = 1, seed: UInt64 = 1) {
    batch = kind.makeBatch(count: copies)
    let specification = kind.specification
    let blocks = 256
    self.blocks = blocks
    block = copies * specification.actions.width
    var random = RandomStream(seed: seed)
    var actions = [Float](repeating: 0, count: blocks * block)
    for step in 0..<blocks {
      for index in 0..<block {
        let place = step * block + index
        if step % hold != 0 {
          actions[place] = actions[place - block]
        } else {
          switch specification.actions {
          case .discrete(let count): actions[place] = Float(random.integer(below: count))
          case .box: actions[place] = Float(random.uniform(-1, 1))
          }
        }
      }
    }
    self.actions = actions
    observations = [Float](repeating: 0, count: copies * specification.observations.count)
    finals = observations
    rewards = [Float](repeating: 0, count: copies)
    ends = [EpisodeEnd](repeating: .none, count: copies)
    var span = observations.mutableSpan
    batch.reset(random: RandomStream(seed: seed), into: &span)
  }

  /// Steps all copies through all actions once.
  /// - Returns: environment steps.
  func run() -> Double {
    var observationSpan = observations.mutableSpan
    var rewardSpan = rewards.mutableSpan
    var endSpan = ends.mutableSpan
    var finalSpan = finals.mutableSpan
    let all = actions.span
    for step in 0..<blocks {
      batch.step(
        all.extracting((step * block)..<((step + 1) * block)), into: &observationSpan,
        rewards: &rewardSpan, ends: &endSpan, finalObservations: &finalSpan)
    }
    return Double(blocks * batch.count)
  }
}
