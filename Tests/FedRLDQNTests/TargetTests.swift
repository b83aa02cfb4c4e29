import FedRLDQN
import FedRLNumerics
import FedRLTestSupport
import Foundation
import Testing

/// Targets against their formulas, written out in `Double`.
@Suite struct TargetTests {
  private let rows = 9
  private func values(_ count: Int, seed: UInt64) -> [Float] {
    var random = RandomStream(seed: seed)
    return (0..<count).map { _ in Float(random.normal()) }
  }
  /// Some choices impossible, never all.
  private func masks(_ choices: Int, seed: UInt64) -> [UInt8] {
    var random = RandomStream(seed: seed)
    return (0..<(rows * choices)).map { index in
      index % choices == 1 || random.uniform() < 0.6 ? 1 : 0
    }
  }
  private var discounts: [Float] { (0..<rows).map { $0 % 4 == 3 ? 0 : 0.97 } }

  private func mean(_ values: [Float], _ row: Int, _ choice: Int, _ choices: Int, _ atoms: Int)
    -> Double
  {
    let first = (row * choices + choice) * atoms
    return values[first..<(first + atoms)].reduce(0) { $0 + Double($1) } / Double(atoms)
  }

  @Test(arguments: [1, 5], [false, true]) func greedy(atoms: Int, isMasked: Bool) {
    let choices = 4
    let next = values(rows * choices * atoms, seed: 1)
    let choosing = values(rows * choices * atoms, seed: 2)
    let rewards = values(rows, seed: 3)
    let masks = self.masks(choices, seed: 4)
    var targets = [Float](repeating: .nan, count: rows * atoms)
    TDTargets(choices: choices, atoms: atoms).greedy(
      rewards: rewards, discounts: discounts, next: next, choosing: choosing,
      masks: isMasked ? masks : nil, rows: rows, into: &targets)
    for row in 0..<rows {
      let possible = (0..<choices).filter { !isMasked || masks[row * choices + $0] == 1 }
      let best = possible.max {
        mean(choosing, row, $0, choices, atoms) < mean(choosing, row, $1, choices, atoms)
      }!
      for atom in 0..<atoms {
        let value = Double(next[(row * choices + best) * atoms + atom])
        expectClose(
          Double(targets[row * atoms + atom]),
          Double(rewards[row]) + Double(discounts[row]) * value, absolute: 1e-6)
      }
    }
  }

  @Test func aTerminatedEpisodeHasNoFuture() {
    var targets: [Float] = [0]
    TDTargets(choices: 2, atoms: 1).greedy(
      rewards: [2], discounts: [0], next: [.infinity, .infinity], choosing: [.infinity, 0],
      masks: nil, rows: 1, into: &targets)
    #expect(targets == [2])
  }

  @Test(arguments: [1, 5], [0.03, 2.0]) func munchausen(atoms: Int, temperature: Double) {
    let choices = 4
    let next = values(rows * choices * atoms, seed: 1)
    let current = values(rows * choices * atoms, seed: 2)
    let rewards = values(rows, seed: 3)
    let (masks, currentMasks) = (self.masks(choices, seed: 4), self.masks(choices, seed: 5))
    let actions = [Int32](repeating: 1, count: rows)
    var targets = [Float](repeating: .nan, count: rows * atoms)
    TDTargets(choices: choices, atoms: atoms).soft(
      .init(weight: 0.9, temperature: temperature, limit: -1), rewards: rewards,
      discounts: discounts, current: current, actions: actions, next: next,
      currentMasks: currentMasks, masks: masks, rows: rows, into: &targets)
    /// Probabilities of the possible choices, and their scaled logarithms by log-sum-exp.
    func policy(_ values: [Float], _ masks: [UInt8], _ row: Int) -> [Int: (p: Double, log: Double)]
    {
      let possible = (0..<choices).filter { masks[row * choices + $0] == 1 }
      let q = possible.map { mean(values, row, $0, choices, atoms) }
      let top = q.max()!
      let sum = q.reduce(0) { $0 + exp(($1 - top) / temperature) }
      return Dictionary(
        uniqueKeysWithValues: zip(possible, q).map {
          let scaled = $1 - top - temperature * log(sum)
          return ($0, (exp(scaled / temperature), scaled))
        })
    }
    for row in 0..<rows {
      let bonus = 0.9 * max(policy(current, currentMasks, row)[1]!.log, -1)
      let ahead = policy(next, masks, row)
      for atom in 0..<atoms {
        let soft = ahead.reduce(0) {
          $0 + $1.value.p
            * (Double(next[(row * choices + $1.key) * atoms + atom]) - $1.value.log)
        }
        expectClose(
          Double(targets[row * atoms + atom]),
          Double(rewards[row]) + bonus + Double(discounts[row]) * soft, absolute: 1e-5)
      }
    }
  }

  /// Gradients against finite differences of the loss written out in `Double`.
  @Test(arguments: [1, 2, 8, 11], [false, true]) func lossAndItsGradient(
    atoms: Int, isWeighted: Bool
  ) {
    let choices = 3
    let isDistributional = atoms > 1
    // Some differences beyond Huber's corner.
    let values = self.values(rows * choices * atoms, seed: 6).map { 2 * $0 }
    let targets = self.values(rows * atoms, seed: 7)
    let actions = (0..<rows).map { Int32($0 % choices) }
    let weights = (0..<rows).map { Float(1 + $0) / 9 }
    func huber(_ x: Double) -> Double { abs(x) <= 1 ? x * x / 2 : abs(x) - 0.5 }
    func oracle(_ values: [Float]) -> Double {
      var total = 0.0
      for row in 0..<rows {
        let weight = isWeighted ? Double(weights[row]) : 1
        let first = (row * choices + Int(actions[row])) * atoms
        if !isDistributional {
          total += weight * huber(Double(values[first]) - Double(targets[row]))
          continue
        }
        for i in 0..<atoms {
          for j in 0..<atoms {
            let difference = Double(targets[row * atoms + j]) - Double(values[first + i])
            let level = (Double(i) + 0.5) / Double(atoms)
            total +=
              weight * abs(level - (difference < 0 ? 1 : 0)) * huber(difference) / Double(atoms)
          }
        }
      }
      return total / Double(rows)
    }
    var gradient = [Float](repeating: .nan, count: values.count)
    var errors = [Float](repeating: .nan, count: rows)
    let loss = DQNLoss(choices: choices, atoms: atoms, isDistributional: isDistributional).evaluate(
      values, actions: actions, targets: targets, weights: isWeighted ? weights : nil, rows: rows,
      gradient: &gradient, errors: &errors)
    expectClose(loss, oracle(values), relative: 1e-5, "loss")
    checkGradients(gradient, at: values, step: 1e-3, relative: 2e-3, absolute: 2e-4, of: oracle)
    for row in 0..<rows {
      let target = targets[(row * atoms)..<((row + 1) * atoms)].reduce(0) { $0 + Double($1) }
      expectClose(
        Double(errors[row]),
        target / Double(atoms) - mean(values, row, Int(actions[row]), choices, atoms),
        absolute: 1e-5, "error")
    }
  }
}
