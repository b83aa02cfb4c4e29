/// Portable grey maps: P2 (text) and P5 (binary, 8 or 16 bits), with comments.
enum PGMImage {
  static func isPGM(_ bytes: [UInt8]) -> Bool {
    bytes.count >= 3 && bytes[0] == UInt8(ascii: "P")
      && (bytes[1] == UInt8(ascii: "2") || bytes[1] == UInt8(ascii: "5"))
      && (isSpace(bytes[2]) || bytes[2] == UInt8(ascii: "#"))
  }

  /// - Returns: brightness scaled from 0…maxval to 0…255, rounded to the nearest.
  static func decode(_ bytes: [UInt8], path: String, maximumCells: Int) throws(MapError)
    -> GreyImage
  {
    var reader = Reader(bytes: bytes, path: path, position: 2)
    let width = try reader.number("width")
    let height = try reader.number("height")
    try GreyImage.check(width, height, maximumCells, path: path)
    let maximum = try reader.number("maxval")
    guard (1...65_535).contains(maximum) else {
      throw .badValue(path: path, key: "maxval", found: "\(maximum)", expected: "1…65535")
    }
    let scale = (0...maximum).map { UInt8(($0 * 255 + maximum / 2) / maximum) }
    let values =
      bytes[1] == UInt8(ascii: "2")
      ? try text(&reader, count: width * height, scale: scale)
      : try binary(&reader, count: width * height, scale: scale)
    return GreyImage(width: width, height: height, values: values, opaque: nil)
  }

  private static func text(_ reader: inout Reader, count: Int, scale: [UInt8]) throws(MapError)
    -> [UInt8]
  {
    var values: [UInt8] = []
    values.reserveCapacity(count)
    while values.count < count {
      reader.skipSpace()
      if reader.position >= reader.bytes.count {
        throw .truncated(path: reader.path, unit: "pixels", found: values.count, expected: count)
      }
      let value = try reader.number("pixel \(values.count)")
      values.append(scale[try bounded(value, at: values.count, scale, reader.path)])
    }
    return values
  }

  private static func binary(_ reader: inout Reader, count: Int, scale: [UInt8]) throws(MapError)
    -> [UInt8]
  {
    let size = scale.count > 256 ? 2 : 1
    try reader.skipOneSpace(dataBytes: count * size)
    let start = reader.position
    let found = (reader.bytes.count - start) / size
    guard found >= count else {
      throw .truncated(path: reader.path, unit: "pixels", found: found, expected: count)
    }
    if scale.count == 256 { return Array(reader.bytes[start..<(start + count)]) }
    var values: [UInt8] = []
    values.reserveCapacity(count)
    for index in 0..<count {
      let at = start + index * size
      let value =
        size == 1 ? Int(reader.bytes[at]) : Int(reader.bytes[at]) << 8 | Int(reader.bytes[at + 1])
      values.append(scale[try bounded(value, at: index, scale, reader.path)])
    }
    return values
  }

  private static func bounded(_ value: Int, at index: Int, _ scale: [UInt8], _ path: String)
    throws(MapError) -> Int
  {
    guard value < scale.count else {
      throw .badValue(
        path: path, key: "pixel \(index)", found: "\(value)",
        expected: "at most maxval \(scale.count - 1)")
    }
    return value
  }

  fileprivate static func isSpace(_ byte: UInt8) -> Bool {
    byte == 32 || (byte >= 9 && byte <= 13)
  }

  /// Reads the numbers of a header, stepping over white space and comments.
  private struct Reader {
    let bytes: [UInt8]
    let path: String
    var position: Int

    mutating func skipSpace() {
      while position < bytes.count {
        if bytes[position] == UInt8(ascii: "#") {
          while position < bytes.count, bytes[position] != 10, bytes[position] != 13 {
            position += 1
          }
        } else if PGMImage.isSpace(bytes[position]) {
          position += 1
        } else {
          return
        }
      }
    }

    mutating func number(_ what: String) throws(MapError) -> Int {
      skipSpace()
      guard position < bytes.count else {
        throw .malformed(
          path: path, place: "byte \(position)", found: "the end of the file",
          expected: "a number (\(what))")
      }
      let start = position
      var value = 0
      while position < bytes.count, bytes[position] >= 48, bytes[position] <= 57 {
        // Nine digits fit; more are refused below as too many.
        value = min(value * 10 + Int(bytes[position] - 48), 1_000_000_000)
        position += 1
      }
      guard position > start else {
        throw .malformed(
          path: path, place: "byte \(position)",
          found: GreyImage.describe(Array(bytes[position...].prefix(8))),
          expected: "a number (\(what))")
      }
      return value
    }

    /// Steps over the single white space before binary data (or one CR LF, when the size says so).
    mutating func skipOneSpace(dataBytes: Int) throws(MapError) {
      guard position < bytes.count, PGMImage.isSpace(bytes[position]) else {
        throw .malformed(
          path: path, place: "byte \(position)",
          found: GreyImage.describe(Array(bytes[position...].prefix(8))),
          expected: "one white space before the pixels")
      }
      let isPair = bytes[position] == 13 && position + 1 < bytes.count && bytes[position + 1] == 10
      position += isPair && bytes.count - position - 1 > dataBytes ? 2 : 1
    }
  }
}
