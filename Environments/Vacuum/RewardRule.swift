import FedRLCore

/// How a step's events become a reward and an end; the same for both dynamics.
struct RewardRule: Sendable {
  /// What a step did.
  struct Events {
    var newCells = 0
    var dirtRemoved = 0
    /// Change of the outline, in cell edges.
    var outlineChange = 0
    var contactBegan = false
    var touches = false
    var isInNoGo = false
    var fell = false
    var isFlat = false
    var reachesGoalNow = false
    var hasReachedGoal = false
    var isDocked = false
    var isOutOfTime = false
    var isStalled = false
  }

  private let areaPerCell, areaClip: Float
  private let step, collision, contact: Float
  private let variationPerEdge, variationWeight, variationClip: Float
  private let dirtPerUnit: Float
  private let noGo, dock, goal, failure: Float
  private let requiresDock, collisionEnds: Bool
  private let areaWeight, dirtWeight: Float

  /// The even layer of dirt on a cell; the unit of reward counts it as 1.
  static let evenDirt: UInt8 = 25

  /// - Parameter cell: edge of a cell of the events' counts, metres.
  init(_ settings: VacuumSettings, cell: Double) {
    let travel = settings.maximumSpeed * settings.controlPeriod
    let cellsPerStep = settings.cleaningWidth * travel / (cell * cell)
    areaPerCell = Float(1 / cellsPerStep)
    areaClip = Float(settings.rewardAreaClip)
    areaWeight = Float(settings.rewardArea)
    step = Float(settings.rewardStep)
    collision = Float(settings.rewardCollision)
    contact = Float(settings.rewardContact)
    // An outline along cell edges is 4/π times too long on average over its directions.
    variationPerEdge = Float(cell * .pi / 4 / (2 * travel))
    variationWeight = Float(settings.rewardVariation)
    variationClip = Float(settings.rewardVariationClip)
    dirtPerUnit = Float(1 / (cellsPerStep * Double(Self.evenDirt)))
    dirtWeight = Float(settings.rewardDirt)
    noGo = Float(settings.rewardNoGo)
    dock = Float(settings.rewardDock)
    goal = Float(settings.rewardGoal)
    failure = Float(settings.rewardFailure)
    requiresDock = settings.requireDock
    collisionEnds = settings.collisionEnds
  }

  /// Reward and end of a step.
  @inline(__always)
  func judge(_ events: Events) -> (outcome: StepOutcome, isSuccess: Bool) {
    var reward = step
    reward += areaWeight * min(Float(events.newCells) * areaPerCell, areaClip)
    let variation = -Float(events.outlineChange) * variationPerEdge
    reward += variationWeight * min(max(variation, -variationClip), variationClip)
    if dirtWeight != 0 {
      reward += dirtWeight * min(Float(events.dirtRemoved) * dirtPerUnit, areaClip)
    }
    if events.contactBegan {
      reward += collision
    } else if events.touches {
      reward += contact
    }
    if events.isInNoGo { reward += noGo }
    if events.reachesGoalNow { reward += goal }
    let isSuccess = events.hasReachedGoal && (!requiresDock || events.isDocked)
    if isSuccess {
      if requiresDock { reward += dock }
      return (StepOutcome(reward: reward, end: .terminated), true)
    }
    if events.fell || events.isFlat || (collisionEnds && events.contactBegan) {
      return (StepOutcome(reward: reward + failure, end: .terminated), false)
    }
    let isCut = events.isOutOfTime || events.isStalled
    return (StepOutcome(reward: reward, end: isCut ? .truncated : .none), false)
  }
}
