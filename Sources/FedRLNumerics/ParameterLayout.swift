/// Which part of a network a segment belongs to; federation can share some parts and keep others.
public enum ParameterPart: String, Sendable, Codable, CaseIterable {
  case trunk, actor, critic
}

/// One named array inside a flat parameter vector.
public struct ParameterSegment: Sendable, Equatable {
  /// Dotted name, unique in its layout: `actor.0.weight`.
  public let name: String
  /// Row-major shape; weights are `[out, in]`.
  public let shape: [Int]
  public let part: ParameterPart
  /// Index of the first element in the flat vector.
  public let offset: Int

  /// Number of elements: the product of `shape`.
  public var count: Int { shape.reduce(1, *) }
  /// The elements' indices in the flat vector.
  public var range: Range<Int> { offset..<(offset + count) }
}

/// How named arrays lie in one flat `Float` vector, in order and without gaps.
public struct ParameterLayout: Sendable, Equatable {
  public private(set) var segments: [ParameterSegment] = []
  /// Length of the flat vector.
  public private(set) var count = 0

  public init() {}

  /// Appends a segment and returns its index in ``segments``.
  @discardableResult
  public mutating func append(_ name: String, shape: [Int], part: ParameterPart) -> Int {
    precondition(!segments.contains { $0.name == name }, "segment \(name) stands twice")
    precondition(shape.allSatisfy { $0 > 0 }, "segment \(name) has shape \(shape)")
    segments.append(.init(name: name, shape: shape, part: part, offset: count))
    count += segments[segments.count - 1].count
    return segments.count - 1
  }

  /// The segment of that name.
  public subscript(name: String) -> ParameterSegment? { segments.first { $0.name == name } }

  /// SHA-256 over names, shapes and parts in order: two vectors may be added only if digests agree.
  public var digest: String {
    SHA256.hexadecimal(
      segments.map { "\($0.name) \($0.part.rawValue) \($0.shape)" }.joined(separator: "\n"))
  }
}
