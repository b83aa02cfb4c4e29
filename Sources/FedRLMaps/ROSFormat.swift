/// The YAML and image of ROS map_server and nav2.
enum ROSFormat {
  static func load(_ bytes: [UInt8], path: String, options: MapOptions) throws(MapError) -> HomeMap
  {
    let fields = try YAMLFields(try FileBytes.text(bytes, path: path), path: path)
    var notes: [String] = []
    let grid = try grid(fields, options: options, notes: &notes)
    var home = HomeMap(name: FilePath.stem(of: path), grid: grid)
    home.notes = notes
    if let extras = try fields.fields("fedrl") {
      try HomeExtras.read(extras, options: options, into: &home)
    }
    return home
  }

  /// Only the occupancy: what a mask has, too.
  static func grid(_ fields: YAMLFields, options: MapOptions, notes: inout [String])
    throws(MapError) -> OccupancyGrid
  {
    let path = fields.path
    guard let imageName = try fields.string("image") else {
      throw .missingKey(path: path, key: "image", expected: "the name of a PGM or PNG")
    }
    guard let resolution = try fields.number("resolution") ?? options.resolution else {
      throw .missingKey(path: path, key: "resolution", expected: "metres per cell")
    }
    try Resolution.check(resolution, path: path)
    let origin = try fields.numbers("origin", count: 3)
    if origin == nil {
      notes.append("No origin is given: the lower-left corner is taken as (0, 0).")
    }
    let rule = try rule(fields, options: options, notes: &notes)
    let image = try image(imageName, of: path, options: options)
    return OccupancyGrid(
      width: image.width, height: image.height, resolution: resolution, originX: origin?[0] ?? 0,
      originY: origin?[1] ?? 0, originYaw: origin?[2] ?? 0, cells: rule.cells(of: image))
  }

  private static func rule(_ fields: YAMLFields, options: MapOptions, notes: inout [String])
    throws(MapError) -> OccupancyRule
  {
    var rule = OccupancyRule(options)
    if let mode = try fields.string("mode") {
      guard let known = MapOptions.Mode(rawValue: mode.lowercased()) else {
        throw .badValue(
          path: fields.path, key: "mode", found: "“\(mode)”", expected: "trinary, scale or raw")
      }
      rule.mode = known
    }
    rule.negate = try fields.flag("negate") ?? rule.negate
    if let threshold = try fields.number("free_thresh") {
      rule.freeThreshold = threshold
    } else {
      notes.append("No free_thresh is given: \(rule.freeThreshold) is used.")
    }
    if let threshold = try fields.number("occupied_thresh") {
      rule.occupiedThreshold = threshold
    } else {
      notes.append("No occupied_thresh is given: \(rule.occupiedThreshold) is used.")
    }
    try rule.check(path: fields.path)
    return rule
  }

  static func image(_ name: String, of path: String, options: MapOptions) throws(MapError)
    -> GreyImage
  {
    let place = FilePath.resolve(name, besides: path)
    guard FileBytes.exists(place) else {
      throw .missingImage(path: path, image: name, lookedFor: place)
    }
    return try GreyImage.read(place, maximumCells: options.maximumCells)
  }
}
