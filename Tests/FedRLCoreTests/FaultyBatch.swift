import FedRLCore
import FedRLNumerics

/// A batch of walkers that breaks a promise which only batches give.
final class FaultyBatch: BatchEnvironment {
  enum Fault {
    case finalIsNext, finalAlwaysWritten, finalUnwritten, hidesTruncation, rewardTellsBatchSize
    case copiesInfluenceEachOther, rewardsRawActions, swallowsDamage, stepsDependOnAge
  }

  let base: any BatchEnvironment
  let fault: Fault
  var age: Float = 0

  init(count: Int, _ fault: Fault) {
    base = BatchAdapter<Walker>(count: count) { Walker() }
    self.fault = fault
  }

  var specification: EnvironmentSpecification { base.specification }
  var count: Int { base.count }

  func reset(random: RandomStream, into observations: inout MutableSpan<Float>) {
    base.reset(random: random, into: &observations)
  }

  func step(
    _ actions: Span<Float>, into observations: inout MutableSpan<Float>,
    rewards: inout MutableSpan<Float>, ends: inout MutableSpan<EpisodeEnd>,
    finalObservations: inout MutableSpan<Float>
  ) {
    age += 1
    var finals = [Float](repeating: 0, count: finalObservations.count)
    var finalSpan = finals.mutableSpan
    base.step(
      actions, into: &observations, rewards: &rewards, ends: &ends, finalObservations: &finalSpan)
    let width = specification.observations.count
    for copy in 0..<count {
      let ended = ends[copy] != .none
      for index in copy * width..<(copy + 1) * width {
        switch fault {
        case .finalIsNext: if ended { finalObservations[index] = observations[index] }
        case .finalAlwaysWritten: finalObservations[index] = finals[index]
        case .finalUnwritten: break
        default: if ended { finalObservations[index] = finals[index] }
        }
      }
      if fault == .hidesTruncation && ends[copy] == .truncated { ends[copy] = .none }
      if fault == .rewardTellsBatchSize { rewards[copy] += Float(count) }
      if fault == .copiesInfluenceEachOther { rewards[copy] += actions[count - 1] }
      if fault == .rewardsRawActions { rewards[copy] += actions[copy] }
      if fault == .stepsDependOnAge { rewards[copy] += age }
    }
  }

  func writeFinalMetrics(ofCopy index: Int, into values: inout MutableSpan<Double>) {
    base.writeFinalMetrics(ofCopy: index, into: &values)
  }
  func writeMetrics(ofCopy index: Int, into values: inout MutableSpan<Double>) {
    base.writeMetrics(ofCopy: index, into: &values)
  }

  func encodeState(into encoder: inout StateEncoder) { base.encodeState(into: &encoder) }

  func decodeState(
    from decoder: inout StateDecoder, into observations: inout MutableSpan<Float>
  ) throws {
    if fault == .swallowsDamage {
      try? base.decodeState(from: &decoder, into: &observations)
    } else {
      try base.decodeState(from: &decoder, into: &observations)
    }
  }
}
