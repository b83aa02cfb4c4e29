/// Writes state as little-endian bytes, for checkpoints and messages.
public struct StateEncoder: Sendable {
  public private(set) var bytes: [UInt8] = []

  public init() {}

  /// Forgets what was written and keeps the room for the next.
  public mutating func removeAll() { bytes.removeAll(keepingCapacity: true) }

  public mutating func encode<T: FixedWidthInteger>(_ value: T) {
    withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
  }
  public mutating func encode(_ value: Double) { encode(value.bitPattern) }
  public mutating func encode(_ value: Float) { encode(value.bitPattern) }
  public mutating func encode(_ value: Bool) { encode(UInt8(value ? 1 : 0)) }
  public mutating func encode(_ value: String) { encode(Array(value.utf8)) }

  /// A count, then the elements.
  public mutating func encode<T: BitwiseCopyable>(_ values: [T]) {
    encode(UInt64(values.count))
    // Little-endian hosts only: every platform Swift runs on today.
    values.withUnsafeBytes { bytes.append(contentsOf: $0) }
  }

  /// The same form as an array's, without making one.
  public mutating func encode<T: BitwiseCopyable>(_ values: UnsafeBufferPointer<T>) {
    encode(UInt64(values.count))
    bytes.append(contentsOf: UnsafeRawBufferPointer(values))
  }

  public mutating func encode(_ stream: RandomStream) {
    withUnsafeBytes(of: stream) { bytes.append(contentsOf: $0) }
  }
}

/// Reads what ``StateEncoder`` wrote.
public struct StateDecoder: Sendable {
  public enum Failure: Error, Equatable, CustomStringConvertible {
    /// The bytes end before the value does.
    case truncated(at: Int, needed: Int, length: Int)
    /// A value that this version does not write.
    case invalid(String)

    public var description: String {
      switch self {
      case .truncated(let position, let needed, let length):
        "the state ends at byte \(length); \(needed) bytes from \(position) on are missing"
      case .invalid(let text): text
      }
    }
  }

  private let bytes: [UInt8]
  public private(set) var position = 0

  public init(_ bytes: [UInt8]) { self.bytes = bytes }

  public var isAtEnd: Bool { position == bytes.count }

  public mutating func decode<T: FixedWidthInteger & BitwiseCopyable>(_ type: T.Type = T.self)
    throws(Failure) -> T
  {
    T(littleEndian: try raw(T.self))
  }
  public mutating func decode(_ type: Double.Type = Double.self) throws(Failure) -> Double {
    Double(bitPattern: try decode(UInt64.self))
  }
  public mutating func decode(_ type: Float.Type = Float.self) throws(Failure) -> Float {
    Float(bitPattern: try decode(UInt32.self))
  }
  public mutating func decode(_ type: Bool.Type = Bool.self) throws(Failure) -> Bool {
    try decode(UInt8.self) != 0
  }
  public mutating func decode(_ type: String.Type = String.self) throws(Failure) -> String {
    String(decoding: try decodeArray(of: UInt8.self), as: UTF8.self)
  }
  public mutating func decode(_ type: RandomStream.Type = RandomStream.self) throws(Failure)
    -> RandomStream
  {
    try raw(RandomStream.self)
  }

  /// An array whose element count was written before it.
  public mutating func decodeArray<T: BitwiseCopyable>(of type: T.Type) throws(Failure) -> [T] {
    let count = try decode(UInt64.self)
    let size = MemoryLayout<T>.stride
    guard count <= UInt64(bytes.count - position) / UInt64(size) else {
      throw .truncated(at: position, needed: Int(clamping: count), length: bytes.count)
    }
    let start = position
    position += Int(count) * size
    return [T](unsafeUninitializedCapacity: Int(count)) { output, initialized in
      bytes.withUnsafeBytes { input in
        UnsafeMutableRawBufferPointer(output).copyMemory(
          from: UnsafeRawBufferPointer(rebasing: input[start..<(start + Int(count) * size)]))
      }
      initialized = Int(count)
    }
  }

  private mutating func raw<T: BitwiseCopyable>(_ type: T.Type) throws(Failure) -> T {
    let size = MemoryLayout<T>.size
    guard bytes.count - position >= size else {
      throw .truncated(at: position, needed: size, length: bytes.count)
    }
    defer { position += size }
    return bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: position, as: T.self) }
  }
}
