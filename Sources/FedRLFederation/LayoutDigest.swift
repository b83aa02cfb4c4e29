public import FedRLNumerics

/// The identity of a parameter layout on the wire: the first eight bytes of its SHA-256.
///
/// Tells layouts apart that were mixed up by mistake; it is no protection against a forger, who can
/// state any digest.
public struct LayoutDigest: Sendable, Hashable, BitwiseCopyable, CustomStringConvertible {
  public let value: UInt64

  public init(value: UInt64) { self.value = value }

  public init(_ layout: ParameterLayout) {
    // The digest is 64 hexadecimal digits, of which 16 are eight bytes.
    value = UInt64(layout.digest.prefix(16), radix: 16)!
  }

  public var description: String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}
