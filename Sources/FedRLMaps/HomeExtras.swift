/// What fedrl adds to a map_server YAML, under the one key `fedrl`, which map_server ignores.
///
///     fedrl:
///       dock: [x, y, yaw]              # metres and radians; the yaw points away from the wall
///       start: [x, y, yaw]
///       carpet: carpet.png             # image of the map's size, dark where there is carpet
///       cliff: stairs.png              # dark over a drop
///       keep_out: mask.yaml            # a keep-out mask: image of the map's size, or a YAML
///       no_go: [[[x, y], [x, y], [x, y]]]
///       virtual_walls: [[[x, y], [x, y]]]
enum HomeExtras {
  private static let known = [
    "dock", "start", "carpet", "cliff", "keep_out", "no_go", "virtual_walls",
  ]

  static func read(_ fields: YAMLFields, options: MapOptions, into home: inout HomeMap)
    throws(MapError)
  {
    for key in fields.keys where !known.contains(key) {
      throw .badValue(
        path: fields.path, key: fields.prefix + key, found: "an unknown key",
        expected: "one of " + known.joined(separator: ", "))
    }
    home.dock = try pose(fields, "dock")
    home.start = try pose(fields, "start")
    home.carpet = try mask(fields, "carpet", of: home.grid, options)
    home.cliff = try mask(fields, "cliff", of: home.grid, options)
    home.keepOut = try mask(fields, "keep_out", of: home.grid, options)
    let corners = try fields.pointLists(
      "no_go", atLeast: 3, atMost: .max, "a list of polygons, each three or more points [x, y]")
    home.zones += corners.map { Zone(corners: $0) }
    let walls = try fields.pointLists(
      "virtual_walls", atLeast: 2, atMost: 2, "a list of lines, each two points [x, y]")
    home.virtualWalls += walls.map { Segment(from: $0[0], to: $0[1]) }
  }

  private static func pose(_ fields: YAMLFields, _ key: String) throws(MapError) -> Pose? {
    try fields.numbers(key, count: 3).map { Pose(x: $0[0], y: $0[1], yaw: $0[2]) }
  }

  private static func mask(
    _ fields: YAMLFields, _ key: String, of grid: OccupancyGrid, _ options: MapOptions
  ) throws(MapError) -> [Bool]? {
    guard let name = try fields.string(key) else { return nil }
    let place = FilePath.resolve(name, besides: fields.path)
    guard FileBytes.exists(place) else {
      throw .missingImage(path: fields.path, image: name, lookedFor: place)
    }
    return try MaskFile.load(place, for: grid, of: fields.path, options: options)
  }
}

/// Masks over a map: an image of the map's size, or a map_server YAML with a place of its own.
enum MaskFile {
  /// - Returns: `[height, width]` in the grid's order: whether the mask is occupied (dark) there.
  static func load(
    _ maskPath: String, for grid: OccupancyGrid, of path: String, options: MapOptions
  ) throws(MapError) -> [Bool] {
    let occupied = OccupancyGrid.Cell.occupied.rawValue
    let bytes = try FileBytes.read(maskPath)
    if ["yaml", "yml"].contains(FilePath.fileExtension(of: maskPath)) {
      let fields = try YAMLFields(try FileBytes.text(bytes, path: maskPath), path: maskPath)
      var notes: [String] = []
      return project(try ROSFormat.grid(fields, options: options, notes: &notes), onto: grid)
    }
    let image = try GreyImage.decode(bytes, path: maskPath, maximumCells: options.maximumCells)
    guard image.width == grid.width, image.height == grid.height else {
      throw .maskSize(
        path: path, mask: maskPath, found: "\(image.width) × \(image.height) pixels",
        expected: "\(grid.width) × \(grid.height) pixels as the map has")
    }
    return OccupancyRule(MapOptions()).cells(of: image).map { $0 == occupied }
  }

  /// Looks every cell's centre up in a mask that lies in the same world.
  private static func project(_ mask: OccupancyGrid, onto grid: OccupancyGrid) -> [Bool] {
    var result = [Bool](repeating: false, count: grid.count)
    for y in 0..<grid.height {
      for x in 0..<grid.width {
        guard let cell = mask.cell(at: grid.center(x, y)) else { continue }
        result[y * grid.width + x] = mask[cell.x, cell.y] == .occupied
      }
    }
    return result
  }
}
