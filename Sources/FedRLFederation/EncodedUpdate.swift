/// An update as bytes: what a link carries and charges for.
public struct EncodedUpdate: Sendable, Equatable {
  /// Header, payload and sums.
  public let bytes: [UInt8]

  public init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// What the link is charged.
  public var byteCount: Int { bytes.count }

  func withUnsafeBytes<Result>(
    _ body: (UnsafeRawBufferPointer) throws(FrameError) -> Result
  ) throws(FrameError) -> Result {
    // Array's own function does not pass typed errors on.
    let outcome: Swift.Result<Result, FrameError> = bytes.withUnsafeBytes { bytes in
      do throws(FrameError) { return .success(try body(bytes)) } catch { return .failure(error) }
    }
    return try outcome.get()
  }

  /// The model the sender says it started from, without decoding the payload.
  public func baseVersion() throws(FrameError) -> ModelVersion {
    try withUnsafeBytes { (bytes) throws(FrameError) in
      try UpdateHeader(reading: bytes).metadata.baseVersion
    }
  }

  /// Every field of the message in order; their bytes add up to ``byteCount``.
  public func fields(codec: some UpdateCodec) throws(FrameError) -> [MessageField] {
    try withUnsafeBytes { (bytes) throws(FrameError) in
      let header = try UpdateHeader(reading: bytes)
      func single(_ name: String, _ type: String, _ bytes: Int = 4) -> MessageField {
        MessageField(name: name, type: type, bytes: bytes)
      }
      var fields = [
        MessageField(name: "frame", type: "uint8", shape: [8], bytes: 8),
        single("layout_digest", "uint64", 8), single("base_version", "uint32"),
        single("parameter_count", "uint32"), single("payload_bytes", "uint32"),
        single("feature_count", "uint32"), single("sample_count", "uint32"),
        single("environment_steps", "uint32"), single("gradient_steps", "uint32"),
        single("training_seconds", "float32"), single("energy_joules", "float32"),
      ]
      fields += codec.payloadFields(
        parameters: header.parameters, payloadBytes: header.payloadBytes)
      if header.features > 0 {
        let shape = [header.features]
        let size = 8 * header.features
        fields += [
          single("observation_count", "uint64", 8),
          MessageField(name: "observation_sums", type: "float64", shape: shape, bytes: size),
          MessageField(name: "observation_squares", type: "float64", shape: shape, bytes: size),
        ]
      }
      return fields
    }
  }
}
