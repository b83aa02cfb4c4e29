/// How many of the available members take part in a round.
public enum Participation: Sendable, Equatable {
  /// In (0, 1]; rounded to the nearest whole member, at least one.
  case fraction(Double)
  /// At least 1; all where fewer are available.
  case count(Int)

  /// Members wanted out of `available`.
  public func members(of available: Int) -> Int {
    switch self {
    case .fraction(let share): min(available, max(1, Int((share * Double(available)).rounded())))
    case .count(let count): min(available, count)
    }
  }
}
