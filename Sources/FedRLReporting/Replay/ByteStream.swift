/// Bytes of small integers: 7 bits each, least significant first, the high bit says that more
/// follow.
struct ByteStream: Sendable {
  private(set) var bytes: [UInt8] = []

  mutating func append(_ value: Int) {
    precondition(value >= 0)
    var rest = UInt(value)
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }

  /// Signs folded in: 0, −1, 1, −2, … become 0, 1, 2, 3, …
  mutating func append(signed value: Int) { append(value >= 0 ? value * 2 : -value * 2 - 1) }

  /// RFC 4648, padded.
  var base64: String {
    let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    var text: [UInt8] = []
    text.reserveCapacity((bytes.count + 2) / 3 * 4)
    for start in stride(from: 0, to: bytes.count, by: 3) {
      let count = min(3, bytes.count - start)
      var group = 0
      for index in 0..<3 { group = group << 8 | (index < count ? Int(bytes[start + index]) : 0) }
      for index in 0..<4 {
        text.append(
          index <= count ? digits[group >> (18 - 6 * index) & 63] : UInt8(ascii: "="))
      }
    }
    return String(decoding: text, as: UTF8.self)
  }
}
