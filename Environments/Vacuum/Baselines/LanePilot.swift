import FedRLNumerics

#if canImport(Glibc)
  import Glibc
#endif

/// Boustrophedon on the known map: drives lanes to and fro, always on to the nearest lane's nearer
/// end, then cleans what the lanes left. Knows the home; believes its noisy place.
struct LanePilot: DrivePilot {
  private enum Mode {
    case plan
    /// On the way to one end of a lane.
    case approach(lane: Int, fromStart: Bool)
    case follow(lane: Int, fromStart: Bool)
    case scraps
  }

  private let helm: Helm
  private let robot: DriveRobot
  private var search: FloorSearch
  private var plan: LanePlan
  private var marks: [UInt8]
  private let disc: [Int]
  private var mode = Mode.plan
  private var goal: Finding?
  private var stepsLeft = 0
  private var contactSteps = 0
  private var escapeSteps = 0
  private var fallback: BouncePilot

  init(_ robot: DriveRobot, _ random: RandomStream) {
    helm = Helm(robot)
    self.robot = robot
    let world = robot.world
    search = FloorSearch(count: world.count)
    plan = LanePlan(
      world: world, spacing: 0.93 * robot.settings.cleaningWidth,
      gap: robot.settings.bodyRadius + 0.015)
    marks = [UInt8](repeating: 0, count: world.count)
    let radius = robot.settings.cleaningWidth / 2 / world.cell
    let reach = Int(radius)
    disc = (-reach...reach).flatMap { dy in
      (-reach...reach).filter { Double(dy * dy + $0 * $0) < radius * radius }.map {
        dy * world.width + $0
      }
    }
    fallback = BouncePilot(robot, random)
  }

  mutating func drive(_ memory: CopyMemory) -> (speed: Double, yawRate: Double) {
    contactSteps = memory.state.pointee.inContact != 0 ? contactSteps + 1 : 0
    if contactSteps > 6 { escapeSteps = 10 }
    if escapeSteps > 0 {
      escapeSteps -= 1
      mode = .plan
      return fallback.drive(memory)
    }
    if robot.settings.requireDock && memory.state.pointee.reachedGoal != 0 {
      return goHome(memory)
    }
    if case .plan = mode { choose(memory) }
    switch mode {
    case .approach(let lane, let fromStart): return approach(memory, lane, fromStart)
    case .follow(let lane, let fromStart): return follow(memory, lane, fromStart)
    case .plan, .scraps: return clearScraps(memory)
    }
  }

  /// Picks the lane whose end is nearest by the way there, skipping those that are clean already.
  private mutating func choose(_ memory: CopyMemory) {
    let world = robot.world
    for index in marks.indices where marks[index] != 0 { marks[index] = 0 }
    for lane in plan.lanes.indices where !plan.lanes[lane].isDone {
      if isClean(memory, plan.lanes[lane]) {
        plan.lanes[lane].isDone = true
        continue
      }
      marks[world.index(x: plan.lanes[lane].x0, y: plan.lanes[lane].y0)] = 1
      marks[world.index(x: plan.lanes[lane].x1, y: plan.lanes[lane].y1)] = 1
    }
    goal = nil
    guard let found = searchMarks(memory) else {
      mode = .scraps
      return
    }
    for (number, lane) in plan.lanes.enumerated() where !lane.isDone {
      let isStart = world.index(x: lane.x0, y: lane.y0) == found.target
      if isStart || world.index(x: lane.x1, y: lane.y1) == found.target {
        for index in marks.indices where marks[index] != 0 { marks[index] = 0 }
        marks[found.target] = 1
        mode = .approach(lane: number, fromStart: isStart)
        return
      }
    }
    mode = .scraps
  }

  private mutating func searchMarks(_ memory: CopyMemory) -> Finding? {
    let (world, marks) = (robot.world, marks)
    return marks.withUnsafeBufferPointer { marks in
      let floor = KnownFloor(
        width: world.width, height: world.height, cell: world.cell, flags: world.flags,
        marks: marks.baseAddress!)
      return search.search(
        floor, from: memory.estimatedPose, turnCost: 0.2, lookahead: 0.8)
    }
  }

