import FedRLNumerics

#if canImport(Glibc)
  import Glibc
#endif

/// What a batch of transitions says that values should be. M samples, A actions, N numbers per action.
package struct TDTargets {
  package var choices: Int
  package var atoms: Int

  package init(choices: Int, atoms: Int) {
    self.choices = choices
    self.atoms = atoms
  }

  /// Vieillard, Pietquin and Geist, arXiv:2007.14430.
  package struct Munchausen {
    package var weight: Double
    package var temperature: Double
    package var limit: Double

    package init(weight: Double, temperature: Double, limit: Double) {
      self.weight = weight
      self.temperature = temperature
      self.limit = limit
    }
  }

  /// The largest of the possible actions' mean values.
  static func greedyChoice(
    _ values: UnsafePointer<Float>, mask: UnsafePointer<UInt8>?, choices: Int, atoms: Int
  ) -> Int? {
    var best: Int?
    var bestValue = -Float.infinity
    for choice in 0..<choices {
      if let mask, mask[choice] == 0 { continue }
      var value: Float = 0
      for atom in 0..<atoms { value += values[choice * atoms + atom] }
      if best == nil || value > bestValue {
        best = choice
        bestValue = value
      }
    }
    return best
  }

  /// One of the possible actions, each as likely; `nil` where none is.
  static func randomChoice(
    mask: UnsafePointer<UInt8>?, choices: Int, random: inout RandomStream
  ) -> Int? {
    guard let mask else { return random.integer(below: choices) }
    var possible = 0
    for choice in 0..<choices where mask[choice] != 0 { possible += 1 }
    guard possible > 0 else { return nil }
    var rest = random.integer(below: possible)
    for choice in 0..<choices where mask[choice] != 0 {
      if rest == 0 { return choice }
      rest -= 1
    }
    return nil
  }

  /// Targets of the greedy policy: `y = R + γᵏ Q′(s′, argmax_a Q″(s′, a))`, where Q″ is the trained network
  /// with double learning and the target network, Q′, without.
  /// - Parameters:
  ///   - rewards, discounts: `[M]`: Σ γᵏ r, and γᵏ or 0 where the episode had terminated.
  ///   - next: `[M, A, N]`, the target network's values of the observations behind.
  ///   - choosing: `[M, A, N]`, the values that choose the action.
  ///   - masks: `[M, A]` of the observations behind, or `nil`.
  ///   - targets: `[M, N]`, overwritten.
  package func greedy(
    rewards: UnsafePointer<Float>, discounts: UnsafePointer<Float>, next: UnsafePointer<Float>,
    choosing: UnsafePointer<Float>, masks: UnsafePointer<UInt8>?, rows: Int,
    into targets: UnsafeMutablePointer<Float>
  ) {
    for row in 0..<rows {
      let first = row * choices * atoms
      // Where nothing is possible nothing more can be gained.
      let choice = Self.greedyChoice(
        choosing + first, mask: masks.map { $0 + row * choices }, choices: choices, atoms: atoms)
      for atom in 0..<atoms {
        let value = choice.map { next[first + $0 * atoms + atom] } ?? 0
        // A value that does not count must not make a NaN of an infinite one.
        targets[row * atoms + atom] =
          discounts[row] == 0 ? rewards[row] : rewards[row] + discounts[row] * value
      }
    }
  }

  /// Targets of Munchausen's soft policy π = softmax(Q′/τ):
  /// `y = r + α max(τ log π(a|s), l₀) + γ Σ_a′ π(a′|s′) (Q′(s′, a′) − τ log π(a′|s′))`, eq. 2.
  /// - Parameters:
  ///   - current: `[M, A, N]`, the target network's values of the observations acted on.
  ///   - actions: `[M]`
  ///   - currentMasks, masks: `[M, A]`, or `nil`.
  package func soft(
    _ munchausen: Munchausen, rewards: UnsafePointer<Float>, discounts: UnsafePointer<Float>,
    current: UnsafePointer<Float>, actions: UnsafePointer<Int32>, next: UnsafePointer<Float>,
    currentMasks: UnsafePointer<UInt8>?, masks: UnsafePointer<UInt8>?, rows: Int,
    into targets: UnsafeMutablePointer<Float>
  ) {
    withUnsafeTemporaryAllocation(of: Double.self, capacity: choices) { scratch in
      let logs = scratch.baseAddress!
      for row in 0..<rows {
        let first = row * choices * atoms
        scaledLogPolicy(
          current + first, mask: currentMasks.map { $0 + row * choices }, munchausen.temperature,
          into: logs)
        let bonus =
          munchausen.weight * max(logs[Int(actions[row])], munchausen.limit)
        let reward = Double(rewards[row]) + bonus
        scaledLogPolicy(
          next + first, mask: masks.map { $0 + row * choices }, munchausen.temperature, into: logs)
        for atom in 0..<atoms {
          var value = 0.0
          if discounts[row] != 0 {
            for choice in 0..<choices where logs[choice] > -.infinity {
              let probability = exp(logs[choice] / munchausen.temperature)
              value +=
                probability * (Double(next[first + choice * atoms + atom]) - logs[choice])
            }
          }
          targets[row * atoms + atom] = Float(reward + Double(discounts[row]) * value)
        }
      }
    }
  }

  /// Writes `τ log softmax(Q/τ)` of the mean values; −∞ for impossible actions.
  private func scaledLogPolicy(
    _ values: UnsafePointer<Float>, mask: UnsafePointer<UInt8>?, _ temperature: Double,
    into logs: UnsafeMutablePointer<Double>
  ) {
    var largest = -Double.infinity
    for choice in 0..<choices {
      if let mask, mask[choice] == 0 {
        logs[choice] = -.infinity
        continue
      }
      var value = 0.0
      for atom in 0..<atoms { value += Double(values[choice * atoms + atom]) }
      logs[choice] = value / Double(atoms)
      largest = max(largest, logs[choice])
    }
    guard largest > -.infinity else { return }
    var sum = 0.0
    for choice in 0..<choices where logs[choice] > -.infinity {
      sum += exp((logs[choice] - largest) / temperature)
    }
    let normalizer = largest + temperature * log(sum)
    for choice in 0..<choices where logs[choice] > -.infinity { logs[choice] -= normalizer }
  }
}
