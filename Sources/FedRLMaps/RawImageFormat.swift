/// A PGM or PNG without a YAML: the caller's options say what the YAML would.
enum RawImageFormat {
  static func load(_ bytes: [UInt8], path: String, options: MapOptions) throws(MapError) -> HomeMap
  {
    let image = try GreyImage.decode(bytes, path: path, maximumCells: options.maximumCells)
    guard let resolution = options.resolution else {
      throw .missingKey(
        path: path, key: "resolution",
        expected:
          "metres per cell in the setting map_resolution: an image without a YAML does not say it")
    }
    try Resolution.check(resolution, path: path)
    let rule = OccupancyRule(options)
    try rule.check(path: path)
    let grid = OccupancyGrid(
      width: image.width, height: image.height, resolution: resolution,
      cells: rule.cells(of: image))
    return HomeMap(name: FilePath.stem(of: path), grid: grid)
  }
}

/// Sizes of cells that make sense.
enum Resolution {
  /// Metres.
  static let range = 0.0001...100.0

  static func check(_ value: Double, path: String) throws(MapError) {
    guard range.contains(value) else {
      throw .badValue(
        path: path, key: "resolution", found: "\(value)",
        expected: "metres per cell in [\(range.lowerBound), \(range.upperBound)]")
    }
  }
}
