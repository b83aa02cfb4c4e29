import FedRLCore
import FedRLNumerics

/// A robot that moves from node to node of a square lattice: everything that its copies share.
///
/// Nodes lie `move_length` apart (rounded to whole world cells), one of them at the dock. Each stands
/// for the square around it. A move is possible if the body's disc passes without touching a wall.
final class LatticeRobot: @unchecked Sendable {
  // Sendable: written while it is made, only read afterwards.

  /// What is fixed about a node, as bits.
  enum Node {
    /// Counts in coverage: reachable without entering a no-go zone or a drop.
    static let counts: UInt8 = 1
    static let carpet: UInt8 = 2
    static let noGo: UInt8 = 4
    static let cliff: UInt8 = 8
    /// The body can stand here.
    static let standing: UInt8 = 16
  }

  /// East, then counter-clockwise.
  static let directions = [
    (1, 0), (1, 1), (0, 1), (-1, 1), (-1, 0), (-1, -1), (0, -1), (1, -1),
  ]
  /// Nodes without a world around the lattice, so that windows need no bounds.
  static let rim = 5

  let settings: VacuumSettings
  let world: VacuumWorld
  let specification: EnvironmentSpecification
  let rewards: RewardRule
  let width, height: Int
  /// Metres between neighbouring nodes.
  let step: Double
  /// Place of node (0, 0) in the world's frame.
  let originX, originY: Double
  /// `[height, width]`, ``Node``.
  let nodes: UnsafeMutablePointer<UInt8>
  /// `[height, width]`: bit d where the move in direction d is possible.
  let moves: UnsafeMutablePointer<UInt8>
  /// `[height, width, 8]`: distance to a wall in each direction over the declared scale, in 0...1.
  let ranges: UnsafeMutablePointer<Float>
  /// `[height, width, 8]`: nodes seen to be free in each direction, and bit 7 where a wall ends them.
  let views: UnsafeMutablePointer<UInt8>
  /// Index offsets of the eight directions.
  let offsets: UnsafeMutablePointer<Int>
  /// Nodes that count.
  let floor: [Int32]
  let dock: Int
  let goalCount: Int
  /// One over the steps of an episode.
  let stepShare: Float

  var count: Int { width * height }
  var moveCount: Int { settings.moves }
  /// Direction of an action.
  func direction(_ action: Int) -> Int { settings.moves == 4 ? action * 2 : action }

  var note: String {
    "a lattice of \(floor.count) nodes \(step) m apart stands for the floor"
  }

  /// - Throws: `EnvironmentError` where no move is possible.
  init(settings: VacuumSettings, world: VacuumWorld) throws {
    self.settings = settings
    self.world = world
    let pitch = max(1, Int((settings.moveLength / world.cell).rounded()))
    step = Double(pitch) * world.cell
    let anchor = Self.anchor(settings, world)
    let (anchorX, anchorY) = (anchor % world.width, anchor / world.width)
    let (left, below) = (anchorX / pitch, anchorY / pitch)
    width = left + (world.width - 1 - anchorX) / pitch + 1 + 2 * Self.rim
    height = below + (world.height - 1 - anchorY) / pitch + 1 + 2 * Self.rim
    dock = (below + Self.rim) * width + left + Self.rim
    originX = (Double(anchorX) + 0.5) * world.cell - Double(left + Self.rim) * step
    originY = (Double(anchorY) + 0.5) * world.cell - Double(below + Self.rim) * step
    let count = width * height
    nodes = .allocate(capacity: count)
    nodes.initialize(repeating: 0, count: count)
    moves = .allocate(capacity: count)
    moves.initialize(repeating: 0, count: count)
    ranges = .allocate(capacity: 8 * count)
    ranges.initialize(repeating: 0, count: 8 * count)
    views = .allocate(capacity: 8 * count)
    views.initialize(repeating: 0, count: 8 * count)
    offsets = .allocate(capacity: 8)
    for (index, (dx, dy)) in Self.directions.enumerated() {
      (offsets + index).initialize(to: dy * width + dx)
    }
    let plan = LatticePlan(
      world: world, settings: settings, width: width, height: height, step: step,
      originX: originX, originY: originY)
    floor = plan.fill(nodes: nodes, moves: moves, ranges: ranges, views: views, from: dock)
    rewards = RewardRule(settings, cell: step)
    goalCount = Int((settings.goalCoverage * Double(floor.count)).rounded(.up))
    stepShare = 1 / Float(settings.maximumSteps)
    specification = Self.specification(settings)
    if floor.count < 2 {
      throw EnvironmentError(
        setting: "move_length",
        "\(settings.map): no move of \(step) m is possible from the start; expected shorter moves")
    }
  }

  deinit {
    nodes.deallocate()
    moves.deallocate()
    ranges.deallocate()
    views.deallocate()
    offsets.deallocate()
  }

  /// The world cell that a node lies on: a given start, else the dock.
  private static func anchor(_ settings: VacuumSettings, _ world: VacuumWorld) -> Int {
    if case .pose(let x, let y, let yaw) = PlaceSetting(settings.start) {
      let place = world.local(x: x, y: y, yaw: yaw)
      return world.index(x: place.x, y: place.y)
    }
    return world.index(x: world.dock.x, y: world.dock.y)
  }

  private static func specification(_ settings: VacuumSettings) -> EnvironmentSpecification {
    var names = (0..<8).map { "lidar.\($0)" }
    names += ["covered", "blocked", "unknown"].flatMap { channel in
      (0..<81).map { "window.\(channel).\($0 / 9).\($0 % 9)" }
    }
    names += ["bump", "battery", "dock.sine", "dock.cosine", "dock.range", "time_left"]
    var low = [Float](repeating: 0, count: names.count)
    (low[names.count - 4], low[names.count - 3]) = (-1, -1)
    return EnvironmentSpecification(
      name: "vacuum",
      observations: BoxSpace(
        shape: [names.count], low: low, high: [Float](repeating: 1, count: names.count),
        names: names,
        images: [ImagePlace(offset: 8, channels: 3, height: 9, width: 9)]),
      actions: .discrete(count: settings.moves), controlPeriodSeconds: settings.controlPeriod,
      maximumEpisodeSteps: settings.maximumSteps, metrics: VacuumMetrics.definitions,
      masksActions: settings.masksMoves)
  }

  /// Numbers in one observation.
  var observationCount: Int { specification.observations.count }
}
