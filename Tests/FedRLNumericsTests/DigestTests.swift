import FedRLNumerics
import Testing

@Suite struct DigestTests {
  /// FIPS 180-4's examples, and the empty message.
  @Test func sha256GivesTheKnownAnswers() {
    #expect(
      SHA256.hexadecimal("")
        == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
    #expect(
      SHA256.hexadecimal("abc")
        == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    #expect(
      SHA256.hexadecimal(String(repeating: "a", count: 1_000_000))
        == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0")
    let bytes = SHA256.digest(UnsafeRawBufferPointer(start: nil, count: 0))
    #expect(bytes.count == 32 && bytes.prefix(4) == [0xe3, 0xb0, 0xc4, 0x42])
  }

  @Test func aDigestOfPiecesIsThatOfTheWhole() {
    let bytes = (0..<1000).map { UInt8(truncatingIfNeeded: $0 * 7) }
    let stream = SHA256.Stream()
    for piece in [bytes[..<1], bytes[1..<1], bytes[1..<700], bytes[700...]] {
      piece.withUnsafeBytes { stream.update($0) }
    }
    #expect(stream.finish() == bytes.withUnsafeBytes { SHA256.digest($0) })
  }

  @Test func aLayoutsDigestIsThatOfItsNamesPartsAndShapes() {
    var layout = ParameterLayout()
    layout.append("actor.0.weight", shape: [64, 4], part: .actor)
    layout.append("critic.bias", shape: [1], part: .critic)
    // sha256sum of "actor.0.weight actor [64, 4]\ncritic.bias critic [1]".
    #expect(
      layout.digest == "eab04d84bef96ef16cbdaecc62dc72c68414c2e3329aa1002aaacd47782a465b")
  }

  @Test func anyDifferenceOfLayoutsChangesTheDigest() {
    func digest(_ segments: [(String, [Int], ParameterPart)]) -> String {
      var layout = ParameterLayout()
      for (name, shape, part) in segments { layout.append(name, shape: shape, part: part) }
      return layout.digest
    }
    let digests = [
      digest([("a", [2, 3], .actor), ("b", [3], .critic)]),
      digest([("b", [3], .critic), ("a", [2, 3], .actor)]),
      digest([("a", [3, 2], .actor), ("b", [3], .critic)]),
      digest([("a", [6], .actor), ("b", [3], .critic)]),
      digest([("a", [2, 3], .trunk), ("b", [3], .critic)]),
      digest([("a", [2, 3], .actor), ("c", [3], .critic)]),
      digest([("a", [2, 3], .actor)]),
      digest([]),
    ]
    #expect(Set(digests).count == digests.count)
  }

  @Test func aVectorsDigestIsThatOfItsLittleEndianBytes() {
    var layout = ParameterLayout()
    layout.append("weight", shape: [2, 2], part: .trunk)
    let vector = ParameterVector(layout: layout, values: [1, -2.5, 0, 3.0e-5])
    // sha256sum of the bytes that Python's struct.pack('<4f', 1, -2.5, 0, 3.0e-5) gives.
    #expect(
      vector.sha256 == "87babd6740e42736e72ba4d4721ce153a95f66442c8b6a502d7b915e1c985e2c")
    #expect(ParameterVector(layout: layout).sha256 != vector.sha256)
  }
}
