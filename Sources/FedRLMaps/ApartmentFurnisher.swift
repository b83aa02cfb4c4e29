import FedRLNumerics

/// Puts furniture into a plan, piece by piece, so that the robot still gets nearly everywhere.
struct ApartmentFurnisher {
  private(set) var plan: ApartmentPlan
  /// 0 sparse … 1 full.
  private let clutter: Double
  private var random: RandomStream

  init(_ plan: ApartmentPlan, clutter: Double, random: RandomStream) {
    self.plan = plan
    self.clutter = clutter
    self.random = random
  }

  mutating func furnish() {
    for room in plan.rooms {
      switch room.kind {
      case .living: furnishLiving(room.area)
      case .bedroom: furnishBedroom(room.area)
      case .study: furnishStudy(room.area)
      case .kitchen: furnishKitchen(room.area)
      case .bath: furnishBath(room.area)
      case .corridor: againstWall(room.area, length: 14...20, depth: 5...6, front: 12)
      }
    }
    scatter()
  }

  // MARK: Rooms

  private mutating func furnishLiving(_ room: CellRectangle) {
    let isOnlyKitchen = !plan.rooms.contains { $0.kind == .kitchen }
    if isOnlyKitchen {
      againstWall(room, length: 36...54, depth: 12...12, front: 16, inCorner: true)
    }
    if let sofa = againstWall(room, length: 34...48, depth: 17...19, front: 20) {
      placeBefore(sofa, room)
    }
    againstWall(room, length: 26...36, depth: 8...9, front: 16)
    diningGroup(room)
    if happens(0.5) { freeStanding(room, 15...17, 15...17) }
    shelves(room, 1...3)
  }

  private mutating func furnishBedroom(_ room: CellRectangle) {
    let isDouble = room.width > 50 && room.height > 50 && happens(0.8)
    let bed = againstWall(
      room, length: isDouble ? 28...36 : 18...20, depth: 41...42, front: 8, sides: 6)
    if let bed { bedside(bed, room) }
    againstWall(room, length: 24...40, depth: 12...12, front: 12, inCorner: true)
    if happens(0.5) { desk(room) }
    shelves(room, 0...1)
  }

  private mutating func furnishStudy(_ room: CellRectangle) {
    desk(room)
    if happens(0.6) { againstWall(room, length: 18...20, depth: 40...40, front: 8, inCorner: true) }
    shelves(room, 1...3)
  }

  private mutating func furnishKitchen(_ room: CellRectangle) {
    againstWall(room, length: 40...56, depth: 12...12, front: 16, inCorner: true)
    againstWall(room, length: 24...36, depth: 12...12, front: 16, inCorner: true)
    againstWall(room, length: 12...12, depth: 12...12, front: 12, inCorner: true)
    diningGroup(room)
  }

  private mutating func furnishBath(_ room: CellRectangle) {
    againstWall(room, length: 30...34, depth: 14...15, front: 10, inCorner: true)
    againstWall(room, length: 8...8, depth: 12...13, front: 10)
    againstWall(room, length: 11...14, depth: 9...10, front: 10)
    if happens(0.6) {
      againstWall(room, length: 12...12, depth: 12...12, front: 10, inCorner: true)
    }
  }

  // MARK: Groups

  /// A carpet before a sofa, with a low table on legs on it.
  private mutating func placeBefore(_ sofa: Piece, _ room: CellRectangle) {
    let depth = number(28...38)
    let rug = before(sofa, gap: 2, depth: depth, longer: number(-2...8))
    if happens(0.85) { layCarpet(rug, room) }
    let table = before(sofa, gap: 8, depth: number(11...13), longer: -number(10...16))
    if happens(0.8), room.contains(table) { put(legs(table), over: table) }
  }

  /// Night tables at the bed's head, and a rug before or beside it.
  private mutating func bedside(_ bed: Piece, _ room: CellRectangle) {
    let size = number(8...9)
    for isFar in [false, true] where happens(0.75) {
      let table = beside(bed, isFar: isFar, length: size, depth: size - 1)
      if room.contains(table) { put([table], over: table) }
    }
    if happens(0.6) { layCarpet(before(bed, gap: 1, depth: number(12...18), longer: 0), room) }
  }

