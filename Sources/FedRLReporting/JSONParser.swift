/// A text is not JSON: where, and why.
public struct JSONError: Error, Equatable, CustomStringConvertible {
  /// Bytes from the start.
  public let offset: Int
  public let reason: String

  public var description: String { "not JSON at byte \(offset): \(reason)" }
}

extension JSONValue {
  /// Reads a document strictly by RFC 8259; a key that stands twice in an object is refused.
  public init(parsing text: String) throws(JSONError) { try self.init(parsing: Array(text.utf8)) }

  /// Reads a document of UTF-8 bytes.
  public init(parsing bytes: [UInt8]) throws(JSONError) {
    var parser = JSONParser(bytes: bytes)
    self = try parser.document()
  }
}

private struct JSONParser {
  let bytes: [UInt8]
  var position = 0
  var depth = 0

  init(bytes: [UInt8]) { self.bytes = bytes }

  mutating func document() throws(JSONError) -> JSONValue {
    let value = try value()
    skipSpace()
    if position < bytes.count { throw failure("something follows the value") }
    return value
  }

  private func failure(_ reason: String) -> JSONError {
    JSONError(offset: position, reason: reason)
  }

  private var current: UInt8? { position < bytes.count ? bytes[position] : nil }

  private mutating func skipSpace() {
    while let byte = current, byte == 0x20 || byte == 0x0a || byte == 0x0d || byte == 0x09 {
      position += 1
    }
  }

  private mutating func take(_ character: Unicode.Scalar) -> Bool {
    guard current == UInt8(ascii: character) else { return false }
    position += 1
    return true
  }

  private mutating func value() throws(JSONError) -> JSONValue {
    skipSpace()
    // The stack is finite; a hostile file is not.
    if depth > 100 { throw failure("more than 100 levels") }
    depth += 1
    defer { depth -= 1 }
    switch current {
    case UInt8(ascii: "{"): return try object()
    case UInt8(ascii: "["): return try list()
    case UInt8(ascii: "\""): return .text(try string())
    case UInt8(ascii: "t"): return try word("true", .boolean(true))
    case UInt8(ascii: "f"): return try word("false", .boolean(false))
    case UInt8(ascii: "n"): return try word("null", .null)
    case nil: throw failure("expected a value, found the end")
    default: return try number()
    }
  }

  private mutating func word(_ text: String, _ value: JSONValue) throws(JSONError) -> JSONValue {
    guard bytes[position...].starts(with: text.utf8) else {
      throw failure("expected a value")
    }
    position += text.utf8.count
    return value
  }

  private mutating func object() throws(JSONError) -> JSONValue {
    position += 1
    var members: [JSONValue.Member] = []
    var keys: Set<String> = []
    skipSpace()
    if take("}") { return .object([]) }
    repeat {
      skipSpace()
      guard current == UInt8(ascii: "\"") else { throw failure("expected a key in quotes") }
      let key = try string()
      if !keys.insert(key).inserted { throw failure("the key \(key) stands twice") }
      skipSpace()
      if !take(":") { throw failure("expected a colon") }
      members.append(.init(key, try value()))
      skipSpace()
    } while take(",")
    if !take("}") { throw failure("expected a comma or a brace") }
    return .object(members)
  }

  private mutating func list() throws(JSONError) -> JSONValue {
    position += 1
    var values: [JSONValue] = []
    skipSpace()
    if take("]") { return .list([]) }
    repeat {
      values.append(try value())
      skipSpace()
    } while take(",")
    if !take("]") { throw failure("expected a comma or a bracket") }
    return .list(values)
  }

  private mutating func digits() -> Int {
    let start = position
    while let byte = current, (0x30...0x39).contains(byte) { position += 1 }
    return position - start
  }

  private mutating func number() throws(JSONError) -> JSONValue {
    let start = position
    _ = take("-")
    let leadingZero = current == UInt8(ascii: "0")
    let whole = digits()
    if whole == 0 || leadingZero && whole > 1 { throw failure("expected a value") }
    var isInteger = true
    if take(".") {
      isInteger = false
      if digits() == 0 { throw failure("expected a digit") }
    }
    if take("e") || take("E") {
      isInteger = false
      if !take("-") { _ = take("+") }
      if digits() == 0 { throw failure("expected a digit") }
    }
    let text = String(decoding: bytes[start..<position], as: UTF8.self)
    if isInteger, let value = Int(text) { return .integer(value) }
    guard let value = Double(text), value.isFinite else {
      throw failure("\(text) is out of range")
    }
    return .number(value)
  }

  private mutating func string() throws(JSONError) -> String {
    position += 1
    var text: [UInt8] = []
    while let byte = current {
      switch byte {
      case UInt8(ascii: "\""):
        guard let string = String(validating: text, as: UTF8.self) else {
          throw failure("the text is not UTF-8")
        }
        position += 1
        return string
      case UInt8(ascii: "\\"): try escape(into: &text)
      case 0..<0x20: throw failure("a control character in a text")
      default:
        text.append(byte)
        position += 1
      }
    }
    throw failure("the text does not end")
  }

  private mutating func escape(into text: inout [UInt8]) throws(JSONError) {
    position += 1
    guard let byte = current else { throw failure("the text does not end") }
    position += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
    case UInt8(ascii: "b"): text.append(0x08)
    case UInt8(ascii: "f"): text.append(0x0c)
    case UInt8(ascii: "n"): text.append(0x0a)
    case UInt8(ascii: "r"): text.append(0x0d)
    case UInt8(ascii: "t"): text.append(0x09)
    case UInt8(ascii: "u"):
      text.append(contentsOf: String(Character(try escapedScalar())).utf8)
    default: throw failure("an unknown escape")
    }
  }

  private mutating func escapedScalar() throws(JSONError) -> Unicode.Scalar {
    var value = try fourDigits()
    if (0xd800..<0xdc00).contains(value) {
      guard take("\\"), take("u") else { throw failure("half of a surrogate pair") }
      let low = try fourDigits()
      guard (0xdc00..<0xe000).contains(low) else { throw failure("half of a surrogate pair") }
      value = 0x10000 + (value - 0xd800) << 10 + (low - 0xdc00)
    }
    guard let scalar = Unicode.Scalar(value) else { throw failure("half of a surrogate pair") }
    return scalar
  }

  private mutating func fourDigits() throws(JSONError) -> UInt32 {
    var value: UInt32 = 0
    for _ in 0..<4 {
      guard let byte = current, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
        throw failure("expected four hexadecimal digits")
      }
      value = value << 4 | UInt32(digit)
      position += 1
    }
    return value
  }
}
