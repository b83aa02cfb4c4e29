import FedRLCore
import FedRLNumerics

/// Copies of a Gymnasium environment in one Python process.
///
/// A step is one frame there and one back. It allocates nothing here, but for the amortised growth of
/// the log of actions from which a running episode is restored.
final class GymnasiumBatch: BatchEnvironment {
  let specification: EnvironmentSpecification
  let count: Int
  private(set) var failure: (any Error)?

  private var worker: GymnasiumWorker?
  private let width: Int
  private let actionWidth: Int
  private let box: BoxSpace?
  private var random = RandomStream(seed: 0)
  private var episodes: [Episode]
  /// `[B, observations]`: what the caller was last given.
  private var current: [Float]
  /// A step's frame: its kind, `[B, actions]`, `[B]` seeds.
  private var request: [UInt8]
  /// A step's reply: observations, rewards, ends.
  private var reply: [UInt8]

  /// What a copy's running episode can be repeated from.
  private struct Episode {
    var seeds = RandomStream(seed: 0).seeds("episode", 0)
    var index: UInt64 = 0
    /// `[steps, actions]`, as the environment was given them.
    var actions: [Float] = []
  }

  /// A process that cannot be started shows in `failure`.
  init(count: Int, specification: EnvironmentSpecification, request: GymnasiumWorker.Request) {
    self.count = count
    self.specification = specification
    width = specification.observations.count
    actionWidth = specification.actions.width
    box = if case .box(let box) = specification.actions { box } else { nil }
    episodes = .init(repeating: Episode(), count: count)
    current = .init(repeating: 0, count: count * width)
    self.request = .init(repeating: 0, count: 1 + count * (4 * actionWidth + 8))
    reply = .init(repeating: 0, count: count * (4 * width + 4 + 1))
    do {
      worker = try GymnasiumWorker(request, copies: count)
      let found = worker!.description
      if found.observations.shape.reduce(1, *) != width {
        throw EnvironmentError("\(specification.name): its observations changed shape")
      }
    } catch {
      failure = error
      worker = nil
    }
  }

  // MARK: Steps

  func reset(random: RandomStream, into observations: inout MutableSpan<Float>) {
    self.random = random
    for copy in 0..<count {
      episodes[copy].seeds = random.seeds("episode", UInt64(copy))
      episodes[copy].index = 0
      episodes[copy].actions.removeAll(keepingCapacity: true)
    }
    var frame: [UInt8] = [UInt8(ascii: "R")]
    for episode in episodes { frame.append(littleEndian: episode.seeds[0]) }
    exchange(frame) { [self] read in
      try current.withUnsafeMutableBytes { try read($0) }
    }
    copyCurrent(into: &observations)
  }

  func step(
    _ actions: Span<Float>, into observations: inout MutableSpan<Float>,
    rewards: inout MutableSpan<Float>, ends: inout MutableSpan<EpisodeEnd>,
    finalObservations: inout MutableSpan<Float>
  ) {
    precondition(
      actions.count == count * actionWidth,
      "\(actions.count) action values for \(count) copies of width \(actionWidth)")
    writeRequest(actions)
    let isDone = exchangeStep(&finalObservations)
    for copy in 0..<count {
      rewards[copy] = isDone ? reward(of: copy) : 0
      ends[copy] = isDone ? end(of: copy) : .none
      guard ends[copy] != .none else { continue }
      episodes[copy].index += 1
      episodes[copy].actions.removeAll(keepingCapacity: true)
    }
    copyCurrent(into: &observations)
  }

  private func writeRequest(_ actions: Span<Float>) {
    request.withUnsafeMutableBytes { bytes in
      bytes[0] = UInt8(ascii: "S")
      var offset = 1
      for index in 0..<actions.count {
        let element = index % actionWidth
        let action = box.map { $0.denormalized(actions[index], at: element) } ?? actions[index]
        bytes.storeBytes(of: action.bitPattern.littleEndian, toByteOffset: offset, as: UInt32.self)
        episodes[index / actionWidth].actions.append(action)
        offset += 4
      }
      for copy in 0..<count {
        let seed = episodes[copy].seeds[episodes[copy].index + 1]
        bytes.storeBytes(of: seed.littleEndian, toByteOffset: offset, as: UInt64.self)
        offset += 8
      }
    }
  }

  /// - Returns: whether there is a reply.
  private func exchangeStep(_ finals: inout MutableSpan<Float>) -> Bool {
    let isDone = finals.withUnsafeMutableBytes { finals in
      exchange(request) { [self] read in
        try reply.withUnsafeMutableBytes { try read($0) }
        for copy in 0..<count where end(of: copy) != .none {
          try read(.init(rebasing: finals[(copy * width * 4)..<((copy + 1) * width * 4)]))
        }
      }
    }
    guard isDone else { return false }
    current.withUnsafeMutableBytes { current in
      reply.withUnsafeBytes { current.copyMemory(from: .init(rebasing: $0[..<current.count])) }
    }
    return true
  }

