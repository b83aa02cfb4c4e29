import FedRLCore
import FedRLNumerics

#if canImport(Glibc)
  import Glibc
#endif

/// B robots on one lattice, stepped together.
final class LatticeBatch: BatchEnvironment {
  let robot: LatticeRobot
  let count: Int
  private let storage: UnsafeMutableRawPointer
  private let blockBytes, cellsOffset, knownOffset: Int
  /// `[B, metrics]` of episodes that ended in the last step.
  private let finalMetrics: UnsafeMutablePointer<Double>
  private let width: Int
  private let hardJoules, carpetJoules, chargeJoules, capacity: Double
  private var root = RandomStream(seed: 0)

  var specification: EnvironmentSpecification { robot.specification }

  init(robot: LatticeRobot, count: Int) {
    precondition(count > 0, "a batch of \(count) copies")
    self.robot = robot
    self.count = count
    width = robot.observationCount
    cellsOffset = Self.padded(MemoryLayout<LatticeState>.stride)
    knownOffset = cellsOffset + Self.padded(robot.count)
    blockBytes = Self.blockBytes(robot)
    storage = .allocate(byteCount: blockBytes * count, alignment: 64)
    storage.initializeMemory(as: UInt8.self, repeating: 0, count: blockBytes * count)
    finalMetrics = .allocate(capacity: count * VacuumMetrics.count)
    finalMetrics.initialize(repeating: .nan, count: count * VacuumMetrics.count)
    let settings = robot.settings
    let moveSeconds = robot.step / settings.maximumSpeed
    hardJoules = settings.drawHard * moveSeconds
    carpetJoules = settings.drawCarpet * moveSeconds
    chargeJoules = settings.chargePower * moveSeconds
    capacity = settings.batteryCapacity * settings.batteryAge * 3600
  }

  deinit {
    storage.deallocate()
    finalMetrics.deallocate()
  }

  private static func padded(_ bytes: Int) -> Int { (bytes + 63) & ~63 }

  /// Bytes that each copy owns.
  static func blockBytes(_ robot: LatticeRobot) -> Int {
    padded(MemoryLayout<LatticeState>.stride) + 2 * padded(robot.count)
  }

  var byteCount: Int { count * (blockBytes + 8 * VacuumMetrics.count) }

  @inline(__always)
  func memory(_ copy: Int) -> LatticeMemory {
    let block = storage + copy * blockBytes
    return LatticeMemory(
      state: block.assumingMemoryBound(to: LatticeState.self),
      cells: (block + cellsOffset).assumingMemoryBound(to: UInt8.self),
      known: (block + knownOffset).assumingMemoryBound(to: UInt8.self))
  }

  // MARK: Episodes

  func reset(random: RandomStream, into observations: inout MutableSpan<Float>) {
    precondition(observations.count == count * width)
    root = random
    observations.withUnsafeMutableBufferPointer { rows in
      for copy in 0..<count {
        begin(copy, episode: 0)
        observe(memory(copy), into: rows.baseAddress! + copy * width)
      }
    }
  }

  private func begin(_ copy: Int, episode: Int) {
    start(memory(copy), seed: root.split("episode", UInt64(copy), UInt64(episode)).seed)
    memory(copy).state.pointee.episode = episode
  }

  /// Starts the episode that a seed names.
  func start(_ memory: LatticeMemory, seed: UInt64) {
    var random = RandomStream(seed: seed)
    var state = LatticeState()
    state.node = robot.dock
    if PlaceSetting(robot.settings.start) == .random {
      state.node = Int(robot.floor[random.integer(below: robot.floor.count)])
    }
    state.charge = capacity * robot.settings.batteryStart
    memory.known.update(repeating: LatticeMemory.Known.unknown, count: robot.count)
    for index in 0..<robot.count where robot.nodes[index] & LatticeRobot.Node.noGo != 0 {
      memory.known[index] = LatticeMemory.Known.blocked
    }
    state.dirtInitial = spreadDirt(memory, &random)
    memory.state.pointee = state
    visit(memory, state.node)
    memory.state.pointee.isDocked = state.node == robot.dock ? 1 : 0
    look(memory)
  }

