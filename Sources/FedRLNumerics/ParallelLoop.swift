/// How a loop over independent pieces is carried out: one after another, or on several threads.
///
/// Results must not depend on it: each piece writes only to its own place.
public struct ParallelLoop: Sendable {
  private let run: @Sendable (_ pieces: Int, _ body: (Int) -> Void) -> Void

  /// - Parameter run: calls the body once for every number in `0..<pieces` and returns when all are
  ///   done.
  public init(_ run: @escaping @Sendable (_ pieces: Int, _ body: (Int) -> Void) -> Void) {
    self.run = run
  }

  /// On the calling thread, in order.
  public static let serial = ParallelLoop { pieces, body in
    for piece in 0..<pieces { body(piece) }
  }

  public func callAsFunction(_ pieces: Int, _ body: (_ piece: Int) -> Void) { run(pieces, body) }
}
