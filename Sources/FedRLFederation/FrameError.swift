/// Why bytes are not a message of this protocol.
public enum FrameError: Error, Equatable, Sendable, CustomStringConvertible {
  case truncated(got: Int, needed: Int)
  case trailingBytes(Int)
  case magic(got: UInt32, expected: UInt32)
  case formatVersion(got: Int, expected: Int)
  case codec(got: UInt8, expected: UInt8)
  case flags(UInt8)
  case payloadLength(got: Int, expected: Int)
  case layoutDigest(got: LayoutDigest, expected: LayoutDigest)
  case parameterCount(got: Int, expected: Int)
  case rounds(got: Int)

  public var description: String {
    switch self {
    case .truncated(let got, let needed): "message of \(got) bytes, expected \(needed)"
    case .trailingBytes(let count): "\(count) bytes after the end of the message"
    case .magic(let got, let expected):
      "message begins with \(String(got, radix: 16)), expected \(String(expected, radix: 16))"
    case .formatVersion(let got, let expected):
      "message format \(got), this version reads \(expected)"
    case .codec(let got, let expected): "message of codec \(got), expected \(expected)"
    case .flags(let flags): "unknown flags \(flags)"
    case .payloadLength(let got, let expected): "payload of \(got) bytes, expected \(expected)"
    case .layoutDigest(let got, let expected):
      "parameters of layout \(got), expected \(expected)"
    case .parameterCount(let got, let expected): "\(got) parameters, expected \(expected)"
    case .rounds(let got): "a model of \(got) rounds"
    }
  }
}
