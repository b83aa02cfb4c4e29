/// A field of an encoded message, for the privacy ledger.
public struct MessageField: Sendable, Equatable {
  /// Snake case.
  public let name: String
  /// `uint32`, `float32`, …
  public let type: String
  /// Empty for a single value.
  public let shape: [Int]
  public let bytes: Int

  public init(name: String, type: String, shape: [Int] = [], bytes: Int) {
    self.name = name
    self.type = type
    self.shape = shape
    self.bytes = bytes
  }
}
