import FedRLCore
import FedRLNumerics

#if canImport(Glibc)
  import Glibc
#endif

/// B diff-drive robots in one home, stepped together.
///
/// The world, tables and layouts belong to the ``DriveRobot`` and are shared; each copy owns one block
/// of about 2.3 bytes per cell of the world.
final class DriveBatch: BatchEnvironment {
  let robot: DriveRobot
  let count: Int
  private let storage: UnsafeMutableRawPointer
  private let blockBytes: Int
  /// `[B, metrics]` of episodes that ended in the last step.
  private let finalMetrics: UnsafeMutablePointer<Double>
  let search: FrontierSearch?
  private var root = RandomStream(seed: 0)

  var specification: EnvironmentSpecification { robot.specification }

  init(robot: DriveRobot, count: Int) {
    precondition(count > 0, "a batch of \(count) copies")
    self.robot = robot
    self.count = count
    blockBytes = Self.blockBytes(robot)
    storage = .allocate(byteCount: blockBytes * count, alignment: 64)
    storage.initializeMemory(as: UInt8.self, repeating: 0, count: blockBytes * count)
    finalMetrics = .allocate(capacity: count * VacuumMetrics.count)
    finalMetrics.initialize(repeating: .nan, count: count * VacuumMetrics.count)
    search =
      robot.settings.guidance
      ? FrontierSearch(layout: robot.mapLayout) : nil
  }

  deinit {
    storage.deallocate()
    finalMetrics.deallocate()
  }

  /// State, squares, cells, map, known, crowd; each part starts at a multiple of 64 bytes.
  private static func offsets(_ robot: DriveRobot) -> (Int, Int, Int, Int, Int, Int) {
    func padded(_ bytes: Int) -> Int { (bytes + 63) & ~63 }
    let squares = padded(MemoryLayout<RobotState>.stride)
    let cells = squares + padded(robot.mapLayout.squareCount * MemoryLayout<SIMD4<Float>>.stride)
    let map = cells + padded(robot.world.count)
    let known = map + padded(robot.mapLayout.count)
    let crowd = known + padded(robot.mapLayout.count)
    return (squares, cells, map, known, crowd, crowd + padded(2 * robot.mapLayout.count))
  }

  /// Bytes that each copy owns.
  static func blockBytes(_ robot: DriveRobot) -> Int { offsets(robot).5 }

  var byteCount: Int {
    // The search's ways: cost, parent and mark of four bytes per cell.
    let searching = search == nil ? 0 : 12 * robot.mapLayout.count
    return count * (blockBytes + 8 * VacuumMetrics.count) + searching
  }

  /// The memory of one copy.
  @inline(__always)
  func memory(_ copy: Int) -> CopyMemory {
    let block = storage + copy * blockBytes
    let (squares, cells, map, known, crowd, _) = Self.offsets(robot)
    return CopyMemory(
      state: block.assumingMemoryBound(to: RobotState.self),
      cells: (block + cells).assumingMemoryBound(to: UInt8.self),
      map: (block + map).assumingMemoryBound(to: Int8.self),
      known: (block + known).assumingMemoryBound(to: UInt8.self),
      squares: (block + squares).assumingMemoryBound(to: SIMD4<Float>.self),
      crowd: (block + crowd).assumingMemoryBound(to: UInt16.self))
  }

  // MARK: Episodes

  func reset(random: RandomStream, into observations: inout MutableSpan<Float>) {
    precondition(observations.count == count * robot.layout.count)
    root = random
    observations.withUnsafeMutableBufferPointer { rows in
      for copy in 0..<count {
        begin(copy, episode: 0)
        observe(memory(copy), into: rows.baseAddress! + copy * robot.layout.count)
      }
    }
  }

  /// Starts episode `episode` of a copy from the seed that names it.
  private func begin(_ copy: Int, episode: Int) {
    let seed = root.split("episode", UInt64(copy), UInt64(episode)).seed
    start(memory(copy), seed: seed)
    memory(copy).state.pointee.episode = episode
  }

  /// Starts the episode that a seed names.
  func start(_ memory: CopyMemory, seed: UInt64) {
    var state = RobotState()
    state.random = RandomStream(seed: seed)
    let world = robot.world
    let place = startPlace(&state.random)
    (state.x, state.y) = (place.x, place.y)
    state.heading = atan2(sin(place.yaw), cos(place.yaw))
    (state.stampX, state.stampY) = (-1e4, -1e4)
    state.charge = robot.kernel.capacity * robot.settings.batteryStart
    let (dx, dy) = (state.x - world.dock.x, state.y - world.dock.y)
    state.isDocked = dx * dx + dy * dy <= DriveKernel.dockReach * DriveKernel.dockReach ? 1 : 0
    let layout = robot.mapLayout
    memory.map.update(from: layout.initialMap, count: layout.count)
    memory.known.update(repeating: 0, count: layout.count)
    memory.squares.update(from: layout.initialSquares, count: layout.squareCount)
    memory.crowd.update(from: layout.initialCrowd, count: layout.count)
    state.dirtInitial = DirtLayer.spread(
      in: world, settings: robot.settings, random: &state.random, into: memory.cells)
    memory.state.pointee = state
    robot.kernel.stamp(memory, state.x, state.y)
  }

