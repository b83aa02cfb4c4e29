/// 128 bits that say where a random stream stands: its parent's name, a purpose and indices, mixed.
struct StreamName: Sendable, Equatable, BitwiseCopyable {
  var high, low: UInt64

  mutating func append(_ purpose: StaticString) {
    purpose.withUTF8Buffer { bytes in
      for byte in bytes {
        high = SplitMix64.mix(high ^ UInt64(byte) &* 0x100_0000_01b3)
        low = SplitMix64.mix(low &+ high)
      }
    }
  }

  @inline(__always)
  mutating func append(_ index: UInt64) {
    high = SplitMix64.mix(high ^ index)
    low = SplitMix64.mix(low &+ (index &* 0x9e37_79b9_7f4a_7c15) ^ high)
  }

  /// The high half once the name is complete, so that no name is the beginning of another.
  var childHigh: UInt64 { SplitMix64.mix(high ^ 0x5bf0_3635) }

  @inline(__always)
  static func seed(high: UInt64, low: UInt64) -> UInt64 {
    SplitMix64.mix(high ^ SplitMix64.mix(low))
  }
}

/// The seeds of the streams that differ in their last index alone: a copy's episodes.
public struct SeedSequence: Sendable, Equatable, BitwiseCopyable {
  private let name: StreamName

  init(name: StreamName) { self.name = name }

  /// The seed of the stream whose last index is `index`.
  public subscript(index: UInt64) -> UInt64 {
    var child = name
    child.append(index)
    return StreamName.seed(high: child.childHigh, low: child.low)
  }
}
