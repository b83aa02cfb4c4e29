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
  /// How well a cell in which the body can stand is what the search is for: 0 is best, of up to four
  /// grades; ``noTarget`` if it is not. The nearest target of the best grade that is there is found.
  func grade(_ index: Int) -> Int
  /// What a target counts as farther than it is, in fifths of a cell; not negative.
  func penalty(_ index: Int) -> Int32
}

extension SearchFloor {
  func penalty(_ index: Int) -> Int32 { 0 }
  static var noTarget: Int { 4 }
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
/// within 1 %), in a ring of buckets. Its memory is kept between searches, so that they allocate nothing
/// but where more cells wait than ever before.
final class FloorSearch {
  /// What is known of a cell in the search whose number it bears.
  private struct Node {
    var round: UInt32 = 0
    /// In fifths of a cell; ``unreached`` where only the fit is known.
    var cost: Int32 = 0
    var parent: Int32 = 0
    var fits = false
  }

  /// A cell that waits in a bucket, and the one below it; −1 at the bottom.
  private struct Entry {
    var node: Int32
    var next: Int32
  }

  private let count: Int
  private let nodes: UnsafeMutablePointer<Node>
  private var round: UInt32 = 0
  /// The topmost entry of each bucket, −1 in an empty one.
  private let tops: UnsafeMutablePointer<Int32>
  private var entries: UnsafeMutablePointer<Entry>
  private var entryCapacity = 1024
  /// Entries in use or on the list of spare ones, and the first of that list.
  private var entryCount: Int32 = 0
  private var spare: Int32 = -1
  private var origin = 0
  private static let unreached = Int32.max
  private static let bucketCount = 64
  private static let directions = [
    (1, 0), (1, 1), (0, 1), (-1, 1), (-1, 0), (-1, -1), (0, -1), (1, -1),
  ]

  /// - Parameter count: cells of the floors that will be searched.
  init(count: Int) {
    self.count = count
    nodes = .allocate(capacity: count)
    nodes.initialize(repeating: Node(), count: count)
    tops = .allocate(capacity: Self.bucketCount)
    tops.initialize(repeating: -1, count: Self.bucketCount)
    entries = .allocate(capacity: entryCapacity)
  }

  deinit {
    nodes.deallocate()
    tops.deallocate()
    entries.deallocate()
  }

  /// Searches from a pose of the world's frame.
  ///
  /// - Parameters:
  ///   - turnCost: metres that half a turn at the start counts for.
  ///   - lookahead: metres of the way within which the way point is chosen.
  /// - Returns: `nil` where no target can be reached.
  func search<Floor: SearchFloor>(
    _ floor: Floor, from start: LocalPose, turnCost: Double, lookahead: Double
  ) -> Finding? {
    precondition(count == floor.width * floor.height)
    begin(floor, start, turnCost)
    var level = 0
    var idle = 0
    // Of each grade: what the best target counts as, and where it is.
    var prices = SIMD4<Int32>(repeating: .max)
    var targets = SIMD4<Int32>(repeating: -1)
    let here = floor.grade(origin)
    if nodes[origin].fits, here != Floor.noTarget {
      (prices[here], targets[here]) = (0, Int32(origin))
    }
    while idle < Self.bucketCount, Int32(level) < prices[0] {
      let slot = level & (Self.bucketCount - 1)
      while let index = pop(slot) {
        idle = 0
        guard nodes[index].cost == Int32(level) else { continue }
        let fits = nodes[index].fits
        let grade = fits ? floor.grade(index) : Floor.noTarget
        // What is no nearer than the best of its grade needs no closer look.
        if grade != Floor.noTarget, Int32(level) < prices[grade] {
          let price = Int32(level) + floor.penalty(index)
          if price < prices[grade] {
            (prices[grade], targets[grade]) = (price, Int32(truncatingIfNeeded: index))
          }
        }
        expand(floor, index, Int32(level), fits)
      }
      level += 1
      idle += 1
    }
    for grade in 0..<4 where targets[grade] >= 0 {
      return finding(floor, Int(targets[grade]), lookahead)
    }
    return nil
  }

