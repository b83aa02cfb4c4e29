package import FedRLNumerics

#if canImport(Glibc)
  import Glibc
#endif

/// The transitions that one agent remembers: a ring of rows per copy of its environment.
///
/// Each observation is stored once: a row holds what the agent saw and did and what came of it, and the
/// next row of the same copy holds what it saw then. Only an episode that was cut off takes a row more,
/// for its final observation. The newest row of a copy is the present: what the agent sees now, still
/// without an action. So truncation, n-step returns and episode starts can all be read off the rows.
package final class ReplayMemory {
  /// What a row is.
  package enum Kind: UInt8, BitwiseCopyable {
    /// A step after which the episode went on.
    case step
    /// A step that ended the episode; the next row is another one's.
    case terminated
    /// A step at which the episode was cut off; the next row is its final observation.
    case truncated
    /// What was seen last of an episode that was cut off; no action.
    case final
    /// What is seen now; no action yet.
    case present
  }

  /// What a sum of rewards leads to.
  package struct Lookahead {
    /// Σ γᵏ r over up to n steps of one episode.
    package var rewards: Float
    /// γᵏ of the observation behind them; 0 where the episode had terminated.
    package var discount: Float
    /// The row of that observation.
    package var row: Int
  }

  /// B.
  package let copies: Int
  /// Rows of one copy.
  package let rows: Int
  package let observationWidth: Int
  /// Actions that masks cover; 0 without masks.
  package let choices: Int
  /// `[B · rows, observations]`, raw.
  package let observations: UnsafeMutablePointer<Float>
  /// `[B · rows]`, scenario reward units.
  package let rewards: UnsafeMutablePointer<Float>
  /// `[B · rows]`
  package let actions: UnsafeMutablePointer<UInt16>
  package let kinds: UnsafeMutablePointer<Kind>
  /// `[B · rows, choices]`: 1 where possible.
  package let masks: UnsafeMutablePointer<UInt8>
  /// `[B]`: the row of the present, counted within the copy, and rows that hold something.
  private var heads: [Int]
  private var filled: [Int]
  /// Weights of rows for prioritised drawing; rows that are no step have none.
  private let priorities: SumTree
  private let isPrioritized: Bool
  /// The largest weight given so far: what new steps get.
  private var largestPriority = 1.0
  /// Steps that can be drawn.
  package private(set) var stepCount = 0

  /// Storage is reserved here and touched only as it fills.
  /// - Parameter capacity: rows over all copies; each has at least three.
  package init(
    capacity: Int, copies: Int, observationWidth: Int, choices: Int, isPrioritized: Bool
  ) {
    self.copies = copies
    rows = max(capacity / copies, Self.leastRows)
    self.observationWidth = observationWidth
    self.choices = choices
    self.isPrioritized = isPrioritized
    let total = rows * copies
    observations = .allocate(capacity: total * observationWidth)
    rewards = .allocate(capacity: total)
    actions = .allocate(capacity: total)
    kinds = .allocate(capacity: total)
    masks = .allocate(capacity: max(total * choices, 1))
    heads = [Int](repeating: -1, count: copies)
    filled = [Int](repeating: 0, count: copies)
    priorities = SumTree(leaves: isPrioritized ? total : 1)
  }

  deinit {
    observations.deallocate()
    rewards.deallocate()
    actions.deallocate()
    kinds.deallocate()
    masks.deallocate()
  }

  /// Actions are kept in two bytes.
  package static let mostChoices = 1 << 16

  /// A step, its final observation and the present.
  package static let leastRows = 3

  /// Bytes of a row. The tree of priorities has fewer than four nodes per row.
  package static func bytesPerRow(observationWidth: Int, choices: Int, isPrioritized: Bool) -> Int {
    4 * observationWidth + 4 + 2 + 1 + choices + (isPrioritized ? 32 : 0)
  }

  package var byteCount: Int {
    rows * copies
      * Self.bytesPerRow(
        observationWidth: observationWidth, choices: choices, isPrioritized: isPrioritized)
  }

  /// The row of a copy's present.
  package func present(_ copy: Int) -> Int { copy * rows + heads[copy] }

  /// Puts a copy's first observation down.
  package func begin(_ copy: Int, observation: UnsafePointer<Float>) {
    advance(copy, to: .present, observation: observation)
  }

  /// Completes a copy's present with what came of an action, and puts down what is seen next.
  /// - Parameters:
  ///   - kind: `.step`, `.terminated` or `.truncated`.
  ///   - final: `[observations]`, the last observation of an episode that was cut off.
  ///   - next: `[observations]`, of the new episode where one ended.
  /// - Complexity: O(observations + log rows), no allocation.
  package func append(
    _ copy: Int, action: Int, reward: Float, kind: Kind, final: UnsafePointer<Float>,
    next: UnsafePointer<Float>
  ) {
    let row = present(copy)
    actions[row] = UInt16(action)
    rewards[row] = reward
    kinds[row] = kind
    stepCount += 1
    if isPrioritized { priorities.set(row, to: largestPriority) }
    if kind == .truncated { advance(copy, to: .final, observation: final) }
    advance(copy, to: .present, observation: next)
  }

  private func advance(_ copy: Int, to kind: Kind, observation: UnsafePointer<Float>) {
    heads[copy] = heads[copy] + 1 == rows ? 0 : heads[copy] + 1
    let row = present(copy)
    if filled[copy] == rows {
      if kinds[row].isStep {
        stepCount -= 1
        if isPrioritized { priorities.set(row, to: 0) }
      }
    } else {
      filled[copy] += 1
    }
    kinds[row] = kind
    rewards[row] = 0
    actions[row] = 0
    (observations + row * observationWidth).update(from: observation, count: observationWidth)
    // All are possible until said otherwise.
    (masks + row * choices).update(repeating: 1, count: choices)
  }

  /// Draws a step, each as likely as any other of its copy.
  /// - Precondition: `stepCount > 0`
  package func draw(_ random: inout RandomStream) -> Int {
    while true {
      let copy = copies == 1 ? 0 : random.integer(below: copies)
      let row = copy * rows + random.integer(below: filled[copy])
      if kinds[row].isStep { return row }
    }
  }

  /// Draws `count` steps in proportion to their weights, one from each of as many equal shares of the
  /// total.
  /// - Parameters:
  ///   - exponent: β.
  ///   - rows: `[count]`, weights: `[count]`: `(n P)^−β`, divided by the largest of them
  ///     (arXiv:1511.05952, section 3.4).
  package func drawPrioritized(
    _ random: inout RandomStream, count: Int, exponent: Double,
    rows: UnsafeMutablePointer<Int32>, weights: UnsafeMutablePointer<Float>
  ) {
    let share = priorities.total / Double(count)
    var largest = 0.0
    for index in 0..<count {
      let row = priorities.leaf(at: (Double(index) + random.uniform()) * share)
      let probability = priorities[row] / priorities.total
      let weight = pow(Double(stepCount) * probability, -exponent)
      rows[index] = Int32(row)
      weights[index] = Float(weight)
      largest = max(largest, weight)
    }
    let factor = Float(1 / largest)
    for index in 0..<count { weights[index] *= factor }
  }

  /// Takes note of a step's latest error.
  package func prioritize(_ row: Int, error: Double, exponent: Double) {
    let priority = pow(abs(error) + 1e-6, exponent)
    largestPriority = max(largestPriority, priority)
    priorities.set(row, to: priority)
  }

  /// The rewards of up to `steps` steps from a row on, and what they lead to.
  package func look(from first: Int, steps: Int, discount: Float) -> Lookahead {
    let begin = first / rows * rows
    var found = Lookahead(rewards: 0, discount: 1, row: first)
    for _ in 0..<steps {
      found.rewards += found.discount * rewards[found.row]
      found.discount *= discount
      let kind = kinds[found.row]
      if kind == .terminated {
        found.discount = 0
        return found
      }
      found.row = found.row + 1 == begin + rows ? begin : found.row + 1
      // A final observation or the present has no action of its own to go on with.
      if !kinds[found.row].isStep { return found }
    }
    return found
  }
}

