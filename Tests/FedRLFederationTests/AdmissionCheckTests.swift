import FedRLFederation
import FedRLNumerics
import Testing

@Suite struct AdmissionCheckTests {
  let check = AdmissionCheck(
    shared: shared, version: ModelVersion(5), maximumSampleCount: 4096, maximumNorm: 10,
    features: 2)

  func failure(
    of check: AdmissionCheck? = nil, _ change: (inout ModelUpdate) -> Void = { _ in }
  ) -> AdmissionError? {
    var random = RandomStream(seed: 11)
    var update = randomUpdate(&random, base: 5, features: 2, samples: 100)
    change(&update)
    do throws(AdmissionError) {
      try (check ?? self.check).check(update)
      return nil
    } catch { return error }
  }

  @Test func aGoodUpdateIsAdmitted() { #expect(failure() == nil) }

  @Test func layoutLengthVersionAndCountsMustFit() {
    let other = LayoutDigest(value: 1)
    let five = ModelVersion(5)
    #expect(
      failure { $0.metadata.layoutDigest = other }
        == .layoutDigest(got: other, expected: shared.digest))
    #expect(failure { $0.delta.append(0) } == .parameterCount(got: 19, expected: 18))
    for version in [4, 6] {
      #expect(
        failure { $0.metadata.baseVersion = ModelVersion(version) }
          == .baseVersion(got: ModelVersion(version), expected: five...five))
    }
    for count in [0, 4097] {
      #expect(
        failure { $0.metadata.sampleCount = count } == .sampleCount(got: count, expected: 1...4096))
    }
    #expect(failure { $0.metadata.energyJoules = .nan } == .cost("energy_joules"))
    #expect(failure { $0.metadata.trainingSeconds = -1 } == .cost("training_seconds"))
  }

  @Test func theVersionWindowMayBeWider() {
    var wide = check
    wide.maximumStaleness = 2
    for (version, isAdmitted) in [(2, false), (3, true), (4, true), (5, true), (6, false)] {
      let found = failure(of: wide) { $0.metadata.baseVersion = ModelVersion(version) }
      #expect((found == nil) == isAdmitted, "version \(version)")
    }
  }

  @Test func parametersMustBeFiniteAndWithinTheNorm() {
    #expect(failure { $0.delta[7] = .nan } == .notFinite(index: 7))
    #expect(failure { $0.delta[17] = -.infinity } == .notFinite(index: 17))
    #expect(
      failure {
        $0.delta = .init(repeating: 0, count: 18); $0.delta[3] = 11
      }
        == .norm(got: 11, limit: 10))
    #expect(
      failure {
        $0.delta = .init(repeating: 0, count: 18); $0.delta[3] = 10
      } == nil)
    #expect(failure { $0.delta = .init(repeating: 3e38, count: 18) } != nil)
  }

  @Test func observationSumsMustBePossible() {
    var without = check
    without.features = nil
    #expect(failure(of: without) == .sumsUnexpected)
    #expect(failure { $0.sums = nil } == .sumsMissing)
    #expect(
      failure { $0.sums = NormalizerSums(count: 1, first: [0], second: [0]) }
        == .featureCount(got: 1, expected: 2))
    for count in [-1, 8193, Int.max] {
      #expect(
        failure { $0.sums?.count = count } == .observationCount(got: count, expected: 0...8192))
    }
    #expect(failure { $0.sums?.first[1] = .nan } == .sumNotFinite(feature: 1))
    #expect(failure { $0.sums?.second[0] = 1e19 } == .sumMagnitude(feature: 0, limit: 0x1p62))
    #expect(failure { $0.sums?.second[0] = -1 } == .negativeVariance(feature: 0))
    #expect(
      failure { $0.sums = NormalizerSums(count: 4, first: [6, 0], second: [8.9, 1]) }
        == .negativeVariance(feature: 0))
    #expect(failure { $0.sums = NormalizerSums(count: 4, first: [6, 0], second: [9, 1]) } == nil)
    #expect(
      failure { $0.sums = NormalizerSums(count: 0, first: [1, 0], second: [1, 0]) }
        == .negativeVariance(feature: 0))
    #expect(failure { $0.sums = NormalizerSums(count: 0, first: [0, 0], second: [0, 0]) } == nil)
  }

  @Test func errorsHoldNoParameter() {
    let secret: Float = 123.456
    let found = failure { $0.delta[2] = secret }
    #expect(found != nil)
    var sum = WeightedMean(parameters: 18, fractionBits: 52, maximumUpdates: 1 << 16)
    var random = RandomStream(seed: 12)
    var update = randomUpdate(&random)
    update.delta[2] = secret
    do throws(AggregationError) {
      try sum.accumulate(update)
      Issue.record("a parameter beyond the limit was summed")
    } catch {
      #expect(error == .refused(.magnitude(index: 2, limit: 0x1p-6)))
      #expect(!"\(error)".contains("123.4"))
    }
  }
}
