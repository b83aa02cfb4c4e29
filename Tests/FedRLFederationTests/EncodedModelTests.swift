import FedRLFederation
import FedRLNumerics
import Testing

@Suite struct EncodedModelTests {
  func model(features: Int?) -> GlobalModel {
    var random = RandomStream(seed: 7)
    return GlobalModel(
      version: ModelVersion(41), rounds: 100,
      parameters: ParameterVector(layout: layout, values: randomFloats(18, &random)),
      moments: features.map { count in
        Moments(
          count: 12, mean: (0..<count).map { _ in random.normal() },
          m2: (0..<count).map { _ in random.uniform() })
      })
  }

  @Test func decodingReturnsTheSameModel() throws {
    for features in [nil, 1, 6] as [Int?] {
      let model = model(features: features)
      let encoded = EncodedModel(model, digest: shared.digest)
      #expect(try encoded.decode(shared) == model)
      #expect(encoded.byteCount == 32 + 72 + (features.map { 8 + 16 * $0 } ?? 0))
    }
  }

  @Test func everyMalformedMessageHasItsError() {
    let bytes = EncodedModel(model(features: 2), digest: shared.digest).bytes
    func failure(_ change: (inout [UInt8]) -> Void) -> FrameError? {
      var changed = bytes
      change(&changed)
      do throws(FrameError) {
        _ = try EncodedModel(changed).decode(shared)
        return nil
      } catch { return error }
    }
    #expect(failure { $0.removeLast() } == .truncated(got: 143, needed: 144))
    #expect(failure { $0.append(7) } == .trailingBytes(1))
    #expect(failure { $0[3] = 0x55 } == .magic(got: 0x554c_5246, expected: 0x4d4c_5246))
    #expect(failure { $0[20] = 0 } == .rounds(got: 0))
    #expect(failure { $0[24] = 19 } == .parameterCount(got: 19, expected: 18))
    let flipped = LayoutDigest(value: shared.digest.value ^ 1)
    #expect(failure { $0[8] ^= 1 } == .layoutDigest(got: flipped, expected: shared.digest))
  }

  @Test func progressFollowsTheFleetsRounds() {
    let progress = model(features: nil).progress
    #expect(progress.start == 0.41 && progress.end == 0.42)
  }
}
