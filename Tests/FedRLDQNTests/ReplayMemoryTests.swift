import FedRLDQN
import FedRLNumerics
import FedRLTestSupport
import Foundation
import Testing

/// One step as it happened, for the oracle.
private struct Step {
  var observation: [Float]
  var action: Int
  var reward: Float
  var end: ReplayMemory.Kind
  /// What the step led to, before any reset.
  var next: [Float]
}

/// Lives through made-up episodes and remembers all of them; the replay memory must agree.
private struct History {
  var steps: [[Step]]
  var present: [[Float]]
  var random: RandomStream

  init(copies: Int, seed: UInt64, replay: ReplayMemory) {
    random = RandomStream(seed: seed)
    steps = Array(repeating: [], count: copies)
    present = []
    for copy in 0..<copies {
      present.append([Float(copy), -1])
      replay.begin(copy, observation: present[copy])
    }
  }

  mutating func live(_ count: Int, in replay: ReplayMemory) {
    for _ in 0..<count {
      for copy in steps.indices {
        let fate = random.uniform()
        let end: ReplayMemory.Kind = fate < 0.1 ? .terminated : fate < 0.2 ? .truncated : .step
        let next = [Float(copy), Float(steps[copy].count)]
        let begin = [Float(copy), Float(steps[copy].count) + 0.5]
        let step = Step(
          observation: present[copy], action: random.integer(below: 5),
          reward: Float(random.uniform(-1, 1)), end: end, next: next)
        present[copy] = end == .step ? next : begin
        replay.append(
          copy, action: step.action, reward: step.reward, kind: end, final: next,
          next: present[copy])
        steps[copy].append(step)
      }
    }
  }

  /// n-step return, discount and observation behind, straight from the definition.
  func look(_ copy: Int, _ index: Int, steps count: Int, discount: Float)
    -> (rewards: Float, discount: Float, next: [Float])
  {
    var rewards: Float = 0
    var factor: Float = 1
    var place = index
    while true {
      let step = steps[copy][place]
      rewards += factor * step.reward
      factor *= discount
      if step.end == .terminated { return (rewards, 0, step.next) }
      if step.end == .truncated || place - index + 1 == count || place + 1 == steps[copy].count {
        return (rewards, factor, step.next)
      }
      place += 1
    }
  }
}

extension ReplayMemory {
  fileprivate func observation(_ row: Int) -> [Float] {
    Array(
      UnsafeBufferPointer(start: observations + row * observationWidth, count: observationWidth))
  }
}

