import FedRLNumerics

/// Rooms of an apartment as rectangles with walls of two cells between them.
struct ApartmentLayout {
  enum Kind: String {
    case living, bedroom, study, kitchen, bath, corridor
  }

  struct PlannedRoom {
    var kind: Kind
    var area: CellRectangle
  }

  /// Cells; inner walls included, outer walls not.
  let width: Int
  let height: Int
  let rooms: [PlannedRoom]
  /// A corner of the box that does not belong to the apartment.
  let notch: CellRectangle?

  static let cell = 0.05
  static let wall = 2

  /// Divides about `area` m² of floor into rooms.
  init(area: Double, random: inout RandomStream) {
    let aspect = area < 48 ? random.uniform(1.15, 1.5) : random.uniform(1.2, 1.75)
    let width = Int((area * aspect).squareRoot() / Self.cell)
    let height = Int(area / Self.cell / Self.cell) / width
    var rooms =
      area < 48
      ? Self.small(width, height, &random) : Self.large(width, height, &random)
    let change = PlanTransform(
      mirrorX: random.uniform() < 0.5, mirrorY: random.uniform() < 0.5,
      transpose: random.uniform() < 0.5)
    for index in rooms.indices {
      rooms[index].area = rooms[index].area.transformed(change, width: width, height: height)
    }
    self.width = change.transpose ? height : width
    self.height = change.transpose ? width : height
    self.rooms = rooms
    notch =
      random.uniform() < 0.55
      ? Self.notch(rooms, width: self.width, height: self.height, &random) : nil
  }

  /// Hall and bath at one side, living room with the kitchen in it, perhaps a bedroom.
  private static func small(_ width: Int, _ height: Int, _ random: inout RandomStream)
    -> [PlannedRoom]
  {
    let column = 34 + random.integer(below: 8)
    let bathHeight = min(40 + random.integer(below: 14), height - wall - 26)
    let rest = width - column - wall
    var rooms = [
      PlannedRoom(
        kind: .bath, area: CellRectangle(x: 0, y: 0, width: column, height: bathHeight)),
      PlannedRoom(
        kind: .corridor,
        area: CellRectangle(
          x: 0, y: bathHeight + wall, width: column, height: height - bathHeight - wall)),
    ]
    let hasBedroom = width * height > 13_500
    let bedroom = hasBedroom ? max(54, rest * (38 + random.integer(below: 8)) / 100) : 0
    let living = rest - (hasBedroom ? bedroom + wall : 0)
    rooms.append(
      PlannedRoom(
        kind: .living,
        area: CellRectangle(x: column + wall, y: 0, width: living, height: height)))
    if hasBedroom {
      rooms.append(
        PlannedRoom(
          kind: .bedroom,
          area: CellRectangle(x: width - bedroom, y: 0, width: bedroom, height: height)))
    }
    return rooms
  }

  /// A living room over the whole depth, then rooms on one or both sides of a corridor.
  private static func large(_ width: Int, _ height: Int, _ random: inout RandomStream)
    -> [PlannedRoom]
  {
    let share = random.uniform(0.26, 0.38)
    let living = min(max(Int(Double(width) * share), 68), width - 100)
    let left = living + wall
    let corridor = 20 + random.integer(below: 7)
    var rooms = [
      PlannedRoom(
        kind: .living, area: CellRectangle(x: 0, y: 0, width: living, height: height))
    ]
    let depth = height - corridor - wall
    let isTwoSided = depth - wall > 2 * 48
    let low = isTwoSided ? (depth - wall) * (42 + random.integer(below: 17)) / 100 : 0
    let corridorY = isTwoSided ? low + wall : 0
    let high = corridorY + corridor + wall
    rooms.append(
      PlannedRoom(
        kind: .corridor,
        area: CellRectangle(x: left, y: corridorY, width: width - left, height: corridor)))
    var strips = [CellRectangle(x: left, y: high, width: width - left, height: height - high)]
    if isTwoSided {
      strips.append(CellRectangle(x: left, y: 0, width: width - left, height: low))
    }
    let areas = strips.map { cut($0, &random) }
    return rooms + name(areas, &random)
  }

  /// Cuts a strip into rooms side by side.
  private static func cut(_ strip: CellRectangle, _ random: inout RandomStream) -> [CellRectangle] {
    let wanted = Int(11.5 / cell / cell) / strip.height
    let count = max(1, min((strip.width + wall) / (36 + wall), (strip.width + wanted / 2) / wanted))
    let usable = strip.width - wall * (count - 1)
    var weights = (0..<count).map { _ in random.uniform(0.7, 1.3) }
    // One narrow room in a row of several is the bath or the store.
    if count > 1 { weights[random.integer(below: count)] = 0.55 }
    let total = weights.reduce(0, +)
    var rooms: [CellRectangle] = []
    var x = strip.x
    for index in 0..<count {
      let size = max(34, Int(Double(usable) * weights[index] / total))
      let end = index == count - 1 ? strip.maxX : min(x + size, strip.maxX - 34)
      rooms.append(CellRectangle(x: x, y: strip.y, width: end - x, height: strip.height))
      x = end + wall
    }
    return rooms
  }

  /// The smallest room is the bath, one beside the living room the kitchen; bedrooms and studies.
  private static func name(_ strips: [[CellRectangle]], _ random: inout RandomStream)
    -> [PlannedRoom]
  {
    let all = strips.flatMap { $0 }
    let first = strips.compactMap(\.first)
    let bath = all.indices.min { all[$0].area < all[$1].area } ?? 0
    let candidates = first.filter { all.count > 2 && $0 != all[bath] }
    let kitchen = candidates.isEmpty ? nil : candidates[random.integer(below: candidates.count)]
    var bedrooms = 0
    return all.enumerated().map { index, area in
      if index == bath { return PlannedRoom(kind: .bath, area: area) }
      if area == kitchen { return PlannedRoom(kind: .kitchen, area: area) }
      bedrooms += 1
      let isStudy = bedrooms > 1 && random.uniform() < 0.5
      return PlannedRoom(kind: isStudy ? .study : .bedroom, area: area)
    }
  }

  /// A corner cut out of a large room that holds a corner of the box.
  private static func notch(
    _ rooms: [PlannedRoom], width: Int, height: Int, _ random: inout RandomStream
  ) -> CellRectangle? {
    let fitting = rooms.filter {
      ($0.kind == .living || $0.kind == .bedroom) && $0.area.width > 62 && $0.area.height > 62
    }
    guard !fitting.isEmpty else { return nil }
    let room = fitting[random.integer(below: fitting.count)].area
    let (w, h) = (16 + random.integer(below: 18), 16 + random.integer(below: 18))
    let x = room.x == 0 ? 0 : width - w
    let y = room.y == 0 && random.uniform() < 0.5 ? 0 : height - h
    let notch = CellRectangle(x: x, y: y, width: w, height: h)
    return room.contains(notch) ? notch : nil
  }
}
