import FedRLNumerics

/// What a batch gave over a number of steps, for comparison with another run.
struct EnvironmentTrace {
  let copies: Int
  let width: Int
  /// `[T + 1, B, observations]`
  var observations: [[Float]] = []
  /// `[T, B, actions]`
  var actions: [[Float]] = []
  /// `[T, B]`
  var rewards: [[Float]] = []
  /// `[T, B]`
  var ends: [[EpisodeEnd]] = []
  /// `[T, B, observations]`; ``unwritten`` where nothing was written.
  var finalObservations: [[Float]] = []

  var steps: Int { rewards.count }

  /// A NaN with a payload of its own: what was never written still holds it.
  static let unwritten = Float(bitPattern: 0x7fc0_5eed)
  static let unwrittenDouble = Double(bitPattern: 0x7ff8_0000_0000_5eed)

  /// The steps at which a copy's episodes end.
  func endings(ofCopy copy: Int) -> [Int] { ends.indices.filter { ends[$0][copy] != .none } }

  /// The first place where two traces differ in one copy, bit for bit.
  func firstDifference(
    from expected: EnvironmentTrace, copy: Int, names: [String]
  ) -> (place: String, actual: String, expected: String)? {
    for step in 0...min(steps, expected.steps) {
      if step > 0 {
        let place = "copy \(copy), step \(step)"
        let reward = (rewards[step - 1][copy], expected.rewards[step - 1][copy])
        if reward.0.bitPattern != reward.1.bitPattern {
          return (place + ", reward", "\(reward.0)", "\(reward.1)")
        }
        let end = (ends[step - 1][copy], expected.ends[step - 1][copy])
        if end.0 != end.1 { return (place + ", end", "\(end.0)", "\(end.1)") }
      }
      for index in 0..<width {
        let got = observations[step][copy * width + index]
        let wanted = expected.observations[step][copy * width + index]
        if got.bitPattern != wanted.bitPattern {
          let place = "copy \(copy), step \(step), observation \(index) (\(names[index]))"
          return (place, "\(got)", "\(wanted)")
        }
      }
    }
    return nil
  }
}

/// Drives a batch with random actions, each copy's from a stream of its own, and writes a trace.
struct EnvironmentRun {
  let batch: any BatchEnvironment
  var trace: EnvironmentTrace
  private let actionSpace: ActionSpace
  private let masksActions: Bool
  /// `[B]`
  private var random: [RandomStream]
  private var masks: [Float]
  private let drawings: Bool

  /// - Parameter actionSeed: names the actions of copy b.
  init(_ batch: any BatchEnvironment, actionSeed: (Int) -> UInt64, drawing: Bool = false) {
    self.batch = batch
    let specification = batch.specification
    actionSpace = specification.actions
    masksActions = specification.masksActions
    trace = EnvironmentTrace(copies: batch.count, width: specification.observations.count)
    random = (0..<batch.count).map {
      RandomStream(seed: actionSeed($0)).split("action", UInt64($0))
    }
    masks = [Float](repeating: 1, count: batch.count * actionSpace.policyOutputs)
    drawings = drawing
  }

  mutating func reset(seed: UInt64) {
    var observations = [Float](
      repeating: EnvironmentTrace.unwritten, count: trace.copies * trace.width)
    var row = observations.mutableSpan
    batch.reset(random: RandomStream(seed: seed), into: &row)
    trace.observations.append(observations)
  }

  /// Takes a batch up from a snapshot. Returns how many of its bytes were read.
  mutating func restore(_ bytes: [UInt8]) throws -> Int {
    var observations = [Float](
      repeating: EnvironmentTrace.unwritten, count: trace.copies * trace.width)
    var row = observations.mutableSpan
    var decoder = StateDecoder(bytes)
    try batch.decodeState(from: &decoder, into: &row)
    trace.observations.append(observations)
    return decoder.position
  }

  mutating func run(steps: Int, transform: (Float) -> Float = { $0 }) {
    for _ in 0..<steps {
      if drawings { drawAll() }
      step(drawActions().map(transform))
    }
  }

  /// Repeats actions that another run took.
  mutating func run(repeating actions: ArraySlice<[Float]>) {
    for row in actions { step(row) }
  }

  private func drawAll() {
    for copy in 0..<trace.copies {
      var drawing = Drawing()
      batch.draw(copy: copy, into: &drawing)
    }
  }

  private mutating func drawActions() -> [Float] {
    if masksActions {
      let world = batch
      var row = masks.mutableSpan
      world.writeActionMasks(into: &row)
    }
    let width = actionSpace.width
    var actions = [Float](repeating: 0, count: trace.copies * width)
    for copy in 0..<trace.copies {
      switch actionSpace {
      case .discrete(let count):
        let mask = masks[copy * count..<(copy + 1) * count]
        let possible = mask.indices.filter { mask[$0] == 1 }.map { $0 - copy * count }
        let pick = random[copy].integer(below: max(possible.count, 1))
        actions[copy] = Float(possible.isEmpty ? 0 : possible[pick])
      case .box:
        for index in 0..<width {
          actions[copy * width + index] = Float(random[copy].uniform(-1, 1))
        }
      }
    }
    return actions
  }

  private mutating func step(_ actions: [Float]) {
    let copies = trace.copies
    var observations = [Float](
      repeating: EnvironmentTrace.unwritten, count: copies * trace.width)
    var finals = observations
    var rewards = [Float](repeating: EnvironmentTrace.unwritten, count: copies)
    var ends = [EpisodeEnd](repeating: .none, count: copies)
    var observationSpan = observations.mutableSpan
    var finalSpan = finals.mutableSpan
    var rewardSpan = rewards.mutableSpan
    var endSpan = ends.mutableSpan
    batch.step(
      actions.span, into: &observationSpan, rewards: &rewardSpan, ends: &endSpan,
      finalObservations: &finalSpan)
    trace.actions.append(actions)
    trace.observations.append(observations)
    trace.rewards.append(rewards)
    trace.ends.append(ends)
    trace.finalObservations.append(finals)
  }
}
