import FedRLBox2D
import FedRLCore

#if canImport(Glibc)
  import Glibc
#endif

extension Drone {
  /// Slower than this and less tilted, on the pad, is landed.
  private static let landedSpeed: Float = 0.2
  /// cos 10°
  private static let landedTiltCosine: Float = 0.984_807_75
  /// s for which a hover or a landing must hold.
  private static let heldSeconds: Float = 1

  /// What the last action was worth, and whether it was the last one.
  ///
  /// - Parameter jerk: squared change of the action.
  mutating func judge(jerk: Float) -> StepOutcome {
    let period = Float(settings.controlPeriod)
    let before = distance
    distance = goalDistance
    tally.squaredErrors += Double(distance) * Double(distance)
    if tally.cause == .none { tally.cause = failure }
    var reward = Float(settings.rewardProgress) * (before - distance)
    reward -= Float(settings.rewardEffort) * tally.effort * period
    reward -= Float(settings.rewardJerk) * jerk
    if settings.task == .hover {
      reward += Float(settings.rewardNear) * max(1 - distance, 0) * period
    } else {
      reward += Float(settings.rewardTime) * period
    }
    if tally.cause != .none {
      return StepOutcome(reward: reward + Float(settings.rewardFailure), end: .terminated)
    }
    return StepOutcome(reward: reward + pursue(), end: isDone ? .terminated : .none)
  }

  private var isDone: Bool { settings.task != .hover && !tally.successSeconds.isNaN }

  private var failure: CrashCause {
    if cos(state.angle) < Self.crashTiltCosine { return .tilt }
    if !design.site.isInside(state.position, margin: 0) { return .outOfBounds }
    return charge <= 0 ? .batteryFlat : .none
  }

  /// Looks at the task's condition; gives the reward of what was reached.
  private mutating func pursue() -> Float {
    let radius = Float(settings.goalRadius)
    switch settings.task {
    case .hover:
      hold(distance < radius)
      return 0
    case .landing:
      hold(isOnPad)
      return tally.successSeconds.isNaN ? 0 : Float(settings.rewardSuccess)
    case .corridor:
      guard distance < radius else { return 0 }
      goalIndex = 1
      return succeed()
    case .waypoints:
      guard distance < radius else { return 0 }
      goalIndex += 1
      let reward = Float(settings.rewardWaypoint)
      if goalIndex == plan.goals.count { return reward + succeed() }
      distance = goalDistance
      return reward
    }
  }

  private mutating func succeed() -> Float {
    tally.successSeconds = Double(steps) * settings.controlPeriod
    return Float(settings.rewardSuccess)
  }

  /// Counts how long a condition has held.
  private mutating func hold(_ holds: Bool) {
    tally.secondsHeld = holds ? tally.secondsHeld + Float(settings.controlPeriod) : 0
    // A thousandth for the sum's rounding.
    if tally.secondsHeld >= Self.heldSeconds - 1e-3 && tally.successSeconds.isNaN {
      if settings.task == .landing { goalIndex = 1 }
      tally.successSeconds = Double(steps) * settings.controlPeriod
    }
  }

  private var isOnPad: Bool {
    guard isInArena, arena.world.touchingCount(of: arena.drone) > 0 else { return false }
    let offset = state.position - goal
    let speed = (state.velocity * state.velocity).sum().squareRoot()
    return offset.x.magnitude < Float(settings.padWidth) / 2 && offset.y.magnitude < 0.05
      && speed < Self.landedSpeed && cos(state.angle) > Self.landedTiltCosine
  }
}
