public import FedRLCore
public import FedRLNumerics

/// An environment that policies are judged in.
public struct EvaluationEnvironment: Sendable {
  public let name: String
  public let kind: any EnvironmentKind

  public init(name: String, kind: any EnvironmentKind) {
    self.name = name
    self.kind = kind
  }
}

/// A policy to be judged: weights and the statistics its observations are normalised by.
public struct PolicySnapshot: Sendable {
  public var parameters: ParameterVector
  public var observationMoments: Moments?
  /// The agent it belongs to, where agents differ.
  public var agent: Int?

  public init(parameters: ParameterVector, observationMoments: Moments?, agent: Int? = nil) {
    self.parameters = parameters
    self.observationMoments = observationMoments
    self.agent = agent
  }
}

/// Work was given up because a person or a time limit asked for it.
public struct Interrupted: Error, Equatable {
  public init() {}
}

/// An episode that could not be judged: something in it was not finite.
public struct EvaluationFailure: Error, Equatable, CustomStringConvertible {
  /// The environment's name.
  public let environment: String
  public let error: LearningError

  public var description: String { "evaluation in \(environment): \(error)" }
}

/// Judges policies by deterministic episodes, on seeds that training never uses.
///
/// Episode k in environment e starts from the same seed for every policy, arm and baseline.
public struct Evaluator: Sendable {
  public let environments: [EvaluationEnvironment]
  public let episodes: Int
  /// Training's streams are split from the run's seed under other names.
  public let random: RandomStream

  /// - Parameters:
  ///   - episodes: per policy and environment, at least 1.
  ///   - seed: of the evaluation alone.
  public init(environments: [EvaluationEnvironment], episodes: Int, seed: UInt64) {
    precondition(episodes > 0, "\(episodes) evaluation episodes")
    self.environments = environments
    self.episodes = episodes
    random = RandomStream(seed: seed).split("evaluation")
  }

  private func stream(_ environment: Int) -> RandomStream {
    random.split("environment", UInt64(environment))
  }

  /// The seed of an episode: copy `episode` of the batch, in its first episode.
  public func seed(environment: Int, episode: Int) -> UInt64 {
    stream(environment).split("episode", UInt64(episode), 0).seed
  }

  /// Runs every policy in every environment on the pool.
  /// - Returns: one array per policy, each with one array of episodes per environment.
  /// - Throws: ``Interrupted`` as soon as `isCancelled` says so.
  public func evaluate(
    _ policies: [PolicySnapshot], learner: any LearnerKind, pool: WorkerPool,
    isCancelled: @Sendable () -> Bool = { false }
  ) throws -> [[[EpisodeRecord]]] {
    let columns = environments.count
    var results = [[EpisodeRecord]](repeating: [], count: policies.count * columns)
    try results.withUnsafeMutableBufferPointer { results in
      let output = UncheckedOutput(results)
      try pool.run(pieces: policies.count * columns) { _, piece in
        let actor = learner.makeActor(copies: episodes)
        let policy = policies[piece / columns]
        actor.load(policy.parameters, observationMoments: policy.observationMoments)
        let environment = piece % columns
        output.buffer[piece] = try run(
          actor, in: environment, wanted: 0..<episodes, isCancelled: isCancelled
        ).enumerated().map { episode, record in
          var record = record
          record.seed = seed(environment: environment, episode: episode)
          return record
        }
      }
    }
    return policies.indices.map { policy in
      (0..<columns).map { results[policy * columns + $0] }
    }
  }

  /// Runs one of the episodes of ``evaluate(_:learner:pool:isCancelled:)`` again, watched.
  ///
  /// It runs among the same episodes, so that its record is the same to the last bit.
  /// - Parameters:
  ///   - environment: index in ``environments``.
  ///   - episode: in `0..<episodes`.
  ///   - watch: called before every step. The state after the last step is not shown: the batch has
  ///     begun the next episode by then.
  /// - Throws: ``Interrupted`` as soon as `isCancelled` says so, and what `watch` throws.
  public func replay(
    _ policy: PolicySnapshot, learner: any LearnerKind, environment: Int, episode: Int,
    isCancelled: @Sendable () -> Bool = { false }, watch: EpisodeWatch
  ) throws -> EpisodeRecord {
    precondition(episode >= 0 && episode < episodes, "episode \(episode) of \(episodes)")
    let actor = learner.makeActor(copies: episodes)
    actor.load(policy.parameters, observationMoments: policy.observationMoments)
    var record = try run(
      actor, in: environment, wanted: episode..<(episode + 1), isCancelled: isCancelled
    ) { batch in try watch { batch.draw(copy: episode, into: &$0) } }[0]
    record.seed = seed(environment: environment, episode: episode)
    return record
  }

  private func run(
    _ actor: any Actor, in environment: Int, wanted: Range<Int>,
    isCancelled: @Sendable () -> Bool, watch: (any BatchEnvironment) throws -> Void = { _ in }
  ) throws -> [EpisodeRecord] {
    do {
      return try run(
        actor, in: environments[environment].kind.makeBatch(count: episodes),
        random: stream(environment), wanted: wanted, isCancelled: isCancelled, watch: watch)
    } catch let error as LearningError {
      throw EvaluationFailure(environment: environments[environment].name, error: error)
    }
  }

