import ArgumentParser
import FedRLCore
import FedRLNumerics
import FedRLScenario
import Foundation

/// `fedrl serve`: runs copies of an environment for another program.
struct Serve: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Run an environment for another program, over the socket on standard input.",
    discussion: """
      What the Python package in Environments/Python starts. The first message names the environment \
      and its settings; the protocol stands in Environments/Gymnasium/README.md.

      EXAMPLES:
        python -m pip install ./Environments/Python
        python -c 'import fedrl_gymnasium, gymnasium; print(gymnasium.make("fedrl/CartPole-v0").reset(seed=1))'
      """)

  func run() throws {
    let channel = ServeChannel()
    do {
      var server = try EnvironmentServer(channel.readText(), channel)
      try channel.writeText(UInt8(ascii: "D"), server.description)
      try server.serve()
    } catch is ServeChannel.Closed {
      // The other side has ended, and with it the need for this one.
    } catch let error as ServeChannel.NotASocket {
      throw error
    } catch {
      try? channel.writeText(UInt8(ascii: "E"), Array("\(error)".utf8))
      throw error
    }
  }
}

/// Messages over the socket on standard input.
private struct ServeChannel {
  struct Closed: Error {}
  struct NotASocket: Error, CustomStringConvertible {
    let description =
      "standard input is not a socket; fedrl serve is started by other programs, such as the Python "
      + "package in Environments/Python"
  }

  func read(into bytes: UnsafeMutableRawBufferPointer) throws {
    var received = 0
    while received < bytes.count {
      let count = recv(0, bytes.baseAddress! + received, bytes.count - received, 0)
      if count < 0 && errno == EINTR { continue }
      if count < 0 && errno == ENOTSOCK { throw NotASocket() }
      guard count > 0 else { throw Closed() }
      received += count
    }
  }

  func write(_ bytes: UnsafeRawBufferPointer) throws {
    var sent = 0
    while sent < bytes.count {
      let count = send(
        0, bytes.baseAddress! + sent, bytes.count - sent, Int32(MSG_NOSIGNAL))
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { throw Closed() }
      sent += count
    }
  }

  func number<Number: FixedWidthInteger>(_ type: Number.Type) throws -> Number {
    var value: Number = 0
    try withUnsafeMutableBytes(of: &value) { try read(into: $0) }
    return Number(littleEndian: value)
  }

  func readText() throws -> [UInt8] {
    let count = Int(try number(UInt32.self))
    guard count <= 1 << 20 else { throw BadInput("a first message of \(count) bytes") }
    var text = [UInt8](repeating: 0, count: count)
    try text.withUnsafeMutableBytes { try read(into: $0) }
    return text
  }

  func writeText(_ kind: UInt8, _ text: [UInt8]) throws {
    var message = [kind]
    withUnsafeBytes(of: UInt32(text.count).littleEndian) { message.append(contentsOf: $0) }
    message += text
    try message.withUnsafeBytes { try write($0) }
  }
}

/// A batch of one environment, and the answers it gives.
private struct EnvironmentServer {
  private let channel: ServeChannel
  private let batch: any BatchEnvironment
  private let specification: EnvironmentSpecification
  private var seeds: [UInt64]
  private var observations, actions, rewards, finals: [Float]
  private var ends: [EpisodeEnd]
  private var reply: [UInt8] = []

  private struct Request: Decodable {
    let id: String
    let copies: Int
  }

  init(_ json: [UInt8], _ channel: ServeChannel) throws {
    self.channel = channel
    let data = Data(json)
    let request: Request
    do {
      request = try JSONDecoder().decode(Request.self, from: data)
    } catch {
      throw BadInput("a first message that is no request: \(String(decoding: json, as: UTF8.self))")
    }
    guard (1...4096).contains(request.copies) else {
      throw BadInput("copies: expected an integer in 1...4096, got \(request.copies)")
    }
    guard let entry = FedRL.registry.environment(named: request.id) else {
      let known = FedRL.registry.environments.map(\.name)
      throw BadInput(
        "there is no environment \(request.id)"
          + (nearestName(to: request.id, among: known).map { "; did you mean \($0)?" } ?? ""))
    }
    let given = (try JSONSerialization.jsonObject(with: data)) as? [String: Any]
    let settings = try (given?["arguments"] as? [String: Any] ?? [:]).mapValues {
      try SettingValue(json: $0)
    }
    let problems = entry.check(settings, request.id)
    guard problems.isEmpty else { throw SettingProblems(problems) }
    let context = EnvironmentContext(baseDirectory: FileManager.default.currentDirectoryPath)
    batch = try entry.make(settings, context).makeBatch(count: request.copies)
    specification = batch.specification
    let count = request.copies
    seeds = .init(repeating: 0, count: count)
    observations = .init(repeating: 0, count: count * specification.observations.count)
    finals = observations
    actions = .init(repeating: 0, count: count * specification.actions.width)
    rewards = .init(repeating: 0, count: count)
    ends = .init(repeating: .none, count: count)
  }

