/// The floor as a robot's own map shows it; its targets are places worth going to.
///
/// A place is worth going to if enough floor around it is free and not yet clean, or not yet known,
/// and the robot has not stood there before.
struct OwnFloor: SearchFloor {
  let width, height: Int
  let cell: Double
  let margin: Int
  let memory: CopyMemory
  /// World cells in a map cell.
  let share: Int
  /// World cells that must be left to clean in the nine map cells around a place, of each grade.
  let needed: SIMD3<Int>

  @inline(__always)
  func fits(_ index: Int) -> Bool { memory.map[index] < 0 && memory.crowd[index] == 0 }

  @inline(__always)
  func isFree(_ index: Int) -> Bool { memory.map[index] < 0 }

  @inline(__always)
  func grade(_ index: Int) -> Int {
    guard memory.known[index] & OwnMap.visited == 0 else { return Self.noTarget }
    var sum = 0
    for row in -1...1 {
      let middle = index &+ row &* width
      sum &+= left(middle &- 1) &+ left(middle) &+ left(middle &+ 1)
    }
    return sum >= needed.x ? 0 : sum >= needed.y ? 1 : sum >= needed.z ? 2 : Self.noTarget
  }

  /// World cells of a map cell that are left to clean, as far as is known.
  @inline(__always)
  private func left(_ index: Int) -> Int {
    let value = memory.map[index]
    let covered = Int(memory.known[index] & 0x7f)
    return value > 0 ? 0 : share &- (value < 0 ? covered : 0)
  }

  /// Places amid open floor count as farther, so that no islands are left behind: 0.6 m where nothing
  /// two cells away is clean or blocked.
  @inline(__always)
  func penalty(_ index: Int) -> Int32 {
    let (row, column) = index.quotientAndRemainder(dividingBy: width)
    guard row >= 2, column >= 2, row < height - 2, column < width - 2 else { return 0 }
    var open: Int32 = 0
    for rise in -2...2 {
      let middle = index &+ rise &* width
      open &+= isOpen(middle &- 2) &+ isOpen(middle &+ 2)
      if rise == -2 || rise == 2 {
        open &+= isOpen(middle &- 1) &+ isOpen(middle) &+ isOpen(middle &+ 1)
      }
    }
    return Int32(Double(open) / 16 * 0.6 / cell * 5)
  }

  /// 1 where most of a map cell is neither clean nor blocked.
  @inline(__always)
  private func isOpen(_ index: Int) -> Int32 {
    let isFree = memory.map[index] <= 0
    let isDirty = Int(memory.known[index] & 0x7f) &* 2 < share
    return isFree && isDirty ? 1 : 0
  }
}

/// The dock in the robot's own map: the way home.
struct HomeFloor: SearchFloor {
  let floor: OwnFloor
  /// Map column and row of the dock.
  let column, row: Int

  var width: Int { floor.width }
  var height: Int { floor.height }
  var cell: Double { floor.cell }
  var margin: Int { floor.margin }
  func fits(_ index: Int) -> Bool { floor.fits(index) }
  func isFree(_ index: Int) -> Bool { floor.isFree(index) }
  func grade(_ index: Int) -> Int {
    abs(index % width - column) <= 1 && abs(index / width - row) <= 1 ? 0 : Self.noTarget
  }
}

/// Finds the nearest place worth going to in a robot's own map, or the way home.
final class FrontierSearch {
  private let search: FloorSearch
  private let layout: RobotMapLayout

  init(layout: RobotMapLayout) {
    self.layout = layout
    search = FloorSearch(count: layout.count)
  }

  private func floor(_ memory: CopyMemory) -> OwnFloor {
    let share = layout.factor * layout.factor
    func needed(_ wanted: Double) -> Int { max(1, Int(wanted * Double(9 * share))) }
    return OwnFloor(
      width: layout.width, height: layout.height, cell: layout.cell,
      margin: layout.footprint.margin, memory: memory, share: share,
      needed: SIMD3(needed(0.5), needed(0.3), needed(0.1)))
  }

  /// The nearest place to clean: one with half of its surroundings left or, where there is none, a
  /// smaller one.
  func nearest(_ memory: CopyMemory, turnCost: Double, lookahead: Double) -> Finding? {
    search.search(
      floor(memory), from: memory.estimatedPose, turnCost: turnCost, lookahead: lookahead)
  }

  /// Calls a place and those within two cells of it visited, so that searches go elsewhere.
  func giveUp(_ memory: CopyMemory, _ target: Int) {
    let (row, column) = target.quotientAndRemainder(dividingBy: layout.width)
    for y in max(row - 2, 0)...min(row + 2, layout.height - 1) {
      for x in max(column - 2, 0)...min(column + 2, layout.width - 1) {
        memory.known[y * layout.width + x] |= OwnMap.visited
      }
    }
  }

  /// The way to a point of the world's frame.
  func home(_ memory: CopyMemory, toX: Double, toY: Double, lookahead: Double) -> Finding? {
    let target = HomeFloor(
      floor: floor(memory), column: Int(toX / layout.cell),
      row: Int(toY / layout.cell))
    return search.search(
      target, from: memory.estimatedPose, turnCost: 0, lookahead: lookahead)
  }
}

extension CopyMemory {
  /// Where the robot believes it is.
  var estimatedPose: LocalPose {
    LocalPose(
      x: state.pointee.estimatedX, y: state.pointee.estimatedY,
      yaw: state.pointee.estimatedHeading)
  }
}
