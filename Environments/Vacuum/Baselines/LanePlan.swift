import FedRLCore

/// Parallel lanes over the reachable floor of a known home.
struct LanePlan {
  /// A straight run along one lane, in metres of the world's frame.
  struct Lane {
    var x0, y0, x1, y1: Double
    var isDone = false
  }

  var lanes: [Lane] = []

  /// Lays lanes along the direction that needs fewer of them.
  ///
  /// - Parameters:
  ///   - spacing: of neighbouring lanes, metres.
  ///   - gap: least distance of a lane from walls, metres; the body's radius and a little more.
  init(world: VacuumWorld, spacing: Double, gap: Double) {
    let along = Self.lanes(world, spacing, gap, isVertical: false)
    let across = Self.lanes(world, spacing, gap, isVertical: true)
    lanes = along.count <= across.count ? along : across
  }

  private static func lanes(
    _ world: VacuumWorld, _ spacing: Double, _ gap: Double, isVertical: Bool
  ) -> [Lane] {
    let (length, breadth) =
      isVertical ? (world.height, world.width) : (world.width, world.height)
    func isReachable(_ along: Int, _ across: Int) -> Bool {
      let index = isVertical ? along * world.width + across : across * world.width + along
      return world.flags[index] & CellFlags.reachable != 0
        && world.clearance[index] >= Float(gap)
    }
    // The first lane lies where the first reachable line does.
    let first = (0..<breadth).first { line in (0..<length).contains { isReachable($0, line) } } ?? 0
    var lanes: [Lane] = []
    var offset = (Double(first) + 0.5) * world.cell
    while offset < Double(breadth) * world.cell {
      let line = Int(offset / world.cell)
      var start: Int?
      for along in 0...length {
        if along < length && isReachable(along, line) {
          if start == nil { start = along }
        } else if let begin = start {
          let (a, b) = ((Double(begin) + 0.5) * world.cell, (Double(along) - 0.5) * world.cell)
          lanes.append(
            isVertical
              ? Lane(x0: offset, y0: a, x1: offset, y1: b)
              : Lane(x0: a, y0: offset, x1: b, y1: offset))
          start = nil
        }
      }
      offset += spacing
    }
    return lanes
  }
}

/// The true floor, as whoever knows the home sees it; its targets are marked cells.
struct KnownFloor: SearchFloor {
  let width, height: Int
  let cell: Double
  let margin = 1
  let flags: UnsafeMutablePointer<UInt8>
  /// `[height, width]`: nonzero at targets.
  let marks: UnsafePointer<UInt8>

  func fits(_ index: Int) -> Bool { flags[index] & CellFlags.reachable != 0 }
  func isFree(_ index: Int) -> Bool { flags[index] & CellFlags.blocked == 0 }
  func grade(_ index: Int) -> Int { marks[index] != 0 ? 0 : Self.noTarget }
}

/// The true floor with places from which something is left to clean as targets.
struct ScrapFloor: SearchFloor {
  let width, height: Int
  let cell: Double
  let margin: Int
  let flags: UnsafeMutablePointer<UInt8>
  let cells: UnsafeMutablePointer<UInt8>
  /// Index offsets under the cleaning disc.
  let disc: [Int]
  /// Cells that must be left under the disc.
  let needed: Int

  func fits(_ index: Int) -> Bool { flags[index] & CellFlags.reachable != 0 }
  func isFree(_ index: Int) -> Bool { flags[index] & CellFlags.blocked == 0 }
  func grade(_ index: Int) -> Int {
    var left = 0
    for offset in disc {
      let other = index + offset
      if flags[other] & CellFlags.cleanable != 0 && cells[other] & 0x80 == 0 { left += 1 }
    }
    return left >= needed ? 0 : Self.noTarget
  }
}
