/// The delta as it is: four little-endian bytes per parameter, lossless.
public struct Float32Codec: UpdateCodec, Equatable {
  public init() {}

  public var name: String { "float32" }
  public var identifier: UInt8 { 0 }
  public var isPlain: Bool { true }

  public func appendPayload(of delta: [Float], to bytes: inout [UInt8]) {
    // Little-endian hosts only: every platform Swift runs on today.
    delta.withUnsafeBytes { bytes.append(contentsOf: $0) }
  }

  public func decodePayload(
    _ payload: UnsafeRawBufferPointer, count: Int, into delta: inout [Float]
  ) throws(FrameError) {
    guard payload.count == 4 * count else {
      throw .payloadLength(got: payload.count, expected: 4 * count)
    }
    if delta.count != count { delta = [Float](repeating: 0, count: count) }
    delta.withUnsafeMutableBytes { $0.copyMemory(from: payload) }
  }

  public func payloadFields(parameters: Int, payloadBytes: Int) -> [MessageField] {
    [MessageField(name: "delta", type: "float32", shape: [parameters], bytes: payloadBytes)]
  }
}
