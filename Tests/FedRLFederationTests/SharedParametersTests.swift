import FedRLFederation
import FedRLNumerics
import Testing

@Suite struct SharedParametersTests {
  @Test func gatherTakesTheSelectedSegmentsInOrder() {
    let some = SharedParameters(of: layout, parts: [.trunk, .actor])
    let values = (0..<18).map(Float.init)
    #expect(some.count == 15)
    #expect(!some.isEverything)
    #expect(
      some.layout.segments.map(\.name) == ["trunk.0.weight", "trunk.0.bias", "actor.0.weight"])
    #expect(some.gather(values) == [0, 1, 2, 3, 4, 5, 6, 7, 8, 12, 13, 14, 15, 16, 17])
  }

  @Test func scatterPutsBackWhatGatherTookAndLeavesTheRest() {
    let some = SharedParameters(of: layout, parts: [.critic])
    var values = [Float](repeating: -1, count: 18)
    some.scatter([9, 10, 11], into: &values)
    #expect(some.gather(values) == [9, 10, 11])
    #expect(values.filter { $0 == -1 }.count == 15)
    #expect(Array(values[9..<12]) == [9, 10, 11])
  }

  @Test func allPartsAreTheWholeVector() {
    let values = (0..<18).map(Float.init)
    #expect(shared.isEverything)
    #expect(shared.layout == layout)
    #expect(shared.gather(values) == values)
    var other = [Float](repeating: 0, count: 18)
    shared.scatter(values, into: &other)
    #expect(other == values)
  }

  @Test func aPersonalPartNeverEntersAnUpdate() throws {
    let some = SharedParameters(of: layout, parts: [.trunk, .actor])
    let model = GlobalModel(
      rounds: 3,
      parameters: ParameterVector(layout: some.layout, values: .init(repeating: 1, count: 15)))
    var trained = ParameterVector(layout: layout, values: .init(repeating: 1.5, count: 18))
    for index in 9..<12 { trained.values[index] = 12345 }
    let update = ModelUpdate(
      from: trained, relativeTo: model, shared: some, sampleCount: 10, environmentSteps: 10)
    #expect(update.delta == [Float](repeating: 0.5, count: 15))
    let encoded = UpdatePipeline().encode(
      update, for: .init(member: MemberID(0), round: 1, seed: 1))
    #expect(encoded.byteCount == 52 + 15 * 4)
  }

  @Test func digestsTellLayoutsApart() {
    let digests = [
      shared.digest, SharedParameters(of: layout, parts: [.trunk]).digest,
      SharedParameters(of: layout, parts: [.trunk, .actor]).digest, LayoutDigest(layout(of: 18)),
    ]
    #expect(Set(digests).count == 4)
    #expect(layout.digest.hasPrefix(shared.digest.description))
  }
}
