import FedRLFederation
import FedRLNumerics
import Testing

@Suite struct UpdateCodecTests {
  let codec = Float32Codec()

  @Test func decodingReturnsTheSameBits() throws {
    var random = RandomStream(seed: 1)
    for features in [nil, 1, 5] as [Int?] {
      for _ in 0..<50 {
        var update = randomUpdate(&random, base: random.integer(below: 1 << 20), features: features)
        update.delta[0] = Float(bitPattern: UInt32(truncatingIfNeeded: random.next()))
        update.delta[1] = -0.0
        let decoded = try codec.decode(codec.encode(update))
        #expect(bits(decoded.delta) == bits(update.delta))
        #expect(decoded.metadata == update.metadata)
        #expect(decoded.sums == update.sums)
        #expect(codec.encode(decoded) == codec.encode(update))
      }
    }
  }

  @Test func storageIsReusedWithoutLeftovers() throws {
    var random = RandomStream(seed: 2)
    let first = randomUpdate(&random, features: 3)
    let second = randomUpdate(&random)
    var update = first
    try codec.decode(codec.encode(second), into: &update)
    #expect(update == second)
  }

  @Test func fieldsAddUpToTheWholeMessage() throws {
    var random = RandomStream(seed: 3)
    for features in [nil, 4] as [Int?] {
      let encoded = codec.encode(randomUpdate(&random, features: features))
      let fields = try encoded.fields(codec: codec)
      #expect(fields.reduce(0) { $0 + $1.bytes } == encoded.byteCount)
      let delta = try #require(fields.first { $0.name == "delta" })
      #expect(delta == MessageField(name: "delta", type: "float32", shape: [18], bytes: 72))
      #expect(fields.contains { $0.name == "observation_sums" } == (features != nil))
      let sizes = ["uint8": 1, "uint32": 4, "uint64": 8, "float32": 4, "float64": 8]
      for field in fields {
        #expect(field.bytes == sizes[field.type]! * field.shape.reduce(1, *), "\(field.name)")
      }
    }
  }

  @Test func everyMalformedMessageHasItsError() {
    var random = RandomStream(seed: 4)
    let bytes = codec.encode(randomUpdate(&random, features: 2)).bytes
    func failure(_ change: (inout [UInt8]) -> Void) -> FrameError? {
      var changed = bytes
      change(&changed)
      do throws(FrameError) {
        _ = try codec.decode(EncodedUpdate(changed))
        return nil
      } catch { return error }
    }
    #expect(bytes.count == 52 + 72 + 8 + 32)
    #expect(failure { $0 = [] } == .truncated(got: 0, needed: 52))
    #expect(failure { $0.removeLast(bytes.count - 51) } == .truncated(got: 51, needed: 52))
    #expect(failure { $0.removeLast() } == .truncated(got: 163, needed: 164))
    #expect(failure { $0.append(0) } == .trailingBytes(1))
    #expect(failure { $0[0] = 0 } == .magic(got: 0x554c_5200, expected: 0x554c_5246))
    #expect(failure { $0[4] = 2 } == .formatVersion(got: 2, expected: 1))
    #expect(failure { $0[6] = 9 } == .codec(got: 9, expected: 0))
    #expect(failure { $0[7] = 1 } == .flags(1))
    #expect(failure { $0[20] = 17 } == .payloadLength(got: 72, expected: 68))
    // A count that would need 16 GB is refused before anything is allocated.
    #expect(
      failure { for index in 20..<24 { $0[index] = 255 } }
        == .payloadLength(got: 72, expected: 4 * 0xffff_ffff))
    #expect(
      failure { for index in 28..<32 { $0[index] = 255 } }
        == .truncated(got: 164, needed: 52 + 72 + 8 + 16 * 0xffff_ffff))
  }

  @Test func randomDamageGivesAnErrorOrAValue() {
    var random = RandomStream(seed: 5)
    let bytes = codec.encode(randomUpdate(&random, features: 3)).bytes
    var refused = 0
    for _ in 0..<20_000 {
      var damaged = bytes
      if random.integer(below: 3) == 0 {
        damaged.removeLast(random.integer(below: bytes.count + 1))
      }
      for _ in 0..<random.integer(below: 6) where !damaged.isEmpty {
        damaged[random.integer(below: damaged.count)] ^= 1 << UInt8(random.integer(below: 8))
      }
      if random.integer(below: 10) == 0 {
        damaged += (0..<random.integer(below: 40)).map { _ in
          UInt8(truncatingIfNeeded: random.next())
        }
      }
      let encoded = EncodedUpdate(damaged)
      do throws(FrameError) {
        let update = try codec.decode(encoded)
        // What decodes is a value of its own: it encodes to the same bytes.
        #expect(update.sums.map { $0.count == Int.max } == true || codec.encode(update) == encoded)
        #expect((try? encoded.fields(codec: codec)) != nil)
      } catch {
        refused += 1
        #expect(!error.description.isEmpty)
      }
    }
    #expect(refused > 5_000 && refused < 20_000)
  }

  @Test func shortRandomBytesNeverDecode() {
    var random = RandomStream(seed: 6)
    for length in 0..<300 {
      let bytes = (0..<length).map { _ in UInt8(truncatingIfNeeded: random.next()) }
      #expect(throws: FrameError.self) { try codec.decode(EncodedUpdate(bytes)) }
      #expect(throws: FrameError.self) { try EncodedModel(bytes).decode(shared) }
    }
  }
}
