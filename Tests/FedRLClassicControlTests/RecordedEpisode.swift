import FedRLClassicControl
import FedRLCore
import FedRLTestSupport
import Testing

/// An episode of one of Gymnasium's environments, recorded by running it.
struct RecordedEpisode<E: ClassicEnvironment> {
  let name: String
  /// `[steps + 1]`: before the first step, then after each.
  let states: [E.State]
  /// `[steps + 1, observations]`
  let observations: [[Float]]
  /// `[steps]`: a choice's index, or a value within the box.
  let actions: [Float]
  let rewards: [Double]
  let ends: [EpisodeEnd]

  /// All five recorded episodes; empty (with a message) where the data is absent.
  /// - Parameter gymnasium: the recorded environment's name, such as `CartPole-v1`.
  static func all(_ gymnasium: String) throws -> [RecordedEpisode] {
    guard let names = try SharedData.names(in: "gymnasium-reference") else { return [] }
    let files = names.filter { $0.hasPrefix(gymnasium + "_") && $0.hasSuffix(".csv") }
    #expect(files.count == 5, "recorded files of \(gymnasium): \(files)")
    return try files.map(RecordedEpisode.init)
  }

  var isControlled: Bool { name.contains("controller") }

  private init(file: String) throws {
    name = file
    let text = try #require(try SharedData.text("gymnasium-reference/" + file))
    let lines = text.split(whereSeparator: \.isNewline)
    let columns = lines[0].split(separator: ",")
    let rows = lines.dropFirst().map { $0.split(separator: ",", omittingEmptySubsequences: false) }
    func column(_ name: String) throws -> Int {
      try #require(columns.firstIndex { $0 == name }, "\(file) has no column \(name)")
    }
    func range(_ prefix: String) -> [Int] {
      columns.indices.filter { columns[$0].hasPrefix(prefix) }
    }
    let (stateColumns, observationColumns) = (range("state"), range("obs"))
    try #require(stateColumns.count == E.State.width)
    states = try rows.map { row in
      E.State(values: try stateColumns.map { try #require(Double(row[$0])) })
    }
    observations = try rows.map { row in
      try observationColumns.map { try #require(Float(row[$0])) }
    }
    let (action, reward) = (try column("action"), try column("reward"))
    let (terminated, truncated) = (try column("terminated"), try column("truncated"))
    actions = try rows.dropFirst().map { try #require(Float($0[action])) }
    rewards = try rows.dropFirst().map { try #require(Double($0[reward])) }
    ends = rows.dropFirst().map {
      $0[terminated] == "1" ? .terminated : $0[truncated] == "1" ? .truncated : .none
    }
  }
}
