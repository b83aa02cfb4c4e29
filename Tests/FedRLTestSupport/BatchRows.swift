public import FedRLCore
public import FedRLNumerics

/// The arrays that a batch of environments reads and writes, for tests that drive one by hand.
public struct BatchRows {
  public let width: Int
  public let actionWidth: Int
  public let metricCount: Int
  /// `[B, actions.width]`
  public var actions: [Float]
  /// `[B, observations]`
  public var observations: [Float]
  /// `[B]`
  public var rewards: [Float]
  /// `[B]`
  public var ends: [EpisodeEnd]
  /// `[B, observations]`
  public var finalObservations: [Float]

  public init(_ batch: any BatchEnvironment) {
    let specification = batch.specification
    width = specification.observations.count
    actionWidth = specification.actions.width
    metricCount = specification.metrics.count
    actions = [Float](repeating: 0, count: batch.count * actionWidth)
    observations = [Float](repeating: 0, count: batch.count * width)
    rewards = [Float](repeating: 0, count: batch.count)
    ends = [EpisodeEnd](repeating: .none, count: batch.count)
    finalObservations = observations
  }

  public mutating func reset(_ batch: any BatchEnvironment, seed: UInt64) {
    var row = observations.mutableSpan
    batch.reset(random: RandomStream(seed: seed), into: &row)
  }

  public mutating func step(_ batch: any BatchEnvironment) {
    // One exclusive access each: spans of several properties cannot be held at once.
    let given = actions
    var observed = observations
    var earned = rewards
    var ended = ends
    var last = finalObservations
    var observedSpan = observed.mutableSpan
    var earnedSpan = earned.mutableSpan
    var endedSpan = ended.mutableSpan
    var lastSpan = last.mutableSpan
    batch.step(
      given.span, into: &observedSpan, rewards: &earnedSpan, ends: &endedSpan,
      finalObservations: &lastSpan)
    observations = observed
    rewards = earned
    ends = ended
    finalObservations = last
  }

  /// Draws every copy's action from its own stream: choices evenly, boxes a little beyond [−1, 1].
  public mutating func drawActions(_ random: inout [RandomStream], for space: ActionSpace) {
    for copy in random.indices {
      for index in 0..<actionWidth {
        actions[copy * actionWidth + index] =
          switch space {
          case .discrete(let count): Float(random[copy].integer(below: count))
          case .box: Float(random[copy].uniform(-1.2, 1.2))
          }
      }
    }
  }

  public func observation(_ copy: Int) -> [Float] {
    Array(observations[copy * width..<(copy + 1) * width])
  }

  public func finalObservation(_ copy: Int) -> [Float] {
    Array(finalObservations[copy * width..<(copy + 1) * width])
  }

  public func finalMetrics(_ copy: Int, of batch: any BatchEnvironment) -> [Double] {
    var values = [Double](repeating: 0, count: metricCount)
    var row = values.mutableSpan
    batch.writeFinalMetrics(ofCopy: copy, into: &row)
    return values
  }

  /// The batch's state as bytes.
  public static func snapshot(_ batch: any BatchEnvironment) -> [UInt8] {
    var encoder = StateEncoder()
    batch.encodeState(into: &encoder)
    return encoder.bytes
  }

  public mutating func restore(_ batch: any BatchEnvironment, from bytes: [UInt8]) throws {
    var decoder = StateDecoder(bytes)
    var row = observations.mutableSpan
    try batch.decodeState(from: &decoder, into: &row)
  }
}
