import FedRLCore
import FedRLDQN
import FedRLNumerics
import FedRLTestSupport
import Testing

private struct Stopper: GradientHook {
  func adjust(_ gradient: inout MutableSpan<Float>, parameters: Span<Float>) {
    for index in 0..<gradient.count { gradient[index] = 0 }
  }
}

@Suite struct TurnTests {
  init() { BLAS.useOneThread() }

  private func settings(_ change: (inout DQNSettings) -> Void = { _ in }) -> DQNSettings {
    var settings = DQNSettings()
    settings.environments = 3
    settings.trainEvery = 4
    settings.gradientSteps = 2
    settings.learningStarts = 24
    settings.replayCapacity = 150
    settings.targetEvery = 30
    settings.hidden = [16, 8]
    settings.learningRate = 1e-3
    settings.normalizeObservations = true
    change(&settings)
    return settings
  }

  private static let variants: [(name: String, change: @Sendable (inout DQNSettings) -> Void)] = [
    ("plain", { _ in }),
    (
      "double, dueling, n-step, prioritised",
      {
        $0.double = true
        $0.dueling = true
        $0.returnSteps = 3
        $0.prioritized = true
      }
    ),
    (
      "Munchausen, Polyak",
      {
        $0.munchausen = 0.9
        $0.targetRate = 0.1
        $0.targetEvery = 3
      }
    ),
    (
      "quantiles",
      {
        $0.quantiles = 7
        $0.gradientSteps = 0
      }
    ),
  ]

  @Test(arguments: variants.indices) func aTurnContinuedFromBytesGivesTheSameBits(variant: Int)
    throws
  {
    let environment = DiscreteWorld(observations: 5, choices: 4, count: 3, masksActions: true)
    let kind = try DQNKind(
      settings(Self.variants[variant].change), for: environment.specification)
    let root = RandomStream(seed: 5)
    let memory = kind.makeMemory()
    let learner = kind.makeLearner()
    learner.begin(memory: memory, in: environment, random: root.split("environment"))
    var first = makeTask(
      kind.initialParameters(root), moments: Moments(features: 5), steps: 600, turns: 2,
      random: root)
    let report = try learner.train(&first, memory: memory, in: environment)
    #expect(report.environmentSteps == 600 && environment.violations == 0)
    #expect(report.gradientSteps > 0 && !report.episodeReturns.isEmpty)
    #expect(first.observedSums?.count == 600)

    var encoder = StateEncoder()
    memory.encodeState(into: &encoder)
    environment.encodeState(into: &encoder)
    func second(_ memory: any AgentMemory, _ environment: DiscreteWorld, _ learner: any Learner)
      throws -> ([Float], LearningReport)
    {
      var task = makeTask(
        first.parameters, moments: Moments(features: 5), steps: 300, turn: 1, turns: 2,
        random: root, isFirstAfterSync: true)
      let report = try learner.train(&task, memory: memory, in: environment)
      return (task.parameters.values, report)
    }
    let straight = try second(memory, environment, learner)
    let otherMemory = kind.makeMemory()
    let otherEnvironment = DiscreteWorld(
      observations: 5, choices: 4, count: 3, masksActions: true)
    var decoder = StateDecoder(encoder.bytes)
    try otherMemory.decodeState(from: &decoder)
    var observations = [Float](repeating: 0, count: 15)
    var span = observations.mutableSpan
    try otherEnvironment.decodeState(from: &decoder, into: &span)
    let resumed = try second(otherMemory, otherEnvironment, kind.makeLearner())
    #expect(resumed.0 == straight.0 && resumed.1 == straight.1)
    #expect(straight.0 != first.parameters.values && straight.0.allSatisfy(\.isFinite))
  }

  @Test func aTurnEndsWithItsEpisodes() throws {
    let environment = DiscreteWorld(observations: 5, choices: 4)
    let kind = try DQNKind(
      settings {
        $0.environments = 1
        $0.trainEvery = 1
        $0.gradientSteps = 1
        $0.explorationInitial = 1
        $0.explorationFinal = 0
        $0.explorationFraction = 1
      }, for: environment.specification)
    let root = RandomStream(seed: 6)
    let memory = kind.makeMemory()
    let learner = kind.makeLearner()
    learner.begin(memory: memory, in: environment, random: root)
    var task = makeTask(kind.initialParameters(root), steps: 1000, turns: 2, random: root)
    task.episodeLimit = 4
    let report = try learner.train(&task, memory: memory, in: environment)
    #expect(report.episodeReturns.count == 4)
    #expect(report.environmentSteps == report.episodeSteps.reduce(0, +))
    // Exploration falls with the episodes: three of four, in the first half of the fleet's progress.
    let exploration = report.diagnostics.first { $0.name == "exploration" }!.value
    expectClose(exploration, 1 - 0.5 * 0.75, absolute: 1e-9)
    // Steps are the limit where they are used up first.
    task = makeTask(kind.initialParameters(root), steps: 10, random: root)
    task.episodeLimit = 100
    #expect(try learner.train(&task, memory: memory, in: environment).environmentSteps == 10)
  }

