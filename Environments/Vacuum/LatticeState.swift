/// All that changes about one robot on a lattice, apart from its maps. Every field has eight bytes.
struct LatticeState: BitwiseCopyable {
  var node = 0
  /// Direction of the last move, −1 before the first.
  var direction = -1
  var seconds = 0.0
  var charge = 0.0
  var energy = 0.0
  var distance = 0.0
  var turning = 0.0
  var t50 = Double.nan
  var t90 = Double.nan
  var t99 = Double.nan
  var noGoSeconds = 0.0
  var dirtInitial = 0
  var dirtRemoved = 0
  var step = 0
  var covered = 0
  var swept = 0
  var lastNewStep = 0
  var collisions = 0
  /// Whether the last move was refused.
  var isBumped = 0
  var isDocked = 0
  var reachedGoal = 0
  var episode = 0
}

/// The mutable memory of one copy.
struct LatticeMemory {
  let state: UnsafeMutablePointer<LatticeState>
  /// `[height, width]`: bit 7 covered, bits 0…6 dirt.
  let cells: UnsafeMutablePointer<UInt8>
  /// `[height, width]`: what the robot knows, ``Known``.
  let known: UnsafeMutablePointer<UInt8>

  /// What a robot knows of a node.
  enum Known {
    static let unknown: UInt8 = 0
    static let free: UInt8 = 1
    static let covered: UInt8 = 2
    static let blocked: UInt8 = 3
  }
}
