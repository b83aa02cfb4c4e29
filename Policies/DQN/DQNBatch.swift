import FedRLNetworks
package import FedRLNumerics

/// Transitions of one gradient step, drawn from a replay memory. M samples, A actions.
package struct DQNBatch: ~Copyable {
  let count: Int
  private let returnSteps: Int
  private let discount: Float
  private let maskWidth: Int
  /// `[M]`: rows of the replay memory, acted in and led to.
  let rows: UnsafeMutablePointer<Int32>
  private let nextRows: UnsafeMutablePointer<Int32>
  /// `[M]`
  package let actions: UnsafeMutablePointer<Int32>
  /// `[M, observations]`, as the network sees them.
  package let observations: FloatBuffer
  package let nextObservations: FloatBuffer
  /// `[M]`: Σ γᵏ r, and γᵏ or 0.
  package let rewards: FloatBuffer
  package let discounts: FloatBuffer
  /// `[M]`: importance; 1 where all steps are equally likely.
  let weights: FloatBuffer
  /// `[M, N]` and `[M]`.
  package let targets: FloatBuffer
  let errors: FloatBuffer
  /// `[M, A]`: what was possible in the observations acted on, and is in those behind.
  private let masks: UnsafeMutablePointer<UInt8>
  private let nextMasks: UnsafeMutablePointer<UInt8>

  init(_ kind: DQNKind) {
    count = kind.settings.minibatch
    returnSteps = kind.settings.returnSteps
    discount = Float(kind.settings.gamma)
    maskWidth = kind.maskWidth
    rows = .allocate(capacity: count)
    nextRows = .allocate(capacity: count)
    actions = .allocate(capacity: count)
    rows.initialize(repeating: 0, count: count)
    nextRows.initialize(repeating: 0, count: count)
    actions.initialize(repeating: 0, count: count)
    observations = FloatBuffer(count: count * kind.design.inputs)
    nextObservations = FloatBuffer(count: count * kind.design.inputs)
    rewards = FloatBuffer(count: count)
    discounts = FloatBuffer(count: count)
    weights = FloatBuffer(count: count)
    weights.fill(1)
    targets = FloatBuffer(count: count * kind.design.atoms)
    errors = FloatBuffer(count: count)
    masks = .allocate(capacity: max(count * maskWidth, 1))
    nextMasks = .allocate(capacity: max(count * maskWidth, 1))
    masks.initialize(repeating: 1, count: max(count * maskWidth, 1))
    nextMasks.initialize(repeating: 1, count: max(count * maskWidth, 1))
  }

  deinit {
    rows.deallocate()
    nextRows.deallocate()
    actions.deallocate()
    masks.deallocate()
    nextMasks.deallocate()
  }

  /// `nil` where every action is always possible.
  var possible: UnsafePointer<UInt8>? { maskWidth > 0 ? UnsafePointer(masks) : nil }
  var nextPossible: UnsafePointer<UInt8>? { maskWidth > 0 ? UnsafePointer(nextMasks) : nil }

  /// Draws M transitions.
  /// - Parameter importance: β; `nil` draws all with the same probability.
  func draw(
    from replay: ReplayMemory, importance: Double?, random: inout RandomStream,
    normalizer: borrowing ObservationNormalizer
  ) {
    if let importance {
      replay.drawPrioritized(
        &random, count: count, exponent: importance, rows: rows, weights: weights.pointer)
    } else {
      for index in 0..<count { rows[index] = Int32(replay.draw(&random)) }
    }
    for index in 0..<count {
      let row = Int(rows[index])
      let ahead = replay.look(from: row, steps: returnSteps, discount: discount)
      nextRows[index] = Int32(ahead.row)
      rewards.pointer[index] = ahead.rewards
      discounts.pointer[index] = ahead.discount
      actions[index] = Int32(replay.actions[row])
      guard maskWidth > 0 else { continue }
      (masks + index * maskWidth).update(from: replay.masks + row * maskWidth, count: maskWidth)
      (nextMasks + index * maskWidth).update(
        from: replay.masks + ahead.row * maskWidth, count: maskWidth)
    }
    gather(replay, rows, into: observations.pointer, normalizer)
    gather(replay, nextRows, into: nextObservations.pointer, normalizer)
  }

  private func gather(
    _ replay: ReplayMemory, _ indices: UnsafePointer<Int32>,
    into seen: UnsafeMutablePointer<Float>, _ normalizer: borrowing ObservationNormalizer
  ) {
    Kernels.gatherRows(
      replay.observations, indices: indices, rows: count, columns: replay.observationWidth,
      into: seen)
    normalizer.apply(seen, into: seen, rows: count)
  }
}