  /// Clears the last search, and enters the start's neighbours.
  private func begin<Floor: SearchFloor>(_ floor: Floor, _ start: LocalPose, _ turnCost: Double) {
    if round == .max {
      nodes.update(repeating: Node(), count: count)
      round = 0
    }
    round += 1
    tops.update(repeating: -1, count: Self.bucketCount)
    entryCount = 0
    spare = -1
    let margin = floor.margin
    let column = min(max(Int(start.x / floor.cell), margin), floor.width - 1 - margin)
    let row = min(max(Int(start.y / floor.cell), margin), floor.height - 1 - margin)
    origin = row * floor.width + column
    let fits = floor.fits(origin)
    nodes[origin] = Node(round: round, cost: 0, parent: -1, fits: fits)
    // The first steps pay for turning towards them.
    for (dx, dy) in Self.directions {
      let (x, y) = (column + dx, row + dy)
      guard
        x >= margin, y >= margin, x < floor.width - margin, y < floor.height - margin
      else { continue }
      let neighbour = y * floor.width + x
      meet(floor, neighbour)
      guard fits ? nodes[neighbour].fits : floor.isFree(neighbour) else { continue }
      let bearing = atan2(Double(dy), Double(dx)) - start.yaw
      let turn = atan2(sin(bearing), cos(bearing)).magnitude / .pi
      let price = Int32(min(turn * turnCost / floor.cell * 5, 48))
      push(neighbour, origin, price + (dx * dy == 0 ? 5 : 7))
    }
  }

  /// Finds out whether the body fits in a cell, once per search.
  @inline(__always)
  private func meet<Floor: SearchFloor>(_ floor: Floor, _ index: Int) {
    guard nodes[index].round != round else { return }
    nodes[index] = Node(
      round: round, cost: Self.unreached, parent: -1, fits: floor.fits(index))
  }

  /// Enters a cell that was met.
  @inline(__always)
  private func push(_ index: Int, _ from: Int, _ price: Int32) {
    guard price < nodes[index].cost else { return }
    nodes[index].cost = price
    nodes[index].parent = Int32(truncatingIfNeeded: from)
    let slot = Int(price) & (Self.bucketCount - 1)
    let place = spare >= 0 ? spare : newEntry()
    if spare >= 0 { spare = entries[Int(place)].next }
    entries[Int(place)] = Entry(node: Int32(truncatingIfNeeded: index), next: tops[slot])
    tops[slot] = place
  }

  /// Takes the cell out of a bucket that was put in last.
  @inline(__always)
  private func pop(_ slot: Int) -> Int? {
    let place = tops[slot]
    guard place >= 0 else { return nil }
    let entry = entries[Int(place)]
    tops[slot] = entry.next
    entries[Int(place)].next = spare
    spare = place
    return Int(entry.node)
  }

  @inline(__always)
  private func newEntry() -> Int32 {
    if Int(entryCount) == entryCapacity { growEntries() }
    entryCount &+= 1
    return entryCount &- 1
  }

  private func growEntries() {
    let larger = UnsafeMutablePointer<Entry>.allocate(capacity: 2 * entryCapacity)
    larger.moveInitialize(from: entries, count: entryCapacity)
    entries.deallocate()
    entries = larger
    entryCapacity *= 2
  }

  @inline(__always)
  private func expand<Floor: SearchFloor>(
    _ floor: Floor, _ index: Int, _ price: Int32, _ fits: Bool
  ) {
    let (width, margin) = (floor.width, floor.margin)
    let (row, column) = index.quotientAndRemainder(dividingBy: width)
    guard
      column > margin, row > margin, column < width - margin - 1, row < floor.height - margin - 1
    else { return }
    enter(floor, index, index &- width &- 1, price &+ 7, fits)
    enter(floor, index, index &- width, price &+ 5, fits)
    enter(floor, index, index &- width &+ 1, price &+ 7, fits)
    enter(floor, index, index &- 1, price &+ 5, fits)
    enter(floor, index, index &+ 1, price &+ 5, fits)
    enter(floor, index, index &+ width &- 1, price &+ 7, fits)
    enter(floor, index, index &+ width, price &+ 5, fits)
    enter(floor, index, index &+ width &+ 1, price &+ 7, fits)
  }

  @inline(__always)
  private func enter<Floor: SearchFloor>(
    _ floor: Floor, _ from: Int, _ index: Int, _ price: Int32, _ isFitting: Bool
  ) {
    meet(floor, index)
    if isFitting ? nodes[index].fits : floor.isFree(index) { push(index, from, price) }
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
      let isNext = nodes[index].parent == Int32(origin)
      if !isFound, isNext || (isNear && isStraight(floor, to: index)) {
        point = index
        isFound = true
      }
      index = Int(nodes[index].parent)
    }
    return Finding(
      target: target, x: (Double(point % width) + 0.5) * floor.cell,
      y: (Double(point / width) + 0.5) * floor.cell,
      distance: Double(nodes[target].cost) / 5 * floor.cell)
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
