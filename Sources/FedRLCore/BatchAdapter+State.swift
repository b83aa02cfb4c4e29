public import FedRLNumerics

extension BatchAdapter where E: ~Copyable {
  public func encodeState(into encoder: inout StateEncoder) {
    encoder.encode(count)
    encoder.encode(observationCount)
    encoder.encode(random)
    for copy in 0..<count {
      let episode = episodes[copy]
      encoder.encode(episode.index)
      encoder.encode(episode.steps)
      encoder.encode(
        Array(
          UnsafeBufferPointer(
            start: current.pointer + copy * observationCount, count: observationCount)))
      if let snapshots {
        snapshots.encode(environments[copy], &encoder)
      } else {
        encoder.encode(episode.actions)
      }
    }
  }

  public func decodeState(
    from decoder: inout StateDecoder, into observations: inout MutableSpan<Float>
  ) throws {
    let name = specification.name
    let saved = (copies: try decoder.decode(Int.self), width: try decoder.decode(Int.self))
    guard saved == (count, observationCount) else {
      throw StateDecoder.Failure.invalid(
        "\(name): saved with \(saved.copies) copies of \(saved.width) observed values, "
          + "expected \(count) of \(observationCount)")
    }
    random = try decoder.decode(RandomStream.self)
    for copy in 0..<count {
      episodes[copy].seeds = random.seeds("episode", UInt64(copy))
      episodes[copy].index = try decoder.decode(UInt64.self)
      let steps = try decoder.decode(Int.self)
      let observation = try decoder.decodeArray(of: Float.self)
      guard steps >= 0, observation.count == observationCount else {
        throw StateDecoder.Failure.invalid(
          "\(name): copy \(copy) was saved at step \(steps) with \(observation.count) observed values"
        )
      }
      begin(copy)
      if let snapshots {
        try snapshots.decode(&environments[copy], &decoder)
        episodes[copy].steps = steps
        for index in observation.indices {
          current[copy * observationCount + index] = observation[index]
        }
      } else {
        try replay(copy, try decoder.decodeArray(of: Float.self), steps: steps, to: observation)
      }
    }
    copyCurrent(into: &observations)
  }

  /// Repeats a saved episode, which must arrive at the saved observation, bit for bit.
  private func replay(_ copy: Int, _ actions: [Float], steps: Int, to observation: [Float]) throws {
    let name = specification.name
    guard actions.count == steps * actionMap.width else {
      throw StateDecoder.Failure.invalid(
        "\(name): copy \(copy) was saved with \(actions.count) action values for \(steps) steps")
    }
    for step in 0..<steps {
      for index in 0..<actionMap.width {
        actionMap.row[index] = actions[step * actionMap.width + index]
      }
      guard act(copy).end == .none else {
        throw StateDecoder.Failure.invalid(
          "\(name): replaying copy \(copy) ended its episode at step \(step + 1) of \(steps)")
      }
    }
    for index in observation.indices {
      let replayed = current[copy * observationCount + index]
      if replayed.bitPattern != observation[index].bitPattern {
        throw StateDecoder.Failure.invalid(
          "\(name): replaying copy \(copy) to step \(steps) gave \(replayed) for observation "
            + "\(index), expected \(observation[index])")
      }
    }
  }
}
