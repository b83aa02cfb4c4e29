/// A fixed-size block of `Float`, aligned to 64 bytes, with one owner.
///
/// Made before a loop and reused inside it: nothing here allocates after construction. Storage is
/// row-major wherever a shape is meant; the shape is stated by the property that holds the buffer.
public struct FloatBuffer: ~Copyable, @unchecked Sendable {
  // Sendable: the allocation has exactly one owner, which moves between threads but is not shared.

  /// The first element. Valid while the buffer lives.
  public let pointer: UnsafeMutablePointer<Float>

  /// Number of elements.
  public let count: Int

  /// Allocates `count` zeros.
  public init(count: Int) {
    precondition(count >= 0, "a buffer of \(count) elements was asked for")
    let bytes = UnsafeMutableRawPointer.allocate(
      byteCount: max(count, 1) * MemoryLayout<Float>.stride, alignment: 64)
    pointer = bytes.bindMemory(to: Float.self, capacity: max(count, 1))
    pointer.initialize(repeating: 0, count: max(count, 1))
    self.count = count
  }

  deinit { UnsafeMutableRawPointer(pointer).deallocate() }

  @inlinable
  public subscript(index: Int) -> Float {
    get {
      precondition(index >= 0 && index < count)
      return pointer[index]
    }
    nonmutating set {
      precondition(index >= 0 && index < count)
      pointer[index] = newValue
    }
  }

  /// The elements as a mutable buffer pointer.
  public var buffer: UnsafeMutableBufferPointer<Float> { .init(start: pointer, count: count) }

  /// Sets every element to `value`.
  public func fill(_ value: Float) { pointer.update(repeating: value, count: count) }

  /// Reads what `encode(UnsafeBufferPointer(buffer))` wrote.
  /// - Parameter name: what is wrong with bytes that hold another number of elements: `first moments`.
  public func decode(from decoder: inout StateDecoder, _ name: String) throws(StateDecoder.Failure)
  {
    let values = try decoder.decodeArray(of: Float.self)
    guard values.count == count else {
      throw .invalid("\(values.count) \(name), expected \(count)")
    }
    pointer.update(from: values, count: count)
  }
}
