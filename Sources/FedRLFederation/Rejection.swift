/// Why the coordinator did not take a message.
public enum Rejection: Error, Equatable, Sendable, CustomStringConvertible {
  /// The sender has no part in the round.
  case notSelected(round: Int)
  /// The sender's update of this round was dealt with before.
  case duplicate(round: Int)
  /// The sender had failed or left this round.
  case withdrawn(round: Int)
  /// The round closed before the update came.
  case late(round: Int)
  /// No round is open.
  case noRound
  case malformed(FrameError)
  case refused(AdmissionError)

  public var description: String {
    switch self {
    case .notSelected(let round): "not selected in round \(round)"
    case .duplicate(let round): "a second update in round \(round)"
    case .withdrawn(let round): "had left round \(round)"
    case .late(let round): "round \(round) was closed"
    case .noRound: "no round is open"
    case .malformed(let error): error.description
    case .refused(let error): error.description
    }
  }
}
