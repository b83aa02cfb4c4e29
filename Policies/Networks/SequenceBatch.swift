/// How the rows of a batch hang together in time, for networks with a memory.
///
/// Rows are `[steps, count]`: step after step, in each the row of every sequence.
public struct SequenceBatch {
  /// L.
  public var steps: Int
  /// S.
  public var count: Int
  /// `[S, units]`: the states before the first step, of the trunk where actor and critic share it.
  public var actorStarts: UnsafePointer<Float>
  /// `[S, units]`: those of a critic with hidden layers of its own.
  public var criticStarts: UnsafePointer<Float>
  /// `[L, S]`: 0 where a new episode begins with that step, else 1; `nil` where none does.
  public var keeps: UnsafePointer<Float>?

  public init(
    steps: Int, count: Int, actorStarts: UnsafePointer<Float>,
    criticStarts: UnsafePointer<Float>, keeps: UnsafePointer<Float>? = nil
  ) {
    self.steps = steps
    self.count = count
    self.actorStarts = actorStarts
    self.criticStarts = criticStarts
    self.keeps = keeps
  }
}

extension SequenceBatch {
  var actor: NetworkColumn.Sequences {
    NetworkColumn.Sequences(steps: steps, count: count, starts: actorStarts, keeps: keeps)
  }
  var critic: NetworkColumn.Sequences {
    NetworkColumn.Sequences(steps: steps, count: count, starts: criticStarts, keeps: keeps)
  }
}
