#if canImport(Glibc)
  import Glibc
#endif

/// What a search needs to know about a floor of square cells, `[height, width]`.
protocol SearchFloor {
  var width: Int { get }
  var height: Int { get }
  /// Edge of a cell, metres.
  var cell: Double { get }
  /// Cells this near the edge are never entered.
  var margin: Int { get }
  /// Whether the body can stand in a cell.
  func fits(_ index: Int) -> Bool
  /// Whether the body may pass through a cell while it leaves a place in which it does not fit.
  func isFree(_ index: Int) -> Bool
  /// Whether a cell in which the body can stand is what the search is for.
  func isTarget(_ index: Int) -> Bool
  /// What a target counts as farther than it is, in fifths of a cell; not negative.
  func penalty(_ index: Int) -> Int32
}

extension SearchFloor {
  func penalty(_ index: Int) -> Int32 { 0 }
}

/// What a search found.
struct Finding {
  /// Cell of the place.
  var target: Int
  /// A point on the way, in metres of the world's frame, that can be driven to straight.
  var x, y: Double
  /// Metres along the way to the place.
  var distance: Double
}

/// Finds the nearest place that a floor calls a target.
///
/// Dijkstra's algorithm over cells in which the body fits, eight neighbours, costs 5 and 7 (octile
/// within 1 %), in a ring of buckets. Kept between searches, so that they allocate nothing. A struct, so that a search is
/// one access to it: in a class every number read would be one of its own.
struct FloorSearch {
  private var cost: [Int32]
  private var parent: [Int32]
  private var stamp: [UInt32]
  private var round: UInt32 = 0
  private var buckets: [[Int32]]
  private var origin = 0
  private static let bucketCount = 64
  private static let directions = [
    (1, 0), (1, 1), (0, 1), (-1, 1), (-1, 0), (-1, -1), (0, -1), (1, -1),
  ]

  /// - Parameter count: cells of the floors that will be searched.
  init(count: Int) {
    cost = [Int32](repeating: 0, count: count)
    parent = cost
    stamp = [UInt32](repeating: 0, count: count)
    buckets = [[Int32]](repeating: [], count: Self.bucketCount)
    for index in buckets.indices { buckets[index].reserveCapacity(64) }
  }

  /// Searches from a pose of the world's frame.
  ///
  /// - Parameters:
  ///   - turnCost: metres that half a turn at the start counts for.
  ///   - lookahead: metres of the way within which the way point is chosen.
  /// - Returns: `nil` where no target can be reached.
  mutating func search<Floor: SearchFloor>(
    _ floor: Floor, from start: LocalPose, turnCost: Double, lookahead: Double
  ) -> Finding? {
    precondition(cost.count == floor.width * floor.height)
    if let here = begin(floor, start, turnCost, lookahead) { return here }
    var level = 0
    var idle = 0
    var best: (price: Int32, index: Int) = (.max, -1)
    while idle < Self.bucketCount, Int32(level) < best.price {
      let slot = level & (Self.bucketCount - 1)
      while let node = buckets[slot].popLast() {
        idle = 0
        let index = Int(node)
        guard cost[index] == Int32(level) else { continue }
        let fits = floor.fits(index)
        if fits, floor.isTarget(index) {
          let price = Int32(level) + floor.penalty(index)
          if price < best.price { best = (price, index) }
        }
        expand(floor, index, Int32(level), fits)
      }
      level += 1
      idle += 1
    }
    return best.index < 0 ? nil : finding(floor, best.index, lookahead)
  }

