#if canImport(Glibc)
  private import Glibc
#endif

/// A stream of random numbers named by where it stands, not by when it is drawn.
///
/// A stream is split from the run's seed by role, index and round; the child depends on the parent's
/// *name* alone, never on how many numbers the parent has given. So results do not depend on worker
/// count or order. The generator is xoshiro256++ (Blackman and Vigna, 2019), its state filled by
/// SplitMix64 from the 128-bit name. Not for cryptography.
public struct RandomStream: RandomNumberGenerator, Sendable, Equatable, BitwiseCopyable {
  @usableFromInline var s0: UInt64
  @usableFromInline var s1: UInt64
  @usableFromInline var s2: UInt64
  @usableFromInline var s3: UInt64
  private let nameHigh: UInt64
  private let nameLow: UInt64

  /// The root stream of a run.
  public init(seed: UInt64) { self.init(high: 0x6665_6472_6c00_0001, low: seed) }

  private init(high: UInt64, low: UInt64) {
    nameHigh = high
    nameLow = low
    var mixer = SplitMix64(state: SplitMix64.mix(high) ^ low)
    s0 = mixer.next()
    mixer.state ^= high
    s1 = mixer.next()
    s2 = mixer.next()
    // xoshiro must not start at all zeros.
    s3 = mixer.next() | 1
  }

  /// A nameless stream with a given generator state, for known answers.
  package init(state: (UInt64, UInt64, UInt64, UInt64)) {
    nameHigh = 0
    nameLow = 0
    (s0, s1, s2, s3) = state
  }

  /// The stream named by this one's name, a purpose and up to any number of indices.
  public func split(_ purpose: StaticString, _ indices: UInt64...) -> RandomStream {
    var name = StreamName(high: nameHigh, low: nameLow)
    name.append(purpose)
    for index in indices { name.append(index) }
    return RandomStream(high: name.childHigh, low: name.low)
  }

  /// Seeds that cost no stream: `seeds(p, i)[e]` equals `split(p, i, e).seed`.
  public func seeds(_ purpose: StaticString, _ index: UInt64) -> SeedSequence {
    var name = StreamName(high: nameHigh, low: nameLow)
    name.append(purpose)
    name.append(index)
    return SeedSequence(name: name)
  }

  /// A 64-bit seed derived from this stream's name: for interfaces that take a plain seed.
  public var seed: UInt64 { StreamName.seed(high: nameHigh, low: nameLow) }

  /// The next 64 random bits.
  @inlinable @inline(__always)
  public mutating func next() -> UInt64 {
    let sum = s0 &+ s3
    let result = ((sum << 23) | (sum >> 41)) &+ s0
    let shifted = s1 << 17
    s2 ^= s0
    s3 ^= s1
    s1 ^= s2
    s0 ^= s3
    s2 ^= shifted
    s3 = (s3 << 45) | (s3 >> 19)
    return result
  }

  /// Uniform in `[0, 1)`, a multiple of 2⁻⁵³.
  @inlinable @inline(__always)
  public mutating func uniform() -> Double { Double(next() >> 11) * 0x1p-53 }

  /// Uniform in `[low, high)`.
  @inlinable @inline(__always)
  public mutating func uniform(_ low: Double, _ high: Double) -> Double {
    low + (high - low) * uniform()
  }

  /// Uniform in `0..<bound`, without bias (Lemire 2019).
  @inlinable
  public mutating func integer(below bound: Int) -> Int {
    precondition(bound > 0, "a random integer below \(bound) was asked for")
    let range = UInt64(bound)
    var product = next().multipliedFullWidth(by: range)
    if product.low < range {
      let threshold = (0 &- range) % range
      while product.low < threshold { product = next().multipliedFullWidth(by: range) }
    }
    return Int(product.high)
  }

  /// A standard normal number, by the ziggurat of Marsaglia and Tsang (2000) with Doornik's (2005)
  /// layers.
  ///
  /// Seven bits choose the layer and 53 others the place in it, so that the two are independent.
  @inlinable
  public mutating func normal() -> Double {
    while true {
      let bits = next()
      let layer = Int(bits & 127)
      // Uniform in −2⁵²..<2⁵².
      let place = Int64(bitPattern: bits >> 11) - (1 << 52)
      let x = Double(place) * Ziggurat.widths[layer]
      if place.magnitude < Ziggurat.limits[layer] { return x }
      if let value = normalEdge(layer: layer, x: x) { return value }
    }
  }

  /// The part of a layer that does not lie wholly under the curve; `nil` for a point above it.
  @usableFromInline
  mutating func normalEdge(layer: Int, x: Double) -> Double? {
    if layer == 0 {
      // The tail beyond the last edge (Marsaglia 1964).
      while true {
        let a = log(1 - uniform()) / Ziggurat.tail
        let b = log(1 - uniform())
        if -2 * b >= a * a { return x < 0 ? a - Ziggurat.tail : Ziggurat.tail - a }
      }
    }
    let outer = Ziggurat.heights[layer]
    let inner = Ziggurat.heights[layer + 1]
    return outer + uniform() * (inner - outer) < exp(-0.5 * x * x) ? x : nil
  }

  /// Shuffles indices in place (Fisher and Yates).
  public mutating func shuffle(_ values: inout [Int32]) {
    values.withUnsafeMutableBufferPointer { buffer in
      guard buffer.count > 1 else { return }
      for index in stride(from: buffer.count - 1, to: 0, by: -1) {
        buffer.swapAt(index, integer(below: index + 1))
      }
    }
  }
}

/// SplitMix64 (Steele, Lea and Flood 2014): fills the state of other generators.
public struct SplitMix64: RandomNumberGenerator, Sendable {
  public var state: UInt64
  public init(state: UInt64) { self.state = state }

  @inlinable
  public mutating func next() -> UInt64 {
    defer { state &+= 0x9e37_79b9_7f4a_7c15 }
    return Self.mix(state)
  }

  /// The number that follows the state `value`.
  @inlinable @inline(__always)
  static func mix(_ value: UInt64) -> UInt64 {
    var z = value &+ 0x9e37_79b9_7f4a_7c15
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }
}
