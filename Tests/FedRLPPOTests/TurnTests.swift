import FedRLClassicControl
import FedRLCore
import FedRLNetworks
import FedRLNumerics
import FedRLPPO
import FedRLTestSupport
import Testing

/// Sets the gradient to zero, and remembers how large it was.
private final class Stopper: GradientHook, @unchecked Sendable {
  // Sendable: used by one learner in one test.
  var largest: Float = 0
  var sawParameters: [Float] = []

  func adjust(_ gradient: inout MutableSpan<Float>, parameters: Span<Float>) {
    for index in 0..<gradient.count {
      largest = max(largest, abs(gradient[index]))
      gradient[index] = 0
    }
    sawParameters = parameters.indices.map { parameters[$0] }
  }
}

private struct Poison: GradientHook {
  func adjust(_ gradient: inout MutableSpan<Float>, parameters: Span<Float>) {
    gradient[3] = .nan
  }
}

@Suite struct TurnTests {
  init() { BLAS.useOneThread() }

  private func settings() -> PPOSettings {
    var settings = PPOSettings()
    settings.environments = 4
    settings.steps = 32
    settings.minibatch = 48
    settings.epochs = 3
    settings.hidden = [16, 16]
    settings.normalizeObservations = true
    settings.normalizeRewards = true
    return settings
  }

  private func diagnostic(_ name: String, _ report: LearningReport) -> Double {
    report.diagnostics.first { $0.name == name }!.value
  }

  @Test func aTurnContinuedFromBytesGivesTheSameBits() throws {
    let environment = PointMass(count: 4)
    let kind = PPOKind(settings(), for: environment.specification)
    let root = RandomStream(seed: 5)
    let memory = kind.makeMemory()
    let learner = kind.makeLearner()
    learner.begin(memory: memory, in: environment, random: root.split("environment"))
    var first = makeTask(
      kind.initialParameters(root), moments: Moments(features: 2), steps: 512, turns: 2,
      random: root)
    _ = try learner.train(&first, memory: memory, in: environment)

    var encoder = StateEncoder()
    memory.encodeState(into: &encoder)
    let environmentBytes = BatchRows.snapshot(environment)
    var moments = first.observationMoments!
    moments.merge(Moments(first.observedSums!))
    func second() -> TrainingTask {
      makeTask(first.parameters, moments: moments, steps: 512, turn: 1, turns: 2, random: root)
    }
    var straight = second()
    let straightReport = try learner.train(&straight, memory: memory, in: environment)

    let otherEnvironment = PointMass(count: 4)
    var rows = BatchRows(otherEnvironment)
    try rows.restore(otherEnvironment, from: environmentBytes)
    let otherMemory = kind.makeMemory()
    var decoder = StateDecoder(encoder.bytes)
    try otherMemory.decodeState(from: &decoder)
    #expect(decoder.isAtEnd)
    var resumed = second()
    let resumedReport = try kind.makeLearner().train(
      &resumed, memory: otherMemory, in: otherEnvironment)
    #expect(resumed.parameters.sha256 == straight.parameters.sha256)
    #expect(resumed.parameters.sha256 != first.parameters.sha256)
    #expect(resumed.observedSums == straight.observedSums)
    #expect(resumedReport == straightReport)
    var again = StateEncoder()
    var expected = StateEncoder()
    otherMemory.encodeState(into: &again)
    memory.encodeState(into: &expected)
    #expect(again.bytes == expected.bytes)
  }

