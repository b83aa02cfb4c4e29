/// The shape of the robot's own map over one world, shared by all copies.
///
/// A map cell is about 0.1 m: `factor` × `factor` world cells. Over it lie levels of coarser squares
/// that hold counts, kept up to date cell by cell, so that a window of the map costs one look-up a
/// pixel. Each level has a ring of forever unknown squares around it.
final class RobotMapLayout: @unchecked Sendable {
  // Sendable: written while it is made, only read afterwards.

  /// One level of squares of `cells` × `cells` map cells.
  struct Level {
    let cells: Int
    let width, height: Int
    /// Index of the level's first square in a copy's squares.
    let offset: Int
    /// Edge of a square, metres.
    let edge: Double
    /// One over the number of world cells, and of map cells, in a square.
    let worldShare, mapShare: Float
    /// Squares' columns and row starts (with `offset`) by a world cell's column and row.
    let worldColumn, worldRow: UnsafeMutablePointer<Int32>
    /// The same by a map cell's column and row.
    let mapColumn, mapRow: UnsafeMutablePointer<Int32>
  }

  /// World cells along the edge of a map cell.
  let factor: Int
  let width, height: Int
  /// Edge of a map cell, metres.
  let cell: Double
  let levelCount: Int
  let levels: UnsafeMutablePointer<Level>
  /// Squares of all levels together.
  let squareCount: Int
  /// Map columns and row starts by a world cell's column and row.
  let worldColumn, worldRow: UnsafeMutablePointer<Int32>
  /// What every episode begins with: no-go zones are known and blocked, the rest unknown.
  let initialMap: UnsafeMutablePointer<Int8>
  let initialSquares: UnsafeMutablePointer<SIMD4<Float>>
  let footprint: Footprint
  /// ``CopyMemory/crowd`` of ``initialMap``.
  let initialCrowd: UnsafeMutablePointer<UInt16>

  /// Number of map cells.
  var count: Int { width * height }

  /// - Parameter edges: wanted edges of the levels' squares, metres.
  init(world: VacuumWorld, edges: [Double], bodyRadius: Double) {
    // Eleven: the count of covered world cells in a map cell has seven bits.
    factor = min(11, max(1, Int((0.1 / world.cell).rounded())))
    width = (world.width + factor - 1) / factor
    height = (world.height + factor - 1) / factor
    cell = world.cell * Double(factor)
    let (factor, width, height, cell) = (factor, width, height, cell)
    levelCount = edges.count
    levels = .allocate(capacity: max(edges.count, 1))
    var offset = 0
    for (number, edge) in edges.enumerated() {
      let cells = max(1, Int((edge / cell).rounded()))
      let columns = (width + cells - 1) / cells + 2
      let rows = (height + cells - 1) / cells + 2
      func table(_ count: Int, _ divisor: Int, _ stride: Int, _ start: Int)
        -> UnsafeMutablePointer<Int32>
      {
        let table = UnsafeMutablePointer<Int32>.allocate(capacity: count)
        for index in 0..<count { table[index] = Int32(start + (index / divisor + 1) * stride) }
        return table
      }
      (levels + number).initialize(
        to: Level(
          cells: cells, width: columns, height: rows, offset: offset, edge: cell * Double(cells),
          worldShare: 1 / Float(cells * cells * factor * factor),
          mapShare: 1 / Float(cells * cells),
          worldColumn: table(world.width, factor * cells, 1, 0),
          worldRow: table(world.height, factor * cells, columns, offset),
          mapColumn: table(width, cells, 1, 0), mapRow: table(height, cells, columns, offset)))
      offset += columns * rows
    }
    squareCount = offset
    worldColumn = .allocate(capacity: world.width)
    for x in 0..<world.width { worldColumn[x] = Int32(x / factor) }
    worldRow = .allocate(capacity: world.height)
    for y in 0..<world.height { worldRow[y] = Int32(y / factor * width) }
    initialMap = .allocate(capacity: width * height)
    initialMap.initialize(repeating: 0, count: width * height)
    footprint = Footprint(bodyRadius: bodyRadius, cell: cell, mapWidth: width)
    initialCrowd = .allocate(capacity: width * height)
    initialCrowd.initialize(repeating: 0, count: width * height)
    initialSquares = .allocate(capacity: max(offset, 1))
    for number in 0..<levelCount {
      let level = levels[number]
      let all = Float(level.cells * level.cells)
      (initialSquares + level.offset).initialize(
        repeating: SIMD4(0, 0, all, 0), count: level.width * level.height)
    }
    markNoGo(world)
  }

  /// A robot knows its no-go zones: their cells are blocked for good.
  private func markNoGo(_ world: VacuumWorld) {
    for y in 0..<world.height {
      for x in 0..<world.width where world.flags[y * world.width + x] & CellFlags.noGo != 0 {
        let (column, row) = (x / factor, y / factor)
        guard initialMap[row * width + column] == 0 else { continue }
        initialMap[row * width + column] = OwnMap.forbidden
        Footprint.add(
          1, at: row * width + column, to: initialCrowd, cells: count, offsets: footprint.offsets,
          count: footprint.count)
        for number in 0..<levelCount {
          let level = levels[number]
          let square = Int(level.mapRow[row] + level.mapColumn[column])
          initialSquares[square].y += 1
          initialSquares[square].z -= 1
        }
      }
    }
  }

  deinit {
    for number in 0..<levelCount {
      let level = levels[number]
      level.worldColumn.deallocate()
      level.worldRow.deallocate()
      level.mapColumn.deallocate()
      level.mapRow.deallocate()
    }
    levels.deallocate()
    worldColumn.deallocate()
    worldRow.deallocate()
    initialMap.deallocate()
    initialSquares.deallocate()
    initialCrowd.deallocate()
  }
}

/// Log-odds of the robot's own map: positive blocked, negative free, 0 unknown.
///
/// Hits and misses were chosen so that walls seen with the default noise neither grow into passages
/// nor are dug away: of the pairs tried, these let the nearest-frontier driver clean soonest.
enum OwnMap {
  /// A cell of a no-go zone: blocked whatever the lidar says.
  static let forbidden: Int8 = 127
  /// A cell that the bumper felt. Rays that pass take one unit of it each, down to ``highest``, so that
  /// a thin leg that they mostly miss is remembered for a while, and a wrong guess of where it stands
  /// (the bumper knows a sector of 30°) does not fence the robot in for good.
  static let bumped: Int8 = 120
  static let hit: Int8 = 6
  static let miss: Int8 = -4
  /// Limits of what the lidar says.
  static let highest: Int8 = 60
  static let lowest: Int8 = -60
  /// In the count of covered world cells: the robot has stood here.
  static let visited: UInt8 = 128
}

/// The mutable memory of one copy.
struct CopyMemory {
  let state: UnsafeMutablePointer<RobotState>
  /// `[height, width]` of the world: bit 7 covered, bits 0…6 dirt.
  let cells: UnsafeMutablePointer<UInt8>
  /// `[height, width]` of the own map: log-odds, ``OwnMap``.
  let map: UnsafeMutablePointer<Int8>
  /// `[height, width]` of the own map: world cells covered in each cell, and ``OwnMap/visited``.
  let known: UnsafeMutablePointer<UInt8>
  /// Squares of all levels: covered world cells, blocked map cells, unknown map cells, unused.
  let squares: UnsafeMutablePointer<SIMD4<Float>>
  /// `[height, width]` of the own map: blocked cells under the body where it stands in each, ``Footprint``.
  let crowd: UnsafeMutablePointer<UInt16>
}
