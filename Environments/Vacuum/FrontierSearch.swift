#if canImport(Glibc)
  import Glibc
#endif

/// Finds the nearest place worth going to in a robot's own map.
///
/// Dijkstra's algorithm over map cells in which the body fits, eight neighbours, costs 5 and 7 (octile
/// within 1 %), in a ring of buckets. A place is worth going to if enough floor that is free and not
/// yet cleaned, or not yet known, lies around it, and the robot has not stood there before.
final class FrontierSearch {
  /// What a search found.
  struct Finding {
    /// Map cell of the place.
    var target: Int
    /// A point on the way, in metres of the world's frame, that can be driven to straight.
    var x, y: Double
    /// Metres along the way to the place.
    var distance: Double
  }

  private let width, height: Int
  private let cell: Double
  /// World cells in a map cell.
  private let share: Int
  /// Neighbours, as index offsets, that must not be blocked where the body stands.
  private let footprint: [Int]
  private var cost: [Int32]
  private var parent: [Int32]
  private var stamp: [UInt32]
  private var round: UInt32 = 0
  private var buckets: [[Int32]]
  private static let bucketCount = 64

  init(layout: RobotMapLayout, bodyRadius: Double) {
    width = layout.width
    height = layout.height
    cell = layout.cell
    share = layout.factor * layout.factor
    let reach = Int((bodyRadius / layout.cell).rounded(.up))
    var footprint: [Int] = []
    for dy in -reach...reach {
      for dx in -reach...reach {
        // From the centre to the neighbour's nearest edge; nearly half a cell of grace.
        let gapX = max(Double(abs(dx)) - 0.5, 0)
        let gapY = max(Double(abs(dy)) - 0.5, 0)
        if (gapX * gapX + gapY * gapY).squareRoot() * layout.cell < bodyRadius - 0.4 * layout.cell {
          footprint.append(dy * layout.width + dx)
        }
      }
    }
    self.footprint = footprint
    margin = max(1, footprint.map { abs($0 + layout.width / 2) / layout.width }.max() ?? 1)
    cost = [Int32](repeating: 0, count: layout.count)
    parent = cost
    stamp = [UInt32](repeating: 0, count: layout.count)
    buckets = [[Int32]](repeating: [], count: Self.bucketCount)
    for index in buckets.indices { buckets[index].reserveCapacity(64) }
  }

  /// Cells this near the map's edge are never entered: their neighbours may lie outside.
  private let margin: Int

  /// Whether the body can stand in a cell, as far as the robot knows.
  @inline(__always)
  private func fits(_ map: UnsafePointer<Int8>, _ index: Int) -> Bool {
    guard map[index] < 0 else { return false }
    for offset in footprint where map[index &+ offset] > 0 { return false }
    return true
  }

  /// World cells around a place that are free and not yet clean, or not yet known.
  @inline(__always)
  private func gain(_ memory: CopyMemory, _ index: Int) -> Int {
    var sum = 0
    for row in -1...1 {
      for column in -1...1 {
        let neighbour = index &+ row &* width &+ column
        let value = memory.map[neighbour]
        if value == 0 {
          sum &+= share
        } else if value < 0 {
          sum &+= share &- Int(memory.known[neighbour] & 0x7f)
        }
      }
    }
    return sum
  }

  /// Searches from where the robot believes it is.
  ///
  /// - Parameters:
  ///   - wanted: share of the nine cells around a place that must be left to clean.
  ///   - turnCost: metres that half a turn at the start counts for.
  ///   - lookahead: metres of the way within which the way point is chosen.
  /// - Returns: `nil` where nothing is left that the robot knows how to reach.
  func search(
    _ memory: CopyMemory, wanted: Double, turnCost: Double, lookahead: Double
  ) -> Finding? {
    begin(memory, turnCost: turnCost)
    let needed = max(1, Int(wanted * Double(9 * share)))
    var level = 0
    var idle = 0
    while idle < Self.bucketCount {
      let slot = level & (Self.bucketCount - 1)
      while let node = buckets[slot].popLast() {
        idle = 0
        let index = Int(node)
        guard stamp[index] == round, cost[index] == Int32(level) else { continue }
        let isFit = fits(memory.map, index)
        if isFit, memory.known[index] & OwnMap.visited == 0, gain(memory, index) >= needed {
          return finding(memory, index, lookahead)
        }
        expand(memory.map, index, Int32(level), isFit)
      }
      level += 1
      idle += 1
    }
    return nil
  }

  /// Searches for a path to a place of the world's frame.
  func path(_ memory: CopyMemory, toX: Double, toY: Double, lookahead: Double) -> Finding? {
    begin(memory, turnCost: 0)
    let goal = clampedIndex(toX, toY)
    var level = 0
    var idle = 0
    while idle < Self.bucketCount {
      let slot = level & (Self.bucketCount - 1)
      while let node = buckets[slot].popLast() {
        idle = 0
        let index = Int(node)
        guard stamp[index] == round, cost[index] == Int32(level) else { continue }
        let (dx, dy) = (index % width - goal % width, index / width - goal / width)
        if abs(dx) <= 1 && abs(dy) <= 1 { return finding(memory, index, lookahead) }
        expand(memory.map, index, Int32(level), fits(memory.map, index))
      }
      level += 1
      idle += 1
    }
    return nil
  }

