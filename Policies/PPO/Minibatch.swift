package import FedRLNetworks
import FedRLNumerics

/// Samples of one gradient step, as pointers into arrays that outlive it. M is `count`.
package struct MinibatchView {
  /// M.
  package var count: Int
  /// `[M, observations]`, as the network sees them.
  package var observations: UnsafePointer<Float>
  /// `[M, width]`: unclipped, or a choice's index.
  package var actions: UnsafePointer<Float>
  /// `[M, choices]`: 1 where possible; `nil` where all are.
  package var masks: UnsafePointer<Float>?
  /// `[M]`, log-probability of `actions` under the collecting policy.
  package var logProbabilities: UnsafePointer<Float>
  /// `[M]`
  package var advantages: UnsafePointer<Float>
  /// `[M]`, targets of the value function.
  package var returns: UnsafePointer<Float>
  /// `[M]`, what the value function said while collecting.
  package var values: UnsafePointer<Float>
  /// How the samples hang together, for a policy with a memory.
  package var sequences: SequenceBatch?

  package init(
    count: Int, observations: UnsafePointer<Float>, actions: UnsafePointer<Float>,
    masks: UnsafePointer<Float>?, logProbabilities: UnsafePointer<Float>,
    advantages: UnsafePointer<Float>, returns: UnsafePointer<Float>,
    values: UnsafePointer<Float>, sequences: SequenceBatch? = nil
  ) {
    self.count = count
    self.observations = observations
    self.actions = actions
    self.masks = masks
    self.logProbabilities = logProbabilities
    self.advantages = advantages
    self.returns = returns
    self.values = values
    self.sequences = sequences
  }
}

/// Shuffled samples copied together for one gradient step.
struct Minibatch: ~Copyable {
  let capacity: Int
  private let observations: FloatBuffer
  private let actions: FloatBuffer
  private let masks: FloatBuffer
  private let logProbabilities: FloatBuffer
  private let advantages: FloatBuffer
  private let returns: FloatBuffer
  private let values: FloatBuffer
  /// With a memory: `[memories, S, units]` and `[L, S]`.
  private let starts: FloatBuffer
  private let keeps: FloatBuffer
  /// `[L, S]`: the samples of S sequences in the order of time.
  private let places: UnsafeMutableBufferPointer<Int32>

  /// - Parameters:
  ///   - sequence: L, 0 without a memory.
  ///   - stateWidth: elements that the policy remembers per copy.
  init(
    capacity: Int, observationWidth: Int, actionWidth: Int, maskWidth: Int, sequence: Int = 0,
    stateWidth: Int = 0
  ) {
    self.capacity = capacity
    starts = FloatBuffer(count: sequence == 0 ? 0 : capacity / sequence * stateWidth)
    keeps = FloatBuffer(count: sequence == 0 ? 0 : capacity)
    places = .allocate(capacity: sequence == 0 ? 0 : capacity)
    places.initialize(repeating: 0)
    observations = FloatBuffer(count: capacity * observationWidth)
    actions = FloatBuffer(count: capacity * actionWidth)
    masks = FloatBuffer(count: capacity * maskWidth)
    logProbabilities = FloatBuffer(count: capacity)
    advantages = FloatBuffer(count: capacity)
    returns = FloatBuffer(count: capacity)
    values = FloatBuffer(count: capacity)
  }

  deinit { places.deallocate() }

  /// Copies the sequences that `indices` name, step after step.
  /// - Parameters:
  ///   - indices: `[count]`, numbers of sequences: chunk of time times B, plus the copy.
  ///   - memories, units: of the network.
  func gatherSequences(
    _ rollout: borrowing Rollout, indices: UnsafePointer<Int32>, count: Int, memories: Int,
    units: Int
  ) -> MinibatchView {
    let (length, copies) = (rollout.sequence, rollout.copies)
    for index in 0..<count {
      let (chunk, copy) = Int(indices[index]).quotientAndRemainder(dividingBy: copies)
      for step in 0..<length {
        let sample = (chunk * length + step) * copies + copy
        places[step * count + index] = Int32(sample)
        keeps.pointer[step * count + index] = rollout.keeps.pointer[sample]
      }
      for memory in 0..<memories {
        (starts.pointer + (memory * count + index) * units).update(
          from: rollout.starts.pointer + ((chunk * memories + memory) * copies + copy) * units,
          count: units)
      }
    }
    var view = gather(rollout, indices: places.baseAddress!, count: length * count)
    view.sequences = SequenceBatch(
      steps: length, count: count, actorStarts: starts.pointer,
      criticStarts: starts.pointer + (memories == 2 ? count * units : 0), keeps: keeps.pointer)
    return view
  }

  /// Copies the samples that `indices` name.
  func gather(
    _ rollout: borrowing Rollout, indices: UnsafePointer<Int32>, count: Int
  ) -> MinibatchView {
    precondition(count <= capacity)
    func take(_ from: UnsafePointer<Float>, _ columns: Int, _ to: UnsafeMutablePointer<Float>) {
      Kernels.gatherRows(from, indices: indices, rows: count, columns: columns, into: to)
    }
    take(rollout.observations.pointer, rollout.observationWidth, observations.pointer)
    take(rollout.actions.pointer, rollout.actionWidth, actions.pointer)
    if rollout.maskWidth > 0 { take(rollout.masks.pointer, rollout.maskWidth, masks.pointer) }
    for row in 0..<count {
      let index = Int(indices[row])
      logProbabilities.pointer[row] = rollout.logProbabilities.pointer[index]
      advantages.pointer[row] = rollout.advantages.pointer[index]
      returns.pointer[row] = rollout.returns.pointer[index]
      values.pointer[row] = rollout.values.pointer[index]
    }
    return MinibatchView(
      count: count, observations: observations.pointer, actions: actions.pointer,
      masks: rollout.maskWidth > 0 ? UnsafePointer(masks.pointer) : nil,
      logProbabilities: logProbabilities.pointer, advantages: advantages.pointer,
      returns: returns.pointer, values: values.pointer)
  }
}
