#if canImport(Glibc)
  import Glibc
#endif

/// Works out the lattice over a world.
struct LatticePlan {
  let world: VacuumWorld
  let settings: VacuumSettings
  let width, height: Int
  let step: Double
  let originX, originY: Double

  private func place(_ index: Int) -> (x: Double, y: Double) {
    (originX + Double(index % width) * step, originY + Double(index / width) * step)
  }

  /// Fills the tables of a ``LatticeRobot``.
  ///
  /// - Returns: the nodes that count, ascending.
  func fill(
    nodes: UnsafeMutablePointer<UInt8>, moves: UnsafeMutablePointer<UInt8>,
    ranges: UnsafeMutablePointer<Float>, views: UnsafeMutablePointer<UInt8>, from start: Int
  ) -> [Int32] {
    let rim = LatticeRobot.rim
    for row in rim..<(height - rim) {
      for column in rim..<(width - rim) {
        nodes[row * width + column] = kind(row * width + column)
      }
    }
    for index in 0..<(width * height) where nodes[index] & LatticeRobot.Node.standing != 0 {
      for direction in 0..<8 where isPossible(index, direction, nodes) {
        moves[index] |= 1 << UInt8(direction)
      }
      look(index, ranges + 8 * index, views + 8 * index)
    }
    return count(nodes, moves, from: start)
  }

  private func kind(_ index: Int) -> UInt8 {
    let (x, y) = place(index)
    let flag = world.flags[world.index(x: x, y: y)]
    guard flag & CellFlags.blocked == 0, world.clearance(x: x, y: y) >= settings.bodyRadius - 1e-6
    else { return 0 }
    var kind = LatticeRobot.Node.standing
    if flag & CellFlags.carpet != 0 { kind |= LatticeRobot.Node.carpet }
    if flag & CellFlags.noGo != 0 { kind |= LatticeRobot.Node.noGo }
    if flag & CellFlags.cliff != 0 { kind |= LatticeRobot.Node.cliff }
    return kind
  }

  private func isPossible(
    _ index: Int, _ direction: Int, _ nodes: UnsafeMutablePointer<UInt8>
  ) -> Bool {
    let (dx, dy) = LatticeRobot.directions[direction]
    guard nodes[index + dy * width + dx] & LatticeRobot.Node.standing != 0 else { return false }
    let (x, y) = place(index)
    let samples = Int(2 * step / world.cell) + 1
    return (1..<samples).allSatisfy { sample in
      let way = Double(sample) / Double(samples) * step
      return world.clearance(x: x + way * Double(dx), y: y + way * Double(dy))
        >= settings.bodyRadius - 1e-6
    }
  }

  /// Distances to walls in the eight directions, and the nodes that they show to be free.
  private func look(
    _ index: Int, _ ranges: UnsafeMutablePointer<Float>, _ views: UnsafeMutablePointer<UInt8>
  ) {
    let (x, y) = place(index)
    for (direction, (dx, dy)) in LatticeRobot.directions.enumerated() {
      let norm = Double(dx * dx + dy * dy).squareRoot()
      let length = world.rayLength(
        x: x, y: y, angle: atan2(Double(dy), Double(dx)), limit: settings.lidarRange)
      ranges[direction] = Float(min(length / settings.effectiveLidarScale, 1))
      // A node whose body would touch the wall that the ray met is seen as blocked.
      let free = max(0, Int((length - settings.bodyRadius * 0.5) / (step * norm)))
      views[direction] = UInt8(min(free, 100)) | (length < settings.lidarRange ? 128 : 0)
    }
  }

  /// Marks the nodes that can be reached without entering a no-go zone or a drop.
  private func count(
    _ nodes: UnsafeMutablePointer<UInt8>, _ moves: UnsafeMutablePointer<UInt8>, from start: Int
  ) -> [Int32] {
    let forbidden = LatticeRobot.Node.noGo | LatticeRobot.Node.cliff
    guard nodes[start] & LatticeRobot.Node.standing != 0 else { return [] }
    var pending = [start]
    nodes[start] |= LatticeRobot.Node.counts
    while let index = pending.popLast() {
      for (direction, (dx, dy)) in LatticeRobot.directions.enumerated()
      where moves[index] >> UInt8(direction) & 1 != 0
        && (settings.moves == 8 || direction % 2 == 0)
      {
        let other = index + dy * width + dx
        guard nodes[other] & (forbidden | LatticeRobot.Node.counts) == 0 else { continue }
        nodes[other] |= LatticeRobot.Node.counts
        pending.append(other)
      }
    }
    return (0..<(width * height)).filter { nodes[$0] & LatticeRobot.Node.counts != 0 }
      .map { Int32($0) }
  }
}
