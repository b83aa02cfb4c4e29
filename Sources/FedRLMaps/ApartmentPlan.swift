import FedRLNumerics

/// An apartment on its grid: walls, doors, the dock, and what is kept clear for them.
struct ApartmentPlan {
  /// Outer walls, in cells.
  static let margin = 4

  private(set) var grid: OccupancyGrid
  private(set) var rooms: [ApartmentLayout.PlannedRoom]
  /// Cells that no furniture may take: about doors and before the dock.
  private(set) var reserved: [Bool]
  var carpet: [Bool]
  private(set) var dock: Pose?

  init(_ layout: ApartmentLayout, random: inout RandomStream) {
    let margin = Self.margin
    let (width, height) = (layout.width + 2 * margin, layout.height + 2 * margin)
    grid = OccupancyGrid(
      width: width, height: height, resolution: ApartmentLayout.cell,
      cells: [UInt8](repeating: OccupancyGrid.Cell.unknown.rawValue, count: width * height))
    reserved = [Bool](repeating: false, count: width * height)
    carpet = reserved
    rooms = layout.rooms
    for index in rooms.indices {
      rooms[index].area.x += margin
      rooms[index].area.y += margin
      fill(rooms[index].area, .free)
    }
    if var notch = layout.notch {
      notch.x += margin
      notch.y += margin
      fill(notch, .unknown)
    }
    buildWalls()
    openDoors(&random)
    placeDock(&random)
  }

  // MARK: Cells

  mutating func fill(_ area: CellRectangle, _ cell: OccupancyGrid.Cell) {
    for y in max(area.y, 0)..<min(area.maxY, grid.height) {
      for x in max(area.x, 0)..<min(area.maxX, grid.width) { grid[x, y] = cell }
    }
  }

  mutating func reserve(_ area: CellRectangle) {
    for y in max(area.y, 0)..<max(min(area.maxY, grid.height), 0) {
      for x in max(area.x, 0)..<max(min(area.maxX, grid.width), 0) {
        reserved[y * grid.width + x] = true
      }
    }
  }

  /// Whether furniture may stand there.
  func isOpen(_ area: CellRectangle) -> Bool {
    guard area.x >= 0, area.y >= 0, area.maxX <= grid.width, area.maxY <= grid.height else {
      return false
    }
    for y in area.y..<area.maxY {
      for x in area.x..<area.maxX where !grid.isFree(x, y) || reserved[y * grid.width + x] {
        return false
      }
    }
    return true
  }

  /// Replaces the cells, such as by an earlier state of them.
  mutating func restore(_ cells: [UInt8]) { grid.cells = cells }

  private mutating func buildWalls() {
    let before = grid
    for y in 0..<grid.height {
      for x in 0..<grid.width where before[x, y] != .free {
        let reach = Self.margin - 1
        let isNear = (-reach...reach).contains { dy in
          (-reach...reach).contains { before.isFree(x + $0, y + dy) }
        }
        if isNear { grid[x, y] = .occupied }
      }
    }
  }

  // MARK: Doors

  /// A wall between two rooms, with the span in which a door may be.
  private struct Neighbours {
    let first: Int
    let second: Int
    let isVertical: Bool
    /// First cell of the wall across it, and the span along it.
    let wall: Int
    let span: Range<Int>
  }

  private func neighbours() -> [Neighbours] {
    var result: [Neighbours] = []
    for (first, a) in rooms.enumerated() {
      for (second, b) in rooms.enumerated() where first != second {
        let (r, s) = (a.area, b.area)
        if r.maxX + ApartmentLayout.wall == s.x {
          let span = max(r.y, s.y)..<max(max(r.y, s.y), min(r.maxY, s.maxY))
          result.append(
            Neighbours(first: first, second: second, isVertical: true, wall: r.maxX, span: span))
        } else if r.maxY + ApartmentLayout.wall == s.y {
          let span = max(r.x, s.x)..<max(max(r.x, s.x), min(r.maxX, s.maxX))
          result.append(
            Neighbours(first: first, second: second, isVertical: false, wall: r.maxY, span: span))
        }
      }
    }
    return result.filter { $0.span.count >= 20 }
  }

