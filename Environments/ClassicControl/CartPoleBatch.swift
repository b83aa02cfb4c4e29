public import FedRLCore
public import FedRLNumerics

/// Many cart-poles in structure-of-arrays form, eight at a time.
///
/// Same equations, in the same order, as ``CartPole``; sine and cosine are a polynomial, so that a
/// single step agrees with it to about 10⁻¹⁵. What happens in a copy does not depend on B.
public final class CartPoleBatch: BatchEnvironment {
  public let specification: EnvironmentSpecification
  public let count: Int
  private let dynamics: CartPoleDynamics
  /// B rounded up to whole vectors; the padding stays at rest and is never reported.
  private let padded: Int
  /// `[4, padded]`: positions, velocities, angles, angular velocities.
  private let states: UnsafeMutablePointer<Double>
  /// `[padded]`: 1 for a push to the right.
  private let pushes: UnsafeMutablePointer<Double>
  /// `[B]`: steps of the running episode.
  private let steps: UnsafeMutablePointer<Int>
  /// `[B]`: e, how many episodes came before.
  private let episodes: UnsafeMutablePointer<UInt64>
  /// `[B]`
  private let seeds: UnsafeMutablePointer<SeedSequence>
  private var random = RandomStream(seed: 0)

  private static let lanes = 8

  /// - Parameter count: B, at least 1; multiples of 8 waste nothing.
  public init(count: Int, settings: CartPoleSettings = .init()) {
    precondition(count > 0, "a batch of \(count) cart-poles was asked for")
    self.count = count
    dynamics = CartPoleDynamics(settings)
    specification = dynamics.specification
    padded = (count + Self.lanes - 1) / Self.lanes * Self.lanes
    states = Self.zeros(4 * padded)
    pushes = Self.zeros(padded)
    steps = .allocate(capacity: count)
    steps.initialize(repeating: 0, count: count)
    episodes = .allocate(capacity: count)
    episodes.initialize(repeating: 0, count: count)
    seeds = .allocate(capacity: count)
    seeds.initialize(repeating: random.seeds("episode", 0), count: count)
  }

  public var byteCount: Int { 5 * 8 * padded + count * (16 + MemoryLayout<SeedSequence>.stride) }

  private static func zeros(_ count: Int) -> UnsafeMutablePointer<Double> {
    let raw = UnsafeMutableRawPointer.allocate(
      byteCount: count * MemoryLayout<Double>.stride, alignment: 64)
    let pointer = raw.bindMemory(to: Double.self, capacity: count)
    pointer.initialize(repeating: 0, count: count)
    return pointer
  }

  deinit {
    UnsafeMutableRawPointer(states).deallocate()
    UnsafeMutableRawPointer(pushes).deallocate()
    steps.deallocate()
    episodes.deallocate()
    seeds.deallocate()
  }

  public func reset(random: RandomStream, into observations: inout MutableSpan<Float>) {
    self.random = random
    for copy in 0..<count {
      seeds[copy] = random.seeds("episode", UInt64(copy))
      episodes[copy] = 0
      begin(copy)
    }
    observe(into: &observations)
  }

  public func step(
    _ actions: Span<Float>, into observations: inout MutableSpan<Float>,
    rewards: inout MutableSpan<Float>, ends: inout MutableSpan<EpisodeEnd>,
    finalObservations: inout MutableSpan<Float>
  ) {
    precondition(
      actions.count == count && rewards.count == count && ends.count == count
        && finalObservations.count == dynamics.observationWidth * count,
      "\(actions.count) actions, \(rewards.count) rewards, \(ends.count) ends and "
        + "\(finalObservations.count) final values for \(count) cart-poles")
    for copy in 0..<count { pushes[copy] = actions[copy] > 0.5 ? 1 : -1 }
    for copy in 0..<count { rewards[copy] = 1 }
    for first in stride(from: 0, to: padded, by: Self.lanes) {
      let lost = advance(first)
      let last = min(first + Self.lanes, count)
      for copy in first..<last {
        steps[copy] += 1
        let isLost = lost[copy - first]
        guard isLost || steps[copy] >= dynamics.maxSteps else {
          ends[copy] = .none
          continue
        }
        ends[copy] = isLost ? .terminated : .truncated
        let (width, stride) = (dynamics.observationWidth, dynamics.observationStride)
        for part in 0..<width {
          finalObservations[width * copy + part] = Float(states[part * stride * padded + copy])
        }
        episodes[copy] += 1
        begin(copy)
      }
    }
    observe(into: &observations)
  }