  private func startPlace(_ random: inout RandomStream) -> LocalPose {
    let world = robot.world
    switch PlaceSetting(robot.settings.start) {
    case .pose(let x, let y, let yaw):
      return world.local(x: x, y: y, yaw: yaw)
    case .random:
      let cells = world.reachableCells
      var place = world.center(Int(cells[random.integer(below: cells.count)]))
      place.yaw = random.uniform(-.pi, .pi)
      return place
    default:
      return world.dock
    }
  }

  // MARK: Steps

  func step(
    _ actions: Span<Float>, into observations: inout MutableSpan<Float>,
    rewards: inout MutableSpan<Float>, ends: inout MutableSpan<EpisodeEnd>,
    finalObservations: inout MutableSpan<Float>
  ) {
    let width = robot.layout.count
    precondition(actions.count == 2 * count && rewards.count == count && ends.count == count)
    precondition(observations.count == count * width && finalObservations.count == count * width)
    actions.withUnsafeBufferPointer { actions in
      observations.withUnsafeMutableBufferPointer { rows in
        finalObservations.withUnsafeMutableBufferPointer { finalRows in
          for copy in 0..<count {
            let memory = memory(copy)
            let outcome = act(memory, actions[2 * copy], actions[2 * copy + 1])
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
  }

  /// Drives one copy for one control period, and judges what came of it.
  @inline(__always)
  func act(_ memory: CopyMemory, _ first: Float, _ second: Float) -> StepOutcome {
    let state = memory.state
    let (speed, yawRate) = robot.kernel.target(first, second)
    let done = robot.kernel.drive(memory, speed: speed, yawRate: yawRate)
    state.pointee.step += 1
    if done.newCells > 0 { state.pointee.lastNewStep = state.pointee.step }
    var events = RewardRule.Events()
    events.newCells = done.newCells
    events.dirtRemoved = done.dirtRemoved
    events.outlineChange = done.outlineChange
    events.contactBegan = done.contactBegan
    events.touches = done.touched
    events.isInNoGo = done.isInNoGo
    events.fell = done.fell
    events.isDocked = state.pointee.isDocked != 0
    events.isFlat = state.pointee.charge <= 0 && !events.isDocked
    noteTimes(state)
    let goal = robot.settings.goalCoverage * Double(robot.world.cleanableCount)
    events.hasReachedGoal = Double(state.pointee.covered) >= goal
    events.reachesGoalNow = events.hasReachedGoal && state.pointee.reachedGoal == 0
    if events.hasReachedGoal { state.pointee.reachedGoal = 1 }
    events.isOutOfTime = state.pointee.step >= robot.settings.maximumSteps
    let stall = robot.settings.stallSteps
    events.isStalled =
      stall > 0 && !events.hasReachedGoal
      && state.pointee.step - state.pointee.lastNewStep >= stall
    return robot.rewards.judge(events).outcome
  }

  /// Notes when half, 90 % and 99 % of the floor were first covered.
  @inline(__always)
  private func noteTimes(_ state: UnsafeMutablePointer<RobotState>) {
    guard state.pointee.t99.isNaN else { return }
    let covered = Double(state.pointee.covered)
    let all = Double(robot.world.cleanableCount)
    let seconds = Double(state.pointee.step) * robot.settings.actionPeriod
    if state.pointee.t50.isNaN, covered >= 0.5 * all { state.pointee.t50 = seconds }
    if state.pointee.t90.isNaN, covered >= 0.9 * all { state.pointee.t90 = seconds }
    if covered >= 0.99 * all { state.pointee.t99 = seconds }
  }

  /// Senses, books what was sensed, and writes one row of observations.
  ///
  /// - Parameter isRepeat: repeats the last observation with the same noise; changes nothing.
  func observe(
    _ memory: CopyMemory, into row: UnsafeMutablePointer<Float>, isRepeat: Bool = false
  ) {
    let kernel = robot.kernel
    let layout = robot.layout
    let (s, c) = kernel.scan(memory, into: row, isRepeat: isRepeat)
    if !isRepeat { kernel.mapBump(memory) }
    let state = memory.state
    if layout.near >= 0 {
      let spacing = robot.settings.windowCell
      kernel.window(memory, level: 0, spacing: spacing, c, s, into: row + layout.near)
      if layout.far >= 0 {
        kernel.window(memory, level: 1, spacing: 3 * spacing, c, s, into: row + layout.far)
      }
    } else {
      let plane = 3 * ObservationLayout.egoSide * ObservationLayout.egoSide
      var pixel = robot.settings.egoCell
      for scale in 0..<ObservationLayout.egoScales {
        kernel.egomap(
          memory, level: scale, pixel: pixel, c, s, into: row + layout.ego + scale * plane)
        pixel *= 4
      }
    }
    let timeLeft = 1 - Double(state.pointee.step) / Double(robot.settings.maximumSteps)
    kernel.scalars(memory, timeLeft: timeLeft, into: row + layout.scalars)
    if layout.infrared >= 0 { kernel.infrared(memory, into: row + layout.infrared) }
    if layout.guidance >= 0 { guide(memory, into: row + layout.guidance) }
  }

  // MARK: Measures

  func writeFinalMetrics(ofCopy index: Int, into values: inout MutableSpan<Double>) {
    for metric in 0..<VacuumMetrics.count {
      values[metric] = finalMetrics[index * VacuumMetrics.count + metric]
    }
  }

  func writeMetrics(ofCopy index: Int, into values: inout MutableSpan<Double>) {
    values.withUnsafeMutableBufferPointer { writeMetrics(of: memory(index), into: $0.baseAddress!) }
  }

  func writeMetrics(of memory: CopyMemory, into values: UnsafeMutablePointer<Double>) {
    let state = memory.state.pointee
    let isDocked = state.isDocked != 0
    let period = robot.settings.actionPeriod
    VacuumMetrics.write(
      VacuumMetrics.Tally(
        covered: state.covered, swept: state.swept, cleanable: robot.world.cleanableCount,
        cellArea: robot.world.cell * robot.world.cell, distance: state.distance,
        turning: state.turning, t50: state.t50, t90: state.t90, t99: state.t99,
        seconds: Double(state.step) * period, collisions: state.collisions,
        dirtRemoved: state.dirtRemoved, dirtInitial: state.dirtInitial, energy: state.energy,
        noGoSeconds: Double(state.noGoSteps) * period, isDocked: isDocked,
        isSuccess: state.reachedGoal != 0 && (!robot.settings.requireDock || isDocked)),
      into: values)
  }

  // MARK: Snapshots

  func encodeState(into encoder: inout StateEncoder) {
    encoder.encode(root)
    for copy in 0..<count {
      let memory = memory(copy)
      encoder.encode([memory.state.pointee])
      encoder.encode(RunLength.packed(memory.cells, count: robot.world.count))
      encoder.encode(RunLength.packed(bytes(of: memory.map), count: robot.mapLayout.count))
      encoder.encode(RunLength.packed(memory.known, count: robot.mapLayout.count))
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
      let states = try decoder.decodeArray(of: RobotState.self)
      guard states.count == 1 else {
        throw StateDecoder.Failure.invalid("\(states.count) states of one vacuum")
      }
      memory.state.pointee = states[0]
      try RunLength.unpack(
        try decoder.decodeArray(of: UInt8.self), into: memory.cells, count: robot.world.count)
      try RunLength.unpack(
        try decoder.decodeArray(of: UInt8.self), into: bytes(of: memory.map),
        count: robot.mapLayout.count)
      try RunLength.unpack(
        try decoder.decodeArray(of: UInt8.self), into: memory.known, count: robot.mapLayout.count)
      recount(memory)
    }
    let metrics = try decoder.decodeArray(of: Double.self)
    guard metrics.count == count * VacuumMetrics.count else {
      throw StateDecoder.Failure.invalid("\(metrics.count) measures of \(count) vacuums")
    }
    finalMetrics.update(from: metrics, count: metrics.count)
    observations.withUnsafeMutableBufferPointer { rows in
      for copy in 0..<count {
        observe(
          memory(copy), into: rows.baseAddress! + copy * robot.layout.count, isRepeat: true)
      }
    }
  }

  private func bytes(of map: UnsafeMutablePointer<Int8>) -> UnsafeMutablePointer<UInt8> {
    UnsafeMutableRawPointer(map).assumingMemoryBound(to: UInt8.self)
  }

  /// Works out the counts of squares and footprints from the cells and the map. They are whole numbers,
  /// so that the result is exactly what was counted step by step.
  private func recount(_ memory: CopyMemory) {
    let (world, layout) = (robot.world, robot.mapLayout)
    for square in 0..<layout.squareCount {
      memory.squares[square] = layout.initialSquares[square]
    }
    memory.crowd.update(repeating: 0, count: layout.count)
    for index in 0..<layout.count where memory.map[index] > 0 {
      Footprint.add(
        1, at: index, to: memory.crowd, cells: layout.count, offsets: layout.footprint.offsets,
        count: layout.footprint.count)
    }
    for number in 0..<layout.levelCount {
      let level = layout.levels[number]
      for index in 0..<world.count where memory.cells[index] & 0x80 != 0 {
        let row = level.worldRow[index / world.width]
        memory.squares[Int(row + level.worldColumn[index % world.width])].x += 1
      }
      for index in 0..<layout.count where layout.initialMap[index] == 0 && memory.map[index] != 0 {
        let row = level.mapRow[index / layout.width]
        let square = Int(row + level.mapColumn[index % layout.width])
        memory.squares[square].z -= 1
        if memory.map[index] > 0 { memory.squares[square].y += 1 }
      }
    }
  }
}