  /// A table on four legs with chairs on four legs each around it.
  private mutating func diningGroup(_ room: CellRectangle) {
    let seats = number(1...3)
    let isUpright = happens(0.5)
    let (long, short) = (8 + 12 * seats, number(15...17))
    for _ in 0..<30 {
      let (w, h) = isUpright ? (short, long) : (long, short)
      let whole = CellRectangle(x: 0, y: 0, width: w, height: h).grown(10)
      guard room.width > whole.width, room.height > whole.height else { return }
      let x = room.x + random.integer(below: room.width - whole.width) + 10
      let y = room.y + random.integer(below: room.height - whole.height) + 10
      let table = CellRectangle(x: x, y: y, width: w, height: h)
      var parts = legs(table)
      for seat in 0..<seats {
        for isFar in [false, true] where happens(0.85) {
          parts += legs(chair(table, seat, isUpright: isUpright, isFar: isFar))
        }
      }
      if put(parts, over: table.grown(10)) { return }
    }
  }

  private mutating func chair(
    _ table: CellRectangle, _ seat: Int, isUpright: Bool, isFar: Bool
  ) -> CellRectangle {
    let size = 9
    // Pushed under the table by a hand's breadth, or drawn out.
    let under = number(-2...4)
    let along = 5 + 12 * seat + number(-1...1)
    if isUpright {
      let x = isFar ? table.maxX - under : table.x - size + under
      return CellRectangle(x: x, y: table.y + along, width: size, height: size)
    }
    let y = isFar ? table.maxY - under : table.y - size + under
    return CellRectangle(x: table.x + along, y: y, width: size, height: size)
  }

  /// A desk on two side panels with a chair on a star foot.
  private mutating func desk(_ room: CellRectangle) {
    let (length, depth) = (number(24...32), number(13...15))
    for _ in 0..<30 {
      let side = Side.allCases[random.integer(below: 4)]
      guard let area = spot(room, side, length, depth, inCorner: false) else { continue }
      let panels =
        side.isVertical
        ? [
          CellRectangle(x: area.x, y: area.y, width: depth, height: 1),
          CellRectangle(x: area.x, y: area.maxY - 1, width: depth, height: 1),
        ]
        : [
          CellRectangle(x: area.x, y: area.y, width: 1, height: depth),
          CellRectangle(x: area.maxX - 1, y: area.y, width: 1, height: depth),
        ]
      let seat = before(Piece(area: area, side: side), gap: 3, depth: 5, longer: 5 - length)
      if put(panels + [seat], over: area) { return }
    }
  }

  private mutating func shelves(_ room: CellRectangle, _ range: ClosedRange<Int>) {
    let extra = happens(clutter) ? 1 : 0
    for _ in 0..<(number(range) + extra) {
      againstWall(room, length: 14...32, depth: 6...8, front: 9)
    }
  }

  /// Small things: boxes, plants, bins, bags.
  private mutating func scatter() {
    for room in plan.rooms where room.kind != .bath {
      let square = Double(room.area.area) * ApartmentLayout.cell * ApartmentLayout.cell
      let count = Int(square * clutter * 0.22 * random.uniform(0.5, 1.5))
      for _ in 0..<count {
        if happens(0.7) {
          againstWall(room.area, length: 4...8, depth: 4...7, front: 4)
        } else {
          freeStanding(room.area, 3...7, 3...7)
        }
      }
    }
  }

  // MARK: Placing

  /// A piece of furniture with the side of the room at which it stands.
  private struct Piece {
    let area: CellRectangle
    let side: Side
  }

  /// Stands a box at a wall, in up to 30 tries.
  @discardableResult
  private mutating func againstWall(
    _ room: CellRectangle, length: ClosedRange<Int>, depth: ClosedRange<Int>, front: Int,
    sides: Int = 0, inCorner: Bool = false
  ) -> Piece? {
    let (long, deep) = (number(length), number(depth))
    for _ in 0..<30 {
      let side = Side.allCases[random.integer(below: 4)]
      guard let area = spot(room, side, long, deep, inCorner: inCorner) else { continue }
      let piece = Piece(area: area, side: side)
      let free = before(piece, gap: 0, depth: front, longer: 2 * sides)
      guard isFloor(free, within: room), put([area], over: area) else { continue }
      return piece
    }
    return nil
  }

  private mutating func spot(
    _ room: CellRectangle, _ side: Side, _ length: Int, _ depth: Int, inCorner: Bool
  ) -> CellRectangle? {
    let space = (side.isVertical ? room.height : room.width) - length
    let across = side.isVertical ? room.width : room.height
    guard space >= 0, across > depth + 8 else { return nil }
    let along =
      inCorner || random.uniform() < 0.3
      ? (random.uniform() < 0.5 ? 0 : space) : random.integer(below: space + 1)
    return plan.strip(of: room, side, along: along, length: length, depth: depth)
  }

