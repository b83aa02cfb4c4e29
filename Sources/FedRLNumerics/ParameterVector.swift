/// A flat `Float` vector together with the layout that names its parts.
///
/// A value: copies share storage until one is changed, so a snapshot costs nothing until then.
public struct ParameterVector: Sendable, Equatable {
  public let layout: ParameterLayout
  /// `[layout.count]`, in the layout's order.
  public var values: [Float]

  /// All zeros.
  public init(layout: ParameterLayout) {
    self.layout = layout
    values = [Float](repeating: 0, count: layout.count)
  }

  /// - Precondition: `values.count == layout.count`.
  public init(layout: ParameterLayout, values: [Float]) {
    precondition(
      values.count == layout.count,
      "\(values.count) values for a layout of \(layout.count) parameters")
    self.layout = layout
    self.values = values
  }

  public var count: Int { values.count }

  /// The elements of a named segment.
  public subscript(name: String) -> ArraySlice<Float>? { layout[name].map { values[$0.range] } }

  /// The index of the first value that is not finite.
  public var firstNonFinite: Int? { values.firstIndex { !$0.isFinite } }

  /// SHA-256 of the values as little-endian Float32: the identity of a policy.
  public var sha256: String {
    #if _endian(little)
      values.withUnsafeBytes { SHA256.hexadecimal($0) }
    #else
      values.map(\.bitPattern.littleEndian).withUnsafeBytes { SHA256.hexadecimal($0) }
    #endif
  }
}