  /// An even layer, with heaps about random nodes. Returns the mass on nodes that count.
  private func spreadDirt(_ memory: LatticeMemory, _ random: inout RandomStream) -> Int {
    let settings = robot.settings
    memory.cells.update(repeating: RewardRule.evenDirt, count: robot.count)
    let radius = settings.dirtHotSpotRadius / robot.step
    let reach = min(Int(2.5 * radius), max(robot.width, robot.height))
    let top = settings.dirtHotSpotStrength * Double(RewardRule.evenDirt)
    for _ in 0..<settings.dirtHotSpots {
      let middle = Int(robot.floor[random.integer(below: robot.floor.count)])
      let (cx, cy) = (middle % robot.width, middle / robot.width)
      for y in max(0, cy - reach)...min(robot.height - 1, cy + reach) {
        for x in max(0, cx - reach)...min(robot.width - 1, cx + reach) {
          let squared = Double((x - cx) * (x - cx) + (y - cy) * (y - cy))
          let extra = top * exp(-squared / (2 * radius * radius))
          let index = y * robot.width + x
          memory.cells[index] = UInt8(min(127, Double(memory.cells[index]) + extra))
        }
      }
    }
    return robot.floor.reduce(0) { $0 + Int(memory.cells[Int($1)]) }
  }

  // MARK: Steps

  func step(
    _ actions: Span<Float>, into observations: inout MutableSpan<Float>,
    rewards: inout MutableSpan<Float>, ends: inout MutableSpan<EpisodeEnd>,
    finalObservations: inout MutableSpan<Float>
  ) {
    precondition(actions.count == count && rewards.count == count && ends.count == count)
    precondition(observations.count == count * width && finalObservations.count == count * width)
    observations.withUnsafeMutableBufferPointer { rows in
      finalObservations.withUnsafeMutableBufferPointer { finalRows in
        for copy in 0..<count {
          let memory = memory(copy)
          let outcome = act(memory, actions[copy])
          rewards[copy] = outcome.reward
          ends[copy] = outcome.end
          let row = rows.baseAddress! + copy * width
          observe(memory, into: row)
          if outcome.end != .none {
            (finalRows.baseAddress! + copy * width).update(from: row, count: width)
            writeMetrics(of: memory, into: finalMetrics + copy * VacuumMetrics.count)
            begin(copy, episode: memory.state.pointee.episode + 1)
            observe(memory, into: row)
          }
        }
      }
    }
  }

  /// Moves one copy, and judges what came of it. A choice out of range is the nearest one.
  @inline(__always)
  func act(_ memory: LatticeMemory, _ action: Float) -> StepOutcome {
    let state = memory.state
    let choice = min(max(action, 0), Float(robot.moveCount - 1))
    let direction = robot.direction(Int(choice))
    var events = RewardRule.Events()
    let isPossible = robot.moves[state.pointee.node] >> UInt8(direction) & 1 != 0
    let isDiagonal = direction & 1 != 0
    let length = isDiagonal ? 1.4142135623730951 : 1.0
    let joulesPerMove =
      robot.nodes[state.pointee.node] & LatticeRobot.Node.carpet != 0 ? carpetJoules : hardJoules
    state.pointee.step += 1
    state.pointee.seconds += robot.step / robot.settings.maximumSpeed * length
    if isPossible {
      move(memory, direction, length, &events)
    } else {
      events.contactBegan = state.pointee.isBumped == 0
      events.touches = true
      state.pointee.isBumped = 1
      state.pointee.collisions += 1
    }
    let node = robot.nodes[state.pointee.node]
    events.isInNoGo = node & LatticeRobot.Node.noGo != 0
    events.fell = node & LatticeRobot.Node.cliff != 0
    let isDocked = state.pointee.node == robot.dock
    state.pointee.isDocked = isDocked ? 1 : 0
    if events.isInNoGo {
      state.pointee.noGoSeconds += robot.step / robot.settings.maximumSpeed * length
    }
    let joules = joulesPerMove * length
    state.pointee.energy += joules
    state.pointee.charge = min(
      max(state.pointee.charge - joules + (isDocked ? chargeJoules : 0), 0), capacity)
    events.isDocked = isDocked
    events.isFlat = state.pointee.charge <= 0 && !isDocked
    noteTimes(state)
    events.hasReachedGoal = state.pointee.covered >= robot.goalCount
    events.reachesGoalNow = events.hasReachedGoal && state.pointee.reachedGoal == 0
    if events.hasReachedGoal { state.pointee.reachedGoal = 1 }
    events.isOutOfTime = state.pointee.step >= robot.settings.maximumSteps
    let stall = robot.settings.stallSteps
    events.isStalled =
      stall > 0 && !events.hasReachedGoal
      && state.pointee.step - state.pointee.lastNewStep >= stall
    return robot.rewards.judge(events).outcome
  }