  /// One episode in each copy, until those that are wanted have ended; a copy that has ended runs
  /// on unheeded.
  private func run(
    _ actor: any Actor, in batch: any BatchEnvironment, random: RandomStream,
    wanted: Range<Int>, isCancelled: @Sendable () -> Bool,
    watch: (any BatchEnvironment) throws -> Void
  ) throws -> [EpisodeRecord] {
    let specification = batch.specification
    let count = batch.count
    let width = specification.observations.count
    let choices = specification.masksActions ? specification.actions.policyOutputs : 0
    var observations = [Float](repeating: 0, count: count * width)
    var finals = observations
    var masks = [Float](repeating: 1, count: count * choices)
    var state = [Float](repeating: 0, count: count * actor.stateWidth)
    var actions = [Float](repeating: 0, count: count * specification.actions.width)
    var rewards = [Float](repeating: 0, count: count)
    var ends = [EpisodeEnd](repeating: .none, count: count)
    var metrics = [Double](repeating: .nan, count: specification.metrics.count)
    var records = [EpisodeRecord?](repeating: nil, count: count)
    var returns = [Double](repeating: 0, count: count)
    var steps = 0

    var observationSpan = observations.mutableSpan
    batch.reset(random: random, into: &observationSpan)
    if let failure = batch.failure { throw failure }
    while records[wanted].contains(where: { $0 == nil }) {
      if steps % 64 == 0 && isCancelled() { throw Interrupted() }
      try watch(batch)
      if choices > 0 {
        var span = masks.mutableSpan
        batch.writeActionMasks(into: &span)
      }
      do {
        var stateSpan = state.mutableSpan
        var actionSpan = actions.mutableSpan
        actor.act(
          observations: observations.span, masks: masks.span, state: &stateSpan, random: nil,
          into: &actionSpan)
      }
      try Self.check(actions, "action", width: specification.actions.width, step: steps)
      steps += 1
      do {
        var observationSpan = observations.mutableSpan
        var rewardSpan = rewards.mutableSpan
        var endSpan = ends.mutableSpan
        var finalSpan = finals.mutableSpan
        batch.step(
          actions.span, into: &observationSpan, rewards: &rewardSpan, ends: &endSpan,
          finalObservations: &finalSpan)
      }
      if let failure = batch.failure { throw failure }
      try Self.check(observations, "observation", width: width, step: steps)
      for copy in 0..<count where records[copy] == nil {
        guard rewards[copy].isFinite else {
          throw LearningError(quantity: "reward", step: steps, value: Double(rewards[copy]))
        }
        returns[copy] += Double(rewards[copy])
        guard ends[copy] != .none else { continue }
        var metricSpan = metrics.mutableSpan
        batch.writeFinalMetrics(ofCopy: copy, into: &metricSpan)
        records[copy] = EpisodeRecord(
          seed: 0, episodeReturn: returns[copy], steps: steps, end: ends[copy], metrics: metrics,
          lists: specification.listMetrics.indices.map { batch.finalListMetric($0, ofCopy: copy) })
      }
    }
    return records[wanted].map { $0! }
  }

  /// Refuses rows that hold what is not finite: a world or a policy that has gone wrong must not be
  /// judged by what it did before.
  private static func check(_ rows: [Float], _ name: String, width: Int, step: Int)
    throws(LearningError)
  {
    let bad = rows.withUnsafeBufferPointer {
      Kernels.firstNonFinite($0.baseAddress!, count: $0.count)
    }
    guard let bad else { return }
    throw LearningError(quantity: "\(name) \(bad % width)", step: step, value: Double(rows[bad]))
  }

  /// Runs every scripted policy in every environment on the pool.
  public func evaluateBaselines(
    _ names: [String], pool: WorkerPool, isCancelled: @Sendable () -> Bool = { false }
  ) throws -> [BaselineRecord] {
    let pieces = names.count * environments.count * episodes
    var results = [EpisodeRecord?](repeating: nil, count: pieces)
    try results.withUnsafeMutableBufferPointer { results in
      let output = UncheckedOutput(results)
      try pool.run(pieces: pieces) { _, piece in
        if isCancelled() { throw Interrupted() }
        let environment = piece / episodes % environments.count
        output.buffer[piece] = try environments[environment].kind.runBaseline(
          names[piece / episodes / environments.count],
          seed: seed(environment: environment, episode: piece % episodes))
      }
    }
    return (0..<(names.count * environments.count)).map { row in
      var record = BaselineRecord()
      record.baseline = names[row / environments.count]
      record.environment = environments[row % environments.count].name
      record.episodes = results[(row * episodes)..<((row + 1) * episodes)].map { $0! }
      return record
    }
  }
}

/// Places for results, one per piece of work.
struct UncheckedOutput<Element>: @unchecked Sendable {
  // Sendable: each piece writes only its own element, and the pool joins before they are read.
  let buffer: UnsafeMutableBufferPointer<Element>
  init(_ buffer: UnsafeMutableBufferPointer<Element>) { self.buffer = buffer }
}
