import FedRLCore
import FedRLNumerics

/// Steps a batch with actions that were drawn beforehand, so that nothing but the world is measured.
final class Driver {
  private let batch: any BatchEnvironment
  /// `[blocks, B, width]`
  private let actions: [Float]
  /// Numbers in one step's actions of all copies.
  private let width: Int
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
    width = copies * specification.actions.width
    var random = RandomStream(seed: seed)
    var actions = [Float](repeating: 0, count: blocks * width)
    for step in 0..<blocks {
      for index in 0..<width {
        let place = step * width + index
        if step % hold != 0 {
          actions[place] = actions[place - width]
        } else {
          switch specification.actions {
          case .discrete(let count): actions[place] = Float(random.integer(below: count))
          case .box: actions[place] = Float(random.uniform(-1, 1))
          }
        }
      }
    }
    self.actions = actions
    var observations = [Float](repeating: 0, count: copies * specification.observations.count)
    finals = observations
    rewards = [Float](repeating: 0, count: copies)
    ends = [EpisodeEnd](repeating: .none, count: copies)
    var span = observations.mutableSpan
    batch.reset(random: RandomStream(seed: seed), into: &span)
    self.observations = observations
  }

  /// Steps all copies through all actions once.
  /// - Returns: environment steps.
  func run() -> Double {
    step(with: actions, into: &observations, rewards: &rewards, ends: &ends, finals: &finals)
    return Double(blocks * batch.count)
  }

  private func step(
    with actions: [Float], into observations: inout [Float], rewards: inout [Float],
    ends: inout [EpisodeEnd],
    finals: inout [Float]
  ) {
    var observationSpan = observations.mutableSpan
    var rewardSpan = rewards.mutableSpan
    var endSpan = ends.mutableSpan
    var finalSpan = finals.mutableSpan
    let all = actions.span
    for block in 0..<blocks {
      batch.step(
        all.extracting((block * width)..<((block + 1) * width)), into: &observationSpan,
        rewards: &rewardSpan, ends: &endSpan, finalObservations: &finalSpan)
    }
  }
}
