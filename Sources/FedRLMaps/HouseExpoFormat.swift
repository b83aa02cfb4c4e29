/// HouseExpo's JSON floor plans: an outer contour in metres, free inside; no doors, no inner walls.
enum HouseExpoFormat {
  /// Metres per cell when the settings give none.
  static let defaultResolution = 0.05

  private struct Plan: Decodable {
    let verts: [[Double]]
    let room_category: [String: [[Double]]]?
  }

  static func load(_ bytes: [UInt8], path: String, options: MapOptions) throws(MapError) -> HomeMap
  {
    let plan = try JSONFile.decode(Plan.self, bytes, path: path)
    let resolution = options.resolution ?? defaultResolution
    try Resolution.check(resolution, path: path)
    let corners = try corners(plan, path: path)
    var grid = try emptyGrid(around: corners, resolution, options.maximumCells, path)
    fill(&grid, corners)
    wallIn(&grid)
    var home = HomeMap(name: FilePath.stem(of: path), grid: grid)
    if options.resolution == nil {
      home.notes.append("The contour is drawn with cells of \(defaultResolution) m.")
    }
    addRooms(plan.room_category ?? [:], to: &home)
    return home
  }

  private static func corners(_ plan: Plan, path: String) throws(MapError) -> [Point] {
    guard plan.verts.count >= 3 else {
      throw .badValue(
        path: path, key: "verts", found: "\(plan.verts.count) corners", expected: "at least 3")
    }
    var corners: [Point] = []
    for (index, vertex) in plan.verts.enumerated() {
      guard vertex.count == 2, vertex.allSatisfy({ $0.isFinite && $0.magnitude < 1e6 }) else {
        throw .badValue(
          path: path, key: "verts[\(index)]", found: "\(vertex)", expected: "[x, y] in metres")
      }
      corners.append(Point(x: vertex[0], y: vertex[1]))
    }
    return corners
  }

  /// A grid of unknown cells over the contour and two cells around it.
  private static func emptyGrid(
    around corners: [Point], _ resolution: Double, _ maximumCells: Int, _ path: String
  ) throws(MapError) -> OccupancyGrid {
    let (xs, ys) = (corners.map(\.x), corners.map(\.y))
    let (left, low) = (xs.min() ?? 0, ys.min() ?? 0)
    // A millionth of slack keeps 5.2 / 0.05 from becoming 105 cells.
    let width = Int((((xs.max() ?? 0) - left) / resolution - 1e-6).rounded(.up)) + 4
    let height = Int((((ys.max() ?? 0) - low) / resolution - 1e-6).rounded(.up)) + 4
    try GreyImage.check(width, height, maximumCells, path: path)
    return OccupancyGrid(
      width: width, height: height, resolution: resolution, originX: left - 2 * resolution,
      originY: low - 2 * resolution,
      cells: [UInt8](repeating: OccupancyGrid.Cell.unknown.rawValue, count: width * height))
  }

  /// Frees the cells whose centres lie inside the contour, by the even-odd rule, row by row.
  private static func fill(_ grid: inout OccupancyGrid, _ corners: [Point]) {
    for row in 0..<grid.height {
      let y = grid.center(0, row).y
      var crossings: [Double] = []
      var previous = corners[corners.count - 1]
      for corner in corners {
        if (corner.y > y) != (previous.y > y) {
          let t = (y - corner.y) / (previous.y - corner.y)
          crossings.append(corner.x + t * (previous.x - corner.x))
        }
        previous = corner
      }
      crossings.sort()
      for pair in stride(from: 0, to: crossings.count - 1, by: 2) {
        let from = (crossings[pair] - grid.originX) / grid.resolution - 0.5
        let to = (crossings[pair + 1] - grid.originX) / grid.resolution - 0.5
        let first = max(Int(from.rounded(.up)), 0)
        let last = min(Int(to.rounded(.up)), grid.width)
        for x in first..<max(first, last) {
          grid.cells[row * grid.width + x] = OccupancyGrid.Cell.free.rawValue
        }
      }
    }
  }

  /// Makes the unknown cells that touch a free one occupied.
  private static func wallIn(_ grid: inout OccupancyGrid) {
    let before = grid
    for y in 0..<grid.height {
      for x in 0..<grid.width where before[x, y] == .unknown {
        let touches = (-1...1).contains { dy in (-1...1).contains { before.isFree(x + $0, y + dy) }
        }
        if touches { grid[x, y] = .occupied }
      }
    }
  }

  private static func addRooms(_ categories: [String: [[Double]]], to home: inout HomeMap) {
    var rooms = [UInt16](repeating: 0, count: home.grid.count)
    for (name, boxes) in categories.sorted(by: { $0.key < $1.key }) {
      for box in boxes where box.count == 4 && home.rooms.count < Int(UInt16.max) {
        let id = UInt16(home.rooms.count + 1)
        home.rooms.append(Room(id: id, name: name))
        let ends = [Point(x: box[0], y: box[1]), Point(x: box[2], y: box[3])]
        home.grid.forEachCell(around: ends, margin: 0) { index, center in
          let inside =
            center.x >= box[0] && center.x <= box[2] && center.y >= box[1] && center.y <= box[3]
          if inside && home.grid.cells[index] == 0 { rooms[index] = id }
        }
      }
    }
    if !home.rooms.isEmpty { home.roomOfCell = rooms }
  }
}
