public import FedRLNumerics

/// Maps one row of a policy's actions to the environment's: a box from [−1, 1], choices unchanged.
@usableFromInline
struct ActionMap: ~Copyable {
  @usableFromInline let width: Int
  @usableFromInline let isBox: Bool
  /// `[width]`: the mapped row.
  @usableFromInline let row: FloatBuffer
  /// `[width]`; unused for choices.
  @usableFromInline let low: FloatBuffer
  /// `[width]`; unused for choices.
  @usableFromInline let high: FloatBuffer

  init(_ space: ActionSpace) {
    width = space.width
    row = FloatBuffer(count: space.width)
    low = FloatBuffer(count: space.width)
    high = FloatBuffer(count: space.width)
    guard case .box(let box) = space else {
      isBox = false
      return
    }
    isBox = true
    for index in 0..<box.count {
      low[index] = box.low[index]
      high[index] = box.high[index]
    }
  }

  @inlinable @inline(__always)
  func physical(_ value: Float, at index: Int) -> Float {
    isBox
      ? BoxSpace.denormalized(value, low: low.pointer[index], high: high.pointer[index]) : value
  }
}
