/// An update as the server holds it until it is added: opened and checked but for its vector, which
/// stays where it arrived if the codec allows.
public struct ReceivedUpdate: Sendable {
  public let metadata: UpdateMetadata
  public let sums: NormalizerSums?
  /// Length of the vector.
  public let parameters: Int
  private let vector: Vector

  private enum Vector: Sendable {
    case decoded([Float])
    /// Little-endian Float32 numbers from this byte on.
    case inPlace([UInt8], offset: Int)
  }

  private init(
    _ metadata: UpdateMetadata, _ sums: NormalizerSums?, parameters: Int, _ vector: Vector
  ) {
    self.metadata = metadata
    self.sums = sums
    self.parameters = parameters
    self.vector = vector
  }

  public init(_ update: borrowing ModelUpdate) {
    self.init(
      update.metadata, update.sums, parameters: update.delta.count, .decoded(update.delta))
  }

  /// Opens a message.
  /// - Throws: ``FrameError`` for everything that ``UpdateCodec/encode(_:)`` does not write.
  public init(_ encoded: EncodedUpdate, codec: some UpdateCodec) throws(FrameError) {
    guard codec.isPlain else {
      self.init(try codec.decode(encoded))
      return
    }
    self = try encoded.withUnsafeBytes { (bytes) throws(FrameError) in
      let header = try UpdateHeader(reading: bytes, of: codec)
      guard header.payloadBytes == 4 * header.parameters else {
        throw .payloadLength(got: header.payloadBytes, expected: 4 * header.parameters)
      }
      var reader = FrameReader(bytes)
      reader.position = UpdateHeader.size + header.payloadBytes
      return ReceivedUpdate(
        header.metadata, header.features == 0 ? nil : header.readSums(from: &reader),
        parameters: header.parameters, .inPlace(encoded.bytes, offset: UpdateHeader.size))
    }
  }

  /// Calls `body` with where each update's vector lies.
  static func withVectors<Result>(
    _ updates: [ReceivedUpdate], _ body: ([UnsafeRawPointer]) -> Result
  ) -> Result {
    var places: [UnsafeRawPointer] = []
    places.reserveCapacity(updates.count)
    // An array lends its storage only while a closure runs, so each closure calls the next.
    func place(_ index: Int) -> Result {
      guard index < updates.count else { return body(places) }
      func next(_ bytes: UnsafeRawBufferPointer, _ offset: Int) -> Result {
        // Where there is nothing to read any address will do.
        let base = bytes.baseAddress ?? UnsafeRawPointer(bitPattern: 64)!
        places.append(base + offset)
        return place(index + 1)
      }
      switch updates[index].vector {
      case .decoded(let values): return values.withUnsafeBytes { next($0, 0) }
      case .inPlace(let bytes, let offset): return bytes.withUnsafeBytes { next($0, offset) }
      }
    }
    return place(0)
  }
}
