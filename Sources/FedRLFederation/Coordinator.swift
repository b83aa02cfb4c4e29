public import FedRLNumerics

/// The federation's engine: a state machine without clock, socket or arrival-dependent result.
///
/// The simulation drives it in fleet time, a server over a network; both hand it events and carry out
/// its commands. Round r trains on version r − 1 and publishes version r, also where too few updates
/// were admitted and the model stays as it was: so a version names one round, and an update that
/// comes too late can never be taken for a new one. The published model depends on which updates
/// were admitted, not on their order.
public struct Coordinator: ~Copyable, Sendable {
  /// Where the federation stands.
  public enum State: Sendable, Equatable {
    /// Between rounds. Next: `waiting` or `round`, when asked to begin one.
    case idle
    /// A round should begin, but fewer members than the quorum are available. Next: `round`.
    case waiting
    /// A round is open. Next: `idle`, or `finished` after the last round.
    case round(OpenRound)
    /// All rounds are over. Nothing follows.
    case finished
  }

  public let configuration: FederationConfiguration
  public let shared: SharedParameters
  public let pipeline: UpdatePipeline
  public internal(set) var state = State.idle
  public internal(set) var model: GlobalModel
  /// Members that can be selected.
  public internal(set) var available: Set<MemberID> = []
  var optimizer: any ServerOptimizer
  var aggregator: WeightedMean?
  /// Updates that were opened and are not added yet, in order of arrival.
  var queue: [(member: MemberID, update: ReceivedUpdate)] = []
  /// How many updates are added in one pass over memory. The verdict about an update comes when it is
  /// added: with its own event if this is 1, at the latest before its round closes.
  public let queueLimit: Int
  /// How the vectors' pieces are shared out; the model does not depend on it.
  public var parallel = ParallelLoop.serial

  /// - Parameters:
  ///   - configuration: without problems.
  ///   - initial: the common initialisation, a member's whole vector; what is not shared of it is
  ///     not kept.
  ///   - observationFeatures: width of the observation statistics; `nil` where none are kept.
  ///   - initialMoments: statistics to start from, of that width; `nil` for none seen yet.
  ///   - optimizer: `nil` for FedAvg with the configured learning rate.
  public init(
    configuration: FederationConfiguration, initial: ParameterVector,
    observationFeatures: Int? = nil, initialMoments: Moments? = nil,
    pipeline: UpdatePipeline = UpdatePipeline(), queueLimit: Int = 1,
    optimizer: (any ServerOptimizer)? = nil
  ) {
    let problems = configuration.validate()
    precondition(problems.isEmpty && queueLimit > 0, "\(problems)")
    // Locals, because no stored property may be read here: where one is, Swift 6.3 destroys the fields
    // of a noncopyable struct that are set after it before they hold anything.
    let shared = SharedParameters(of: initial.layout, parts: configuration.sharedParts)
    precondition(shared.count > 0, "no parameters are shared")
    precondition(
      initialMoments == nil || initialMoments?.mean.count == observationFeatures,
      "initial statistics of another width than the observations'")
    let moments =
      configuration.normalizer == .local
      ? nil : observationFeatures.map { initialMoments ?? Moments(features: $0) }
    let step: any ServerOptimizer =
      optimizer ?? FederatedAveraging(learningRate: configuration.serverLearningRate)
    self.configuration = configuration
    self.shared = shared
    self.pipeline = pipeline
    self.queueLimit = queueLimit
    self.optimizer = step
    model = GlobalModel(
      rounds: configuration.rounds, parameters: shared.gather(initial), moments: moments)
  }

  /// The round that is open, or the next one. From 1.
  public var round: Int { model.version.number + 1 }

  /// Takes an event and says what to do about it. Events that no longer matter give no commands.
  public mutating func handle(_ event: CoordinatorEvent, at time: FleetTime)
    -> [CoordinatorCommand]
  {
    switch event {
    case .beginRound:
      precondition(state == .idle, "a round was begun while \(stateName)")
      state = .waiting
      return openRoundIfPossible(at: time)
    case .memberAvailable(let member):
      available.insert(member)
      return openRoundIfPossible(at: time)
    case .memberUnavailable(let member):
      available.remove(member)
      return withdraw(member, at: time)
    case .memberFailed(let member, let failedRound):
      return failedRound == round ? withdraw(member, at: time) : []
    case .updateReceived(let member, let update):
      return receive(update, from: member, at: time)
    case .deadline(let endedRound, _):
      guard case .round(let open) = state, open.round == endedRound else { return [] }
      return closeRound(at: time)
    }
  }

  var stateName: String {
    switch state {
    case .idle: "idle"
    case .waiting: "waiting for members"
    case .round(let open): "round \(open.round) was open"
    case .finished: "finished"
    }
  }
}
