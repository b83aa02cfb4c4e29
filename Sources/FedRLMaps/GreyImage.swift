/// A picture as map_server sees it: one brightness a pixel, and whether the pixel is opaque.
struct GreyImage: Sendable, Equatable {
  let width: Int
  let height: Int
  /// `[height, width]` from the upper-left corner; 0 black … 255 white.
  var values: [UInt8]
  /// `[height, width]`, `nil` when every pixel is opaque.
  var opaque: [Bool]?

  /// Reads a PGM or PNG file, told apart by content.
  static func read(_ path: String, maximumCells: Int) throws(MapError) -> GreyImage {
    try decode(try FileBytes.read(path), path: path, maximumCells: maximumCells)
  }

  static func decode(_ bytes: [UInt8], path: String, maximumCells: Int) throws(MapError)
    -> GreyImage
  {
    if PNGImage.isPNG(bytes) {
      return try PNGImage.decode(bytes, path: path, maximumCells: maximumCells)
    }
    if PGMImage.isPGM(bytes) {
      return try PGMImage.decode(bytes, path: path, maximumCells: maximumCells)
    }
    let expected =
      switch FilePath.fileExtension(of: path) {
      case "png": "a PNG signature (89 50 4E 47 0D 0A 1A 0A)"
      case "pgm", "pnm": "a PGM signature (P2 or P5)"
      default: "a PNG or a PGM (P2 or P5)"
      }
    throw .malformed(path: path, place: "byte 0", found: describe(bytes), expected: expected)
  }

  /// The first bytes of a file, for a message.
  static func describe(_ bytes: [UInt8]) -> String {
    let head = bytes.prefix(8)
    if head.allSatisfy({ $0 >= 32 && $0 < 127 }) {
      return "“\(String(decoding: head, as: UTF8.self))”"
    }
    return head.map { ($0 < 16 ? "0" : "") + String($0, radix: 16, uppercase: true) }
      .joined(separator: " ")
  }

  /// Refuses sizes that no map has, before anything of that size is allocated.
  static func check(_ width: Int, _ height: Int, _ maximumCells: Int, path: String)
    throws(MapError)
  {
    guard width > 0, height > 0 else {
      throw .badValue(
        path: path, key: "size", found: "\(width) × \(height)", expected: "at least 1 × 1 pixels")
    }
    let (cells, overflow) = width.multipliedReportingOverflow(by: height)
    guard !overflow, cells <= maximumCells else {
      throw .tooLarge(path: path, width: width, height: height, maximumCells: maximumCells)
    }
  }
}
