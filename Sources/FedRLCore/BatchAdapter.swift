public import FedRLNumerics

/// B copies of a plain environment, driven as a batch.
///
/// Maps box actions from [−1, 1] to physical units, truncates at the specification's step limit, resets
/// in the same step and keeps the final observation and metrics. A step allocates nothing, but for the
/// amortised growth of the action log that non-snapshot environments need to be resumed.
public final class BatchAdapter<E: Environment & ~Copyable>: BatchEnvironment {
  public let specification: EnvironmentSpecification
  public let count: Int
  /// `[B]`
  @usableFromInline let environments: UnsafeMutablePointer<E>
  /// `[B]`
  @usableFromInline let episodes: UnsafeMutablePointer<AdapterEpisode>
  /// `nil` where episodes are restored by replaying their actions.
  @usableFromInline let snapshots: SnapshotCoding<E>?

  @usableFromInline let observationCount: Int
  @usableFromInline let metricCount: Int
  @usableFromInline let stepLimit: Int
  @usableFromInline let actionMap: ActionMap
  /// `[B, observations]`: what the caller was last given.
  @usableFromInline let current: FloatBuffer
  /// `[B, metrics]`
  @usableFromInline let finalMetrics: UnsafeMutablePointer<Double>
  /// `[B, listMetrics]`: their room is kept, so that later episodes allocate nothing.
  @usableFromInline var finalLists: [[Double]]
  @usableFromInline var random = RandomStream(seed: 0)

  /// - Parameters:
  ///   - count: B, at least 1.
  ///   - make: called B times; all environments must have the same specification.
  public convenience init(count: Int, make: () throws -> E) rethrows {
    try self.init(count: count, snapshots: nil, make: make)
  }

  /// As `init(count:make:)`; episodes are saved by the environment's own snapshots.
  public convenience init(count: Int, make: () throws -> E) rethrows
  where E: SnapshotEnvironment {
    try self.init(count: count, snapshots: SnapshotCoding(), make: make)
  }

  private init(count: Int, snapshots: SnapshotCoding<E>?, make: () throws -> E) rethrows {
    precondition(count > 0, "a batch of \(count) environments was asked for")
    environments = .allocate(capacity: count)
    var made = 0
    do {
      while made < count {
        (environments + made).initialize(to: try make())
        made += 1
      }
    } catch {
      environments.deinitialize(count: made)
      environments.deallocate()
      throw error
    }
    let specification = environments[0].specification
    self.specification = specification
    self.count = count
    self.snapshots = snapshots
    observationCount = specification.observations.count
    metricCount = specification.metrics.count
    stepLimit = specification.maximumEpisodeSteps ?? Int.max
    actionMap = ActionMap(specification.actions)
    current = FloatBuffer(count: count * specification.observations.count)
    finalMetrics = .allocate(capacity: max(count * specification.metrics.count, 1))
    finalMetrics.initialize(repeating: .nan, count: count * specification.metrics.count)
    finalLists = .init(repeating: [], count: count * specification.listMetrics.count)
    episodes = .allocate(capacity: count)
    episodes.initialize(repeating: AdapterEpisode(), count: count)
  }

  deinit {
    environments.deinitialize(count: count)
    environments.deallocate()
    episodes.deinitialize(count: count)
    episodes.deallocate()
    finalMetrics.deallocate()
  }

  @inlinable
  public func reset(random: RandomStream, into observations: inout MutableSpan<Float>) {
    self.random = random
    for copy in 0..<count {
      episodes[copy].seeds = random.seeds("episode", UInt64(copy))
      episodes[copy].index = 0
      begin(copy)
    }
    copyCurrent(into: &observations)
  }

  @inlinable
  public func step(
    _ actions: Span<Float>, into observations: inout MutableSpan<Float>,
    rewards: inout MutableSpan<Float>, ends: inout MutableSpan<EpisodeEnd>,
    finalObservations: inout MutableSpan<Float>
  ) {
    let width = actionMap.width
    precondition(
      actions.count == count * width,
      "\(actions.count) action values for \(count) copies of width \(width)")
    for copy in 0..<count {
      for index in 0..<width {
        actionMap.row[index] = actionMap.physical(actions[copy * width + index], at: index)
      }
      let outcome = act(copy)
      rewards[copy] = outcome.reward
      ends[copy] = outcome.end
      if outcome.end != .none {
        let row = current.pointer + copy * observationCount
        let first = copy * observationCount
        finalObservations.withUnsafeMutableBufferPointer {
          UnsafeMutableBufferPointer(rebasing: $0[first..<(first + observationCount)])
            .baseAddress!.update(from: row, count: observationCount)
        }
        keepMetrics(copy)
        episodes[copy].index += 1
        begin(copy)
      }
    }
    copyCurrent(into: &observations)
  }

