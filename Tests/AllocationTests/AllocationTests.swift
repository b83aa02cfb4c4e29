import CAllocationCounter
import FedRLClassicControl
import FedRLCore
import FedRLNetworks
import FedRLNumerics
import FedRLDQN
import FedRLPPO
import FedRLReferenceWorlds
import FedRLVacuum
import FedRLVehicle
import Foundation
import Testing

/// What runs once per step or per minibatch allocates nothing after its first calls.
@Suite struct AllocationTests {
  /// Allocations of this thread while `body` runs.
  private func allocations(_ body: () throws -> Void) rethrows -> UInt64 {
    let before = fedrl_allocations()
    try body()
    return fedrl_allocations() - before
  }

  @Test func theCounterCounts() throws {
    try #require(fedrl_counts_allocations() == 1, "needs glibc")
    let bytes = allocations {
      let memory = UnsafeMutableRawPointer.allocate(byteCount: 64, alignment: 16)
      memory.deallocate()
    }
    #expect(bytes == 1)
    let aligned = allocations {
      let memory = UnsafeMutableRawPointer.allocate(byteCount: 64, alignment: 256)
      memory.deallocate()
    }
    #expect(aligned == 1)
  }

  // MARK: Environments

  private static let root: String = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().path
  private static let home = root + "/Environments/Vacuum/Homes/home-01.yaml"

  private func vacuum(_ change: (inout VacuumSettings) -> Void) throws -> VacuumKind {
    var settings = VacuumSettings()
    settings.map = Self.home
    // Episodes end often, so that resets are among what is counted.
    settings.episodeSeconds = 30
    change(&settings)
    return try VacuumKind(settings: settings, context: EnvironmentContext(baseDirectory: "."))
  }

  @Test func stepsOfEnvironmentsAllocateNothing() throws {
    try #require(fedrl_counts_allocations() == 1, "needs glibc")
    let worlds: [(name: String, kind: any EnvironmentKind)] = [
      ("cartpole", CartPoleKind()),
      ("acrobot", ClassicKind<Acrobot>()),
      ("mountaincar", ClassicKind<MountainCar>()),
      ("mountaincar-continuous", ClassicKind<MountainCarContinuous>()),
      ("pendulum", ClassicKind<Pendulum>()),
      ("vacuum", try vacuum { _ in }),
      (
        "vacuum with guidance",
        try vacuum {
          $0.guidance = true
          $0.farWindow = false
          $0.actionPeriod = 0.4
        }
      ),
      ("vacuum, discrete", try vacuum { $0.dynamics = .discrete }),
    ]
    for world in worlds {
      let walk = Walk(world.kind, copies: 4)
      walk.run(steps: 400)
      let ended = walk.episodes
      let count = allocations { walk.run(steps: 1000) }
      #expect(walk.episodes > ended, "\(world.name): no reset was counted")
      #expect(count == 0, "\(world.name): \(count) allocations in 4,000 steps")
    }
  }

  /// A car's world is made anew at every reset; within an episode nothing is, also in contact with
  /// a wall.
  @Test func stepsOfACarAllocateNothingWithinAnEpisode() throws {
    try #require(fedrl_counts_allocations() == 1, "needs glibc")
    for model in VehicleModel.allCases {
      var settings = VehicleSettings()
      settings.track = Self.root + "/Environments/Vehicle/Tracks/oval.csv"
      settings.model = model
      settings.observation = .both
      settings.traffic = 4
      settings.collisionEnds = false
      settings.offTrackEnds = false
      settings.reverseSpeed = 3
      let kind = try VehicleKind(
        settings: settings, context: EnvironmentContext(baseDirectory: "."))
      var world = VehicleEnvironment(kind.plan)
      var row = [Float](repeating: 0, count: kind.specification.observations.count)
      var random = RandomStream(seed: 2)
      let actions = (0..<256).map { _ in
        [Float(random.uniform(-0.4, 0.4)), Float(random.uniform(-4, 9))]
      }
      func drive(_ steps: Int, _ world: inout VehicleEnvironment, _ row: inout [Float]) {
        var span = row.mutableSpan
        if steps == 0 { world.reset(seed: 1, into: &span) }
        for step in 0..<steps {
          let action = actions[step % 256]
          _ = world.step(action.span, into: &span)
        }
      }
      drive(0, &world, &row)
      drive(600, &world, &row)
      let count = allocations { drive(1000, &world, &row) }
      #expect(count == 0, "\(model): \(count) allocations in 1,000 steps")
      var metrics = [Double](repeating: 0, count: kind.specification.metrics.count)
      var values = metrics.mutableSpan
      world.writeMetrics(into: &values)
      #expect(metrics[6] > 10, "\(model): hardly a contact was among them")
    }
  }