  /// Doors that join all rooms, from the corridor where possible, and now and then one more.
  private mutating func openDoors(_ random: inout RandomStream) {
    var group = Array(rooms.indices)
    let kinds = rooms.map(\.kind)
    func rank(_ pair: Neighbours) -> Int {
      let both = [kinds[pair.first], kinds[pair.second]]
      if both.contains(.corridor) { return both.contains(.living) ? 0 : 1 }
      if both.contains(.living) { return both.contains(.kitchen) ? 2 : 3 }
      return both.contains(.bath) ? 5 : 4
    }
    let pairs = neighbours().enumerated().sorted {
      (rank($0.element), $0.offset) < (rank($1.element), $1.offset)
    }.map(\.element)
    for pair in pairs {
      let joins = group[pair.first] != group[pair.second]
      let isExtra = rank(pair) == 2 && random.uniform() < 0.6
      guard joins || isExtra else { continue }
      let old = group[pair.second]
      for index in group.indices where group[index] == old { group[index] = group[pair.first] }
      let width = rank(pair) == 0 ? 20 + random.integer(below: 5) : 16 + random.integer(below: 3)
      open(pair, width: min(width, pair.span.count - 2), &random)
    }
  }

  private mutating func open(_ pair: Neighbours, width: Int, _ random: inout RandomStream) {
    let room = pair.span.count - width
    // Doors stand near the ends of walls more often than in the middle.
    let at =
      random.uniform() < 0.6
      ? (random.uniform() < 0.5 ? min(3, room) : max(room - 3, 0)) : random.integer(below: room + 1)
    let from = pair.span.lowerBound + at
    let wall = ApartmentLayout.wall
    let door =
      pair.isVertical
      ? CellRectangle(x: pair.wall, y: from, width: wall, height: width)
      : CellRectangle(x: from, y: pair.wall, width: width, height: wall)
    fill(door, .free)
    reserve(
      pair.isVertical
        ? CellRectangle(x: door.x - 16, y: door.y - 2, width: wall + 32, height: width + 4)
        : CellRectangle(x: door.x - 2, y: door.y - 16, width: width + 4, height: wall + 32))
  }

  // MARK: Dock

  /// A place at a wall with half a metre of free wall on either side and 1.2 m of floor before it.
  private mutating func placeDock(_ random: inout RandomStream) {
    let order: [ApartmentLayout.Kind] = [.living, .corridor, .bedroom, .study, .kitchen]
    for kind in order {
      for room in rooms where room.kind == kind {
        for _ in 0..<40 {
          let side = Side.allCases[random.integer(below: 4)]
          let length = side.isVertical ? room.area.height : room.area.width
          guard length > 20 else { continue }
          let along = random.integer(below: length - 20)
          let front = strip(of: room.area, side, along: along, length: 20, depth: 24)
          guard room.area.contains(front), isOpen(front) else { continue }
          dock = dockPose(front, side)
          reserve(front)
          return
        }
      }
    }
  }

  /// The robot's centre on the dock: in the middle of the strip, 0.25 m from the wall.
  private func dockPose(_ front: CellRectangle, _ side: Side) -> Pose {
    let middleX = front.x + front.width / 2
    let middleY = front.y + front.height / 2
    let place =
      switch side {
      case .left: grid.world(gridX: Double(front.x + 5), gridY: Double(middleY))
      case .right: grid.world(gridX: Double(front.maxX - 5), gridY: Double(middleY))
      case .bottom: grid.world(gridX: Double(middleX), gridY: Double(front.y + 5))
      case .top: grid.world(gridX: Double(middleX), gridY: Double(front.maxY - 5))
      }
    let yaw =
      switch side {
      case .left: 0.0
      case .right: Double.pi
      case .bottom: Double.pi / 2
      case .top: -Double.pi / 2
      }
    return Pose(x: place.x, y: place.y, yaw: yaw)
  }

  /// A rectangle that lies along a side of a room: `along` cells from the side's lower or left end.
  func strip(of room: CellRectangle, _ side: Side, along: Int, length: Int, depth: Int)
    -> CellRectangle
  {
    switch side {
    case .left: CellRectangle(x: room.x, y: room.y + along, width: depth, height: length)
    case .right:
      CellRectangle(x: room.maxX - depth, y: room.y + along, width: depth, height: length)
    case .bottom: CellRectangle(x: room.x + along, y: room.y, width: length, height: depth)
    case .top: CellRectangle(x: room.x + along, y: room.maxY - depth, width: length, height: depth)
    }
  }
}
