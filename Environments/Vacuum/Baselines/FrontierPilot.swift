import FedRLNumerics

#if canImport(Glibc)
  import Glibc
#endif

/// Goes to the nearest place that its own map shows as free and not clean, or next to the unknown.
///
/// Knows only what a policy knows: the map from its noisy lidar, its noisy place, its bumpers.
struct FrontierPilot: DrivePilot {
  private let helm: Helm
  private let robot: DriveRobot
  private let search: FrontierSearch
  private var fallback: BouncePilot
  private var goal: Finding?
  private var stepsLeft = 0
  private var contactSteps = 0
  private var escapeSteps = 0

  init(_ robot: DriveRobot, _ random: RandomStream) {
    helm = Helm(robot)
    self.robot = robot
    search = FrontierSearch(layout: robot.mapLayout)
    fallback = BouncePilot(robot, random)
  }

  mutating func drive(_ memory: CopyMemory) -> (speed: Double, yawRate: Double) {
    let state = memory.state.pointee
    contactSteps = state.inContact != 0 ? contactSteps + 1 : 0
    if contactSteps == 1 { meetObstacle(memory) }
    if contactSteps > 8 { escapeSteps = 8 }
    if escapeSteps > 0 {
      escapeSteps -= 1
      goal = nil
      return fallback.drive(memory)
    }
    stepsLeft -= 1
    if stepsLeft <= 0 || goal.map({ isNear(memory, $0) }) ?? true { plan(memory) }
    guard let goal else { return fallback.drive(memory) }
    return helm.steer(memory, toX: goal.x, toY: goal.y)
  }

  /// The bump is in the map now: plan anew, and give up a place that is as good as reached.
  private mutating func meetObstacle(_ memory: CopyMemory) {
    stepsLeft = 0
    if let goal, goal.distance < 0.4 { memory.known[goal.target] |= OwnMap.visited }
  }

  private func isNear(_ memory: CopyMemory, _ goal: Finding) -> Bool {
    let pose = memory.estimatedPose
    return hypot(goal.x - pose.x, goal.y - pose.y) < 0.8 * robot.mapLayout.cell
  }

  private mutating func plan(_ memory: CopyMemory) {
    stepsLeft = max(1, Int(1 / helm.period))
    if robot.settings.requireDock && memory.state.pointee.reachedGoal != 0 {
      let dock = robot.world.dock
      goal = search.home(memory, toX: dock.x, toY: dock.y, lookahead: 1)
      if goal?.distance == 0 { goal?.x = dock.x }
      if goal?.distance == 0 { goal?.y = dock.y }
    } else {
      goal = search.nearest(memory, turnCost: 0.3, lookahead: 0.6)
    }
  }
}
