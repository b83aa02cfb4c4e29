import FedRLClassicControl
import FedRLCore
import FedRLTestSupport
import Testing

/// An episode of Gymnasium's CartPole-v1, recorded by running it.
struct RecordedEpisode {
  let name: String
  /// `[steps + 1]`: before the first step, then after each.
  let states: [CartPoleState]
  /// `[steps + 1, 4]`
  let observations: [[Float]]
  /// `[steps]`
  let actions: [Float]
  let rewards: [Float]
  let ends: [EpisodeEnd]

  /// All recorded cart-pole episodes; empty (with a message) where the data is absent.
  static func all() throws -> [RecordedEpisode] {
    guard let names = try SharedData.names(in: "gymnasium-reference") else { return [] }
    let files = names.filter { $0.hasPrefix("CartPole-v1_") && $0.hasSuffix(".csv") }
    #expect(files.count == 5, "recorded cart-pole files: \(files)")
    return try files.map(RecordedEpisode.init)
  }

  static func controlled() throws -> [RecordedEpisode] {
    try all().filter { $0.name.contains("controller") }
  }

  private init(file: String) throws {
    name = file
    let text = try #require(try SharedData.text("gymnasium-reference/" + file))
    let rows = text.split(whereSeparator: \.isNewline).dropFirst().map {
      $0.split(separator: ",", omittingEmptySubsequences: false)
    }
    states = try rows.map { row in
      let values = try (2..<6).map { try #require(Double(row[$0])) }
      return CartPoleState(
        position: values[0], velocity: values[1], angle: values[2], angularVelocity: values[3])
    }
    observations = try rows.map { row in try (6..<10).map { try #require(Float(row[$0])) } }
    actions = try rows.dropFirst().map { try #require(Float($0[1])) }
    rewards = try rows.dropFirst().map { try #require(Float($0[10])) }
    ends = rows.dropFirst().map {
      $0[11] == "1" ? .terminated : $0[12] == "1" ? .truncated : .none
    }
  }
}

extension CartPoleState {
  var values: [Double] { [position, velocity, angle, angularVelocity] }
}
