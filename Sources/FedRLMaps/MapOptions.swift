/// What a map file may leave open: settings for reading it.
///
/// A value that the file itself states wins; these fill what it does not state.
public struct MapOptions: Sendable, Equatable {
  /// How grey values become cells (map_server's `mode`).
  public enum Mode: String, Sendable, CaseIterable {
    /// Free, occupied or unknown, by two thresholds on the brightness.
    case trinary
    /// Values between the thresholds are probabilities. A home has no use for a probable wall: a
    /// cell between the thresholds is unknown, as in `trinary`.
    case scale
    /// Pixel values 0…100 are occupancy in percent, to which the thresholds apply; others unknown.
    case raw
  }

  /// Metres per cell: needed for raw images, used for MovingAI (default 0.5) and HouseExpo (0.05).
  public var resolution: Double?
  /// Whether dark means free. Default false.
  public var negate: Bool?
  /// Occupied from this probability on. Default 0.65.
  public var occupiedThreshold: Double?
  /// Free up to this probability. Default 0.196.
  public var freeThreshold: Double?
  public var mode: Mode?
  /// A mask (image or YAML) whose occupied cells become no-go; a path.
  public var keepOutMask: String?
  /// Cells coarser than this (metres) are subdivided after reading; `nil` keeps the file's cells.
  public var maximumCellSize: Double?
  /// Cuts the map down to its free cells and this many cells around them; `nil` keeps all.
  public var cropMargin: Int?
  /// The largest number of cells to accept, before and after subdivision.
  public var maximumCells = 100_000_000

  public init(
    resolution: Double? = nil, negate: Bool? = nil, occupiedThreshold: Double? = nil,
    freeThreshold: Double? = nil, mode: Mode? = nil, keepOutMask: String? = nil,
    maximumCellSize: Double? = nil, cropMargin: Int? = nil
  ) {
    self.resolution = resolution
    self.negate = negate
    self.occupiedThreshold = occupiedThreshold
    self.freeThreshold = freeThreshold
    self.mode = mode
    self.keepOutMask = keepOutMask
    self.maximumCellSize = maximumCellSize
    self.cropMargin = cropMargin
  }
}
