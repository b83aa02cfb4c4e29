import FedRLNumerics
import Testing

@Suite struct StateCodingTests {
  private let stream = RandomStream(seed: 3).split("agent", 4)

  private var bytes: [UInt8] {
    var used = stream
    _ = used.next()
    var encoder = StateEncoder()
    encoder.encode(-5)
    encoder.encode(UInt16(0xABCD))
    encoder.encode(UInt64.max)
    encoder.encode(-0.0)
    encoder.encode(Double(bitPattern: 0x7ff8_0000_0000_1234))
    encoder.encode(Float.leastNonzeroMagnitude)
    encoder.encode(true)
    encoder.encode(false)
    encoder.encode("Küche 2")
    encoder.encode([1.5, -2] as [Float])
    encoder.encode([] as [Double])
    encoder.encode([3, -4, 5] as [Int32])
    encoder.encode(used)
    return encoder.bytes
  }

  /// Reads all that was written, in order.
  private func read(_ decoder: inout StateDecoder) throws {
    #expect(try decoder.decode(Int.self) == -5)
    #expect(try decoder.decode(UInt16.self) == 0xABCD)
    #expect(try decoder.decode(UInt64.self) == .max)
    #expect(try decoder.decode(Double.self).bitPattern == (-0.0).bitPattern)
    #expect(try decoder.decode(Double.self).bitPattern == 0x7ff8_0000_0000_1234)
    #expect(try decoder.decode(Float.self) == .leastNonzeroMagnitude)
    #expect(try decoder.decode(Bool.self))
    #expect(try !decoder.decode(Bool.self))
    #expect(try decoder.decode(String.self) == "Küche 2")
    #expect(try decoder.decodeArray(of: Float.self) == [1.5, -2])
    #expect(try decoder.decodeArray(of: Double.self) == [])
    #expect(try decoder.decodeArray(of: Int32.self) == [3, -4, 5])
    var expected = stream
    _ = expected.next()
    let decoded = try decoder.decode(RandomStream.self)
    #expect(decoded == expected && decoded.split("x", 1) == stream.split("x", 1))
  }

  @Test func whatIsWrittenIsReadBack() throws {
    var decoder = StateDecoder(bytes)
    try read(&decoder)
    #expect(decoder.isAtEnd && decoder.position == bytes.count)
  }

  @Test func numbersAreLittleEndian() {
    var encoder = StateEncoder()
    encoder.encode(UInt32(0x0102_0304))
    encoder.encode([1] as [UInt16])
    #expect(encoder.bytes == [4, 3, 2, 1, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0])
  }

  @Test func everyShorterTextIsRefused() {
    let whole = bytes
    for length in 0..<whole.count {
      var decoder = StateDecoder(Array(whole[..<length]))
      #expect(throws: StateDecoder.Failure.self, "\(length) of \(whole.count) bytes") {
        // Silent: values before the cut are right.
        _ = try decoder.decode(Int.self)
        _ = try decoder.decode(UInt16.self)
        _ = try decoder.decode(UInt64.self)
        _ = try decoder.decode(Double.self)
        _ = try decoder.decode(Double.self)
        _ = try decoder.decode(Float.self)
        _ = try decoder.decode(Bool.self)
        _ = try decoder.decode(Bool.self)
        _ = try decoder.decode(String.self)
        _ = try decoder.decodeArray(of: Float.self)
        _ = try decoder.decodeArray(of: Double.self)
        _ = try decoder.decodeArray(of: Int32.self)
        _ = try decoder.decode(RandomStream.self)
      }
    }
  }

  @Test func aRefusalSaysWhereAndHowMuchWasNeeded() {
    var decoder = StateDecoder([1, 2, 3])
    _ = try? decoder.decode(UInt8.self)
    #expect(throws: StateDecoder.Failure.truncated(at: 1, needed: 8, length: 3)) {
      try decoder.decode(Double.self)
    }
    // What could not be read was not consumed.
    #expect(decoder.position == 1)
  }

  @Test(arguments: [UInt64.max, UInt64(Int.max), 1 << 61, 4])
  func anArrayLongerThanItsBytesIsRefusedWithoutBeingMade(count: UInt64) {
    var encoder = StateEncoder()
    encoder.encode(count)
    encoder.encode([1, 2] as [Float])
    var decoder = StateDecoder(encoder.bytes)
    #expect(throws: StateDecoder.Failure.self) { try decoder.decodeArray(of: Double.self) }
  }
}