  /// Clears the last search, and enters the start's neighbours; a finding if the start is a target.
  private mutating func begin<Floor: SearchFloor>(
    _ floor: Floor, _ start: LocalPose, _ turnCost: Double, _ lookahead: Double
  ) -> Finding? {
    if round == .max {
      for index in stamp.indices { stamp[index] = 0 }
      round = 0
    }
    round += 1
    for index in buckets.indices { buckets[index].removeAll(keepingCapacity: true) }
    let margin = floor.margin
    let column = min(max(Int(start.x / floor.cell), margin), floor.width - 1 - margin)
    let row = min(max(Int(start.y / floor.cell), margin), floor.height - 1 - margin)
    origin = row * floor.width + column
    stamp[origin] = round
    cost[origin] = 0
    parent[origin] = -1
    let fits = floor.fits(origin)
    if fits, floor.isTarget(origin) { return finding(floor, origin, lookahead) }
    // The first steps pay for turning towards them.
    for (dx, dy) in Self.directions {
      let (x, y) = (column + dx, row + dy)
      guard
        x >= margin, y >= margin, x < floor.width - margin, y < floor.height - margin
      else { continue }
      let neighbour = y * floor.width + x
      guard fits ? floor.fits(neighbour) : floor.isFree(neighbour) else { continue }
      let bearing = atan2(Double(dy), Double(dx)) - start.yaw
      let turn = atan2(sin(bearing), cos(bearing)).magnitude / .pi
      let price = Int32(min(turn * turnCost / floor.cell * 5, 48))
      push(neighbour, origin, price + (dx * dy == 0 ? 5 : 7))
    }
    return nil
  }

  @inline(__always)
  private mutating func push(_ index: Int, _ from: Int, _ price: Int32) {
    if stamp[index] == round, cost[index] <= price { return }
    stamp[index] = round
    cost[index] = price
    parent[index] = Int32(from)
    buckets[Int(price) & (Self.bucketCount - 1)].append(Int32(index))
  }

  @inline(__always)
  private mutating func expand<Floor: SearchFloor>(
    _ floor: Floor, _ index: Int, _ price: Int32, _ fits: Bool
  ) {
    let (width, margin) = (floor.width, floor.margin)
    let (row, column) = index.quotientAndRemainder(dividingBy: width)
    guard
      column > margin, row > margin, column < width - margin - 1, row < floor.height - margin - 1
    else { return }
    for rise in -1...1 {
      for run in -1...1 where rise != 0 || run != 0 {
        let neighbour = index &+ rise &* width &+ run
        let reached = price + (rise == 0 || run == 0 ? 5 : 7)
        if stamp[neighbour] == round, cost[neighbour] <= reached { continue }
        if fits ? floor.fits(neighbour) : floor.isFree(neighbour) {
          push(neighbour, index, reached)
        }
      }
    }
  }

  /// Walks back from the target, and takes the farthest point of the way's first part that can be
  /// reached straight.
  private func finding<Floor: SearchFloor>(_ floor: Floor, _ target: Int, _ lookahead: Double)
    -> Finding
  {
    let width = floor.width
    var index = target
    var point = target
    var isFound = false
    while index != origin {
      let dx = Double(index % width - origin % width)
      let dy = Double(index / width - origin / width)
      let isNear = (dx * dx + dy * dy).squareRoot() * floor.cell <= lookahead
      let isNext = parent[index] == Int32(origin)
      if !isFound, isNext || (isNear && isStraight(floor, to: index)) {
        point = index
        isFound = true
      }
      index = Int(parent[index])
    }
    return Finding(
      target: target, x: (Double(point % width) + 0.5) * floor.cell,
      y: (Double(point / width) + 0.5) * floor.cell,
      distance: Double(cost[target]) / 5 * floor.cell)
  }

  /// Whether the body can go straight from the start to a cell; out of a place in which it does not
  /// fit also over free cells.
  private func isStraight<Floor: SearchFloor>(_ floor: Floor, to: Int) -> Bool {
    let width = floor.width
    let (x0, y0) = (Double(origin % width) + 0.5, Double(origin / width) + 0.5)
    let (x1, y1) = (Double(to % width) + 0.5, Double(to / width) + 0.5)
    let steps = max(1, Int(max((x1 - x0).magnitude, (y1 - y0).magnitude) * 2))
    var isLeaving = !floor.fits(origin)
    for step in 1...steps {
      let t = Double(step) / Double(steps)
      let index = Int(y0 + (y1 - y0) * t) * width + Int(x0 + (x1 - x0) * t)
      if index == origin { continue }
      let fits = floor.fits(index)
      if !fits && !(isLeaving && floor.isFree(index)) { return false }
      if fits { isLeaving = false }
    }
    return true
  }
}
