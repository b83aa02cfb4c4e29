/// How a delta becomes a payload. The frame around it is the same for all codecs.
///
/// A lossless codec returns the same bits; a lossy one states its error in its documentation.
public protocol UpdateCodec: Sendable {
  /// As scenarios name it: `float32`.
  var name: String { get }
  /// Stands in every frame; no two codecs share one.
  var identifier: UInt8 { get }

  /// Whether the payload is the delta itself, four little-endian bytes per parameter: sums then read
  /// it where it arrived.
  var isPlain: Bool { get }

  /// Appends the payload of `delta`.
  func appendPayload(of delta: [Float], to bytes: inout [UInt8])

  /// Reads a payload of `count` parameters.
  ///
  /// Checks the payload before it allocates: `count` is what a stranger wrote.
  /// - Parameter delta: `[count]` afterwards; its storage is reused where the length fits.
  func decodePayload(_ payload: UnsafeRawBufferPointer, count: Int, into delta: inout [Float])
    throws(FrameError)

  /// The payload's parts, for the privacy ledger; their bytes add up to `payloadBytes`.
  func payloadFields(parameters: Int, payloadBytes: Int) -> [MessageField]
}

extension UpdateCodec {
  public var isPlain: Bool { false }

  /// The whole message of an update.
  /// - Precondition: counts within 0…2³²−1.
  /// - Complexity: O(parameters + features).
  public func encode(_ update: ModelUpdate) -> EncodedUpdate {
    EncodedUpdate(UpdateHeader.write(update, codec: self))
  }

  /// Reads a message back.
  /// - Throws: ``FrameError`` for everything that ``encode(_:)`` does not write.
  public func decode(_ encoded: EncodedUpdate) throws(FrameError) -> ModelUpdate {
    var update = ModelUpdate.blank
    try decode(encoded, into: &update)
    return update
  }

  /// Reads a message into `update`, whose storage is reused where its length fits. On failure
  /// `update` is unspecified.
  public func decode(_ encoded: EncodedUpdate, into update: inout ModelUpdate)
    throws(FrameError)
  {
    try encoded.withUnsafeBytes { (bytes) throws(FrameError) in
      let header = try UpdateHeader(reading: bytes, of: self)
      update.metadata = header.metadata
      var reader = FrameReader(bytes)
      reader.position = UpdateHeader.size
      try decodePayload(
        reader.nextBytes(header.payloadBytes), count: header.parameters, into: &update.delta)
      update.sums = header.features == 0 ? nil : header.readSums(from: &reader)
    }
  }
}