  /// Whether less than a tenth of the strip under a lane is left.
  private func isClean(_ memory: CopyMemory, _ lane: LanePlan.Lane) -> Bool {
    let world = robot.world
    let length = hypot(lane.x1 - lane.x0, lane.y1 - lane.y0)
    let steps = max(1, Int(length / world.cell))
    var (left, all) = (0, 0)
    for step in 0...steps {
      let t = Double(step) / Double(steps)
      let middle = world.index(
        x: lane.x0 + t * (lane.x1 - lane.x0), y: lane.y0 + t * (lane.y1 - lane.y0))
      for offset in disc where world.flags[middle + offset] & CellFlags.cleanable != 0 {
        all += 1
        if memory.cells[middle + offset] & 0x80 == 0 { left += 1 }
      }
    }
    return left * 10 < all
  }

  private mutating func approach(_ memory: CopyMemory, _ lane: Int, _ fromStart: Bool)
    -> (speed: Double, yawRate: Double)
  {
    let run = plan.lanes[lane]
    let (x, y) = fromStart ? (run.x0, run.y0) : (run.x1, run.y1)
    let pose = memory.estimatedPose
    if hypot(x - pose.x, y - pose.y) < 0.08 {
      mode = .follow(lane: lane, fromStart: fromStart)
      return follow(memory, lane, fromStart)
    }
    if needsPlan(memory) { goal = searchMarks(memory) }
    guard let goal else {
      plan.lanes[lane].isDone = true
      mode = .plan
      return (0, 0)
    }
    // The last stretch goes to the exact end, not to its cell.
    return goal.distance < 0.3
      ? helm.steer(memory, toX: x, toY: y) : helm.steer(memory, toX: goal.x, toY: goal.y)
  }

  private mutating func needsPlan(_ memory: CopyMemory) -> Bool {
    stepsLeft -= 1
    let pose = memory.estimatedPose
    let isNear = goal.map { hypot($0.x - pose.x, $0.y - pose.y) < 0.1 } ?? true
    guard isNear || stepsLeft <= 0 else { return false }
    stepsLeft = max(1, Int(1 / helm.period))
    return true
  }

  private mutating func follow(_ memory: CopyMemory, _ lane: Int, _ fromStart: Bool)
    -> (speed: Double, yawRate: Double)
  {
    let run = plan.lanes[lane]
    let (ax, ay, bx, by) =
      fromStart ? (run.x0, run.y0, run.x1, run.y1) : (run.x1, run.y1, run.x0, run.y0)
    let length = hypot(bx - ax, by - ay)
    let pose = memory.estimatedPose
    let along =
      length > 0 ? ((pose.x - ax) * (bx - ax) + (pose.y - ay) * (by - ay)) / length : 0
    if along >= length - 0.03 || contactSteps > 2 {
      plan.lanes[lane].isDone = true
      mode = .plan
      choose(memory)
      return (helm.maximumSpeed * 0.3, 0)
    }
    let ahead = min(along + 0.4, length + 0.1) / max(length, 1e-9)
    return helm.steer(memory, toX: ax + ahead * (bx - ax), toY: ay + ahead * (by - ay))
  }

  private mutating func clearScraps(_ memory: CopyMemory) -> (speed: Double, yawRate: Double) {
    if needsPlan(memory) {
      let world = robot.world
      let start = memory.estimatedPose
      goal = nil
      for needed in [disc.count / 4, 3, 1] where goal == nil {
        let floor = ScrapFloor(
          width: world.width, height: world.height, cell: world.cell,
          margin: Int(robot.settings.cleaningWidth / 2 / world.cell) + 1, flags: world.flags,
          cells: memory.cells, disc: disc, needed: max(1, needed))
        goal = search.search(floor, from: start, turnCost: 0.2, lookahead: 0.8)
      }
    }
    guard let goal else { return fallback.drive(memory) }
    return helm.steer(memory, toX: goal.x, toY: goal.y)
  }

  private mutating func goHome(_ memory: CopyMemory) -> (speed: Double, yawRate: Double) {
    let dock = robot.world.dock
    for index in marks.indices where marks[index] != 0 { marks[index] = 0 }
    marks[robot.world.index(x: dock.x, y: dock.y)] = 1
    if needsPlan(memory) { goal = searchMarks(memory) }
    guard let goal else { return fallback.drive(memory) }
    return goal.distance < 0.3
      ? helm.steer(memory, toX: dock.x, toY: dock.y)
      : helm.steer(memory, toX: goal.x, toY: goal.y)
  }
}
