import FedRLCore
import FedRLNumerics

#if canImport(Glibc)
  import Glibc
#endif

/// Scripted drivers on a lattice: the same moves as a policy's.
enum LatticeBaselines {
  /// One episode from a seed.
  ///
  /// - Throws: `EnvironmentError` for a name that is not in ``DriveBaselines/names``.
  static func run(
    _ name: String, robot: LatticeRobot, seed: UInt64, watch: EpisodeWatch
  ) throws -> EpisodeRecord {
    guard let style = LatticePilot.Style(rawValue: name) else {
      let names = DriveBaselines.names.joined(separator: ", ")
      throw EnvironmentError("vacuum has no baseline named \(name); there are \(names)")
    }
    let batch = LatticeBatch(robot: robot, count: 1)
    let memory = batch.memory(0)
    batch.start(memory, seed: seed)
    var pilot = LatticePilot(
      style: style, robot: robot, random: RandomStream(seed: seed).split("pilot"))
    var total = 0.0
    var outcome = StepOutcome(reward: 0)
    while outcome.end == .none {
      try watch { batch.draw(copy: 0, into: &$0) }
      outcome = batch.act(memory, Float(pilot.choose(memory)))
      total += Double(outcome.reward)
    }
    try watch { batch.draw(copy: 0, into: &$0) }
    var metrics = [Double](repeating: 0, count: VacuumMetrics.count)
    metrics.withUnsafeMutableBufferPointer {
      batch.writeMetrics(of: memory, into: $0.baseAddress!)
    }
    return EpisodeRecord(
      seed: seed, episodeReturn: total, steps: memory.state.pointee.step, end: outcome.end,
      metrics: metrics)
  }
}

/// Chooses moves on a lattice by rule.
struct LatticePilot {
  enum Style: String {
    /// Along a random heading until a move fails, then along another.
    case bounce = "random-bounce"
    /// Right, straight or left to a node that is not clean; else at random.
    case spiral
    /// To the nearest node of the known home that is not clean, along rows first.
    case boustrophedon
    /// To the nearest node of the own map that is not clean, straight on first.
    case frontier = "nearest-frontier"
  }

  private let style: Style
  private let robot: LatticeRobot
  private var random: RandomStream
  private var action = 0
  private var heading = 0.0
  private var parent: [Int32]

  init(style: Style, robot: LatticeRobot, random: RandomStream) {
    self.style = style
    self.robot = robot
    self.random = random
    parent = [Int32](repeating: -1, count: robot.count)
    action = self.random.integer(below: robot.moveCount)
  }

  /// The next action.
  mutating func choose(_ memory: LatticeMemory) -> Int {
    switch style {
    case .bounce: bounce(memory)
    case .spiral: spiral(memory)
    case .boustrophedon, .frontier: search(memory) ?? bounce(memory)
    }
  }

  private mutating func bounce(_ memory: LatticeMemory) -> Int {
    if memory.state.pointee.isBumped != 0 || memory.state.pointee.step == 0 {
      heading = random.uniform(-.pi, .pi)
    }
    // A slanted line on a lattice: moves along both axes, in the proportion of its slope.
    let (dx, dy) = (cos(heading), sin(heading))
    let isAlongX = random.uniform() * (dx.magnitude + dy.magnitude) < dx.magnitude
    let direction = isAlongX ? (dx > 0 ? 0 : 4) : (dy > 0 ? 2 : 6)
    action = robot.moveCount == 4 ? direction / 2 : direction
    return action
  }

  private mutating func spiral(_ memory: LatticeMemory) -> Int {
    let quarter = robot.moveCount / 4
    for turn in [-quarter, 0, quarter] {
      let candidate = (action + turn + robot.moveCount) % robot.moveCount
      let next = memory.state.pointee.node + robot.offsets[robot.direction(candidate)]
      let known = memory.known[next]
      if known == LatticeMemory.Known.free || known == LatticeMemory.Known.unknown {
        action = candidate
        return action
      }
    }
    if memory.state.pointee.isBumped != 0 || random.uniform() < 0.1 {
      action = random.integer(below: robot.moveCount)
    }
    return action
  }

  private func canEnter(_ memory: LatticeMemory, _ index: Int, _ direction: Int) -> Bool {
    guard robot.moves[index] >> UInt8(direction) & 1 != 0 else { return false }
    let next = index + robot.offsets[direction]
    if style == .boustrophedon {
      return robot.nodes[next] & LatticeRobot.Node.counts != 0
    }
    let known = memory.known[next]
    return known == LatticeMemory.Known.free || known == LatticeMemory.Known.covered
  }

  private func isTarget(_ memory: LatticeMemory, _ index: Int) -> Bool {
    if robot.settings.requireDock && memory.state.pointee.reachedGoal != 0 {
      return index == robot.dock
    }
    return style == .boustrophedon
      ? memory.cells[index] & 0x80 == 0 : memory.known[index] == LatticeMemory.Known.free
  }

  /// Breadth first from the robot; the first action of the way to the nearest target.
  private mutating func search(_ memory: LatticeMemory) -> Int? {
    let start = memory.state.pointee.node
    let order = self.order
    for index in parent.indices { parent[index] = -1 }
    parent[start] = Int32(start)
    var queue = [start]
    var head = 0
    while head < queue.count {
      let index = queue[head]
      head += 1
      if index != start, isTarget(memory, index) {
        action = firstAction(from: start, to: index)
        return action
      }
      for candidate in order {
        let direction = robot.direction(candidate)
        let next = index + robot.offsets[direction]
        guard parent[next] < 0, canEnter(memory, index, direction) else { continue }
        parent[next] = Int32(index)
        queue.append(next)
      }
    }
    return nil
  }

  /// Actions in order of preference.
  private var order: [Int] {
    let count = robot.moveCount
    guard style == .frontier else {
      // Rows before columns, the way it already goes before the other.
      let half = count / 2
      let first = action % half == 0 ? action : 0
      return [first, (first + half) % count]
        + (0..<count).filter { $0 != first && $0 != (first + half) % count }
    }
    let turns = (0..<count).sorted { min($0, count - $0) < min($1, count - $1) }
    return turns.map { (action + $0) % count }
  }

  private func firstAction(from start: Int, to target: Int) -> Int {
    var index = target
    while Int(parent[index]) != start { index = Int(parent[index]) }
    return (0..<robot.moveCount).first {
      start + robot.offsets[robot.direction($0)] == index
    } ?? 0
  }
}
