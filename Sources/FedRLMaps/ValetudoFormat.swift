#if canImport(Glibc)
  private import Glibc
#endif

/// The ValetudoMap JSON, versions 1 and 2: what real robot vacuums report.
///
/// Lengths in the file are centimetres with y downwards; ours are metres with y upwards:
/// x = x_cm / 100, y = (size.y − y_cm) / 100. Floor and segment layers are joined; a wall layer wins
/// over both; everything else is unknown. The grid covers the layers and one cell around them.
enum ValetudoFormat {
  static func load(
    _ bytes: [UInt8], path: String, isWrapped: Bool, options: MapOptions
  ) throws(MapError) -> HomeMap {
    let map =
      isWrapped
      ? try JSONFile.decode(ValetudoState.self, bytes, path: path).map
      : try JSONFile.decode(ValetudoMap.self, bytes, path: path)
    var reader = try ValetudoReader(map, path: path, maximumCells: options.maximumCells)
    return try reader.read()
  }
}

/// Turns one ValetudoMap into a home.
private struct ValetudoReader {
  private let map: ValetudoMap
  private let path: String
  private let area: PixelArea
  private var home: HomeMap

  init(_ map: ValetudoMap, path: String, maximumCells: Int) throws(MapError) {
    self.map = map
    self.path = path
    guard map.pixelSize > 0, map.pixelSize <= 100 else {
      throw .badValue(
        path: path, key: "pixelSize", found: "\(map.pixelSize)", expected: "centimetres in (0, 100]"
      )
    }
    guard (map.version ?? 2) == 1 || (map.version ?? 2) == 2 else {
      throw .badValue(
        path: path, key: "metaData.version", found: "\(map.version ?? 0)", expected: "1 or 2")
    }
    area = try PixelArea(map.layers, path: path)
    let (width, height) = (area.width + 2, area.height + 2)
    try GreyImage.check(width, height, maximumCells, path: path)
    let resolution = map.pixelSize / 100
    home = HomeMap(
      name: FilePath.stem(of: path),
      grid: OccupancyGrid(
        width: width, height: height, resolution: resolution,
        originX: Double(area.minX - 1) * resolution,
        originY: map.size.y / 100 - Double(area.maxY + 2) * resolution,
        cells: [UInt8](repeating: OccupancyGrid.Cell.unknown.rawValue, count: width * height)))
  }

  mutating func read() throws(MapError) -> HomeMap {
    paintFloor()
    paintWalls()
    for (index, entity) in (map.entities ?? []).enumerated() { try place(entity, index) }
    return home
  }

  /// Index of a pixel's cell in the grid.
  private func index(_ x: Int, _ y: Int) -> Int {
    (area.maxY - y + 1) * home.grid.width + (x - area.minX + 1)
  }

  private mutating func paintFloor() {
    let floors = map.layers.filter { $0.type == "floor" || $0.type == "segment" }
    for layer in floors {
      layer.forEachPixel { home.grid.cells[index($0, $1)] = OccupancyGrid.Cell.free.rawValue }
    }
    let segments = floors.filter { $0.type == "segment" }
    guard !segments.isEmpty else { return }
    var rooms = [UInt16](repeating: 0, count: home.grid.count)
    for (number, layer) in segments.prefix(Int(UInt16.max)).enumerated() {
      let id = UInt16(number + 1)
      let name = layer.metaData?.name ?? "segment \(layer.metaData?.segmentId ?? "\(id)")"
      home.rooms.append(Room(id: id, name: name))
      layer.forEachPixel { rooms[index($0, $1)] = id }
    }
    home.roomOfCell = rooms
  }

  private mutating func paintWalls() {
    var overlap = 0
    for layer in map.layers where layer.type == "wall" {
      layer.forEachPixel {
        let cell = index($0, $1)
        if home.grid.cells[cell] == OccupancyGrid.Cell.free.rawValue { overlap += 1 }
        home.grid.cells[cell] = OccupancyGrid.Cell.occupied.rawValue
      }
    }
    if overlap > 0 {
      home.notes.append("\(overlap) cells are both wall and floor: they are taken as wall.")
    }
    for type in Set(map.layers.map(\.type)).subtracting(["floor", "segment", "wall"]).sorted() {
      home.notes.append("A layer of the unknown type “\(type)” is left out.")
    }
  }

