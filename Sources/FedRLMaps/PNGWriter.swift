/// Writes grey PNG files of 1 or 2 bits a pixel, uncompressed inside.
///
/// libpng would do it too, but its bytes depend on the version of zlib; generated homes are to be the
/// same file on every machine, and at two bits a cell they are small anyway.
enum PNGWriter {
  /// - Parameters:
  ///   - levels: `[height, width]` from the upper-left; each less than 2^`bits`.
  ///   - bits: 1 or 2; the largest level is white.
  static func encode(_ levels: [UInt8], width: Int, height: Int, bits: Int) -> [UInt8] {
    precondition(levels.count == width * height && (bits == 1 || bits == 2))
    var rows: [UInt8] = []
    for y in 0..<height {
      rows.append(0)  // Filter type: none.
      var byte: UInt8 = 0
      for x in 0..<width {
        byte = byte << bits | levels[y * width + x]
        let filled = (x + 1) * bits % 8
        if filled == 0 {
          rows.append(byte)
          byte = 0
        } else if x == width - 1 {
          rows.append(byte << (8 - filled))
        }
      }
    }
    var file: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
    let header = word(width) + word(height) + [UInt8(bits), 0, 0, 0, 0]
    file += chunk("IHDR", header) + chunk("IDAT", stored(rows)) + chunk("IEND", [])
    return file
  }

  /// A zlib stream (RFC 1950) of stored blocks (RFC 1951, 3.2.4).
  private static func stored(_ data: [UInt8]) -> [UInt8] {
    var stream: [UInt8] = [0x78, 0x01]
    var position = 0
    repeat {
      let size = min(data.count - position, 65_535)
      let isLast = position + size == data.count
      stream += [isLast ? 1 : 0, UInt8(size & 255), UInt8(size >> 8)]
      stream += [UInt8(~size & 255), UInt8(~size >> 8 & 255)]
      stream += data[position..<(position + size)]
      position += size
    } while position < data.count
    var (a, b) = (1, 0)  // Adler-32
    for byte in data {
      a = (a + Int(byte)) % 65_521
      b = (b + a) % 65_521
    }
    return stream + word(b << 16 | a)
  }

  private static func chunk(_ name: String, _ data: [UInt8]) -> [UInt8] {
    let body = Array(name.utf8) + data
    var crc: UInt32 = 0xFFFF_FFFF
    for byte in body {
      crc ^= UInt32(byte)
      for _ in 0..<8 { crc = crc & 1 == 1 ? crc >> 1 ^ 0xEDB8_8320 : crc >> 1 }
    }
    return word(data.count) + body + word(Int(~crc))
  }

  private static func word(_ value: Int) -> [UInt8] {
    [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) }
  }
}