@Suite struct ReplayMemoryTests {
  /// Every step that can be drawn is one that happened, among the newest, and leads to where it led.
  @Test(arguments: [1, 2, 3, 7]) func drawnStepsAreThoseThatHappened(returnSteps: Int) {
    for (copies, capacity) in [(1, 40), (3, 40), (4, 1000)] {
      let replay = ReplayMemory(
        capacity: capacity, copies: copies, observationWidth: 2, choices: 0, isPrioritized: false)
      var history = History(copies: copies, seed: 3, replay: replay)
      var random = RandomStream(seed: 9)
      for _ in 0..<30 {
        history.live(7, in: replay)
        for _ in 0..<50 {
          let row = replay.draw(&random)
          let copy = row / replay.rows
          let seen = replay.observation(row)
          let index = history.steps[copy].lastIndex { $0.observation == seen }!
          let step = history.steps[copy][index]
          #expect(history.steps[copy].count - index <= replay.rows)
          #expect(Int(replay.actions[row]) == step.action && replay.rewards[row] == step.reward)
          let ahead = replay.look(from: row, steps: returnSteps, discount: 0.9)
          let expected = history.look(copy, index, steps: returnSteps, discount: 0.9)
          #expect(ahead.rewards == expected.rewards && ahead.discount == expected.discount)
          // Behind a terminated episode's last step nothing counts.
          if expected.discount > 0 { #expect(replay.observation(ahead.row) == expected.next) }
        }
      }
    }
  }

  @Test func allStepsThatFitAreRemembered() {
    let replay = ReplayMemory(
      capacity: 64, copies: 2, observationWidth: 2, choices: 0, isPrioritized: false)
    var history = History(copies: 2, seed: 4, replay: replay)
    var random = RandomStream(seed: 1)
    for _ in 0..<40 {
      history.live(5, in: replay)
      // Rows of a copy: a present, and one or two per step.
      var expected = 0
      for steps in history.steps {
        var rows = 1
        for step in steps.reversed() {
          rows += step.end == .truncated ? 2 : 1
          if rows > replay.rows {
            // The final observation may have stayed without its step.
            break
          }
          expected += 1
        }
      }
      #expect(replay.stepCount == expected)
      var drawn = Set<Int>()
      for _ in 0..<4000 { drawn.insert(replay.draw(&random)) }
      #expect(drawn.count == expected)
    }
  }

  @Test func prioritizedDrawsFollowTheirWeights() {
    let replay = ReplayMemory(
      capacity: 30, copies: 1, observationWidth: 2, choices: 0, isPrioritized: true)
    var history = History(copies: 1, seed: 5, replay: replay)
    history.live(100, in: replay)
    var random = RandomStream(seed: 2)
    var rows = [Int32](repeating: 0, count: 8)
    var weights = [Float](repeating: 0, count: 8)
    let steps = (0..<30).filter { replay.kinds[$0].isStep }
    for (index, row) in steps.enumerated() {
      replay.prioritize(row, error: Double(index % 4), exponent: 0.5)
    }
    let priorities = steps.indices.map { (Double($0 % 4) + 1e-6).squareRoot() }
    let total = priorities.reduce(0, +)
    var counts = [Int: Int]()
    let rounds = 20_000
    for _ in 0..<rounds {
      replay.drawPrioritized(&random, count: 8, exponent: 0.7, rows: &rows, weights: &weights)
      for row in rows { counts[Int(row), default: 0] += 1 }
    }
    for (index, row) in steps.enumerated() {
      let expected = priorities[index] / total * Double(8 * rounds)
      // Five standard deviations of a Poisson count.
      expectClose(
        Double(counts[row] ?? 0), expected, absolute: 5 * expected.squareRoot() + 1, "row \(row)")
    }
    let raw = rows.map { row in
      pow(Double(steps.count) * priorities[steps.firstIndex(of: Int(row))!] / total, -0.7)
    }
    expectClose(weights, raw.map { $0 / raw.max()! }, absolute: 1e-6, "weights")
  }

  @Test(arguments: [false, true]) func bytesGiveTheSameMemory(isPrioritized: Bool) throws {
    func make() -> ReplayMemory {
      ReplayMemory(
        capacity: 50, copies: 2, observationWidth: 2, choices: 3, isPrioritized: isPrioritized)
    }
    for count in [0, 3, 200] {
      let replay = make()
      var history = History(copies: 2, seed: 6, replay: replay)
      history.live(count, in: replay)
      var encoder = StateEncoder()
      replay.encodeState(into: &encoder)
      let copy = make()
      var decoder = StateDecoder(encoder.bytes)
      try copy.decodeState(from: &decoder)
      var again = StateEncoder()
      copy.encodeState(into: &again)
      #expect(again.bytes == encoder.bytes && copy.stepCount == replay.stepCount)
      guard count > 0 else { continue }
      var (a, b) = (RandomStream(seed: 7), RandomStream(seed: 7))
      for _ in 0..<100 { #expect(replay.draw(&a) == copy.draw(&b)) }
      // Another size, and bytes that end early, are refused.
      let other = ReplayMemory(
        capacity: 20, copies: 2, observationWidth: 2, choices: 3, isPrioritized: isPrioritized)
      var whole = StateDecoder(encoder.bytes)
      if count == 200 {
        #expect(throws: StateDecoder.Failure.self) { try other.decodeState(from: &whole) }
      }
      var short = StateDecoder(Array(encoder.bytes.dropLast(9)))
      #expect(throws: StateDecoder.Failure.self) { try make().decodeState(from: &short) }
    }
  }
}
