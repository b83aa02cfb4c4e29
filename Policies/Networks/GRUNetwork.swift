import FedRLNumerics

/// Forward and backward passes of a ``GRULayer`` over sequences, with room for one batch.
///
/// The parameters stay in the caller's flat vector; call ``load(_:)`` whenever they changed. After
/// construction nothing is allocated. One owner at a time.
final class GRUNetwork {
  let layer: GRULayer
  private let maximumRows: Int
  private let trains: Bool
  /// Wᵀ `[inputs, 3 units]` and Uᵀ `[units, 3 units]`.
  private let inputTransposed: FloatBuffer
  private let hiddenTransposed: FloatBuffer
  /// `[rows, 3, units]`: r, z and n; then the gradients by the inputs' sums.
  private let gates: FloatBuffer
  /// `[rows, 3, units]`: the states' sums; then the gradients by them.
  private let recurrent: FloatBuffer
  /// `[rows, units]`: the state that each step began with.
  private let previous: FloatBuffer
  /// `[rows, units]`: the state that each step left.
  private let states: FloatBuffer
  /// `[S, units]`: gradient by the state between two steps.
  private let carry: FloatBuffer

  init(_ layer: GRULayer, maximumRows: Int, trains: Bool) {
    self.layer = layer
    self.maximumRows = maximumRows
    self.trains = trains
    let units = layer.units
    func transposed(_ layer: DenseLayer) -> FloatBuffer {
      FloatBuffer(count: layer.readsTransposed ? layer.inputs * layer.outputs : 0)
    }
    inputTransposed = transposed(layer.input)
    hiddenTransposed = transposed(layer.hidden)
    gates = FloatBuffer(count: maximumRows * 3 * units)
    recurrent = FloatBuffer(count: maximumRows * 3 * units)
    previous = FloatBuffer(count: maximumRows * units)
    states = FloatBuffer(count: maximumRows * units)
    carry = FloatBuffer(count: trains ? maximumRows * units : 0)
  }

  /// The latest outputs, `[rows, units]`.
  var output: UnsafeMutablePointer<Float> { states.pointer }

  /// Takes note of new weights.
  func load(_ parameters: UnsafePointer<Float>) {
    if layer.input.readsTransposed {
      layer.input.transpose(parameters, into: inputTransposed.pointer)
      layer.hidden.transpose(parameters, into: hiddenTransposed.pointer)
    }
  }

  /// Runs S sequences for L steps.
  /// - Parameters:
  ///   - x: `[L, S, inputs]`; must live until ``backward`` where that follows.
  ///   - starts: `[S, units]`, keeps: `[L, S]` or `nil`: as in ``SequenceBatch``.
  /// - Returns: `[L, S, units]`, valid until the next call.
  @discardableResult
  func forward(
    _ parameters: UnsafePointer<Float>, _ x: UnsafePointer<Float>, steps: Int, count: Int,
    starts: UnsafePointer<Float>, keeps: UnsafePointer<Float>?
  ) -> UnsafeMutablePointer<Float> {
    let rows = steps * count
    let units = layer.units
    precondition(rows <= maximumRows, "\(rows) rows in a network made for \(maximumRows)")
    layer.input.forward(
      parameters, transposed: inputTransposed.pointer, x, rows: rows, into: gates.pointer)
    for step in 0..<steps {
      let row = step * count
      let begun = previous.pointer + row * units
      begun.update(
        from: step == 0 ? starts : UnsafePointer(states.pointer + (row - count) * units),
        count: count * units)
      if let keeps { forget(begun, keeps: keeps + row, count: count) }
      let sums = recurrent.pointer + row * 3 * units
      layer.hidden.forward(
        parameters, transposed: hiddenTransposed.pointer, begun, rows: count, into: sums)
      Kernels.gruForward(
        gates.pointer + row * 3 * units, recurrent: sums, state: begun,
        into: states.pointer + row * units, rows: count, units: units)
    }
    return states.pointer
  }

  /// Back-propagates through the latest ``forward(_:_:steps:count:starts:keeps:)``; the states that the
  /// sequences started with count as constants.
  /// - Parameters:
  ///   - outputGradient: `[L, S, units]`
  ///   - gradient: the flat gradient; this layer's segments are overwritten.
  ///   - inputGradient: `[L, S, inputs]`, overwritten, or `nil`.
  func backward(
    _ parameters: UnsafePointer<Float>, _ x: UnsafePointer<Float>, steps: Int, count: Int,
    keeps: UnsafePointer<Float>?, outputGradient: UnsafePointer<Float>,
    gradient: UnsafeMutablePointer<Float>, inputGradient: UnsafeMutablePointer<Float>?
  ) {
    precondition(trains, "a network made for inference cannot train")
    let units = layer.units
    let rows = steps * count
    carry.pointer.update(repeating: 0, count: count * units)
    for step in stride(from: steps - 1, through: 0, by: -1) {
      let row = step * count
      Kernels.add(
        outputGradient + row * units, times: 1, to: carry.pointer, count: count * units)
      let sums = recurrent.pointer + row * 3 * units
      Kernels.gruBackward(
        gates.pointer + row * 3 * units, recurrent: sums, state: previous.pointer + row * units,
        d: carry.pointer, rows: count, units: units)
      guard step > 0 else { break }
      layer.hidden.inputGradient(
        parameters, sumGradient: sums, rows: count, into: carry.pointer, adds: true)
      if let keeps { forget(carry.pointer, keeps: keeps + row, count: count) }
    }
    layer.hidden.backward(
      parameters, previous.pointer, sumGradient: recurrent.pointer, rows: rows,
      gradient: gradient, inputGradient: nil)
    layer.input.backward(
      parameters, x, sumGradient: gates.pointer, rows: rows, gradient: gradient,
      inputGradient: inputGradient)
  }

  /// Zeroes the rows of `state` whose `keeps` is 0.
  private func forget(
    _ state: UnsafeMutablePointer<Float>, keeps: UnsafePointer<Float>, count: Int
  ) {
    let units = layer.units
    for row in 0..<count where keeps[row] == 0 {
      (state + row * units).update(repeating: 0, count: units)
    }
  }
}