  /// Applies the row in `actionMap` to one copy; its observation goes to `current`.
  @inlinable @inline(__always)
  func act(_ copy: Int) -> StepOutcome {
    if snapshots == nil {
      for index in 0..<actionMap.width { episodes[copy].actions.append(actionMap.row[index]) }
    }
    episodes[copy].steps += 1
    var row = MutableSpan(
      _unsafeStart: current.pointer + copy * observationCount, count: observationCount)
    let pointer = actionMap.row.pointer
    let action = Span(_unsafeStart: pointer, count: actionMap.width)
    var outcome = environments[copy].step(action, into: &row)
    if outcome.end == .none && episodes[copy].steps >= stepLimit { outcome.end = .truncated }
    return outcome
  }

  /// Starts the episode that `episodes[copy]` names.
  @inlinable
  func begin(_ copy: Int) {
    episodes[copy].begin()
    var row = MutableSpan(
      _unsafeStart: current.pointer + copy * observationCount, count: observationCount)
    environments[copy].reset(seed: episodes[copy].seed, into: &row)
  }

  @inlinable
  func keepMetrics(_ copy: Int) {
    var row = MutableSpan(_unsafeStart: finalMetrics + copy * metricCount, count: metricCount)
    environments[copy].writeMetrics(into: &row)
    let lists = specification.listMetrics.count
    for list in 0..<lists {
      let place = copy * lists + list
      finalLists[place].removeAll(keepingCapacity: true)
      environments[copy].appendListMetric(list, to: &finalLists[place])
    }
  }

  @inlinable @inline(__always)
  func copyCurrent(into observations: inout MutableSpan<Float>) {
    precondition(
      observations.count == current.count,
      "room for \(observations.count) observed values, \(current.count) needed")
    observations.withUnsafeMutableBufferPointer {
      $0.baseAddress!.update(from: current.pointer, count: current.count)
    }
  }

  public func writeFinalMetrics(ofCopy index: Int, into values: inout MutableSpan<Double>) {
    precondition(index >= 0 && index < count, "copy \(index) of \(count)")
    for metric in 0..<metricCount { values[metric] = finalMetrics[index * metricCount + metric] }
  }

  public func finalListMetric(_ list: Int, ofCopy index: Int) -> [Double] {
    precondition(index >= 0 && index < count, "copy \(index) of \(count)")
    return finalLists[index * specification.listMetrics.count + list]
  }

  public func writeMetrics(ofCopy index: Int, into values: inout MutableSpan<Double>) {
    precondition(index >= 0 && index < count, "copy \(index) of \(count)")
    environments[index].writeMetrics(into: &values)
  }

  public func writeActionMasks(into masks: inout MutableSpan<Float>) {
    let choices = specification.actions.policyOutputs
    precondition(
      masks.count == count * choices, "room for \(masks.count) mask values for \(count)×\(choices)")
    masks.withUnsafeMutableBufferPointer { masks in
      for copy in 0..<count {
        var row = MutableSpan(_unsafeStart: masks.baseAddress! + copy * choices, count: choices)
        environments[copy].writeActionMask(into: &row)
      }
    }
  }

  /// The environments, and their episodes as they would be saved.
  public var byteCount: Int {
    var encoder = StateEncoder()
    encodeState(into: &encoder)
    var bytes = encoder.bytes.count + count * MemoryLayout<E>.stride
    for copy in 0..<count { bytes += environments[copy].byteCount }
    return bytes
  }

  /// Lends one copy to tests that put it into a state of their own.
  package func withEnvironment(_ index: Int, _ body: (inout E) -> Void) {
    precondition(index >= 0 && index < count, "copy \(index) of \(count)")
    body(&environments[index])
  }

  public func draw(copy index: Int, into drawing: inout Drawing) {
    precondition(index >= 0 && index < count, "copy \(index) of \(count)")
    environments[index].draw(into: &drawing)
  }
}