  @Test func memoryOfAnotherShapeIsRefused() {
    let environment = PointMass(count: 4)
    let kind = PPOKind(settings(), for: environment.specification)
    var wider = settings()
    wider.hidden = [17, 16]
    var encoder = StateEncoder()
    PPOKind(wider, for: environment.specification).makeMemory().encodeState(into: &encoder)
    var decoder = StateDecoder(encoder.bytes)
    #expect(throws: StateDecoder.Failure.self) {
      try kind.makeMemory().decodeState(from: &decoder)
    }
    var short = StateDecoder(Array(encoder.bytes.prefix(100)))
    #expect(throws: StateDecoder.Failure.self) { try kind.makeMemory().decodeState(from: &short) }
  }

  @Test func resultsDoNotDependOnWhichLearnerATurnGot() throws {
    let kind = PPOKind(settings(), for: PointMass(count: 4).specification)
    func train(_ learner: any Learner, seed: UInt64) throws -> String {
      let environment = PointMass(count: 4)
      let memory = kind.makeMemory()
      let root = RandomStream(seed: seed)
      learner.begin(memory: memory, in: environment, random: root)
      var task = makeTask(
        kind.initialParameters(root), moments: Moments(features: 2), steps: 256, random: root)
      _ = try learner.train(&task, memory: memory, in: environment)
      return task.parameters.sha256
    }
    let fresh = try train(kind.makeLearner(), seed: 1)
    let used = kind.makeLearner()
    let other = try train(used, seed: 2)
    #expect(try train(used, seed: 1) == fresh)
    #expect(other != fresh)
  }

  @Test func learningRateAndClipFollowTheFleetsProgress() throws {
    var settings = zooCartPoleSettings()
    settings.epochs = 1
    let environment = CartPoleBatch(count: 8)
    let kind = PPOKind(settings, for: environment.specification)
    let learner = kind.makeLearner()
    let memory = kind.makeMemory()
    let random = RandomStream(seed: 1)
    learner.begin(memory: memory, in: environment, random: random)
    // Four rollouts from 1/2 to 3/4: the last begins at 1/2 + 3/16.
    var task = makeTask(
      kind.initialParameters(random), steps: 4 * 256, turn: 2, turns: 4, random: random)
    var report = try learner.train(&task, memory: memory, in: environment)
    expectClose(diagnostic("learning_rate", report), 1e-3 * (0.5 - 3.0 / 16), relative: 1e-12)
    expectClose(diagnostic("clip", report), 0.2 * (0.5 - 3.0 / 16), relative: 1e-12)
    // The same turn again gives the same rates: no counter of the learner's or the memory's own.
    report = try learner.train(&task, memory: memory, in: environment)
    expectClose(diagnostic("learning_rate", report), 1e-3 * (0.5 - 3.0 / 16), relative: 1e-12)
  }

  @Test func theHookSeesTheUnclippedGradientAndHasTheLastWord() throws {
    var settings = settings()
    settings.maxGradientNorm = 1e-6
    let environment = PointMass(count: 4)
    let kind = PPOKind(settings, for: environment.specification)
    let learner = kind.makeLearner()
    let memory = kind.makeMemory()
    let random = RandomStream(seed: 1)
    learner.begin(memory: memory, in: environment, random: random)
    var task = makeTask(kind.initialParameters(random), steps: 128, random: random)
    let before = task.parameters
    let hook = Stopper()
    task.gradientHook = hook
    _ = try learner.train(&task, memory: memory, in: environment)
    #expect(task.parameters == before)
    #expect(hook.largest > 1e-3)
    #expect(hook.sawParameters == before.values)

    task.gradientHook = Poison()
    #expect { _ = try learner.train(&task, memory: memory, in: environment) } throws: {
      ($0 as? LearningError)?.quantity == "gradient norm"
    }
    #expect(task.parameters == before)
  }

  @Test func adamsStateAfterASyncIsWhatTheSettingSays() throws {
    for rule in OptimizerOnSync.allCases {
      var settings = settings()
      settings.optimizerOnSync = rule
      let environment = PointMass(count: 4)
      let kind = PPOKind(settings, for: environment.specification)
      let learner = kind.makeLearner()
      let memory = kind.makeMemory() as! PPOMemory
      let random = RandomStream(seed: 1)
      learner.begin(memory: memory, in: environment, random: random)
      var task = makeTask(kind.initialParameters(random), steps: 128, random: random)
      _ = try learner.train(&task, memory: memory, in: environment)
      // 128 samples in minibatches of 48, 48 and 32, three times.
      #expect(memory.adamSteps == 9)
      let moment = memory.secondMoments[0]
      #expect(moment > 0)
      var next = makeTask(
        task.parameters, steps: 0, turn: 1, turns: 2, random: random, isFirstAfterSync: true)
      _ = try learner.train(&next, memory: memory, in: environment)
      #expect(memory.adamSteps == (rule == .keep ? 9 : 0))
      #expect(memory.secondMoments[0] == (rule == .reset ? 0 : moment))
    }
  }

  @Test func epochsStopWhenThePolicyHasMovedFarEnough() throws {
    let environment = PointMass(count: 4)
    func train(_ targetKL: Double) throws -> LearningReport {
      var settings = settings()
      settings.learningRate = 0.01
      settings.epochs = 20
      settings.targetKL = targetKL
      let kind = PPOKind(settings, for: environment.specification)
      let learner = kind.makeLearner()
      let memory = kind.makeMemory()
      let random = RandomStream(seed: 1)
      learner.begin(memory: memory, in: environment, random: random)
      var task = makeTask(kind.initialParameters(random), steps: 128, random: random)
      return try learner.train(&task, memory: memory, in: environment)
    }
    let free = try train(0)
    let held = try train(0.005)
    #expect(free.gradientSteps == 60)
    #expect(held.gradientSteps > 0 && held.gradientSteps < 40)
    #expect(diagnostic("approx_kl", held) < diagnostic("approx_kl", free))
  }

  @Test func whatWasDoneIsCounted() throws {
    let environment = CartPoleBatch(count: 8)
    let kind = PPOKind(zooCartPoleSettings(), for: environment.specification)
    let learner = kind.makeLearner()
    let memory = kind.makeMemory()
    let random = RandomStream(seed: 1)
    learner.begin(memory: memory, in: environment, random: random)
    var task = makeTask(kind.initialParameters(random), steps: 1024, random: random)
    let report = try learner.train(&task, memory: memory, in: environment)
    #expect(report.environmentSteps == 1024 && report.inferences == 1024)
    #expect(report.gradientSteps == 80)
    #expect(report.trainingFLOPs == kind.trainingFLOPs(environmentSteps: 1024))
    #expect(report.episodeReturns.count > 10)
    #expect(zip(report.episodeReturns, report.episodeSteps).allSatisfy { $0 == Double($1) })
    #expect(kind.inferenceMACs == 4 * 64 + 64 * 64 + 64 * 2)
    #expect(report.diagnostics.allSatisfy { $0.value.isFinite })
  }

  @Test func anAgentKeepsLittleMoreThanItsOptimizer() {
    let world = IdleWorld(observations: 277, actions: box(2), count: 8)
    var settings = PPOSettings()
    settings.environments = 8
    let kind = PPOKind(settings, for: world.specification)
    let memory = kind.makeMemory()
    #expect(memory.byteCount <= 3 * 4 * kind.layout.count)
    var encoder = StateEncoder()
    memory.encodeState(into: &encoder)
    #expect(encoder.bytes.count <= memory.byteCount)
  }

  @Test func everySettingIsDocumentedAndRoundTrips() {
    let descriptions = PPOSettings.descriptions
    #expect(Set(descriptions.map(\.name)).count == descriptions.count)
    #expect(descriptions.allSatisfy { !$0.text.isEmpty })
    var problems: [SettingProblem] = []
    let decoded = PPOSettings(
      decoding: PPOSettings().table, at: "[policy]", problems: &problems)
    #expect(problems.isEmpty && decoded == PPOSettings())
    _ = PPOSettings(
      decoding: ["minibatch": .integer(0), "epoch": .integer(3)], at: "[policy]",
      problems: &problems)
    #expect(problems.count == 2)
  }
}
