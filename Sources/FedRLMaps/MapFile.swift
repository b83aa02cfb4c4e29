/// Reads homes from the map files that roboticists have.
public enum MapFile {
  /// The kinds of map file.
  public enum Format: String, Sendable, CaseIterable {
    case ros, image, valetudo, wrappedValetudo, houseExpo, movingAI, movingAIScenario
  }

  /// Reads a map; the format is recognised by content, and by extension where content does not tell.
  ///
  /// - Parameters:
  ///   - path: a ROS map_server/nav2 YAML, a PGM or PNG image, a ValetudoMap or HouseExpo JSON, or a
  ///     MovingAI `.map` or `.scen` (which loads the map it names).
  ///   - options: what the file leaves open.
  /// - Returns: the home at the file's own resolution, unless the options ask for smaller cells;
  ///   ``HomeMap/notes`` says what was assumed.
  public static func load(_ path: String, options: MapOptions = MapOptions()) throws(MapError)
    -> HomeMap
  {
    let bytes = try FileBytes.read(path)
    var home = try read(bytes, as: try format(of: bytes, path: path), path: path, options: options)
    try finish(&home, path: path, options: options)
    return home
  }

  private static func read(
    _ bytes: [UInt8], as format: Format, path: String, options: MapOptions
  ) throws(MapError) -> HomeMap {
    switch format {
    case .ros: return try ROSFormat.load(bytes, path: path, options: options)
    case .image: return try RawImageFormat.load(bytes, path: path, options: options)
    case .valetudo, .wrappedValetudo:
      return try ValetudoFormat.load(
        bytes, path: path, isWrapped: format == .wrappedValetudo, options: options)
    case .houseExpo: return try HouseExpoFormat.load(bytes, path: path, options: options)
    case .movingAI: return try MovingAIFormat.load(bytes, path: path, options: options)
    case .movingAIScenario:
      let map = try MovingAIScenario.parse(bytes, path: path).mapPath()
      return try MovingAIFormat.load(try FileBytes.read(map), path: map, options: options)
    }
  }

  /// What kind of map a file is.
  public static func format(of path: String) throws(MapError) -> Format {
    try format(of: try FileBytes.read(path), path: path)
  }

  static func format(of bytes: [UInt8], path: String) throws(MapError) -> Format {
    let ending = FilePath.fileExtension(of: path)
    if ["yaml", "yml"].contains(ending) { return .ros }
    if PNGImage.isPNG(bytes) || PGMImage.isPGM(bytes) { return .image }
    if ["png", "pgm", "pnm"].contains(ending) { return .image }
    if ending == "scen" { return .movingAIScenario }
    if ending == "map" { return .movingAI }
    let isObject = bytes.first { $0 > 32 && !(0xBB...0xEF).contains($0) } == UInt8(ascii: "{")
    if ending == "json" || isObject { return try jsonFormat(bytes, path: path) }
    let head = String(decoding: bytes.prefix(2_000), as: UTF8.self)
    if head.hasPrefix("type octile") { return .movingAI }
    if head.hasPrefix("version 1") { return .movingAIScenario }
    if head.split(separator: "\n").contains(where: { $0.hasPrefix("image:") }) { return .ros }
    throw .unknownFormat(
      path: path,
      found: (ending.isEmpty ? "no extension" : "the extension .\(ending)")
        + " and content that begins with \(GreyImage.describe(bytes))")
  }

  private static func jsonFormat(_ bytes: [UInt8], path: String) throws(MapError) -> Format {
    let probe = try JSONFile.decode(JSONProbe.self, bytes, path: path)
    if probe.isValetudo { return .valetudo }
    if probe.isHouseExpo { return .houseExpo }
    if probe.isWrappedValetudo { return .wrappedValetudo }
    throw .unknownFormat(
      path: path,
      found: probe.keys.isEmpty
        ? "an empty JSON object"
        : "JSON with the keys " + probe.keys.prefix(8).joined(separator: ", "))
  }

  /// What holds for every format: some floor, a keep-out mask, the wanted cell size and margin.
  private static func finish(_ home: inout HomeMap, path: String, options: MapOptions)
    throws(MapError)
  {
    let unknown = home.grid.count(of: .unknown)
    let free = home.grid.count(of: .free)
    guard free > 0 else {
      throw .noFreeCell(path: path, occupied: home.grid.count - unknown, unknown: unknown)
    }
    if let maskPath = options.keepOutMask {
      let mask = try MaskFile.load(maskPath, for: home.grid, of: path, options: options)
      home.keepOut = home.keepOut.map { old in zip(old, mask).map { $0 || $1 } } ?? mask
    }
    if let margin = options.cropMargin { home = home.cropped(margin: margin) }
    guard let size = options.maximumCellSize else { return }
    let factor = home.grid.resolution / size
    let wide = (Double(home.grid.width) * factor).rounded(.up)
    let high = (Double(home.grid.height) * factor).rounded(.up)
    guard wide * high <= Double(options.maximumCells) else {
      throw .tooLarge(
        path: path, width: Int(min(wide, 1e9)), height: Int(min(high, 1e9)),
        maximumCells: options.maximumCells)
    }
    home = home.resampled(to: size)
  }
}