  /// A new episode makes a new world; its steps then allocate nothing, contacts included.
  @Test func stepsWithinEpisodesOfBox2DWorldsAllocateNothing() throws {
    try #require(fedrl_counts_allocations() == 1, "needs glibc")
    var wind = LunarLanderSettings()
    wind.enableWind = true
    var hardcore = BipedalWalkerSettings()
    hardcore.hardcore = true
    let worlds: [(name: String, kind: any EnvironmentKind)] = [
      ("lunarlander", LunarLanderKind()),
      ("lunarlander-continuous with wind", LunarLanderKind(wind, isContinuous: true)),
      ("bipedal-walker", BipedalWalkerKind()),
      ("bipedal-walker, hardcore", BipedalWalkerKind(hardcore)),
    ]
    for world in worlds {
      let walk = Walk(world.kind, copies: 1)
      // The log of actions, which a resumed run replays, grows to the length of the longest episode.
      walk.run(steps: 20_000)
      var ended = 0
      var count: UInt64 = 0
      for _ in 0..<3000 {
        let before = walk.episodes
        let more = allocations { walk.run(steps: 1) }
        if walk.episodes > before { ended += 1 } else { count += more }
      }
      #expect(ended > 1, "\(world.name): no contact was counted")
      #expect(count == 0, "\(world.name): \(count) allocations within episodes")
    }
  }

  // MARK: Networks

  @Test(arguments: [false, true])
  func passesThroughNetworksAllocateNothing(sharesTrunk: Bool) throws {
    try #require(fedrl_counts_allocations() == 1, "needs glibc")
    var settings = PPOSettings()
    settings.trunk = sharesTrunk ? .shared : .separate
    let specification = CartPoleKind().specification
    let kind = PPOKind(settings, for: specification)
    let actor = kind.makeActor(copies: 8)
    actor.load(
      kind.initialParameters(RandomStream(seed: 1)), observationMoments: Moments(features: 4))
    let observations = [Float](repeating: 0.1, count: 32)
    let masks: [Float] = []
    var none: [Float] = []
    var actions = [Float](repeating: 0, count: 8)
    func act(_ times: Int) {
      var state = none.mutableSpan
      var span = actions.mutableSpan
      for _ in 0..<times {
        actor.act(
          observations: observations.span, masks: masks.span, state: &state, random: nil,
          into: &span)
      }
    }
    act(1)
    #expect(allocations { act(100) } == 0)
  }

  // MARK: Learners

  /// A rollout costs a few allocations, of its report; a finished episode a few, of its record.
  /// There are none per step, minibatch or epoch: 256 steps and 8 minibatches would show.
  @Test func aTurnAllocatesAsMuchHoweverLongItIs() throws {
    try #require(fedrl_counts_allocations() == 1, "needs glibc")
    let worlds: [any EnvironmentKind] = [CartPoleKind(), ClassicKind<Pendulum>()]
    for world in worlds {
      var settings = PPOSettings()
      settings.environments = 4
      settings.steps = 64
      settings.minibatch = 64
      settings.epochs = 2
      settings.normalizeObservations = true
      settings.normalizeRewards = true
      try expectNoAllocationPerStep(
        PPOKind(settings, for: world.specification), in: world, shortTurn: 1, longTurn: 9)
    }
  }

  @Test func aTurnWithMemoryOrConvolutionsAllocatesAsMuchHoweverLongItIs() throws {
    try #require(fedrl_counts_allocations() == 1, "needs glibc")
    let worlds: [any EnvironmentKind] = [CartPoleKind(), try vacuum { $0.episodeSeconds = 300 }]
    for world in worlds {
      var settings = PPOSettings()
      settings.environments = 4
      settings.steps = 64
      settings.minibatch = 64
      settings.epochs = 2
      settings.memory = .gru
      settings.memoryUnits = 20
      settings.normalizeObservations = true
      if !world.specification.observations.images.isEmpty {
        settings.filters = [
          FilterSettings(filters: 4, kernel: 3, stride: 2),
          FilterSettings(filters: 6, kernel: 2, stride: 1),
        ]
      }
      try expectNoAllocationPerStep(
        PPOKind(settings, for: world.specification), in: world, shortTurn: 1, longTurn: 9)
    }
  }