  /// Actions are as policies give them: choices, or numbers in [−1, 1].
  var description: [UInt8] {
    let space = specification.observations
    var actions: [String: Any] = [:]
    switch specification.actions {
    case .discrete(let count): actions = ["kind": "discrete", "count": count]
    case .box(let box):
      actions = [
        "kind": "box", "shape": box.shape, "low": [Float](repeating: -1, count: box.count),
        "high": [Float](repeating: 1, count: box.count), "names": box.names,
      ]
    }
    let object: [String: Any] = [
      "protocol": 1,
      "observations": [
        "shape": space.shape, "low": space.low.map(Self.bound), "high": space.high.map(Self.bound),
        "names": space.names,
      ] as [String: Any],
      "actions": actions, "metrics": specification.metrics.map(\.name),
      "max_episode_steps": specification.maximumEpisodeSteps.map { $0 as Any } ?? NSNull(),
      "fps": 1 / specification.controlPeriodSeconds,
    ]
    return Array((try? JSONSerialization.data(withJSONObject: object)) ?? Data())
  }

  private static func bound(_ value: Float) -> Any {
    value.isFinite ? Double(value) : value > 0 ? "inf" : "-inf"
  }

  mutating func serve() throws {
    while true {
      let kind = try channel.number(UInt8.self)
      reply.removeAll(keepingCapacity: true)
      reply.append(UInt8(ascii: "K"))
      switch kind {
      case UInt8(ascii: "R"): try reset()
      case UInt8(ascii: "S"): try step()
      case UInt8(ascii: "M"): try measure()
      default: throw BadInput("a message of an unknown kind, \(kind)")
      }
      if let failure = batch.failure { throw failure }
      try reply.withUnsafeBytes { try channel.write($0) }
    }
  }

  /// The first seed names all episodes from here on.
  private mutating func reset() throws {
    try seeds.withUnsafeMutableBytes { try channel.read(into: $0) }
    let batch = batch
    let random = RandomStream(seed: UInt64(littleEndian: seeds[0]))
    var span = observations.mutableSpan
    batch.reset(random: random, into: &span)
    observations.withUnsafeBytes { reply.append(contentsOf: $0) }
  }

  private mutating func step() throws {
    try actions.withUnsafeMutableBytes { try channel.read(into: $0) }
    try seeds.withUnsafeMutableBytes { try channel.read(into: $0) }
    try checkActions()
    stepBatch()
    observations.withUnsafeBytes { reply.append(contentsOf: $0) }
    rewards.withUnsafeBytes { reply.append(contentsOf: $0) }
    reply.append(contentsOf: ends.map(\.rawValue))
    let width = specification.observations.count
    for copy in ends.indices where ends[copy] != .none {
      finals[(copy * width)..<((copy + 1) * width)].withUnsafeBytes { reply.append(contentsOf: $0) }
    }
  }

  /// The arrays leave `self` for the step, because a span of one excludes the others, and come back
  /// without being copied.
  private mutating func stepBatch() {
    var observations: [Float] = []
    var rewards: [Float] = []
    var ends: [EpisodeEnd] = []
    var finals: [Float] = []
    func exchange() {
      swap(&observations, &self.observations)
      swap(&rewards, &self.rewards)
      swap(&ends, &self.ends)
      swap(&finals, &self.finals)
    }
    exchange()
    do {
      var observationSpan = observations.mutableSpan
      var rewardSpan = rewards.mutableSpan
      var endSpan = ends.mutableSpan
      var finalSpan = finals.mutableSpan
      batch.step(
        actions.span, into: &observationSpan, rewards: &rewardSpan, ends: &endSpan,
        finalObservations: &finalSpan)
    }
    exchange()
  }

  private func checkActions() throws {
    if case .discrete(let count) = specification.actions {
      for action in actions
      where !(action >= 0 && action < Float(count)) || action != action.rounded() {
        throw BadInput("an action: expected a choice in 0..<\(count), got \(action)")
      }
    } else if let action = actions.first(where: { !$0.isFinite }) {
      throw BadInput("an action: expected a number, got \(action)")
    }
  }

  /// Measures of the episode that a copy ended last.
  private mutating func measure() throws {
    let copy = Int(try channel.number(UInt32.self))
    guard copy < batch.count else { throw BadInput("copy \(copy) of \(batch.count)") }
    var values = [Double](repeating: .nan, count: specification.metrics.count)
    var span = values.mutableSpan
    batch.writeFinalMetrics(ofCopy: copy, into: &span)
    values.withUnsafeBytes { reply.append(contentsOf: $0) }
  }
}

extension SettingValue {
  /// A value that `JSONSerialization` gave.
  fileprivate init(json: Any) throws {
    switch json {
    case let value as String: self = .text(value)
    case let value as [Any]: self = .list(try value.map { try SettingValue(json: $0) })
    case let value as [String: Any]:
      self = .table(try value.mapValues { try SettingValue(json: $0) })
    case let value as NSNumber:
      // Foundation tells booleans, integers and numbers apart by their encoding.
      switch String(cString: value.objCType) {
      case "c", "B": self = .boolean(value.boolValue)
      case "d", "f": self = .number(value.doubleValue)
      default: self = .integer(value.intValue)
      }
    default: throw BadInput("a setting of \(json)")
    }
  }
}
