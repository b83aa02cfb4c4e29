/// How a delta becomes a payload. The frame around it is the same for all codecs.
///
/// A lossless codec returns the same bits; a lossy one states its error in its documentation.
public protocol UpdateCodec: Sendable {
  /// As scenarios name it: `float32`.
  var name: String { get }
  /// Stands in every frame; no two codecs share one.
  var identifier: UInt8 { get }

  /// Appends the payload of `delta`.
  func appendPayload(of delta: [Float], to bytes: inout [UInt8])

  /// Fills `delta`, `[count]`, from a payload.
  /// - Parameter delta: has `count` elements already.
  func decodePayload(_ payload: UnsafeRawBufferPointer, into delta: inout [Float])
    throws(FrameError)

  /// The payload's parts, for the privacy ledger; their bytes add up to `payloadBytes`.
  func payloadFields(parameters: Int, payloadBytes: Int) -> [MessageField]
}

extension UpdateCodec {
  /// The whole message of an update.
  /// - Precondition: counts within 0…2³²−1.
  /// - Complexity: O(parameters + features).
  public func encode(_ update: ModelUpdate) -> EncodedUpdate {
    EncodedUpdate(UpdateHeader.write(update, codec: self))
  }

  /// Reads a message back.
  /// - Throws: ``FrameError`` for everything that ``encode(_:)`` does not write.
  public func decode(_ encoded: EncodedUpdate) throws(FrameError) -> ModelUpdate {
    var update = ModelUpdate(
      metadata: UpdateMetadata(
        baseVersion: .initial, layoutDigest: .init(value: 0), sampleCount: 0, environmentSteps: 0),
      delta: [])
    try decode(encoded, into: &update)
    return update
  }

  /// Reads a message into `update`, whose storage is reused where its length fits. On failure
  /// `update` is unspecified.
  public func decode(_ encoded: EncodedUpdate, into update: inout ModelUpdate)
    throws(FrameError)
  {
    try encoded.withUnsafeBytes { (bytes) throws(FrameError) in
      let header = try UpdateHeader(reading: bytes)
      guard header.codec == identifier else {
        throw .codec(got: header.codec, expected: identifier)
      }
      update.metadata = header.metadata
      if update.delta.count != header.parameters {
        // A frame cannot name more parameters than its payload could hold bits for.
        guard header.parameters <= header.payloadBytes * 64 else {
          throw .payloadLength(got: header.payloadBytes, expected: header.parameters / 64)
        }
        update.delta = [Float](repeating: 0, count: header.parameters)
      }
      var reader = FrameReader(bytes)
      reader.position = UpdateHeader.size
      try decodePayload(reader.nextBytes(header.payloadBytes), into: &update.delta)
      update.sums = header.features == 0 ? nil : header.readSums(from: &reader)
    }
  }
}
