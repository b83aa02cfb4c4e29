import FedRLNumerics

#if canImport(Glibc)
  import Glibc
#endif

/// The dirt at an episode's start: an even layer, and hot spots at random places.
enum DirtLayer {
  /// Fills `[height, width]` bytes with dirt (bit 7 clear).
  ///
  /// - Returns: the mass on cleanable cells.
  static func spread(
    in world: VacuumWorld, settings: VacuumSettings, random: inout RandomStream,
    into cells: UnsafeMutablePointer<UInt8>
  ) -> Int {
    cells.update(repeating: RewardRule.evenDirt, count: world.count)
    for _ in 0..<settings.dirtHotSpots {
      let places = world.reachableCells
      let middle = Int(places[random.integer(below: places.count)])
      heap(around: middle, in: world, settings: settings, into: cells)
    }
    var mass = Int(RewardRule.evenDirt) * world.cleanableCount
    guard settings.dirtHotSpots > 0 else { return mass }
    mass = 0
    for index in 0..<world.count where world.flags[index] & CellFlags.cleanable != 0 {
      mass += Int(cells[index])
    }
    return mass
  }

  /// Adds one Gaussian heap, cut off at two and a half standard deviations.
  private static func heap(
    around middle: Int, in world: VacuumWorld, settings: VacuumSettings,
    into cells: UnsafeMutablePointer<UInt8>
  ) {
    let radius = settings.dirtHotSpotRadius / world.cell
    let reach = Int(2.5 * radius)
    let top = settings.dirtHotSpotStrength * Double(RewardRule.evenDirt)
    func share(_ offset: Int) -> Double { exp(-Double(offset * offset) / (2 * radius * radius)) }
    let (cx, cy) = (middle % world.width, middle / world.width)
    let (left, right) = (max(0, cx - reach), min(world.width - 1, cx + reach))
    for y in max(0, cy - reach)...min(world.height - 1, cy + reach) {
      let row = top * share(y - cy)
      for x in left...right {
        let index = y * world.width + x
        cells[index] = UInt8(min(127, Double(cells[index]) + row * share(x - cx)))
      }
    }
  }
}
