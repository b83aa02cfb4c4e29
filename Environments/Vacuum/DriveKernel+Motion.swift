import FedRLNumerics

#if canImport(Glibc)
  import Glibc
#endif

/// What one control period did, for the reward.
struct DriveOutcome {
  var newCells = 0
  var dirtRemoved = 0
  var outlineChange = 0
  var touched = false
  var contactBegan = false
  var isInNoGo = false
  var fell = false
}

extension DriveKernel {
  /// Target speed and yaw rate for an action in [−1, 1]², within the wheels' limits.
  @inline(__always)
  func target(_ first: Float, _ second: Float) -> (speed: Double, yawRate: Double) {
    let a = Double(min(max(first, -1), 1))
    let b = Double(min(max(second, -1), 1))
    var (speed, yawRate): (Double, Double)
    switch command {
    case .twist:
      speed = a * (maximumSpeed + reverseSpeed) * 0.5 + (maximumSpeed - reverseSpeed) * 0.5
      yawRate = b * maximumYawRate
    case .wheels:
      let (left, right) = (a * maximumWheelSpeed, b * maximumWheelSpeed)
      speed = min(max((left + right) * 0.5, -reverseSpeed), maximumSpeed)
      yawRate = (right - left) / (2 * halfSeparation)
      yawRate = min(max(yawRate, -maximumYawRate), maximumYawRate)
    }
    let fastest = max(
      (speed - yawRate * halfSeparation).magnitude, (speed + yawRate * halfSeparation).magnitude)
    if fastest > maximumWheelSpeed {
      speed *= maximumWheelSpeed / fastest
      yawRate *= maximumWheelSpeed / fastest
    }
    return (speed, yawRate)
  }

  /// Drives for one control period towards a target speed and yaw rate.
  ///
  /// Each substep: limited acceleration, wheels' gains, an exact arc, contact by the distance field,
  /// the cleaning disc, and what the floor does.
  func drive(_ memory: CopyMemory, speed targetSpeed: Double, yawRate targetYaw: Double)
    -> DriveOutcome
  {
    var outcome = DriveOutcome()
    let state = memory.state
    let before = (covered: state.pointee.covered, removed: state.pointee.dirtRemoved)
    let outlineBefore = state.pointee.outline
    var (s, c) = Kernels.sineCosine(state.pointee.heading)
    var (x, y) = (state.pointee.x, state.pointee.y)
    var (speed, yawRate) = (state.pointee.speed, state.pointee.yawRate)
    var flag = flags[index(x, y)]
    var travelled = 0.0
    var turned = 0.0
    var heading = state.pointee.heading
    var joules = 0.0
    var bumps = 0
    // Of the last half turn: most substeps repeat the one before.
    var (half, sh, ch, sinc) = (0.0, 0.0, 1.0, 1.0)
    let stampDistance = cell * cell
    let safe = Float(bodyRadius + cell * 0.7072)
    for _ in 0..<substepCount {
      let isCarpet = flag & CellFlags.carpet != 0
      let grip = isCarpet ? carpetGrip : 1
      speed += Self.limited(targetSpeed - speed, speedChange * grip)
      yawRate += Self.limited(targetYaw - yawRate, yawChange * grip)
      joules += isCarpet ? carpetJoules : hardJoules
      // What the wheels make of it.
      let left = (speed - yawRate * halfSeparation) * leftGain
      let right = (speed + yawRate * halfSeparation) * rightGain
      let forward = (left + right) * 0.5
      var spin = (right - left) * inverseSeparation
      if isCarpet { spin += carpetHeadingBias * forward }
      // The chord of the arc lies half the turn away from the heading.
      let turn = spin * substep * 0.5
      if turn != half {
        half = turn
        (sh, ch) = Self.smallSineCosine(half)
        sinc = half.magnitude < 1e-8 ? 1 : sh / half
      }
      let (cm, sm) = (c * ch - s * sh, s * ch + c * sh)
      let chord = forward * substep * sinc
      let (oldX, oldY) = (x, y)
      x += chord * cm
      y += chord * sm
      (c, s) = (cm * ch - sm * sh, sm * ch + cm * sh)
      heading += 2 * half
      turned += (2 * half).magnitude
      var place = index(x, y)
      if clearance[place] < safe {
        let normal = settle(&x, &y, oldX, oldY)
        place = index(x, y)
        if normal.touched {
          outcome.touched = true
          if bumps == 0 { bumps = zones(normal.x, normal.y, c, s) }
        }
      }
      let (mx, my) = (x - oldX, y - oldY)
      travelled += (mx * mx + my * my).squareRoot()
      let (dx, dy) = (x - state.pointee.stampX, y - state.pointee.stampY)
      if dx * dx + dy * dy >= stampDistance { stamp(memory, x, y) }
      flag = flags[place]
      if flag & (CellFlags.cliff | CellFlags.noGo) != 0 {
        if flag & CellFlags.noGo != 0 { outcome.isInNoGo = true }
        if flag & CellFlags.cliff != 0 {
          outcome.fell = true
          break
        }
      }
    }
    if x != state.pointee.stampX || y != state.pointee.stampY { stamp(memory, x, y) }
    (state.pointee.x, state.pointee.y) = (x, y)
    state.pointee.heading = Self.wrapped(heading)
    (state.pointee.speed, state.pointee.yawRate) = (speed, yawRate)
    state.pointee.distance += travelled
    state.pointee.turning += turned
    outcome.contactBegan = outcome.touched && state.pointee.inContact == 0
    state.pointee.inContact = outcome.touched ? 1 : 0
    state.pointee.bumps = bumps
    if outcome.contactBegan { state.pointee.collisions += 1 }
    if outcome.isInNoGo { state.pointee.noGoSteps += 1 }
    useEnergy(state, joules)
    outcome.newCells = state.pointee.covered - before.covered
    outcome.dirtRemoved = state.pointee.dirtRemoved - before.removed
    outcome.outlineChange = state.pointee.outline - outlineBefore
    return outcome
  }

