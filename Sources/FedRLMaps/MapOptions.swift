/// What a map file may leave open: settings for reading it.
///
/// A value that the file itself states wins; these fill what it does not state.
public struct MapOptions: Sendable, Equatable {
  /// How grey values become cells (map_server's `mode`).
  public enum Mode: String, Sendable, CaseIterable {
    /// Free, occupied or unknown, by two thresholds.
    case trinary
    /// As trinary; values between the thresholds are probabilities in map_server. Here a cell
    /// between them counts as unknown, and so does a transparent one.
    case scale
    /// Values 0…100 are occupancy in percent, others unknown.
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
  /// The largest number of cells to accept.
  public var maximumCells = 100_000_000

  public init(
    resolution: Double? = nil, negate: Bool? = nil, occupiedThreshold: Double? = nil,
    freeThreshold: Double? = nil, mode: Mode? = nil, keepOutMask: String? = nil
  ) {
    self.resolution = resolution
    self.negate = negate
    self.occupiedThreshold = occupiedThreshold
    self.freeThreshold = freeThreshold
    self.mode = mode
    self.keepOutMask = keepOutMask
  }
}