  private mutating func freeStanding(
    _ room: CellRectangle, _ widths: ClosedRange<Int>, _ heights: ClosedRange<Int>
  ) {
    let (w, h) = (number(widths), number(heights))
    for _ in 0..<15 {
      guard room.width > w + 14, room.height > h + 14 else { return }
      let area = CellRectangle(
        x: room.x + 7 + random.integer(below: room.width - w - 14),
        y: room.y + 7 + random.integer(below: room.height - h - 14), width: w, height: h)
      if put([area], over: area.grown(7)) { return }
    }
  }

  /// The floor before a piece, seen from its wall.
  private func before(_ piece: Piece, gap: Int, depth: Int, longer: Int) -> CellRectangle {
    let area = piece.area
    let half = longer / 2
    switch piece.side {
    case .left:
      return CellRectangle(
        x: area.maxX + gap, y: area.y - half, width: depth, height: area.height + longer)
    case .right:
      return CellRectangle(
        x: area.x - gap - depth, y: area.y - half, width: depth, height: area.height + longer)
    case .bottom:
      return CellRectangle(
        x: area.x - half, y: area.maxY + gap, width: area.width + longer, height: depth)
    case .top:
      return CellRectangle(
        x: area.x - half, y: area.y - gap - depth, width: area.width + longer, height: depth)
    }
  }

  /// A box at the wall next to a piece.
  private func beside(_ piece: Piece, isFar: Bool, length: Int, depth: Int) -> CellRectangle {
    let area = piece.area
    switch piece.side {
    case .left:
      return CellRectangle(
        x: area.x, y: isFar ? area.maxY : area.y - length, width: depth, height: length)
    case .right:
      return CellRectangle(
        x: area.maxX - depth, y: isFar ? area.maxY : area.y - length, width: depth, height: length)
    case .bottom:
      return CellRectangle(
        x: isFar ? area.maxX : area.x - length, y: area.y, width: length, height: depth)
    case .top:
      return CellRectangle(
        x: isFar ? area.maxX : area.x - length, y: area.maxY - depth, width: length, height: depth)
    }
  }

  /// Single-cell legs at the corners of a piece.
  private func legs(_ area: CellRectangle) -> [CellRectangle] {
    [
      (area.x, area.y), (area.maxX - 1, area.y), (area.x, area.maxY - 1),
      (area.maxX - 1, area.maxY - 1),
    ]
    .map { CellRectangle(x: $0.0, y: $0.1, width: 1, height: 1) }
  }

  private func isFloor(_ area: CellRectangle, within room: CellRectangle) -> Bool {
    guard room.contains(area) else { return false }
    for y in area.y..<area.maxY {
      for x in area.x..<area.maxX where !plan.grid.isFree(x, y) { return false }
    }
    return true
  }

  private mutating func layCarpet(_ area: CellRectangle, _ room: CellRectangle) {
    for y in max(area.y, room.y + 2)..<max(min(area.maxY, room.maxY - 2), room.y + 2) {
      for x in max(area.x, room.x + 2)..<max(min(area.maxX, room.maxX - 2), room.x + 2)
      where plan.grid.isFree(x, y) { plan.carpet[y * plan.grid.width + x] = true }
    }
  }

  /// Puts the parts of a piece down if `whole` is open and the robot still reaches nearly all of the
  /// floor that it fits on.
  @discardableResult
  private mutating func put(_ parts: [CellRectangle], over whole: CellRectangle) -> Bool {
    guard plan.isOpen(whole), parts.allSatisfy({ plan.isOpen($0) }) else { return false }
    let before = plan.grid.cells
    for part in parts { plan.fill(part, .occupied) }
    let after = clearance()
    guard Double(after.largest) >= 0.985 * Double(after.all), dockIsClear() else {
      plan.restore(before)
      return false
    }
    return true
  }

  /// Cells at which the robot's centre can be, and those of them that hang together.
  private func clearance() -> (all: Int, largest: Int) {
    let field = plan.grid.distanceField()
    let parts = plan.grid.components { field[$0] >= ApartmentGenerator.clearRadius }
    return (parts.sizes.reduce(0, +), parts.sizes.max() ?? 0)
  }

  private func dockIsClear() -> Bool {
    guard let dock = plan.dock, let cell = plan.grid.cell(at: dock.position) else { return true }
    return plan.grid.isFree(cell.x, cell.y)
  }

  private mutating func happens(_ chance: Double) -> Bool { random.uniform() < chance }

  private mutating func number(_ range: ClosedRange<Int>) -> Int {
    range.lowerBound + random.integer(below: range.count)
  }
}
