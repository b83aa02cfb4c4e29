/// Why a map could not be read. Every case names the file.
public enum MapError: Error, Sendable, Equatable {
  /// There is no such file.
  case missingFile(path: String)
  /// A folder stands where a file was expected.
  case isDirectory(path: String)
  case emptyFile(path: String)
  /// The operating system refused.
  case unreadable(path: String, reason: String)
  /// The map's YAML names an image that is not there; `lookedFor` is the path tried.
  case missingImage(path: String, image: String, lookedFor: String)
  /// No format here has this extension and content.
  case unknownFormat(path: String, found: String)
  /// The file is not well formed; `place` is a line, byte or key.
  case malformed(path: String, place: String, found: String, expected: String)
  /// A key or setting that the format needs is missing.
  case missingKey(path: String, key: String, expected: String)
  /// A value is of the wrong type or out of its range.
  case badValue(path: String, key: String, found: String, expected: String)
  /// The file ends too early; counts are in `unit`.
  case truncated(path: String, unit: String, found: Int, expected: Int)
  /// More cells than a map may have.
  case tooLarge(path: String, width: Int, height: Int, maximumCells: Int)
  /// Nothing in the map is free.
  case noFreeCell(path: String, occupied: Int, unknown: Int)
  /// A mask has not the size of the map it belongs to.
  case maskSize(path: String, mask: String, found: String, expected: String)
  /// A file could not be written.
  case unwritable(path: String, reason: String)
}

extension MapError {
  /// The file at fault.
  public var path: String {
    switch self {
    case .missingFile(let path), .isDirectory(let path), .emptyFile(let path),
      .unreadable(let path, _), .missingImage(let path, _, _), .unknownFormat(let path, _),
      .malformed(let path, _, _, _), .missingKey(let path, _, _), .badValue(let path, _, _, _),
      .truncated(let path, _, _, _), .tooLarge(let path, _, _, _), .noFreeCell(let path, _, _),
      .maskSize(let path, _, _, _), .unwritable(let path, _):
      path
    }
  }
}

extension MapError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .missingFile(let path): "\(path): there is no such file"
    case .isDirectory(let path): "\(path): this is a folder; expected a map file"
    case .emptyFile(let path): "\(path): the file is empty"
    case .unreadable(let path, let reason): "\(path): cannot be read: \(reason)"
    case .missingImage(let path, let image, let lookedFor):
      "\(path): image: \(image): there is no such file (looked for \(lookedFor))"
    case .unknownFormat(let path, let found):
      "\(path): not a map format known here: found \(found); expected a ROS .yaml, a .pgm or .png "
        + "image, a ValetudoMap or HouseExpo .json, or a MovingAI .map or .scen"
    case .malformed(let path, let place, let found, let expected):
      "\(path): \(place): expected \(expected), found \(found)"
    case .missingKey(let path, let key, let expected):
      "\(path): \(key): missing; expected \(expected)"
    case .badValue(let path, let key, let found, let expected):
      "\(path): \(key): expected \(expected), got \(found)"
    case .truncated(let path, let unit, let found, let expected):
      "\(path): the file ends too early: expected \(expected) \(unit), found \(found)"
    case .tooLarge(let path, let width, let height, let maximum):
      "\(path): \(width) × \(height) cells; expected at most \(maximum) in all "
        + "(a coarser resolution would make fewer)"
    case .noFreeCell(let path, let occupied, let unknown):
      "\(path): no cell is free (\(occupied) occupied, \(unknown) unknown); expected some floor: "
        + "check negate, the thresholds and the mode (a speed mask has no floor)"
    case .maskSize(let path, let mask, let found, let expected):
      "\(path): mask \(mask): expected \(expected), found \(found)"
    case .unwritable(let path, let reason): "\(path): cannot be written: \(reason)"
    }
  }
}
