import FedRLFederation
import FedRLNumerics
import Testing

@Suite struct WeightedMeanTests {
  func mean(_ updates: [ModelUpdate], _ weighting: Weighting, center: [Double]? = nil) throws
    -> Aggregate
  {
    var sum = WeightedMean(parameters: shared.count, center: center, weighting: weighting)
    for update in updates { try sum.accumulate(update) }
    return try sum.finish()
  }

  func update(_ delta: [Float], samples: Int) -> ModelUpdate {
    ModelUpdate(
      metadata: UpdateMetadata(
        baseVersion: .initial, layoutDigest: shared.digest, sampleCount: samples,
        environmentSteps: 2 * samples),
      delta: delta)
  }

  @Test func uniformAndSampleWeightsEqualTheHandComputation() throws {
    let updates = [
      update(.init(repeating: 1, count: 18), samples: 100),
      update(.init(repeating: 3, count: 18), samples: 300),
    ]
    let uniform = try mean(updates, .uniform)
    #expect(uniform.meanDelta == [Double](repeating: 2, count: 18))
    #expect(uniform.updateCount == 2 && uniform.sampleCount == 400)
    #expect(uniform.environmentSteps == 800)
    #expect(uniform.moments == nil)
    // (100·1 + 300·3) ÷ 400
    #expect(try mean(updates, .samples).meanDelta == [Double](repeating: 2.5, count: 18))
  }

  @Test func equalSamplesWeighAsUniform() throws {
    var random = RandomStream(seed: 21)
    let updates = (0..<9).map { _ in randomUpdate(&random, samples: 1 << 20) }
    let uniform = try mean(updates, .uniform)
    #expect(try mean(updates, .samples).meanDelta == uniform.meanDelta)
  }

  @Test func anyOrderGivesTheSameBits() throws {
    var random = RandomStream(seed: 22)
    let updates = (0..<40).map { _ in randomUpdate(&random, features: 3) }
    let center = [0.5, -3, 1e3]
    for weighting in Weighting.allCases {
      let first = try mean(updates, weighting, center: center)
      for _ in 0..<20 {
        var order = (0..<40).map { Int32($0) }
        random.shuffle(&order)
        let other = try mean(order.map { updates[Int($0)] }, weighting, center: center)
        #expect(bits(other.meanDelta) == bits(first.meanDelta))
        #expect(bits(other.moments!.mean) == bits(first.moments!.mean))
        #expect(bits(other.moments!.m2) == bits(first.moments!.m2))
      }
    }
  }

  @Test func theMeanIsWithinTheRoundingOfTheExactOne() throws {
    var random = RandomStream(seed: 23)
    let updates = (0..<100).map { _ in randomUpdate(&random) }
    let weights = updates.map { Double($0.metadata.sampleCount) }
    let total = weights.reduce(0, +)
    let uniform = try mean(updates, .uniform)
    let weighted = try mean(updates, .samples)
    for index in 0..<18 {
      let values = updates.map { Double($0.delta[index]) }
      let plain = values.reduce(0, +) / 100
      let byWeight = zip(values, weights).reduce(0) { $0 + $1.0 * $1.1 } / total
      // Each term is rounded to 2⁻³²; under `samples` after scaling by 2⁻²⁰.
      #expect(abs(uniform.meanDelta[index] - plain) <= 0x1p-33 + 1e-15)
      #expect(
        abs(weighted.meanDelta[index] - byWeight) <= 100 * 0x1p-33 / (total * 0x1p-20) + 1e-15)
    }
  }

  @Test func aRefusedUpdateLeavesTheSumAsItWas() throws {
    var random = RandomStream(seed: 24)
    let good = (0..<5).map { _ in randomUpdate(&random) }
    let expected = try mean(good, .uniform)
    var sum = WeightedMean(parameters: 18, maximumNorm: 5)
    for update in good {
      try sum.accumulate(update)
      for (value, index) in [(Float.nan, 0), (.infinity, 17), (1e30, 9), (6, 4)] {
        var bad = update
        bad.delta[index] = value
        #expect(throws: AggregationError.self) { try sum.accumulate(bad) }
      }
      var short = update
      short.delta.removeLast()
      #expect(throws: AggregationError.refused(.parameterCount(got: 17, expected: 18))) {
        try sum.accumulate(short)
      }
    }
    #expect(try sum.finish() == expected)
  }

  @Test func summingThenEncodingEqualsEncodingThenSumming() throws {
    var random = RandomStream(seed: 25)
    let codec = Float32Codec()
    let updates = (0..<12).map { _ in randomUpdate(&random, features: 2) }
    let center = [0.0, 0]
    let direct = try mean(updates, .samples, center: center)
    let sent = try mean(
      try updates.map { try codec.decode(codec.encode($0)) }, .samples, center: center)
    #expect(sent == direct)
    // The mean itself, sent as an update, is the mean of one.
    var single = updates[0]
    single.delta = direct.meanDelta.map { Float($0) }
    let again = try mean([codec.decode(codec.encode(single))], .uniform)
    for index in 0..<18 {
      #expect(abs(again.meanDelta[index] - Double(single.delta[index])) <= 0x1p-33)
    }
  }

  @Test func nothingHasNoMean() {
    #expect(throws: AggregationError.noUpdates) { try mean([], .uniform) }
  }

  @Test func moreUpdatesThanRoomAreRefused() throws {
    var random = RandomStream(seed: 26)
    var sum = WeightedMean(parameters: 18, maximumUpdates: 2)
    try sum.accumulate(randomUpdate(&random))
    try sum.accumulate(randomUpdate(&random))
    #expect(throws: AggregationError.refused(.tooManyUpdates(limit: 2))) {
      try sum.accumulate(randomUpdate(&random))
    }
  }

  @Test func theIdentityStageChangesNothing() throws {
    var random = RandomStream(seed: 27)
    let update = randomUpdate(&random, features: 2)
    let context = MemberContext(member: MemberID(3), round: 1, seed: 9)
    let plain = UpdatePipeline()
    let staged = UpdatePipeline(stages: [IdentityStage(), IdentityStage()])
    #expect(staged.encode(update, for: context) == plain.encode(update, for: context))
    var aggregate = try mean([update], .uniform)
    let before = aggregate
    staged.restore(&aggregate, for: RoundContext(round: 1, seed: 9))
    #expect(aggregate == before)
  }

  @Test func stagesRunForwardsOutAndBackwardsIn() throws {
    struct Affine: UpdateStage {
      let factor: Float
      let shift: Float
      func outgoing(_ update: inout ModelUpdate, for member: MemberContext) {
        for index in update.delta.indices {
          update.delta[index] = update.delta[index] * factor + shift
        }
      }
      func incoming(_ aggregate: inout Aggregate, for round: RoundContext) {
        for index in aggregate.meanDelta.indices {
          aggregate.meanDelta[index] = (aggregate.meanDelta[index] - Double(shift)) / Double(factor)
        }
      }
    }
    let pipeline = UpdatePipeline(stages: [
      Affine(factor: 2, shift: 0), Affine(factor: 1, shift: 8),
    ])
    let updates = [1, 2, 6].map { update(.init(repeating: $0, count: 18), samples: 1) }
    let sent = try updates.enumerated().map { index, update in
      try pipeline.codec.decode(
        pipeline.encode(update, for: .init(member: MemberID(index), round: 1, seed: 0)))
    }
    #expect(sent[0].delta[0] == 10)
    var aggregate = try mean(sent, .uniform)
    pipeline.restore(&aggregate, for: RoundContext(round: 1, seed: 0))
    #expect(aggregate.meanDelta == [Double](repeating: 3, count: 18))
  }
}
