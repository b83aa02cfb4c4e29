/// The `.map` files of the MovingAI grid benchmarks (Sturtevant 2012).
///
/// `.`, `G` and `S` (swamp) are floor; `T`, `@`, `O` and `W` (water) block. The first row is the
/// uppermost. The format has no cell size.
enum MovingAIFormat {
  /// Metres per cell when the settings give none: a robot vacuum passes a gap of one cell.
  static let defaultResolution = 0.5

  static func load(_ bytes: [UInt8], path: String, options: MapOptions) throws(MapError) -> HomeMap
  {
    let resolution = options.resolution ?? defaultResolution
    try Resolution.check(resolution, path: path)
    let text = TextLines(bytes)
    let (width, height, start) = try header(text, path: path, options: options)
    var cells = [UInt8](repeating: OccupancyGrid.Cell.occupied.rawValue, count: width * height)
    for row in 0..<height {
      guard start + row < text.count, text.length(start + row) > 0 else {
        throw .truncated(path: path, unit: "map rows", found: row, expected: height)
      }
      try read(text.line(start + row), row: row, width: width, path: path, line: start + row + 1) {
        cells[(height - 1 - row) * width + $0] = OccupancyGrid.Cell.free.rawValue
      }
    }
    var home = HomeMap(
      name: FilePath.stem(of: path),
      grid: OccupancyGrid(width: width, height: height, resolution: resolution, cells: cells))
    if options.resolution == nil {
      home.notes.append("The format has no cell size: \(defaultResolution) m per cell is taken.")
    }
    return home
  }

  private static func read(
    _ line: ArraySlice<UInt8>, row: Int, width: Int, path: String, line number: Int,
    free: (Int) -> Void
  ) throws(MapError) {
    guard line.count == width else {
      throw .malformed(
        path: path, place: "line \(number)", found: "\(line.count) cells",
        expected: "\(width) cells, as width says")
    }
    for (x, byte) in line.enumerated() {
      switch byte {
      case UInt8(ascii: "."), UInt8(ascii: "G"), UInt8(ascii: "S"): free(x)
      case UInt8(ascii: "@"), UInt8(ascii: "O"), UInt8(ascii: "T"), UInt8(ascii: "W"): break
      default:
        throw .malformed(
          path: path, place: "line \(number), column \(x + 1)",
          found: GreyImage.describe([byte]), expected: "one of . G S @ O T W")
      }
    }
  }

  /// Reads `type`, `height` and `width` in any order up to `map`.
  private static func header(_ text: TextLines, path: String, options: MapOptions)
    throws(MapError) -> (width: Int, height: Int, start: Int)
  {
    var sizes: [String: Int] = [:]
    for index in 0..<min(text.count, 16) {
      let words = String(decoding: text.line(index), as: UTF8.self).split(separator: " ")
      switch words.first {
      case "type":
        guard words.count == 2, words[1] == "octile" else {
          throw .badValue(
            path: path, key: "type", found: "“\(words.dropFirst().joined(separator: " "))”",
            expected: "octile")
        }
      case "height", "width":
        guard words.count == 2, let value = Int(words[1]) else {
          throw .badValue(
            path: path, key: String(words[0]),
            found: "“\(words.dropFirst().joined(separator: " "))”",
            expected: "a whole number")
        }
        sizes[String(words[0])] = value
      case "map":
        guard let width = sizes["width"], let height = sizes["height"] else {
          throw .missingKey(
            path: path, key: sizes["width"] == nil ? "width" : "height",
            expected: "a whole number before the line “map”")
        }
        try GreyImage.check(width, height, options.maximumCells, path: path)
        return (width, height, index + 1)
      case nil: continue
      default:
        throw .malformed(
          path: path, place: "line \(index + 1)", found: "“\(words[0])”",
          expected: "type, height, width or map")
      }
    }
    throw .missingKey(path: path, key: "map", expected: "the line “map” before the rows")
  }
}

/// The lines of a text as byte slices, without their ends (LF or CR LF).
struct TextLines {
  private let bytes: [UInt8]
  private var ranges: [Range<Int>] = []

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
    var start = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    while start < bytes.count {
      let end = bytes[start...].firstIndex(of: 10) ?? bytes.count
      let isPair = end > start && bytes[end - 1] == 13
      ranges.append(start..<(isPair ? end - 1 : end))
      start = end + 1
    }
  }

  var count: Int { ranges.count }
  func length(_ index: Int) -> Int { ranges[index].count }
  func line(_ index: Int) -> ArraySlice<UInt8> { bytes[ranges[index]] }
}
