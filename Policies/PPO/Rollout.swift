package import FedRLCore
package import FedRLNumerics

/// What B copies of the environment did in T steps. Belongs to the learner and is filled anew.
package struct Rollout: ~Copyable {
  package let steps: Int
  package let copies: Int
  package let observationWidth: Int
  package let actionWidth: Int
  /// Choices where actions are masked, else 0.
  package let maskWidth: Int
  /// `[T+1, B, observations]`, as the network sees them; the last step is what comes after.
  package let observations: FloatBuffer
  /// `[T, B, actionWidth]`, unclipped.
  package let actions: FloatBuffer
  /// `[T, B, maskWidth]`
  package let masks: FloatBuffer
  /// `[T, B]`
  package let logProbabilities: FloatBuffer
  /// `[T, B]`, as learned from: scaled if the settings say so.
  package let rewards: FloatBuffer
  /// `[T+1, B]`
  package let values: FloatBuffer
  /// `[T, B]`: value of the state reached, before any reset.
  package let nextValues: FloatBuffer
  /// `[T, B]`
  package let advantages: FloatBuffer
  /// `[T, B]`: advantages + values.
  package let returns: FloatBuffer
  /// `[T, B]`
  package let ends: UnsafeMutablePointer<EpisodeEnd>
  /// L, the length of the sequences that a policy with a memory learns from; 0 without one.
  package let sequence: Int
  /// `[T/L, memories, B, units]`: what the policy remembered where each sequence begins.
  package let starts: FloatBuffer
  /// `[T, B]`, with a memory: 0 where an episode begins within a sequence, else 1.
  package let keeps: FloatBuffer

  /// - Parameters:
  ///   - sequence: 0 without a memory.
  ///   - stateWidth: elements that the policy remembers per copy.
  init(
    steps: Int, copies: Int, observationWidth: Int, actionWidth: Int, maskWidth: Int,
    sequence: Int = 0, stateWidth: Int = 0
  ) {
    self.steps = steps
    self.copies = copies
    self.observationWidth = observationWidth
    self.actionWidth = actionWidth
    self.maskWidth = maskWidth
    let samples = steps * copies
    self.sequence = sequence
    starts = FloatBuffer(count: sequence == 0 ? 0 : samples / sequence * stateWidth)
    keeps = FloatBuffer(count: sequence == 0 ? 0 : samples)
    observations = FloatBuffer(count: (samples + copies) * observationWidth)
    actions = FloatBuffer(count: samples * actionWidth)
    masks = FloatBuffer(count: samples * maskWidth)
    logProbabilities = FloatBuffer(count: samples)
    rewards = FloatBuffer(count: samples)
    values = FloatBuffer(count: samples + copies)
    nextValues = FloatBuffer(count: samples)
    advantages = FloatBuffer(count: samples)
    returns = FloatBuffer(count: samples)
    ends = .allocate(capacity: samples)
    ends.initialize(repeating: .none, count: samples)
  }

  deinit { ends.deallocate() }

  /// T·B.
  package var samples: Int { steps * copies }

  /// Where `nextValues` still holds nothing (no episode ended), puts the next step's value; then fills
  /// `advantages` and `returns`.
  package func finish(discount: Double, decay: Double) {
    if sequence > 0 {
      for index in 0..<samples {
        let isFirst = index / copies % sequence == 0
        keeps.pointer[index] = isFirst || ends[index - copies] == .none ? 1 : 0
      }
    }
    for index in 0..<samples where ends[index] == .none {
      nextValues.pointer[index] = values.pointer[index + copies]
    }
    estimateAdvantages(
      rewards: rewards.pointer, values: values.pointer, nextValues: nextValues.pointer, ends: ends,
      steps: steps, copies: copies, discount: discount, decay: decay, into: advantages.pointer)
    for index in 0..<samples {
      returns.pointer[index] = advantages.pointer[index] + values.pointer[index]
    }
  }

  /// 1 − Var(returns − values) / Var(returns); 0 where all returns are equal.
  package var explainedVariance: Double {
    var errorMean = 0.0
    var errorSquares = 0.0
    var returnMean = 0.0
    var returnSquares = 0.0
    for index in 0..<samples {
      let count = Double(index + 1)
      let error = Double(returns.pointer[index]) - Double(values.pointer[index])
      let errorDelta = error - errorMean
      errorMean += errorDelta / count
      errorSquares += errorDelta * (error - errorMean)
      let value = Double(returns.pointer[index])
      let returnDelta = value - returnMean
      returnMean += returnDelta / count
      returnSquares += returnDelta * (value - returnMean)
    }
    return returnSquares > 0 ? 1 - errorSquares / returnSquares : 0
  }

  /// All samples in order, without copying them.
  package var view: MinibatchView {
    MinibatchView(
      count: samples, observations: observations.pointer, actions: actions.pointer,
      masks: maskWidth > 0 ? UnsafePointer(masks.pointer) : nil,
      logProbabilities: logProbabilities.pointer, advantages: advantages.pointer,
      returns: returns.pointer, values: values.pointer)
  }
}
