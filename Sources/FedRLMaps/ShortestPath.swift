/// Shortest paths on grids of square cells.
public enum ShortestPath {
  /// The length of the shortest octile path between two free cells, in cells, or `nil` when none exists.
  ///
  /// Steps go to the eight neighbours and count 1 or √2; a diagonal step needs both cells beside it
  /// free, so that no corner is cut. A* with the octile distance. O(cells · log cells).
  public static func octile(
    on grid: OccupancyGrid, from start: (x: Int, y: Int), to goal: (x: Int, y: Int)
  ) -> Double? {
    guard grid.isFree(start.x, start.y), grid.isFree(goal.x, goal.y) else { return nil }
    var search = OctileSearch(grid: grid, goal: goal)
    return search.length(from: start.y * grid.width + start.x)
  }
}

/// One A* search with octile distances.
private struct OctileSearch {
  private let width: Int
  private let height: Int
  private let cells: [UInt8]
  private let goalX: Int
  private let goalY: Int
  /// Length of the best known path to each cell.
  private var lengths: [Double]
  private var closed: [Bool]
  private var heap = IndexHeap()

  init(grid: OccupancyGrid, goal: (x: Int, y: Int)) {
    width = grid.width
    height = grid.height
    cells = grid.cells
    (goalX, goalY) = goal
    lengths = [Double](repeating: .infinity, count: grid.count)
    closed = [Bool](repeating: false, count: grid.count)
  }

  mutating func length(from start: Int) -> Double? {
    lengths[start] = 0
    heap.push(start, key: bound(start % width, start / width))
    while let index = heap.pop() {
      if closed[index] { continue }
      closed[index] = true
      if index == goalY * width + goalX { return lengths[index] }
      expand(index)
    }
    return nil
  }

  private mutating func expand(_ index: Int) {
    let (x, y) = (index % width, index / width)
    let (west, east) = (isFree(x - 1, y), isFree(x + 1, y))
    let (south, north) = (isFree(x, y - 1), isFree(x, y + 1))
    let length = lengths[index]
    if west { relax(x - 1, y, length + 1) }
    if east { relax(x + 1, y, length + 1) }
    if south { relax(x, y - 1, length + 1) }
    if north { relax(x, y + 1, length + 1) }
    let diagonal = length + 2.0.squareRoot()
    if west && south && isFree(x - 1, y - 1) { relax(x - 1, y - 1, diagonal) }
    if east && south && isFree(x + 1, y - 1) { relax(x + 1, y - 1, diagonal) }
    if west && north && isFree(x - 1, y + 1) { relax(x - 1, y + 1, diagonal) }
    if east && north && isFree(x + 1, y + 1) { relax(x + 1, y + 1, diagonal) }
  }

  private func isFree(_ x: Int, _ y: Int) -> Bool {
    x >= 0 && y >= 0 && x < width && y < height && cells[y * width + x] == 0
  }

  private mutating func relax(_ x: Int, _ y: Int, _ length: Double) {
    let index = y * width + x
    guard !closed[index], length < lengths[index] else { return }
    lengths[index] = length
    heap.push(index, key: length + bound(x, y))
  }

  /// A lower bound of the way to the goal.
  private func bound(_ x: Int, _ y: Int) -> Double {
    let dx = abs(x - goalX)
    let dy = abs(y - goalY)
    return Double(max(dx, dy)) + (2.0.squareRoot() - 1) * Double(min(dx, dy))
  }
}

/// A binary heap of indices by smallest key.
private struct IndexHeap {
  private var items: [(key: Double, index: Int)] = []

  mutating func push(_ index: Int, key: Double) {
    items.append((key, index))
    var child = items.count - 1
    while child > 0 {
      let parent = (child - 1) / 2
      guard items[child].key < items[parent].key else { return }
      items.swapAt(child, parent)
      child = parent
    }
  }

  mutating func pop() -> Int? {
    guard let first = items.first else { return nil }
    let last = items.removeLast()
    guard !items.isEmpty else { return first.index }
    items[0] = last
    var parent = 0
    while true {
      var child = 2 * parent + 1
      if child >= items.count { break }
      if child + 1 < items.count, items[child + 1].key < items[child].key { child += 1 }
      guard items[child].key < items[parent].key else { break }
      items.swapAt(child, parent)
      parent = child
    }
    return first.index
  }
}
