import FedRLMaps
import FedRLNumerics

/// What is fixed about one cell of a home, as bits.
struct CellFlags {
  static let blocked: UInt8 = 1
  /// The cleaning disc can touch it from a reachable place: it counts in coverage.
  static let cleanable: UInt8 = 2
  /// The robot's centre can get there from the start.
  static let reachable: UInt8 = 4
  static let carpet: UInt8 = 8
  static let cliff: UInt8 = 16
  static let noGo: UInt8 = 32
}

/// A place in the world's own frame: metres from the lower-left corner, radians.
struct LocalPose: Equatable, Sendable {
  var x, y, yaw: Double
}

/// A home made ready for one size of robot: immutable, and shared by every copy and agent that uses it.
///
/// The frame is the grid's own: x along its columns, y along its rows, origin at the lower-left corner
/// of cell (0, 0), metres. Cells are row-major, `[height, width]`, rows upwards. The outermost cells
/// are always blocked.
public final class VacuumWorld: @unchecked Sendable {
  // Sendable: written while it is made, only read afterwards.

  /// Short name of the map.
  public let name: String
  public let width, height: Int
  /// Edge of a cell, metres.
  public let cell: Double
  /// World position of the lower-left corner and direction of the x axis.
  let originX, originY, originYaw: Double
  /// `[height, width]`, ``CellFlags``.
  let flags: UnsafeMutablePointer<UInt8>
  /// `[height, width]`: metres from a cell's centre to what stops the body; 0 where blocked.
  let clearance: UnsafeMutablePointer<Float>
  /// `[height, width]`: 0 for walls; else 1 + 8 × the number of cells that a ray may travel from
  /// anywhere in the cell without meeting a wall, at most 255.
  let trace: UnsafeMutablePointer<UInt8>
  /// Cells that count in coverage.
  public let cleanableCount: Int
  /// Indices of the cells where the robot's centre can be, ascending.
  let reachableCells: [Int32]
  let dock: LocalPose
  /// What was left out or assumed.
  public let notes: [String]

  /// Area that counts in coverage, m².
  public var cleanableArea: Double { Double(cleanableCount) * cell * cell }
  /// Number of cells.
  public var count: Int { width * height }

  init(_ plan: WorldPlan) {
    name = plan.name
    width = plan.width
    height = plan.height
    cell = plan.cell
    originX = plan.originX
    originY = plan.originY
    originYaw = plan.originYaw
    flags = .allocate(capacity: plan.flags.count)
    flags.initialize(from: plan.flags, count: plan.flags.count)
    clearance = .allocate(capacity: plan.clearance.count)
    clearance.initialize(from: plan.clearance, count: plan.clearance.count)
    trace = .allocate(capacity: plan.trace.count + Kernels.rayGridPadding)
    trace.initialize(from: plan.trace, count: plan.trace.count)
    (trace + plan.trace.count).initialize(repeating: 0, count: Kernels.rayGridPadding)
    cleanableCount = plan.flags.reduce(0) { $0 + ($1 & CellFlags.cleanable != 0 ? 1 : 0) }
    reachableCells = plan.flags.indices.lazy
      .filter { plan.flags[$0] & CellFlags.reachable != 0 }.map { Int32($0) }
    dock = plan.dock
    notes = plan.notes
  }

  deinit {
    flags.deallocate()
    clearance.deallocate()
    trace.deallocate()
  }

  /// The cell that holds a place of the world's frame; the place must lie inside.
  func index(x: Double, y: Double) -> Int { Int(y / cell) * width + Int(x / cell) }

  /// A place of the world's frame from one of the map's.
  func local(x: Double, y: Double, yaw: Double) -> LocalPose {
    let grid = OccupancyGrid(
      width: 1, height: 1, resolution: cell, originX: originX, originY: originY,
      originYaw: originYaw)
    let position = grid.gridCoordinates(of: Point(x: x, y: y))
    return LocalPose(x: position.x * cell, y: position.y * cell, yaw: yaw - originYaw)
  }

  /// Distance from a place to what stops the body: the field between four centres, bilinear.
  func clearance(x: Double, y: Double) -> Double {
    let gx = min(max(x / cell - 0.5, 0), Double(width) - 1.001)
    let gy = min(max(y / cell - 0.5, 0), Double(height) - 1.001)
    let (ix, iy) = (Int(gx), Int(gy))
    let (fx, fy) = (gx - Double(ix), gy - Double(iy))
    let base = clearance + iy * width + ix
    let low = Double(base[0]) * (1 - fx) + Double(base[1]) * fx
    let high = Double(base[width]) * (1 - fx) + Double(base[width + 1]) * fx
    return low * (1 - fy) + high * fy
  }

  /// The place nearest to a given one where the robot's centre can be, within `limit` metres.
  func nearestReachable(x: Double, y: Double, limit: Double) -> LocalPose? {
    var best: (distance: Double, index: Int)?
    for index32 in reachableCells {
      let index = Int(index32)
      let dx = (Double(index % width) + 0.5) * cell - x
      let dy = (Double(index / width) + 0.5) * cell - y
      let distance = dx * dx + dy * dy
      if distance < best?.distance ?? limit * limit { best = (distance, index) }
    }
    return best.map { center($0.index) }
  }

  func center(_ index: Int) -> LocalPose {
    LocalPose(
      x: (Double(index % width) + 0.5) * cell, y: (Double(index / width) + 0.5) * cell, yaw: 0)
  }

  /// Least time, in seconds, in which any robot can cover 90 % of an area:
  /// `(0.9 A − πr²) / (2 r v)`, where the first disc is free and every metre adds a strip 2r wide.
  ///
  /// - Parameters:
  ///   - area: A, m².
  ///   - cleaningRadius: r, m.
  ///   - maximumSpeed: v, m/s.
  public static func t90Bound(area: Double, cleaningRadius: Double, maximumSpeed: Double) -> Double
  {
    max(0, 0.9 * area - .pi * cleaningRadius * cleaningRadius)
      / (2 * cleaningRadius * maximumSpeed)
  }
}
