import FedRLCore
import FedRLNumerics
import Testing

@Suite struct CheckEnvironmentTests {
  @Test func aSoundPlainEnvironmentHasNoViolations() {
    #expect(checkEnvironment { Walker() } == [])
  }

  @Test func aSoundDiscreteEnvironmentWithMasksHasNoViolations() {
    #expect(checkEnvironment { Walker(isDiscrete: true) } == [])
  }

  @Test func aSoundSnapshotEnvironmentHasNoViolations() {
    #expect(checkEnvironment { SnapshotWalker() } == [])
  }

  @Test func aSoundKindHasNoViolations() throws {
    let kind = try SimpleEnvironmentKind<Walker>(
      settings: .init(), context: EnvironmentContext(baseDirectory: "."))
    #expect(checkEnvironment(kind) == [])
  }

  @Test(arguments: [
    (Walker.Fault.observationUnwrittenInReset, EnvironmentViolation.Rule.observationWritten),
    (.observationUnwrittenInStep, .observationWritten),
    (.observationNaN, .observationFinite),
    (.observationOutOfBounds, .observationBounds),
    (.rewardInfinite, .rewardFinite),
    (.realRandomness, .sameSeedSameTrajectory),
    (.realRandomness, .snapshotContinues),
    (.keepsVelocityOverReset, .resetEqualsFresh),
    (.keepsVelocityOverReset, .episodeStartsFromItsSeed),
    (.startsWhereItStopped, .episodeStartsFromItsSeed),
    (.metricUnwritten, .metricsWritten),
    (.metricInfinite, .metricsWritten),
    (.drawingMoves, .drawingHasNoEffect),
    (.drawingNaN, .drawingFinite),
  ])
  func aBrokenPlainEnvironmentIsCaught(
    fault: Walker.Fault, rule: EnvironmentViolation.Rule
  ) {
    let violations = checkEnvironment { Walker(fault: fault) }
    #expect(violations.contains { $0.rule == rule && !$0.isWarning }, "\(violations)")
  }

  @Test(arguments: [Walker.Fault.maskFraction, .maskEmpty])
  func aBrokenMaskIsCaught(fault: Walker.Fault) {
    let violations = checkEnvironment { Walker(fault: fault, isDiscrete: true) }
    #expect(violations.contains { $0.rule == .actionMask && !$0.isWarning }, "\(violations)")
  }

  @Test(arguments: [
    (Walker.Fault.ignoresSeed, EnvironmentViolation.Rule.otherSeedDiffers),
    (.neverEnds, .episodeEnds),
  ])
  func whatMayBeIntendedIsAWarning(fault: Walker.Fault, rule: EnvironmentViolation.Rule) {
    let violations = checkEnvironment { Walker(fault: fault) }
    #expect(violations.map(\.rule) == [rule] && violations[0].isWarning, "\(violations)")
  }

  @Test(arguments: [
    (FaultyBatch.Fault.finalIsNext, EnvironmentViolation.Rule.finalObservationKept),
    (.finalAlwaysWritten, .finalObservationKept),
    (.finalUnwritten, .finalObservationKept),
    (.hidesTruncation, .truncationAtLimit),
    (.rewardTellsBatchSize, .copiesIndependent),
    (.copiesInfluenceEachOther, .copiesIndependent),
    (.rewardsRawActions, .actionClipping),
    (.swallowsDamage, .snapshotRefused),
    (.stepsDependOnAge, .resetEqualsFresh),
    (.stepsDependOnAge, .snapshotContinues),
  ])
  func aBrokenBatchIsCaught(fault: FaultyBatch.Fault, rule: EnvironmentViolation.Rule) {
    let violations = checkEnvironment(makeBatch: { FaultyBatch(count: $0, fault) })
    #expect(violations.contains { $0.rule == rule && !$0.isWarning }, "\(violations)")
  }

  @Test func aSnapshotThatForgetsIsCaught() {
    let violations = checkEnvironment { SnapshotWalker(forgets: true) }
    #expect(violations.map(\.rule) == [.snapshotContinues], "\(violations)")
  }

  @Test func aBatchOfTheWrongSizeIsCaught() {
    let violations = checkEnvironment(makeBatch: { _ in
      BatchAdapter<Walker>(count: 2) { Walker() }
    })
    #expect(violations.map(\.rule) == [.batchSize])
    #expect(violations.first?.description == "batchSize: a batch of 1: got 2 copies, expected 1")
  }

  @Test func violationsSayWhereAndWhatWasExpected() {
    let violations = checkEnvironment { Walker(fault: .observationUnwrittenInReset) }
    #expect(
      violations.first?.description
        == "observationWritten: copy 0, step 0, observation 1 (velocity): got nothing, "
        + "expected every element written")
  }

  @Test func everySenselessSpecificationIsCaught() {
    let senseless: [(String, EnvironmentSpecification)] = [
      ("observations 0 (a)", specification(low: 1, high: 1)),
      ("observations' names", specification(names: ["a", "a"])),
      ("actions 0 (u)", specification(actionHigh: .infinity)),
      ("controlPeriodSeconds", specification(period: 0)),
      ("maximumEpisodeSteps", specification(limit: 0)),
      ("metrics' names", specification(metrics: ["m", "m"])),
      ("masksActions", specification(masks: true)),
      ("name", specification(name: "")),
    ]
    for (place, wrong) in senseless {
      let violations = checkEnvironment { Still(specification: wrong) }
      #expect(violations.map(\.place) == [place])
      #expect(violations.allSatisfy { $0.rule == .specification && !$0.isWarning })
    }
  }

  /// Does nothing, with any specification.
  struct Still: Environment {
    let specification: EnvironmentSpecification
    func reset(seed: UInt64, into observation: inout MutableSpan<Float>) {}
    func step(_ action: Span<Float>, into observation: inout MutableSpan<Float>) -> StepOutcome {
      StepOutcome(reward: 0)
    }
  }

  private func specification(
    name: String = "still", low: Float = 0, high: Float = 1, names: [String] = ["a", "b"],
    actionHigh: Float = 1, period: Double = 1, limit: Int? = 5, metrics: [String] = [],
    masks: Bool = false
  ) -> EnvironmentSpecification {
    EnvironmentSpecification(
      name: name,
      observations: BoxSpace(shape: [2], low: [low, 0], high: [high, 1], names: names),
      actions: .box(BoxSpace(shape: [1], low: [0], high: [actionHigh], names: ["u"])),
      controlPeriodSeconds: period, maximumEpisodeSteps: limit,
      metrics: metrics.map { MetricDefinition($0, unit: "1", higherIsBetter: nil, "") },
      masksActions: masks)
  }
}
