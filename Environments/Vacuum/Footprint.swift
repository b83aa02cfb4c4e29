/// The map cells that the body lies over where it stands in the middle of one.
///
/// Every copy counts, for each map cell, the blocked cells of the footprint there (``CopyMemory/crowd``),
/// so that to know whether the body fits takes one look. Walls are found seldom, and then each is added
/// to as many counts as the footprint has cells.
final class Footprint: @unchecked Sendable {
  // Sendable: written while it is made, only read afterwards.

  /// Neighbours as index offsets; with each, its opposite.
  let offsets: UnsafeMutablePointer<Int>
  let count: Int
  /// Cells this near the map's edge have footprints that leave the map.
  let margin: Int

  init(bodyRadius: Double, cell: Double, mapWidth: Int) {
    let reach = Int((bodyRadius / cell).rounded(.up))
    var offsets: [Int] = []
    var margin = 1
    for dy in -reach...reach {
      for dx in -reach...reach {
        // From the centre to the neighbour's nearest edge, with nearly half a cell of grace.
        let gapX = max(Double(abs(dx)) - 0.5, 0)
        let gapY = max(Double(abs(dy)) - 0.5, 0)
        let gap = (gapX * gapX + gapY * gapY).squareRoot() * cell
        if gap < bodyRadius - 0.4 * cell {
          offsets.append(dy * mapWidth + dx)
          margin = max(margin, abs(dx), abs(dy))
        }
      }
    }
    self.margin = margin
    count = offsets.count
    self.offsets = .allocate(capacity: max(count, 1))
    self.offsets.initialize(from: offsets, count: count)
  }

  deinit { offsets.deallocate() }

  /// Adds `change` to the counts of all cells that have a map cell in their footprint.
  ///
  /// Of cells within the margin the counts are of no use: footprints there wrap around.
  @inline(__always)
  static func add(
    _ change: UInt16, at index: Int, to crowd: UnsafeMutablePointer<UInt16>, cells: Int,
    offsets: UnsafePointer<Int>, count: Int
  ) {
    for number in 0..<count {
      let other = index &+ offsets[number]
      if other >= 0, other < cells { crowd[other] &+= change }
    }
  }
}