  /// Of the last reply.
  private func reward(of copy: Int) -> Float {
    let offset = 4 * (count * width + copy)
    return reply.withUnsafeBytes {
      Float(
        bitPattern: UInt32(littleEndian: $0.loadUnaligned(fromByteOffset: offset, as: UInt32.self)))
    }
  }

  private func end(of copy: Int) -> EpisodeEnd {
    EpisodeEnd(rawValue: reply[4 * count * (width + 1) + copy]) ?? .truncated
  }

  /// Exchanges a frame; what goes wrong is kept in `failure`, and nothing is exchanged from then on.
  @discardableResult
  private func exchange(
    _ frame: [UInt8], reply: (_ read: (UnsafeMutableRawBufferPointer) throws -> Void) throws -> Void
  ) -> Bool {
    guard failure == nil, let worker else { return false }
    do {
      try frame.withUnsafeBytes { try worker.exchange($0, reply: reply) }
      return true
    } catch {
      failure = error
      self.worker = nil
      return false
    }
  }

  private func copyCurrent(into observations: inout MutableSpan<Float>) {
    precondition(
      observations.count == current.count,
      "room for \(observations.count) observed values, \(current.count) needed")
    for index in current.indices { observations[index] = current[index] }
  }

  // MARK: State

  var byteCount: Int {
    request.count + reply.count + current.count * 4
      + episodes.reduce(0) { $0 + $1.actions.count * 4 }
  }

  func encodeState(into encoder: inout StateEncoder) {
    encoder.encode(count)
    encoder.encode(random)
    for copy in 0..<count {
      encoder.encode(episodes[copy].index)
      encoder.encode(episodes[copy].actions)
    }
    encoder.encode(current)
  }

  /// Begins the episodes again and repeats their actions, which must lead to the saved observations.
  func decodeState(
    from decoder: inout StateDecoder, into observations: inout MutableSpan<Float>
  ) throws {
    let name = specification.name
    let copies = try decoder.decode(Int.self)
    guard copies == count else {
      throw StateDecoder.Failure.invalid("\(name): saved with \(copies) copies, expected \(count)")
    }
    random = try decoder.decode(RandomStream.self)
    for copy in 0..<count {
      episodes[copy].seeds = random.seeds("episode", UInt64(copy))
      episodes[copy].index = try decoder.decode(UInt64.self)
      episodes[copy].actions = try decoder.decodeArray(of: Float.self)
      guard episodes[copy].actions.count % actionWidth == 0 else {
        throw StateDecoder.Failure.invalid("\(name): a partial action was saved")
      }
      replay(copy)
      if let failure { throw failure }
    }
    let saved = try decoder.decodeArray(of: Float.self)
    guard saved.count == current.count else {
      throw StateDecoder.Failure.invalid(
        "\(name): saved with \(saved.count) observed values, expected \(current.count)")
    }
    for index in saved.indices where saved[index].bitPattern != current[index].bitPattern {
      throw StateDecoder.Failure.invalid(
        "\(name): repeating copy \(index / width)'s episode gave \(current[index]) for observation "
          + "\(index % width), expected \(saved[index]); the environment does not repeat itself for "
          + "the same seed and actions")
    }
    copyCurrent(into: &observations)
  }

  private func replay(_ copy: Int) {
    let episode = episodes[copy]
    var frame: [UInt8] = [UInt8(ascii: "P")]
    frame.append(littleEndian: UInt32(copy))
    frame.append(littleEndian: UInt32(episode.actions.count / actionWidth))
    frame.append(littleEndian: episode.seeds[episode.index])
    for action in episode.actions { frame.append(littleEndian: action.bitPattern) }
    var ended: UInt32 = 0
    exchange(frame) { [self] read in
      try withUnsafeMutableBytes(of: &ended) { try read($0) }
      try current.withUnsafeMutableBytes {
        try read(.init(rebasing: $0[(copy * width * 4)..<((copy + 1) * width * 4)]))
      }
    }
    if ended > 0, failure == nil {
      failure = StateDecoder.Failure.invalid(
        "\(specification.name): repeating copy \(copy) ended its episode at step \(ended)")
    }
  }
}

extension [UInt8] {
  fileprivate mutating func append(littleEndian value: some FixedWidthInteger) {
    Swift.withUnsafeBytes(of: value.littleEndian) { append(contentsOf: $0) }
  }
}