  /// Advances eight copies by one time step, and says which of them are lost.
  @inline(__always)
  private func advance(_ first: Int) -> SIMDMask<SIMD8<Int64>> {
    let base = UnsafeMutableRawPointer(states + first)
    let row = padded * MemoryLayout<Double>.stride
    var position = base.load(as: SIMD8<Double>.self)
    var velocity = base.load(fromByteOffset: row, as: SIMD8<Double>.self)
    var angle = base.load(fromByteOffset: 2 * row, as: SIMD8<Double>.self)
    var omega = base.load(fromByteOffset: 3 * row, as: SIMD8<Double>.self)
    let push = UnsafeRawPointer(pushes + first).load(as: SIMD8<Double>.self) * dynamics.force
    let (sine, cosine) = sineAndCosine(angle)
    let common = (push + dynamics.poleMassLength * (omega * omega) * sine) / dynamics.totalMass
    let inertia =
      dynamics.halfLength
      * (4.0 / 3.0 - dynamics.poleMass * (cosine * cosine) / dynamics.totalMass)
    let angularAcceleration = (dynamics.gravity * sine - cosine * common) / inertia
    let acceleration =
      common - dynamics.poleMassLength * angularAcceleration * cosine / dynamics.totalMass
    position += dynamics.timeStep * velocity
    velocity += dynamics.timeStep * acceleration
    angle += dynamics.timeStep * omega
    omega += dynamics.timeStep * angularAcceleration
    base.storeBytes(of: position, as: SIMD8<Double>.self)
    base.storeBytes(of: velocity, toByteOffset: row, as: SIMD8<Double>.self)
    base.storeBytes(of: angle, toByteOffset: 2 * row, as: SIMD8<Double>.self)
    base.storeBytes(of: omega, toByteOffset: 3 * row, as: SIMD8<Double>.self)
    return (position .< -dynamics.positionLimit) .| (position .> dynamics.positionLimit)
      .| (angle .< -dynamics.angleLimit) .| (angle .> dynamics.angleLimit)
  }

  /// Starts the episode that `episodes[copy]` names; draws as ``CartPole`` does.
  private func begin(_ copy: Int) {
    var start = RandomStream(seed: seeds[copy][episodes[copy]])
    let range = dynamics.startRange
    for part in 0..<4 { states[part * padded + copy] = start.uniform(-range, range) }
    steps[copy] = 0
  }

  private func observe(into observations: inout MutableSpan<Float>) {
    let width = dynamics.observationWidth
    precondition(
      observations.count == width * count,
      "room for \(observations.count) observed values, \(width * count) needed")
    observations.withUnsafeMutableBufferPointer { buffer in
      let rows = buffer.baseAddress!
      if width == 4 {
        for copy in 0..<count {
          for part in 0..<4 { rows[4 * copy + part] = Float(states[part * padded + copy]) }
        }
      } else {
        for copy in 0..<count {
          rows[2 * copy] = Float(states[copy])
          rows[2 * copy + 1] = Float(states[2 * padded + copy])
        }
      }
    }
  }

  /// The state of one copy.
  package subscript(copy: Int) -> CartPoleState {
    get {
      CartPoleState(
        position: states[copy], velocity: states[padded + copy], angle: states[2 * padded + copy],
        angularVelocity: states[3 * padded + copy])
    }
    set {
      states[copy] = newValue.position
      states[padded + copy] = newValue.velocity
      states[2 * padded + copy] = newValue.angle
      states[3 * padded + copy] = newValue.angularVelocity
    }
  }

  public func draw(copy index: Int, into drawing: inout Drawing) {
    precondition(index >= 0 && index < count, "copy \(index) of \(count)")
    dynamics.draw(self[index], into: &drawing)
  }

  public func encodeState(into encoder: inout StateEncoder) {
    encoder.encode(random)
    encoder.encode(Array(UnsafeBufferPointer(start: steps, count: count)))
    encoder.encode(Array(UnsafeBufferPointer(start: episodes, count: count)))
    encoder.encode(Array(UnsafeBufferPointer(start: states, count: 4 * padded)))
  }

  public func decodeState(
    from decoder: inout StateDecoder, into observations: inout MutableSpan<Float>
  ) throws {
    random = try decoder.decode()
    let savedSteps = try decoder.decodeArray(of: Int.self)
    let savedEpisodes = try decoder.decodeArray(of: UInt64.self)
    let savedStates = try decoder.decodeArray(of: Double.self)
    guard
      savedSteps.count == count, savedEpisodes.count == count, savedStates.count == 4 * padded
    else {
      throw StateDecoder.Failure.invalid(
        "cartpole: saved with \(savedSteps.count) copies, expected \(count)")
    }
    for copy in 0..<count {
      steps[copy] = savedSteps[copy]
      episodes[copy] = savedEpisodes[copy]
      seeds[copy] = random.seeds("episode", UInt64(copy))
    }
    for index in savedStates.indices { states[index] = savedStates[index] }
    observe(into: &observations)
  }
}
