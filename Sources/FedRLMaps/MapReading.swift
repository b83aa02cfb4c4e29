/// How a map is read where its file leaves something open, as environments' settings say it.
public struct MapReading: Sendable, Equatable, Hashable {
  /// Whether dark pixels of a raw image are free; `file` leaves it to the file.
  public enum Negate: String, Sendable, CaseIterable {
    case file, yes, no
  }

  /// How the greys of a raw image become cells; `file` leaves it to the file.
  public enum Mode: String, Sendable, CaseIterable {
    case file, trinary, scale, raw
  }

  /// Edge of a cell, m; 0 leaves it to the file.
  public var resolution = 0.0
  public var negate = Negate.file
  public var mode = Mode.file
  /// Probabilities; 0 leaves them to the file.
  public var occupiedThreshold = 0.0
  public var freeThreshold = 0.0

  public init() {}

  /// What is wrong with the free threshold beside the other; `nil` where nothing is.
  public var problem: String? {
    guard occupiedThreshold > 0, freeThreshold > occupiedThreshold else { return nil }
    return "expected at most map_occupied_thresh (\(occupiedThreshold)), got \(freeThreshold)"
  }

  public var options: MapOptions {
    func given(_ value: Double) -> Double? { value > 0 ? value : nil }
    let isNegated: Bool? =
      switch negate {
      case .file: nil
      case .yes: true
      case .no: false
      }
    return MapOptions(
      resolution: given(resolution), negate: isNegated,
      occupiedThreshold: given(occupiedThreshold), freeThreshold: given(freeThreshold),
      mode: MapOptions.Mode(rawValue: mode.rawValue))
  }

  /// What each setting means, for environments that declare them.
  public enum Text {
    public static let resolution =
      "edge of a cell where the file does not say (raw images, MovingAI); 0 leaves it to the file"
    public static let negate = "whether dark pixels of a raw image are free; file: as it says"
    public static let mode = "how greys of a raw image become cells; file: as it says"
    public static let occupied =
      "probability from which a cell is occupied where the file does not say; 0 leaves it to the file"
    public static let free =
      "probability up to which a cell is free where the file does not say; 0 leaves it to the file"
  }
}
