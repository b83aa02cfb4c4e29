import FedRLNumerics

/// Where a run stands, apart from the state of its present arm.
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
    return body.bytes
  }
}

extension RunCheckpoint {
  init(from decoder: inout StateDecoder) throws {
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
  }
}
