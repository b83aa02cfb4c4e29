public import FedRLNumerics

/// Which of a network's parameters the federation shares, and the way between a member's whole
/// vector and the shared one.
///
/// Updates and models hold the shared vector only: what is not selected here never leaves a member.
public struct SharedParameters: Sendable, Equatable {
  /// Of a member's whole vector.
  public let full: ParameterLayout
  /// Of the shared vector: the selected segments, in the order of `full`.
  public let layout: ParameterLayout
  /// Of `layout`.
  public let digest: LayoutDigest
  /// In `full`, ascending; neighbours are joined.
  private let ranges: [Range<Int>]

  /// - Parameter parts: segments of these parts are shared.
  public init(of full: ParameterLayout, parts: Set<ParameterPart>) {
    var layout = ParameterLayout()
    var ranges: [Range<Int>] = []
    for segment in full.segments where parts.contains(segment.part) {
      layout.append(segment.name, shape: segment.shape, part: segment.part)
      if let last = ranges.last, last.upperBound == segment.offset {
        ranges[ranges.count - 1] = last.lowerBound..<segment.range.upperBound
      } else {
        ranges.append(segment.range)
      }
    }
    self.full = full
    self.layout = layout
    self.ranges = ranges
    digest = LayoutDigest(layout)
  }

  /// Length of the shared vector.
  public var count: Int { layout.count }

  /// Whether nothing stays with the members.
  public var isEverything: Bool { layout.count == full.count }

  /// The shared vector of a whole one.
  /// - Parameter values: `[full.count]`.
  /// - Returns: `[count]`.
  public func gather(_ values: [Float]) -> [Float] {
    precondition(values.count == full.count, "\(values.count) values, layout of \(full.count)")
    if isEverything { return values }
    var shared: [Float] = []
    shared.reserveCapacity(count)
    for range in ranges { shared.append(contentsOf: values[range]) }
    return shared
  }

  /// The shared part of a whole vector, with the shared layout.
  public func gather(_ vector: ParameterVector) -> ParameterVector {
    ParameterVector(layout: layout, values: gather(vector.values))
  }

  /// Puts shared values into a whole vector; the others stay.
  /// - Parameters:
  ///   - shared: `[count]`.
  ///   - values: `[full.count]`.
  public func scatter(_ shared: [Float], into values: inout [Float]) {
    precondition(
      shared.count == count && values.count == full.count,
      "\(shared.count) shared values into \(values.count), expected \(count) into \(full.count)")
    if isEverything {
      values = shared
      return
    }
    values.withUnsafeMutableBufferPointer { target in
      shared.withUnsafeBufferPointer { source in
        var offset = 0
        for range in ranges {
          for index in range { target[index] = source[offset + index - range.lowerBound] }
          offset += range.count
        }
      }
    }
  }

  /// Differences trained − base of the shared parameters, each rounded once to `Float`.
  /// - Parameters:
  ///   - trained: `[full.count]`, a member's whole vector.
  ///   - base: `[count]`, the shared vector it started from.
  /// - Returns: `[count]`.
  public func delta(from trained: [Float], relativeTo base: [Float]) -> [Float] {
    precondition(base.count == count, "a base of \(base.count) values, expected \(count)")
    var delta = gather(trained)
    for index in delta.indices { delta[index] -= base[index] }
    return delta
  }
}