  /// A phase of DQN's gradient steps allocates nothing, whatever its extensions; 2,000 phases would
  /// show. The first turns fill the replay memory.
  @Test(arguments: ["plain", "extended", "quantiles", "munchausen"])
  func aTurnOfDQNAllocatesAsMuchHoweverLongItIs(variant: String) throws {
    try #require(fedrl_counts_allocations() == 1, "needs glibc")
    let world = CartPoleKind()
    var settings = DQNSettings()
    settings.environments = 2
    settings.trainEvery = 2
    settings.minibatch = 16
    settings.learningStarts = 100
    settings.targetEvery = 50
    settings.replayCapacity = 2000
    settings.normalizeObservations = true
    switch variant {
    case "extended":
      settings.double = true
      settings.dueling = true
      settings.returnSteps = 3
      settings.prioritized = true
    case "quantiles": settings.quantiles = 5
    case "munchausen": settings.munchausen = 0.9
    default: break
    }
    try expectNoAllocationPerStep(
      DQNKind(settings, for: world.specification), in: world, shortTurn: 200, longTurn: 2200,
      warmUp: 1000)
  }

  /// Compares a short turn with a long one; turns are counted in the learner's quanta.
  private func expectNoAllocationPerStep(
    _ kind: any LearnerKind, in world: any EnvironmentKind, shortTurn: Int, longTurn: Int,
    warmUp: Int = 4
  ) throws {
    let learner = kind.makeLearner()
    let memory = kind.makeMemory()
    let batch = world.makeBatch(count: kind.copies)
    learner.begin(memory: memory, in: batch, random: RandomStream(seed: 1))
    func turn(_ quanta: Int) throws -> (allocations: UInt64, episodes: Int) {
      var task = TrainingTask(
        parameters: kind.initialParameters(RandomStream(seed: 2)),
        observationMoments: Moments(features: world.specification.observations.count),
        environmentSteps: quanta * kind.stepQuantum,
        progress: FleetProgress(start: 0, end: 0), random: RandomStream(seed: 4),
        isFirstAfterSync: true)
      var episodes = 0
      let count = try allocations {
        episodes = try learner.train(&task, memory: memory, in: batch).episodeReturns.count
      }
      return (count, episodes)
    }
    _ = try turn(warmUp)
    let short = try turn(shortTurn)
    let long = try turn(longTurn)
    // Of a report's lists, which grow with the episodes and, by PPO, with the rollouts.
    let rollouts = kind is PPOKind ? UInt64(longTurn - shortTurn) : 0
    #expect(
      long.allocations <= short.allocations + rollouts * 6 + 8 * UInt64(long.episodes),
      "\(world.specification.name): \(short) in the short turn, \(long) in the long one")
    // Otherwise episodes could hide what steps allocate.
    #expect(long.episodes * 8 < (longTurn - shortTurn) * kind.stepQuantum)
  }
}

/// Steps a batch with actions drawn beforehand.
private final class Walk {
  private let batch: any BatchEnvironment
  private let width: Int
  private let blocks = 64
  private var actions: [Float]
  private var observations: [Float]
  private var finals: [Float]
  private var rewards: [Float]
  private var ends: [EpisodeEnd]
  private(set) var episodes = 0
  private var taken = 0

  init(_ kind: any EnvironmentKind, copies: Int) {
    batch = kind.makeBatch(count: copies)
    width = copies * kind.specification.actions.width
    var random = RandomStream(seed: 3)
    actions = (0..<(blocks * width)).map { _ in
      switch kind.specification.actions {
      case .discrete(let count): Float(random.integer(below: count))
      case .box: Float(random.uniform(-1, 1))
      }
    }
    observations = [Float](repeating: 0, count: copies * kind.specification.observations.count)
    finals = observations
    rewards = [Float](repeating: 0, count: copies)
    ends = [EpisodeEnd](repeating: .none, count: copies)
    reset(into: &observations)
  }

  private func reset(into observations: inout [Float]) {
    var span = observations.mutableSpan
    batch.reset(random: RandomStream(seed: 5), into: &span)
  }

  func run(steps: Int) {
    step(steps, actions, &observations, &rewards, &ends, &finals)
  }

  private func step(
    _ steps: Int, _ actions: [Float], _ observations: inout [Float], _ rewards: inout [Float],
    _ ends: inout [EpisodeEnd], _ finals: inout [Float]
  ) {
    var observationSpan = observations.mutableSpan
    var rewardSpan = rewards.mutableSpan
    var endSpan = ends.mutableSpan
    var finalSpan = finals.mutableSpan
    let all = actions.span
    for _ in 0..<steps {
      let first = taken % blocks * width
      taken += 1
      batch.step(
        all.extracting(first..<(first + width)), into: &observationSpan, rewards: &rewardSpan,
        ends: &endSpan, finalObservations: &finalSpan)
      for copy in 0..<batch.count where endSpan[copy] != .none { episodes += 1 }
    }
  }
}