  /// Moves a place that is too near a wall back along the field's gradient, so that the disc slides
  /// while its wheels slip.
  ///
  /// - Returns: the direction away from what was touched, and whether anything was.
  @inline(__always)
  private func settle(_ x: inout Double, _ y: inout Double, _ oldX: Double, _ oldY: Double)
    -> (touched: Bool, x: Double, y: Double)
  {
    var (distance, dx, dy) = field(x, y)
    guard distance < bodyRadius else { return (false, 0, 0) }
    var length = (dx * dx + dy * dy).squareRoot()
    let normal = length > 1e-9 ? (dx / length, dy / length) : (0, 0)
    for _ in 0..<3 {
      guard length > 1e-9 else { break }
      let push = bodyRadius - distance + 1e-7
      x += push * dx / length
      y += push * dy / length
      (distance, dx, dy) = field(x, y)
      if distance >= bodyRadius { break }
      length = (dx * dx + dy * dy).squareRoot()
    }
    if distance < bodyRadius { (x, y) = (oldX, oldY) }
    return (true, normal.0, normal.1)
  }

  /// The bump zone that a contact presses: bit 0 at −60°, bit 4 at +60°; none behind the body.
  private func zones(_ nx: Double, _ ny: Double, _ c: Double, _ s: Double) -> Int {
    let angle = atan2(-(ny * c - nx * s), -(nx * c + ny * s)) * 180 / .pi
    guard angle.magnitude <= 90 else { return 0 }
    return 1 << min(max(Int((angle + 75) / 30), 0), 4)
  }

  /// A number within ±limit; plain comparisons, since nothing here is NaN.
  @inline(__always)
  private static func limited(_ value: Double, _ limit: Double) -> Double {
    value > limit ? limit : value < -limit ? -limit : value
  }

  @inline(__always)
  static func wrapped(_ angle: Double) -> Double {
    if angle > .pi { return angle - 2 * .pi }
    if angle < -.pi { return angle + 2 * .pi }
    return angle
  }

