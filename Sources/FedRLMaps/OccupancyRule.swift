/// How brightness becomes occupancy: the rule of nav2's map_server.
///
/// With p = v/255 (`negate`) or 1 − v/255, a cell is free if p ≤ `freeThreshold`, else occupied if
/// p ≥ `occupiedThreshold`, else unknown; a pixel that is not opaque is unknown. In `raw` mode the
/// pixel's value 0…100 is p in percent, larger values are unknown, and `negate` and opacity play no
/// part.
struct OccupancyRule: Sendable, Equatable {
  var mode = MapOptions.Mode.trinary
  var negate = false
  var freeThreshold = 0.196
  var occupiedThreshold = 0.65

  /// What the caller's options say where the file says nothing.
  init(_ options: MapOptions) {
    mode = options.mode ?? mode
    negate = options.negate ?? negate
    freeThreshold = options.freeThreshold ?? freeThreshold
    occupiedThreshold = options.occupiedThreshold ?? occupiedThreshold
  }

  /// Refuses thresholds that are not probabilities or stand the wrong way round.
  func check(path: String) throws(MapError) {
    for (key, value) in [
      ("free_thresh", freeThreshold), ("occupied_thresh", occupiedThreshold),
    ] where !(0...1).contains(value) {
      throw .badValue(path: path, key: key, found: "\(value)", expected: "a number in [0, 1]")
    }
    guard freeThreshold <= occupiedThreshold else {
      throw .badValue(
        path: path, key: "free_thresh", found: "\(freeThreshold)",
        expected: "at most occupied_thresh \(occupiedThreshold)")
    }
  }

  /// The cell for an opaque pixel of brightness `value`.
  func cell(_ value: UInt8) -> OccupancyGrid.Cell {
    if mode == .raw {
      guard value <= 100 else { return .unknown }
      return cell(probability: Double(value) / 100)
    }
    let shade = Double(value) / 255
    return cell(probability: negate ? shade : 1 - shade)
  }

  private func cell(probability: Double) -> OccupancyGrid.Cell {
    if probability <= freeThreshold { return .free }
    return probability >= occupiedThreshold ? .occupied : .unknown
  }

  /// `[height, width]` cells from the lower-left corner.
  func cells(of image: GreyImage) -> [UInt8] {
    let table = (0...255).map { cell(UInt8($0)).rawValue }
    let (width, height) = (image.width, image.height)
    let opaque = mode == .raw ? nil : image.opaque
    return [UInt8](unsafeUninitializedCapacity: width * height) { cells, count in
      image.values.withUnsafeBufferPointer { values in
        table.withUnsafeBufferPointer { table in
          for row in 0..<height {
            let from = row * width
            let to = (height - 1 - row) * width
            for x in 0..<width { cells[to + x] = table[Int(values[from + x])] }
            guard let opaque else { continue }
            for x in 0..<width where !opaque[from + x] {
              cells[to + x] = OccupancyGrid.Cell.unknown.rawValue
            }
          }
        }
      }
      count = width * height
    }
  }
}
