private import CPNG

/// Portable network graphics, decoded by libpng.
enum PNGImage {
  private static let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]

  static func isPNG(_ bytes: [UInt8]) -> Bool { bytes.starts(with: signature) }

  /// Decodes any colour type, depth and interlacing to brightness as GraphicsMagick, which nav2 uses,
  /// computes it: `(306 R + 601 G + 117 B) / 1024` on 8-bit values, without gamma correction.
  static func decode(_ bytes: [UInt8], path: String, maximumCells: Int) throws(MapError)
    -> GreyImage
  {
    let (width, height) = try headerSize(bytes, path: path)
    try GreyImage.check(width, height, maximumCells, path: path)
    let plain = try withoutColourSpace(bytes, path: path)
    var image = png_image()
    image.version = png_uint_32(PNG_IMAGE_VERSION)
    defer { png_image_free(&image) }
    return try plain.withUnsafeBufferPointer { raw throws(MapError) -> GreyImage in
      guard png_image_begin_read_from_memory(&image, raw.baseAddress, raw.count) != 0 else {
        throw corrupt(image, path: path)
      }
      let hasColour = image.format & UInt32(PNG_FORMAT_FLAG_COLOR) != 0
      let hasAlpha = image.format & UInt32(PNG_FORMAT_FLAG_ALPHA) != 0
      image.format =
        (hasColour ? UInt32(PNG_FORMAT_FLAG_COLOR) : 0)
        | (hasAlpha ? UInt32(PNG_FORMAT_FLAG_ALPHA) : 0)
      // Without this, libpng would take 16-bit values without a gamma chunk for linear light.
      image.flags |= UInt32(PNG_IMAGE_FLAG_16BIT_sRGB)
      let channels = (hasColour ? 3 : 1) + (hasAlpha ? 1 : 0)
      var complete = false
      let pixels = [UInt8](unsafeUninitializedCapacity: width * height * channels) {
        buffer, count in
        complete = png_image_finish_read(&image, nil, buffer.baseAddress, 0, nil) != 0
        count = complete ? width * height * channels : 0
      }
      guard complete else { throw corrupt(image, path: path) }
      return grey(pixels, width: width, height: height, hasColour: hasColour, hasAlpha: hasAlpha)
    }
  }

  private static func grey(
    _ pixels: [UInt8], width: Int, height: Int, hasColour: Bool, hasAlpha: Bool
  ) -> GreyImage {
    let count = width * height
    guard hasColour || hasAlpha else {
      return GreyImage(width: width, height: height, values: pixels, opaque: nil)
    }
    let channels = (hasColour ? 3 : 1) + (hasAlpha ? 1 : 0)
    return pixels.withUnsafeBufferPointer { pixels in
      let values = [UInt8](unsafeUninitializedCapacity: count) { values, filled in
        for index in 0..<count {
          let at = index * channels
          guard hasColour else {
            values[index] = pixels[at]
            continue
          }
          let (r, g, b) = (UInt32(pixels[at]), UInt32(pixels[at + 1]), UInt32(pixels[at + 2]))
          let weighted: UInt32 = 306 * r + 601 * g + 117 * b
          values[index] = UInt8(weighted >> 10)
        }
        filled = count
      }
      let opaque = hasAlpha ? (0..<count).map { pixels[$0 * channels + channels - 1] == 255 } : nil
      let allOpaque = opaque?.allSatisfy { $0 } ?? true
      return GreyImage(
        width: width, height: height, values: values, opaque: allOpaque ? nil : opaque)
    }
  }

  private static func corrupt(_ image: png_image, path: String) -> MapError {
    let message = withUnsafeBytes(of: image.message) {
      String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
    }
    return .malformed(
      path: path, place: "PNG", found: message.isEmpty ? "corrupt data" : "“\(message)”",
      expected: "a readable PNG")
  }

  private static func headerSize(_ bytes: [UInt8], path: String) throws(MapError) -> (Int, Int) {
    guard bytes.count >= 33 else {
      throw .truncated(path: path, unit: "bytes of PNG header", found: bytes.count, expected: 33)
    }
    guard Array(bytes[12..<16]) == Array("IHDR".utf8) else {
      throw .malformed(
        path: path, place: "byte 12", found: GreyImage.describe(Array(bytes[12..<16])),
        expected: "the chunk IHDR")
    }
    return (word(bytes, 16), word(bytes, 20))
  }

  private static func word(_ bytes: [UInt8], _ at: Int) -> Int {
    Int(bytes[at]) << 24 | Int(bytes[at + 1]) << 16 | Int(bytes[at + 2]) << 8 | Int(bytes[at + 3])
  }

  /// The file without the chunks that say how its values are to look on a screen: a map's values are
  /// data, and map_server takes them as they stand. Also finds a file that ends within a chunk.
  private static func withoutColourSpace(_ bytes: [UInt8], path: String) throws(MapError)
    -> [UInt8]
  {
    let dropped = ["gAMA", "cHRM", "sRGB", "iCCP", "cICP", "mDCV", "cLLI", "eXIf"]
    var result = Array(bytes[0..<8])
    result.reserveCapacity(bytes.count)
    var position = 8
    while position < bytes.count {
      let isWhole = position + 12 <= bytes.count
      let end = isWhole ? position + 12 + word(bytes, position) : position + 12
      guard isWhole, end <= bytes.count else {
        throw .truncated(path: path, unit: "bytes", found: bytes.count, expected: end)
      }
      let name = String(decoding: bytes[(position + 4)..<(position + 8)], as: UTF8.self)
      if !dropped.contains(name) { result.append(contentsOf: bytes[position..<end]) }
      position = end
      if name == "IEND" { return result }
    }
    throw .truncated(path: path, unit: "bytes", found: bytes.count, expected: position + 12)
  }
}