  /// Draws from the battery, or charges at the dock.
  @inline(__always)
  private func useEnergy(_ state: UnsafeMutablePointer<RobotState>, _ joules: Double) {
    let (dx, dy) = (state.pointee.x - dockX, state.pointee.y - dockY)
    let isDocked = dx * dx + dy * dy <= Self.dockReach * Self.dockReach
    state.pointee.isDocked = isDocked ? 1 : 0
    state.pointee.energy += joules
    let charged = isDocked ? chargeJoules : 0
    state.pointee.charge = min(max(state.pointee.charge - joules + charged, 0), capacity)
  }

  /// Metres from the dock within which the robot is docked.
  static let dockReach = 0.15

  /// Puts the cleaning disc down at a place: counts and cleans the cells that it newly lies over.
  ///
  /// A cell lies under the disc if its centre does. Cells that were already under the disc at the last
  /// stamp are not visited again.
  func stamp(_ memory: CopyMemory, _ x: Double, _ y: Double) {
    let state = memory.state
    let (px, py) = (Float(x * inverseCell), Float(y * inverseCell))
    let ox = Float(state.pointee.stampX * inverseCell)
    let oy = Float(state.pointee.stampY * inverseCell)
    let square = discRadius * discRadius - 1e-6
    // Truncation rounds to the lower cell, since places are positive; centres lie at halves.
    let first = max(0, Int(py - discRadius + 0.5))
    let last = min(height - 1, Int(py + discRadius - 0.5))
    if first <= last {
      for row in first...last {
        let center = Float(row) + 0.5
        let rise = square - (center - py) * (center - py)
        guard rise > 0 else { continue }
        let half = rise.squareRoot()
        let low = max(0, Int(max(px - half + 0.5, 0)))
        let high = min(width - 1, Int(px + half - 0.5))
        let oldRise = square - (center - oy) * (center - oy)
        if oldRise > 0 {
          let oldHalf = oldRise.squareRoot()
          let oldLow = Int(max(ox - oldHalf + 0.5, 0))
          let oldHigh = Int(ox + oldHalf - 0.5)
          visit(memory, row, low, min(high, oldLow - 1))
          visit(memory, row, max(low, oldHigh + 1), high)
        } else {
          visit(memory, row, low, high)
        }
      }
    }
    (state.pointee.stampX, state.pointee.stampY) = (x, y)
  }

  /// Cleans cells `low...high` of a row.
  @inline(__always)
  private func visit(_ memory: CopyMemory, _ row: Int, _ low: Int, _ high: Int) {
    guard low <= high else { return }
    let state = memory.state
    for column in low...high {
      let index = row &* width &+ column
      let flag = flags[index]
      guard flag & CellFlags.cleanable != 0 else { continue }
      state.pointee.swept &+= 1
      let content = memory.cells[index]
      if content & 0x80 == 0 { cover(memory, row, column, index) }
      let dirt = content & 0x7f
      let table = flag & CellFlags.carpet != 0 ? dirtAfter + 128 : dirtAfter
      let left = table[Int(dirt)]
      state.pointee.dirtRemoved &+= Int(dirt &- left)
      memory.cells[index] = 0x80 | left
    }
  }

  /// Books a cell that is covered for the first time.
  @inline(__always)
  private func cover(_ memory: CopyMemory, _ row: Int, _ column: Int, _ index: Int) {
    memory.state.pointee.covered &+= 1
    memory.known[Int(mapRow[row] &+ mapColumn[column])] &+= 1
    for number in 0..<levelCount {
      let square = Int(levels[number].worldRow[row] &+ levels[number].worldColumn[column])
      memory.squares[square].x += 1
    }
    if countsOutline {
      memory.state.pointee.outline &+=
        edge(memory, index &- 1) &+ edge(memory, index &+ 1) &+ edge(memory, index &- width)
        &+ edge(memory, index &+ width)
    }
  }

  /// Change of the outline by one neighbour of a newly covered cell: +1 floor still to cover, −1
  /// covered, 0 where nothing can be covered (walls are no outline).
  @inline(__always)
  private func edge(_ memory: CopyMemory, _ neighbour: Int) -> Int {
    guard flags[neighbour] & CellFlags.cleanable != 0 else { return 0 }
    return memory.cells[neighbour] & 0x80 == 0 ? 1 : -1
  }
}
