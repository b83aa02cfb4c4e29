private import FedRLNumerics

/// A model as bytes: what is broadcast to the members of a round. Little-endian throughout:
///
/// | bytes | field |
/// |---|---|
/// | 0–3 | magic `FRLM` |
/// | 4–5 | format, 1 |
/// | 6 | codec, 0: Float32 |
/// | 7 | flags, 0 |
/// | 8–15 | layout digest |
/// | 16–19 | version |
/// | 20–23 | rounds of the whole training |
/// | 24–27 | parameters |
/// | 28–31 | features of the observation statistics, 0 for none |
/// | 32– | parameters, Float32; then, with statistics: count, means, M2 (Float64 each) |
public struct EncodedModel: Sendable, Equatable {
  private static let magic: UInt32 = 0x4d4c_5246
  private static let format: UInt16 = 1
  private static let headerSize = 32

  public let bytes: [UInt8]

  /// What the link is charged, per receiver.
  public var byteCount: Int { bytes.count }

  public init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// - Parameter digest: of the model's layout.
  public init(_ model: GlobalModel, digest: LayoutDigest) {
    let features = model.moments?.mean.count ?? 0
    precondition(model.moments == nil || features > 0, "observation statistics of no features")
    var writer = FrameWriter(
      capacity: Self.headerSize + 4 * model.parameters.count + 8 + 16 * features)
    writer.append(Self.magic)
    writer.append(Self.format)
    writer.append(UInt8(0))
    writer.append(UInt8(0))
    writer.append(digest.value)
    writer.append(UInt32(model.version.number))
    writer.append(UInt32(model.rounds))
    writer.append(UInt32(model.parameters.count))
    writer.append(UInt32(features))
    model.parameters.values.withUnsafeBytes { writer.bytes.append(contentsOf: $0) }
    if let moments = model.moments {
      writer.append(moments.count)
      writer.append(moments.mean)
      writer.append(moments.m2)
    }
    bytes = writer.bytes
  }

  /// Reads the model back, bit for bit.
  /// - Parameter shared: the layout the reader expects.
  public func decode(_ shared: SharedParameters) throws(FrameError) -> GlobalModel {
    let outcome: Result<GlobalModel, FrameError> = bytes.withUnsafeBytes { bytes in
      do throws(FrameError) { return .success(try Self.read(bytes, shared)) } catch {
        return .failure(error)
      }
    }
    return try outcome.get()
  }

  private static func read(_ bytes: UnsafeRawBufferPointer, _ shared: SharedParameters)
    throws(FrameError) -> GlobalModel
  {
    guard bytes.count >= headerSize else {
      throw .truncated(got: bytes.count, needed: headerSize)
    }
    var reader = FrameReader(bytes)
    let magic = reader.next(UInt32.self)
    guard magic == Self.magic else { throw .magic(got: magic, expected: Self.magic) }
    let format = reader.next(UInt16.self)
    guard format == Self.format else {
      throw .formatVersion(got: Int(format), expected: Int(Self.format))
    }
    let codec = reader.next(UInt8.self)
    guard codec == 0 else { throw .codec(got: codec, expected: 0) }
    let flags = reader.next(UInt8.self)
    guard flags == 0 else { throw .flags(flags) }
    let digest = LayoutDigest(value: reader.next())
    guard digest == shared.digest else {
      throw .layoutDigest(got: digest, expected: shared.digest)
    }
    let version = ModelVersion(reader.nextInt())
    let rounds = reader.nextInt()
    guard rounds > 0 else { throw .rounds(got: rounds) }
    let count = reader.nextInt()
    guard count == shared.count else {
      throw .parameterCount(got: count, expected: shared.count)
    }
    let features = reader.nextInt()
    let needed = headerSize + 4 * count + (features == 0 ? 0 : 8 + 16 * features)
    guard bytes.count >= needed else { throw .truncated(got: bytes.count, needed: needed) }
    guard bytes.count == needed else { throw .trailingBytes(bytes.count - needed) }
    var parameters = ParameterVector(layout: shared.layout)
    let payload = reader.nextBytes(4 * count)
    parameters.values.withUnsafeMutableBytes { $0.copyMemory(from: payload) }
    let moments =
      features == 0
      ? nil
      : Moments(
        count: reader.nextDouble(), mean: reader.nextDoubles(features),
        m2: reader.nextDoubles(features))
    return GlobalModel(
      version: version, rounds: rounds, parameters: parameters, moments: moments)
  }
}