  /// Makes a possible move, and cleans where it ends.
  @inline(__always)
  private func move(
    _ memory: LatticeMemory, _ direction: Int, _ length: Double,
    _ events: inout RewardRule.Events
  ) {
    let state = memory.state
    turn(state, to: direction)
    state.pointee.node += robot.offsets[direction]
    state.pointee.distance += robot.step * length
    state.pointee.isBumped = 0
    let before = state.pointee.dirtRemoved
    let found = visit(memory, state.pointee.node)
    events.newCells = found.isNew ? 1 : 0
    events.outlineChange = found.outlineChange
    events.dirtRemoved = state.pointee.dirtRemoved - before
    if found.isNew { state.pointee.lastNewStep = state.pointee.step }
    look(memory)
  }

  @inline(__always)
  private func turn(_ state: UnsafeMutablePointer<LatticeState>, to direction: Int) {
    if state.pointee.direction >= 0 {
      let eighths = (direction - state.pointee.direction) & 7
      state.pointee.turning += Double(min(eighths, 8 - eighths)) * .pi / 4
    }
    state.pointee.direction = direction
  }

  /// Cleans the square of a node.
  @inline(__always)
  @discardableResult
  private func visit(_ memory: LatticeMemory, _ index: Int) -> (isNew: Bool, outlineChange: Int) {
    let node = robot.nodes[index]
    memory.known[index] =
      node & LatticeRobot.Node.noGo != 0
      ? LatticeMemory.Known.blocked : LatticeMemory.Known.covered
    guard node & LatticeRobot.Node.counts != 0 else { return (false, 0) }
    let state = memory.state
    state.pointee.swept += 1
    let content = memory.cells[index]
    let pickup =
      node & LatticeRobot.Node.carpet != 0 ? robot.settings.pickupCarpet : robot.settings.pickupHard
    let dirt = content & 0x7f
    let left = UInt8(Double(dirt) * (1 - pickup))
    state.pointee.dirtRemoved += Int(dirt - left)
    memory.cells[index] = 0x80 | left
    guard content & 0x80 == 0 else { return (false, 0) }
    state.pointee.covered += 1
    var change = 0
    for direction in stride(from: 0, to: 8, by: 2) {
      let other = index + robot.offsets[direction]
      guard robot.nodes[other] & LatticeRobot.Node.counts != 0 else { continue }
      change += memory.cells[other] & 0x80 == 0 ? 1 : -1
    }
    return (true, change)
  }

  /// Learns which nodes are free along the eight rays, and where walls end them.
  @inline(__always)
  private func look(_ memory: LatticeMemory) {
    let node = memory.state.pointee.node
    let views = robot.views + 8 * node
    for direction in 0..<8 {
      let view = views[direction]
      let offset = robot.offsets[direction]
      var index = node
      for _ in 0..<(view & 127) {
        index &+= offset
        if memory.known[index] == LatticeMemory.Known.unknown {
          memory.known[index] =
            robot.nodes[index] & LatticeRobot.Node.standing != 0
            ? LatticeMemory.Known.free : LatticeMemory.Known.blocked
        }
      }
      index &+= offset
      if view & 128 != 0, memory.known[index] == LatticeMemory.Known.unknown,
        robot.nodes[index] & LatticeRobot.Node.standing == 0
      {
        memory.known[index] = LatticeMemory.Known.blocked
      }
    }
  }

