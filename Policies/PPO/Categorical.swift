#if canImport(Glibc)
  private import Glibc
#endif

/// The probabilities of one row's possible choices.
struct Categorical {
  let logits: UnsafePointer<Float>
  let mask: UnsafePointer<Float>?
  let choices: Int
  /// `[choices]`: exp(logit − largest); 0 where impossible.
  let weights: UnsafeMutablePointer<Double>
  /// Σ weights.
  let sum: Double
  /// log Σ exp(logit)
  let logSum: Double

  /// - Parameter weights: scratch for this row.
  /// - Returns: `nil` where nothing is possible.
  @inline(__always)
  init?(
    _ logits: UnsafePointer<Float>, mask: UnsafePointer<Float>?, choices: Int,
    weights: UnsafeMutablePointer<Double>
  ) {
    self.logits = logits
    self.mask = mask
    self.choices = choices
    self.weights = weights
    var largest = -Double.infinity
    var possible = 0
    for choice in 0..<choices {
      if let mask, mask[choice] == 0 { continue }
      possible += 1
      largest = max(largest, Double(logits[choice]))
    }
    guard possible > 0 else { return nil }
    var sum = 0.0
    for choice in 0..<choices {
      let isPossible = mask.map { $0[choice] != 0 } ?? true
      weights[choice] = isPossible ? exp(Double(logits[choice]) - largest) : 0
      sum += weights[choice]
    }
    self.sum = sum
    logSum = largest + log(sum)
  }

  @inline(__always)
  func logProbability(_ choice: Int) -> Double { Double(logits[choice]) - logSum }

  /// −Σ p log p; a weight that is 0, masked or underflowed, adds nothing.
  @inline(__always)
  var entropy: Double {
    var weighted = 0.0
    for choice in 0..<choices where weights[choice] > 0 {
      weighted += weights[choice] * logProbability(choice)
    }
    return -weighted / sum
  }

  /// The choice at which the cumulative probability passes `uniform`.
  func choice(at uniform: Double) -> Int {
    var rest = uniform * sum
    var last = 0
    for choice in 0..<choices where weights[choice] > 0 {
      last = choice
      rest -= weights[choice]
      if rest < 0 { break }
    }
    return last
  }
}
