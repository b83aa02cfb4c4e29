import FedRLNumerics
import FedRLReporting

/// A run's resumable state, as one file.
///
/// Layout, little-endian: the magic `FRLCKPT1`, a SHA-256 of all that follows, then the fields in the
/// order in which they are declared. A file that was torn or changed does not decode.
struct RunCheckpoint {
  /// The scenario as run; a resumed run must be the same.
  var scenario: String
  /// Real seconds so far, over all sessions.
  var wallSeconds: Double
  /// Place of the present arm in the scenario's list.
  var armIndex: Int
  var round: Int
  /// Whether an evaluation that was due at this round has not been finished.
  var owesEvaluation: Bool
  /// SHA-256 of the main arm's final weights, once it has ended.
  var weightsSHA256: String
  /// ``Summary/state``.
  var summary: String
  /// Lengths of the tables.
  var positions: [String: Int]
  /// The present arm's own state.
  var arm: [UInt8]

  enum Failure: Error, CustomStringConvertible {
    case notACheckpoint(path: String)
    case damaged(path: String)

    var description: String {
      switch self {
      case .notACheckpoint(let path): "\(path): is not a checkpoint of this version of fedrl"
      case .damaged(let path): "\(path): the checkpoint is damaged"
      }
    }
  }

  private static let magic = Array("FRLCKPT1".utf8)

  func encoded() -> [UInt8] {
    var body = StateEncoder()
    body.encode(scenario)
    body.encode(wallSeconds)
    body.encode(armIndex)
    body.encode(round)
    body.encode(owesEvaluation)
    body.encode(weightsSHA256)
    body.encode(summary)
    body.encode(positions.count)
    for (name, length) in positions.sorted(by: { $0.key < $1.key }) {
      body.encode(name)
      body.encode(length)
    }
    body.encode(arm)
    return Self.magic + body.bytes.withUnsafeBytes { SHA256.digest($0) } + body.bytes
  }

  static func read(_ path: String) throws -> RunCheckpoint {
    let bytes = try AtomicFile.read(path)
    guard bytes.starts(with: magic), bytes.count > 40 else {
      throw Failure.notACheckpoint(path: path)
    }
    let body = Array(bytes[40...])
    guard body.withUnsafeBytes({ SHA256.digest($0) }) == Array(bytes[8..<40]) else {
      throw Failure.damaged(path: path)
    }
    var decoder = StateDecoder(body)
    return try RunCheckpoint(from: &decoder)
  }
}

extension RunCheckpoint {
  private init(from decoder: inout StateDecoder) throws {
    scenario = try decoder.decode(String.self)
    wallSeconds = try decoder.decode(Double.self)
    armIndex = try decoder.decode(Int.self)
    round = try decoder.decode(Int.self)
    owesEvaluation = try decoder.decode(Bool.self)
    weightsSHA256 = try decoder.decode(String.self)
    summary = try decoder.decode(String.self)
    positions = [:]
    for _ in 0..<(try decoder.decode(Int.self)) {
      let name = try decoder.decode(String.self)
      positions[name] = try decoder.decode(Int.self)
    }
    arm = try decoder.decodeArray(of: UInt8.self)
  }
}