  @inline(__always)
  private func noteTimes(_ state: UnsafeMutablePointer<LatticeState>) {
    guard state.pointee.t99.isNaN else { return }
    let share = Double(state.pointee.covered) / Double(robot.floor.count)
    if state.pointee.t50.isNaN, share >= 0.5 { state.pointee.t50 = state.pointee.seconds }
    if state.pointee.t90.isNaN, share >= 0.9 { state.pointee.t90 = state.pointee.seconds }
    if share >= 0.99 { state.pointee.t99 = state.pointee.seconds }
  }

  // MARK: Observations

  /// Writes one row: 8 ranges, the window (north up), bump, battery, dock, time.
  func observe(_ memory: LatticeMemory, into row: UnsafeMutablePointer<Float>) {
    let state = memory.state
    let node = state.pointee.node
    row.update(from: robot.ranges + 8 * node, count: 8)
    let window = row + 8
    var index = 0
    for rise in stride(from: 4, through: -4, by: -1) {
      let line = memory.known + (node + rise * robot.width - 4)
      for column in 0..<9 {
        let known = line[column]
        window[index] = known == LatticeMemory.Known.covered ? 1 : 0
        window[index + 81] = known == LatticeMemory.Known.blocked ? 1 : 0
        window[index + 162] = known == LatticeMemory.Known.unknown ? 1 : 0
        index += 1
      }
    }
    let rest = window + 243
    rest[0] = Float(state.pointee.isBumped)
    rest[1] = Float(state.pointee.charge / capacity)
    dockSensor(node, into: rest + 2)
    rest[5] = max(0, 1 - Float(state.pointee.step) * robot.stepShare)
  }

  /// Bearing and range of the dock while a straight row of free nodes or none at all lies between.
  @inline(__always)
  private func dockSensor(_ node: Int, into output: UnsafeMutablePointer<Float>) {
    let dx = Double(robot.dock % robot.width - node % robot.width) * robot.step
    let dy = Double(robot.dock / robot.width - node / robot.width) * robot.step
    (output[0], output[1], output[2]) = (0, 0, 1)
    let range = (dx * dx + dy * dy).squareRoot()
    guard range < robot.settings.lidarRange else { return }
    if range == 0 {
      (output[1], output[2]) = (1, 0)
      return
    }
    let x = robot.originX + Double(node % robot.width) * robot.step
    let y = robot.originY + Double(node / robot.width) * robot.step
    guard robot.world.isVisible(fromX: x, y, dx / range, dy / range, range) else { return }
    (output[0], output[1]) = (Float(dy / range), Float(dx / range))
    output[2] = Float(range / robot.settings.lidarRange)
  }

  func writeActionMasks(into masks: inout MutableSpan<Float>) {
    for copy in 0..<count {
      let possible = robot.moves[memory(copy).state.pointee.node]
      for action in 0..<robot.moveCount {
        masks[copy * robot.moveCount + action] =
          possible >> UInt8(robot.direction(action)) & 1 != 0 ? 1 : 0
      }
    }
  }

  // MARK: Measures and snapshots

  func writeFinalMetrics(ofCopy index: Int, into values: inout MutableSpan<Double>) {
    for metric in 0..<VacuumMetrics.count {
      values[metric] = finalMetrics[index * VacuumMetrics.count + metric]
    }
  }

  func writeMetrics(ofCopy index: Int, into values: inout MutableSpan<Double>) {
    values.withUnsafeMutableBufferPointer { writeMetrics(of: memory(index), into: $0.baseAddress!) }
  }

  func writeMetrics(of memory: LatticeMemory, into values: UnsafeMutablePointer<Double>) {
    let state = memory.state.pointee
    let isDocked = state.isDocked != 0
    VacuumMetrics.write(
      VacuumMetrics.Tally(
        covered: state.covered, swept: state.swept, cleanable: robot.floor.count,
        cellArea: robot.step * robot.step, distance: state.distance, turning: state.turning,
        t50: state.t50, t90: state.t90, t99: state.t99, seconds: state.seconds,
        collisions: state.collisions, dirtRemoved: state.dirtRemoved,
        dirtInitial: state.dirtInitial, energy: state.energy, noGoSeconds: state.noGoSeconds,
        isDocked: isDocked,
        isSuccess: state.reachedGoal != 0 && (!robot.settings.requireDock || isDocked)),
      into: values)
  }

