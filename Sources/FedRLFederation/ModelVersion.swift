/// Counts the models of a federation: 0 is the common initialisation, and every round that closes
/// adds one, whether or not the model changed in it. So round r trains on version r − 1 alone.
public struct ModelVersion: Sendable, Hashable, Comparable, BitwiseCopyable,
  CustomStringConvertible
{
  /// 0…2³²−1.
  public let number: Int

  public init(_ number: Int) {
    precondition((0...Int(UInt32.max)).contains(number), "a model with version \(number)")
    self.number = number
  }

  public static let initial = ModelVersion(0)
  public var next: ModelVersion { ModelVersion(number + 1) }
  public static func < (a: ModelVersion, b: ModelVersion) -> Bool { a.number < b.number }
  public var description: String { "version \(number)" }
}
