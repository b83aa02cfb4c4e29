/// Writes homes in the map_server format, which this module and ROS both read.
public enum ROSWriter {
  /// How the image is stored.
  public enum ImageKind: String, Sendable {
    /// Two-bit grey PNG: small.
    case png
    /// Binary PGM, as map_saver writes.
    case pgm
  }

  /// Writes `NAME.yaml` with its image, and `NAME-carpet.png`, `NAME-cliff.png` and
  /// `NAME-keepout.png` for the masks there are. The same home gives the same bytes everywhere.
  ///
  /// - Parameter path: of the YAML; the other files stand beside it.
  public static func write(_ home: HomeMap, to path: String, image: ImageKind = .png)
    throws(MapError)
  {
    let stem = FilePath.stem(of: path)
    let imageName = stem + "." + image.rawValue
    try FileBytes.write(
      encode(home.grid, as: image), to: FilePath.resolve(imageName, besides: path))
    var maskNames: [(key: String, name: String)] = []
    let masks = [
      ("carpet", "carpet", home.carpet), ("cliff", "cliff", home.cliff),
      ("keep_out", "keepout", home.keepOut),
    ]
    for (key, suffix, mask) in masks {
      guard let mask else { continue }
      let name = "\(stem)-\(suffix).png"
      try FileBytes.write(encode(mask, of: home.grid), to: FilePath.resolve(name, besides: path))
      maskNames.append((key, name))
    }
    try FileBytes.write(Array(yaml(home, image: imageName, masks: maskNames).utf8), to: path)
  }

  private static func encode(_ grid: OccupancyGrid, as kind: ImageKind) -> [UInt8] {
    // Free, occupied, unknown: white, black, and a grey between map_server's usual thresholds.
    let levels: [UInt8] = kind == .png ? [3, 0, 2] : [254, 0, 205]
    let pixels = upsideDown(grid.cells, grid).map { levels[Int($0)] }
    return kind == .png
      ? PNGWriter.encode(pixels, width: grid.width, height: grid.height, bits: 2)
      : Array("P5\n\(grid.width) \(grid.height)\n255\n".utf8) + pixels
  }

  private static func encode(_ mask: [Bool], of grid: OccupancyGrid) -> [UInt8] {
    PNGWriter.encode(
      upsideDown(mask, grid).map { $0 ? 0 : 1 }, width: grid.width, height: grid.height, bits: 1)
  }

  /// Rows from the top, as images have them.
  private static func upsideDown<T>(_ values: [T], _ grid: OccupancyGrid) -> [T] {
    (0..<grid.height).reversed().flatMap { values[($0 * grid.width)..<(($0 + 1) * grid.width)] }
  }

  private static func yaml(_ home: HomeMap, image: String, masks: [(key: String, name: String)])
    -> String
  {
    let grid = home.grid
    var lines = [
      "image: \(image)", "mode: trinary", "resolution: \(grid.resolution)",
      "origin: [\(grid.originX), \(grid.originY), \(grid.originYaw)]", "negate: 0",
      "occupied_thresh: 0.65", "free_thresh: 0.196",
    ]
    var extras: [String] = []
    if let dock = home.dock { extras.append("dock: [\(dock.x), \(dock.y), \(dock.yaw)]") }
    if let start = home.start { extras.append("start: [\(start.x), \(start.y), \(start.yaw)]") }
    extras += masks.map { "\($0.key): \($0.name)" }
    if !home.noGo.isEmpty {
      extras.append("no_go: [\(home.noGo.map { list($0.corners) }.joined(separator: ", "))]")
    }
    if !home.virtualWalls.isEmpty {
      let walls = home.virtualWalls.map { list([$0.from, $0.to]) }
      extras.append("virtual_walls: [\(walls.joined(separator: ", "))]")
    }
    if !extras.isEmpty { lines += ["fedrl:"] + extras.map { "  " + $0 } }
    return lines.joined(separator: "\n") + "\n"
  }

  private static func list(_ points: [Point]) -> String {
    "[" + points.map { "[\($0.x), \($0.y)]" }.joined(separator: ", ") + "]"
  }
}
