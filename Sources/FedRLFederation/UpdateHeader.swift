/// The fixed part of an update's message. Little-endian throughout:
///
/// | bytes | field |
/// |---|---|
/// | 0–3 | magic `FRLU` |
/// | 4–5 | format, 1 |
/// | 6 | codec |
/// | 7 | flags, 0 |
/// | 8–15 | layout digest |
/// | 16–19 | base version |
/// | 20–23 | parameters |
/// | 24–27 | payload bytes |
/// | 28–31 | features of the observation sums, 0 for none |
/// | 32–35 | sample count |
/// | 36–39 | environment steps |
/// | 40–43 | gradient steps |
/// | 44–47 | training seconds, Float32 |
/// | 48–51 | energy in joules, Float32 |
/// | 52– | payload; then, with sums: n (UInt64), Σ(x−μ) and Σ(x−μ)² (Float64 each) |
struct UpdateHeader {
  static let magic: UInt32 = 0x554c_5246
  static let format: UInt16 = 1
  static let size = 52

  let codec: UInt8
  let metadata: UpdateMetadata
  let parameters: Int
  let payloadBytes: Int
  let features: Int

  /// Checks everything that does not depend on the codec, the total length among it.
  init(reading bytes: UnsafeRawBufferPointer) throws(FrameError) {
    guard bytes.count >= Self.size else {
      throw .truncated(got: bytes.count, needed: Self.size)
    }
    var reader = FrameReader(bytes)
    let magic = reader.next(UInt32.self)
    guard magic == Self.magic else { throw .magic(got: magic, expected: Self.magic) }
    let format = reader.next(UInt16.self)
    guard format == Self.format else {
      throw .formatVersion(got: Int(format), expected: Int(Self.format))
    }
    codec = reader.next()
    let flags = reader.next(UInt8.self)
    guard flags == 0 else { throw .flags(flags) }
    let digest = LayoutDigest(value: reader.next())
    let version = ModelVersion(reader.nextInt())
    parameters = reader.nextInt()
    payloadBytes = reader.nextInt()
    features = reader.nextInt()
    metadata = UpdateMetadata(
      baseVersion: version, layoutDigest: digest, sampleCount: reader.nextInt(),
      environmentSteps: reader.nextInt(), gradientSteps: reader.nextInt(),
      trainingSeconds: reader.nextFloat(), energyJoules: reader.nextFloat())
    // Cannot overflow: each term is below 2³⁷.
    let needed = Self.size + payloadBytes + (features == 0 ? 0 : 8 + 16 * features)
    guard bytes.count >= needed else { throw .truncated(got: bytes.count, needed: needed) }
    guard bytes.count == needed else { throw .trailingBytes(bytes.count - needed) }
  }

  /// As ``init(reading:)``, and refuses another codec's message.
  init(reading bytes: UnsafeRawBufferPointer, of codec: some UpdateCodec) throws(FrameError) {
    self = try UpdateHeader(reading: bytes)
    guard self.codec == codec.identifier else {
      throw .codec(got: self.codec, expected: codec.identifier)
    }
  }

  func readSums(from reader: inout FrameReader) -> NormalizerSums {
    // A count that no Int holds is as wrong as the largest one; admission refuses both.
    let count = Int(clamping: reader.next(UInt64.self))
    return NormalizerSums(
      count: count, first: reader.nextDoubles(features), second: reader.nextDoubles(features))
  }

  static func write(_ update: ModelUpdate, codec: some UpdateCodec) -> [UInt8] {
    let metadata = update.metadata
    let features = update.sums?.features ?? 0
    precondition(update.sums == nil || features > 0, "observation sums of no features")
    var writer = FrameWriter(capacity: size + 4 * update.delta.count + 8 + 16 * features)
    writer.append(magic)
    writer.append(format)
    writer.append(codec.identifier)
    writer.append(UInt8(0))
    writer.append(metadata.layoutDigest.value)
    writer.append(UInt32(metadata.baseVersion.number))
    writer.append(UInt32(update.delta.count))
    writer.append(UInt32(0))
    writer.append(UInt32(features))
    writer.append(UInt32(metadata.sampleCount))
    writer.append(UInt32(metadata.environmentSteps))
    writer.append(UInt32(metadata.gradientSteps))
    writer.append(metadata.trainingSeconds)
    writer.append(metadata.energyJoules)
    codec.appendPayload(of: update.delta, to: &writer.bytes)
    // The payload's length is known only now.
    let payloadBytes = UInt32(writer.bytes.count - size).littleEndian
    writer.bytes.withUnsafeMutableBytes {
      $0.storeBytes(of: payloadBytes, toByteOffset: 24, as: UInt32.self)
    }
    if let sums = update.sums {
      writer.append(UInt64(sums.count))
      writer.append(sums.first)
      writer.append(sums.second)
    }
    return writer.bytes
  }
}