  func encodeState(into encoder: inout StateEncoder) {
    encoder.encode(root)
    for copy in 0..<count {
      let memory = memory(copy)
      encoder.encode([memory.state.pointee])
      encoder.encode(RunLength.packed(memory.cells, count: robot.count))
      encoder.encode(RunLength.packed(memory.known, count: robot.count))
    }
    let metrics = UnsafeBufferPointer(start: finalMetrics, count: count * VacuumMetrics.count)
    encoder.encode(Array(metrics))
  }

  func decodeState(from decoder: inout StateDecoder, into observations: inout MutableSpan<Float>)
    throws
  {
    root = try decoder.decode(RandomStream.self)
    for copy in 0..<count {
      let memory = memory(copy)
      let states = try decoder.decodeArray(of: LatticeState.self)
      guard states.count == 1, robot.nodes.isNode(states[0].node, below: robot.count) else {
        throw StateDecoder.Failure.invalid("a vacuum off its lattice")
      }
      memory.state.pointee = states[0]
      try RunLength.unpack(
        try decoder.decodeArray(of: UInt8.self), into: memory.cells, count: robot.count)
      try RunLength.unpack(
        try decoder.decodeArray(of: UInt8.self), into: memory.known, count: robot.count)
    }
    let metrics = try decoder.decodeArray(of: Double.self)
    guard metrics.count == count * VacuumMetrics.count else {
      throw StateDecoder.Failure.invalid("\(metrics.count) measures of \(count) vacuums")
    }
    finalMetrics.update(from: metrics, count: metrics.count)
    observations.withUnsafeMutableBufferPointer { rows in
      for copy in 0..<count { observe(memory(copy), into: rows.baseAddress! + copy * width) }
    }
  }

  func draw(copy index: Int, into drawing: inout Drawing) {
    let memory = memory(index)
    WorldDrawing.addBackground(robot.world, to: &drawing)
    let corner = WorldDrawing.point(
      robot.world, robot.originX - robot.step / 2, robot.originY - robot.step / 2)
    func layer(
      _ name: String, _ palette: [Color], labels: [String] = [], _ value: (Int) -> UInt8
    ) -> Drawing.Shape {
      .cells(
        Drawing.Cells(
          name: name, width: robot.width, height: robot.height, originX: corner.x,
          originY: corner.y, cellSize: Float(robot.step), values: (0..<robot.count).map(value),
          palette: palette, labels: labels))
    }
    drawing.shapes.append(
      layer("covered", [WorldDrawing.clear, WorldDrawing.covered]) { memory.cells[$0] >> 7 })
    let palette = [
      WorldDrawing.unknown, WorldDrawing.clear, WorldDrawing.clear, WorldDrawing.knownBlocked,
    ]
    drawing.shapes.append(
      layer("robot's map", palette, labels: ["unknown", "free", "clean", "obstacle"]) {
        memory.known[$0]
      })
    WorldDrawing.addDock(robot.world, to: &drawing)
    let state = memory.state.pointee
    let place = WorldDrawing.point(
      robot.world, robot.originX + Double(state.node % robot.width) * robot.step,
      robot.originY + Double(state.node / robot.width) * robot.step)
    WorldDrawing.addRobot(
      at: place, heading: nil, radius: Float(robot.settings.bodyRadius), to: &drawing)
    let coverage = Float(state.covered) / Float(robot.floor.count) * 100
    let battery = Float(state.charge / capacity) * 100
    drawing.gauges += [
      .init(name: "coverage", value: coverage, range: 0...100, unit: "%"),
      .init(name: "battery", value: battery, range: 0...100, unit: "%"),
    ]
  }
}

extension UnsafeMutablePointer<UInt8> {
  /// Whether an index is one of a lattice's nodes on which a body can stand.
  fileprivate func isNode(_ index: Int, below count: Int) -> Bool {
    index >= 0 && index < count && self[index] & LatticeRobot.Node.standing != 0
  }
}