  private func clampedIndex(_ x: Double, _ y: Double) -> Int {
    let column = min(max(Int(x / cell), margin), width - 1 - margin)
    let row = min(max(Int(y / cell), margin), height - 1 - margin)
    return row * width + column
  }

  private var origin = 0

  private func begin(_ memory: CopyMemory, turnCost: Double) {
    if round == .max {
      for index in stamp.indices { stamp[index] = 0 }
      round = 0
    }
    round += 1
    for index in buckets.indices { buckets[index].removeAll(keepingCapacity: true) }
    origin = clampedIndex(memory.state.pointee.estimatedX, memory.state.pointee.estimatedY)
    stamp[origin] = round
    cost[origin] = 0
    parent[origin] = -1
    let isFit = fits(memory.map, origin)
    if isFit, memory.known[origin] & OwnMap.visited == 0 { buckets[0].append(Int32(origin)) }
    // The first steps pay for turning towards them.
    let heading = memory.state.pointee.estimatedHeading
    for (direction, offset) in offsets.enumerated() {
      let neighbour = origin + offset
      guard isInside(neighbour), canEnter(memory.map, neighbour, from: isFit) else { continue }
      let (dx, dy) = Self.directions[direction]
      let bearing = atan2(Double(dy), Double(dx)) - heading
      let turn = atan2(sin(bearing), cos(bearing)).magnitude / .pi
      let price = Int32(min(turn * turnCost / cell * 5, 48)) + Int32(dx * dy == 0 ? 5 : 7)
      push(neighbour, origin, price)
    }
  }

  private static let directions = [
    (1, 0), (1, 1), (0, 1), (-1, 1), (-1, 0), (-1, -1), (0, -1), (1, -1),
  ]
  private var offsets: [Int] { Self.directions.map { $0.1 * width + $0.0 } }

  @inline(__always)
  private func isInside(_ index: Int) -> Bool {
    let (row, column) = index.quotientAndRemainder(dividingBy: width)
    return column >= margin && row >= margin && column < width - margin && row < height - margin
  }

  /// The body may leave a cell in which it does not fit (noise put it there) through any free cell.
  @inline(__always)
  private func canEnter(_ map: UnsafePointer<Int8>, _ index: Int, from isFit: Bool) -> Bool {
    isFit ? fits(map, index) : map[index] < 0
  }

  @inline(__always)
  private func push(_ index: Int, _ from: Int, _ price: Int32) {
    if stamp[index] == round, cost[index] <= price { return }
    stamp[index] = round
    cost[index] = price
    parent[index] = Int32(from)
    buckets[Int(price) & (Self.bucketCount - 1)].append(Int32(index))
  }

  @inline(__always)
  private func expand(_ map: UnsafePointer<Int8>, _ index: Int, _ price: Int32, _ isFit: Bool) {
    let (row, column) = index.quotientAndRemainder(dividingBy: width)
    guard column > margin, row > margin, column < width - margin - 1, row < height - margin - 1
    else { return }
    for rise in -1...1 {
      for run in -1...1 where rise != 0 || run != 0 {
        let neighbour = index &+ rise &* width &+ run
        let step: Int32 = rise == 0 || run == 0 ? 5 : 7
        if stamp[neighbour] == round, cost[neighbour] <= price + step { continue }
        if canEnter(map, neighbour, from: isFit) { push(neighbour, index, price + step) }
      }
    }
  }

  /// Walks back from the target, and takes the farthest point of the way's first part that can be
  /// reached straight.
  private func finding(_ memory: CopyMemory, _ target: Int, _ lookahead: Double) -> Finding {
    let within = Int32(lookahead / cell * 5)
    let base = max(0, cost[target])
    var index = target
    var point = -1
    while index != origin {
      if point < 0, distanceCost(index) <= within,
        isStraight(memory.map, from: origin, to: index)
      {
        point = index
      }
      if parent[index] == Int32(origin) && point < 0 { point = index }
      index = Int(parent[index])
    }
    if point < 0 { point = target }
    return Finding(
      target: target, x: (Double(point % width) + 0.5) * cell,
      y: (Double(point / width) + 0.5) * cell, distance: Double(base) / 5 * cell)
  }

  /// Straight distance from the origin in units of cost.
  private func distanceCost(_ index: Int) -> Int32 {
    let dx = Double(index % width - origin % width)
    let dy = Double(index / width - origin / width)
    return Int32((dx * dx + dy * dy).squareRoot() * 5)
  }

  /// Whether the body can go straight from one cell to another.
  private func isStraight(_ map: UnsafePointer<Int8>, from: Int, to: Int) -> Bool {
    let (x0, y0) = (Double(from % width) + 0.5, Double(from / width) + 0.5)
    let (x1, y1) = (Double(to % width) + 0.5, Double(to / width) + 0.5)
    let steps = max(1, Int(max((x1 - x0).magnitude, (y1 - y0).magnitude) * 2))
    for step in 1...steps {
      let t = Double(step) / Double(steps)
      let index = Int(y0 + (y1 - y0) * t) * width + Int(x0 + (x1 - x0) * t)
      if index != from && !fits(map, index) { return false }
    }
    return true
  }
}
