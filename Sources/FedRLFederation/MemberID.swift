/// A member of the fleet: its index in the fleet, from 0.
public struct MemberID: Sendable, Hashable, Comparable, BitwiseCopyable, CustomStringConvertible {
  public let index: Int

  public init(_ index: Int) {
    precondition((0...Int(UInt32.max)).contains(index), "a member with index \(index)")
    self.index = index
  }

  public static func < (a: MemberID, b: MemberID) -> Bool { a.index < b.index }
  public var description: String { "member \(index)" }
}