extension ReplayMemory.Kind {
  /// Whether the row has an action, and what came of it.
  package var isStep: Bool { self == .step || self == .terminated || self == .truncated }
}

extension ReplayMemory {
  package func encodeState(into encoder: inout StateEncoder) {
    encoder.encode(heads)
    encoder.encode(filled)
    encoder.encode(largestPriority)
    for copy in 0..<copies {
      let first = copy * rows
      let count = filled[copy]
      func encode<T: BitwiseCopyable>(_ values: UnsafeMutablePointer<T>, _ width: Int) {
        encoder.encode(UnsafeBufferPointer(start: values + first * width, count: count * width))
      }
      encode(observations, observationWidth)
      encode(rewards, 1)
      encode(actions, 1)
      encode(kinds, 1)
      encode(masks, choices)
      if isPrioritized { encoder.encode((0..<count).map { priorities[first + $0] }) }
    }
  }

  package func decodeState(from decoder: inout StateDecoder) throws {
    let heads = try decoder.decodeArray(of: Int.self)
    let filled = try decoder.decodeArray(of: Int.self)
    let largest = try decoder.decode(Double.self)
    guard heads.count == copies, filled.count == copies,
      zip(heads, filled).allSatisfy({ $1 <= rows && $0 < $1 })
    else {
      throw StateDecoder.Failure.invalid("a replay memory of another size than \(copies) × \(rows)")
    }
    if isPrioritized { for row in 0..<(copies * rows) { priorities.set(row, to: 0) } }
    stepCount = 0
    for copy in 0..<copies {
      let first = copy * rows
      let count = filled[copy]
      func fill<T: BitwiseCopyable>(
        _ values: UnsafeMutablePointer<T>, _ width: Int, _ name: String
      ) throws {
        let found = try decoder.decodeArray(of: T.self)
        guard found.count == count * width else {
          throw StateDecoder.Failure.invalid(
            "\(found.count) \(name) in a replay memory, expected \(count * width)")
        }
        (values + first * width).update(from: found, count: found.count)
      }
      try fill(observations, observationWidth, "observations")
      try fill(rewards, 1, "rewards")
      try fill(actions, 1, "actions")
      let codes = try decoder.decodeArray(of: UInt8.self)
      guard codes.count == count else {
        throw StateDecoder.Failure.invalid("\(codes.count) kinds of rows, expected \(count)")
      }
      for (index, code) in codes.enumerated() {
        guard let kind = Kind(rawValue: code) else {
          throw StateDecoder.Failure.invalid("a row of kind \(code) in a replay memory")
        }
        kinds[first + index] = kind
        if kind.isStep { stepCount += 1 }
      }
      try fill(masks, choices, "masks")
      if isPrioritized {
        let weights = try decoder.decodeArray(of: Double.self)
        guard weights.count == count, weights.allSatisfy({ $0 >= 0 && $0.isFinite }) else {
          throw StateDecoder.Failure.invalid("\(weights.count) priorities, expected \(count)")
        }
        for (index, weight) in weights.enumerated() { priorities.set(first + index, to: weight) }
      }
    }
    self.heads = heads
    self.filled = filled
    largestPriority = largest
  }
}