  private mutating func place(_ entity: ValetudoMap.Entity, _ index: Int) throws(MapError) {
    switch entity.type {
    case "charger_location": home.dock = try pose(entity, index)
    case "robot_position": home.start = try pose(entity, index)
    case "no_go_area": home.zones.append(Zone(corners: try points(entity, index, atLeast: 3)))
    case "no_mop_area":
      home.zones.append(Zone(corners: try points(entity, index, atLeast: 3), purpose: .noMop))
    case "virtual_wall":
      let ends = try points(entity, index, atLeast: 2)
      home.virtualWalls.append(Segment(from: ends[0], to: ends[1]))
    case "obstacle":
      let place = try points(entity, index, atLeast: 1)[0]
      let label = entity.metaData?.label ?? "something"
      home.notes.append(
        "An obstacle was seen at (\(place.x), \(place.y)) m: \(label); not blocked.")
    default: break  // Paths, targets and active zones say nothing about the home.
    }
  }

  private func points(_ entity: ValetudoMap.Entity, _ index: Int, atLeast: Int) throws(MapError)
    -> [Point]
  {
    guard entity.points.count % 2 == 0, entity.points.count >= 2 * atLeast,
      entity.points.allSatisfy({ $0.isFinite && $0.magnitude < 1e7 })
    else {
      throw .badValue(
        path: path, key: "entities[\(index)].points", found: "\(entity.points.count) numbers",
        expected: "\(2 * atLeast) or more, in pairs, in centimetres")
    }
    return stride(from: 0, to: entity.points.count, by: 2).map {
      Point(x: entity.points[$0] / 100, y: (map.size.y - entity.points[$0 + 1]) / 100)
    }
  }

  /// Angles in the file are degrees clockwise from “up” on the screen.
  private mutating func pose(_ entity: ValetudoMap.Entity, _ index: Int) throws(MapError) -> Pose {
    let point = try points(entity, index, atLeast: 1)[0]
    if let angle = entity.metaData?.angle, angle.isFinite {
      let yaw = (90 - angle) * .pi / 180
      return Pose(x: point.x, y: point.y, yaw: atan2(sin(yaw), cos(yaw)))
    }
    return Pose(x: point.x, y: point.y, yaw: home.grid.directionOfFreeSpace(around: point) ?? 0)
  }
}

/// The box that holds all pixels of the layers.
private struct PixelArea {
  var minX = Int.max
  var minY = Int.max
  var maxX = Int.min
  var maxY = Int.min

  var width: Int { maxX - minX + 1 }
  var height: Int { maxY - minY + 1 }

  init(_ layers: [ValetudoMap.Layer], path: String) throws(MapError) {
    for (number, layer) in layers.enumerated() {
      try layer.check(path: path, place: "layers[\(number)]")
      layer.forEachRun { x, y, count in
        minX = min(minX, x)
        maxX = max(maxX, x + count - 1)
        minY = min(minY, y)
        maxY = max(maxY, y)
      }
    }
    guard minX <= maxX else {
      throw .noFreeCell(path: path, occupied: 0, unknown: 0)
    }
  }
}

extension OccupancyGrid {
  /// The direction, from a point, of the middle of the free cells within half a metre of it.
  package func directionOfFreeSpace(around point: Point) -> Double? {
    var (sumX, sumY) = (0.0, 0.0)
    forEachCell(around: [point], margin: 0.5) { index, center in
      let (dx, dy) = (center.x - point.x, center.y - point.y)
      guard cells[index] == Cell.free.rawValue, dx * dx + dy * dy <= 0.25 else { return }
      sumX += dx
      sumY += dy
    }
    return sumX == 0 && sumY == 0 ? nil : atan2(sumY, sumX)
  }
}