  @Test func nothingIsLearnedBeforeLearningStarts() throws {
    let environment = DiscreteWorld(observations: 5, choices: 4, count: 3)
    let kind = try DQNKind(
      settings { $0.learningStarts = 120 }, for: environment.specification)
    let root = RandomStream(seed: 1)
    let memory = kind.makeMemory()
    let learner = kind.makeLearner()
    learner.begin(memory: memory, in: environment, random: root)
    var task = makeTask(kind.initialParameters(root), steps: 120, random: root)
    let start = task.parameters
    let report = try learner.train(&task, memory: memory, in: environment)
    #expect(task.parameters.values == start.values && report.gradientSteps == 0)
    #expect(report.inferences == 0)
    task = makeTask(start, steps: 12, random: root)
    #expect(try learner.train(&task, memory: memory, in: environment).gradientSteps == 2)
  }

  @Test func explorationFollowsTheFleet() throws {
    let environment = DiscreteWorld(observations: 5, choices: 4)
    let kind = try DQNKind(
      settings {
        $0.environments = 1
        $0.learningStarts = 0
        $0.explorationFraction = 0.5
        $0.explorationFinal = 0.1
      }, for: environment.specification)
    let root = RandomStream(seed: 1)
    let learner = kind.makeLearner()
    // A late joiner explores as little as the others.
    for (turn, last, mean) in [(0, 0.55, 0.775), (1, 0.1, 0.325), (2, 0.1, 0.1), (3, 0.1, 0.1)] {
      let memory = kind.makeMemory()
      learner.begin(memory: memory, in: environment, random: root)
      var task = makeTask(
        kind.initialParameters(root), steps: 12_000, turn: turn, turns: 4, random: root)
      task.gradientHook = Stopper()
      let report = try learner.train(&task, memory: memory, in: environment)
      let exploration = report.diagnostics.first { $0.name == "exploration" }!.value
      expectClose(exploration, last, absolute: 1e-3, "last exploration")
      // The network is asked for every action that is not random; five standard deviations.
      let random = 1 - Double(report.inferences) / Double(report.environmentSteps)
      expectClose(random, mean, absolute: 0.023, "share of random actions")
    }
  }

  @Test func theTargetFollowsTheFleetOrStays() throws {
    for rule in DQNSettings.TargetOnSync.allCases {
      let environment = DiscreteWorld(observations: 5, choices: 4, count: 3)
      let kind = try DQNKind(
        settings {
          $0.targetEvery = 1_000_000
          $0.targetOnSync = rule
        }, for: environment.specification)
      let root = RandomStream(seed: 1)
      let memory = kind.makeMemory() as! DQNMemory
      let learner = kind.makeLearner()
      learner.begin(memory: memory, in: environment, random: root)
      let start = kind.initialParameters(root)
      var task = makeTask(start, steps: 60, random: root)
      _ = try learner.train(&task, memory: memory, in: environment)
      #expect(Array(memory.target.buffer) == start.values)
      let fleet = kind.initialParameters(RandomStream(seed: 2))
      task = makeTask(fleet, steps: 60, turn: 1, turns: 2, random: root, isFirstAfterSync: true)
      _ = try learner.train(&task, memory: memory, in: environment)
      #expect(Array(memory.target.buffer) == (rule == .follow ? fleet : start).values)
    }
  }

  @Test func aSmallDeviceRemembersLess() throws {
    let environment = DiscreteWorld(observations: 5, choices: 4, count: 3)
    let kind = try DQNKind(
      settings { $0.replayCapacity = 100_000 }, for: environment.specification)
    let whole = kind.makeMemory() as! DQNMemory
    #expect(whole.replay.rows == 33_333)
    let limit = 40_000
    let small = kind.makeMemory(byteLimit: limit) as! DQNMemory
    #expect(small.byteCount <= limit && small.byteCount > limit - 1500)
    let least = kind.makeMemory(byteLimit: 0) as! DQNMemory
    #expect(least.replay.rows * 3 >= kind.settings.minibatch - 3)
    #expect(least.byteCount <= kind.leastMemoryBytes)
  }

  @Test func continuousActionsAreRefused() {
    let world = EnvironmentSpecification(
      name: "stick", observations: BoxSpace(shape: [1], low: [-1], high: [1], names: ["x"]),
      actions: .box(BoxSpace(shape: [1], low: [-1], high: [1], names: ["x"])),
      controlPeriodSeconds: 1,
      maximumEpisodeSteps: 1)
    #expect(throws: SettingProblems.self) { try DQNKind(DQNSettings(), for: world) }
  }

  @Test func settingsThatContradictEachOtherAreRefused() {
    var settings = DQNSettings()
    #expect(settings.validate().isEmpty)
    settings.munchausen = 0.9
    settings.returnSteps = 3
    settings.double = true
    settings.replayCapacity = 8
    settings.explorationInitial = 0.01
    #expect(
      settings.validate().map(\.setting) == [
        "return_steps", "double", "replay_capacity", "exploration_final",
      ])
  }
}
