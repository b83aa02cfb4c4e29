import FedRLNumerics
import FedRLPPO
import FedRLTestSupport
import Foundation
import Testing

/// Gradients against finite differences of the loss written out in `Double`.
@Suite struct LossTests {
  /// Log-probability of the row's action and the entropy of its distribution.
  private func distribution(
    _ head: PolicyHead, _ outputs: ArraySlice<Double>, _ deviations: [Double],
    _ action: ArraySlice<Float>, _ mask: [Float]?
  ) -> (Double, Double) {
    let outputs = Array(outputs)
    let action = action.map { Double($0) }
    switch head {
    case .categorical:
      let possible = outputs.indices.filter { mask == nil || mask![$0] != 0 }
      let total = log(possible.reduce(0) { $0 + exp(outputs[$1]) })
      let entropy = possible.reduce(0) { $0 - exp(outputs[$1] - total) * (outputs[$1] - total) }
      return (outputs[Int(action[0])] - total, entropy)
    case .gaussian(let width):
      var logProbability = 0.0
      var entropy = 0.0
      for column in 0..<width {
        let deviation = exp(deviations[column])
        let score = (action[column] - outputs[column]) / deviation
        logProbability += -0.5 * score * score - log(deviation * (2 * Double.pi).squareRoot())
        entropy += log(deviation) + 0.5 * log(2 * Double.pi * M_E)
      }
      return (logProbability, entropy)
    }
  }

  private func total(
    _ head: PolicyHead, _ samples: Samples, _ settings: PPOLossSettings, outputs: [Double],
    deviations: [Double], values: [Double]
  ) -> Double {
    let count = Double(samples.count)
    var advantages = samples.advantages.map { Double($0) }
    if settings.normalizesAdvantages {
      let mean = advantages.reduce(0, +) / count
      let variance = advantages.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / (count - 1)
      advantages = advantages.map { ($0 - mean) / (variance.squareRoot() + 1e-8) }
    }
    var sum = 0.0
    let width = head.outputs
    for row in 0..<samples.count {
      let (logProbability, entropy) = distribution(
        head, outputs[row * width..<(row + 1) * width], deviations,
        samples.actions[row * head.actionWidth..<(row + 1) * head.actionWidth],
        samples.masks.map { Array($0[row * width..<(row + 1) * width]) })
      let ratio = exp(logProbability - Double(samples.logProbabilities[row]))
      let clipped = min(max(ratio, 1 - settings.clip), 1 + settings.clip)
      sum -= min(ratio * advantages[row], clipped * advantages[row])
      sum -= settings.entropyCoefficient * entropy
      let old = Double(samples.oldValues[row])
      let limit = settings.valueClip ?? .infinity
      let value = old + min(max(values[row] - old, -limit), limit)
      let error = value - Double(samples.returns[row])
      sum += settings.valueCoefficient * error * error
    }
    return sum / count
  }

  private func check(_ head: PolicyHead, _ settings: PPOLossSettings, masked: Bool = false) {
    var random = RandomStream(seed: 21)
    func draw(_ count: Int, _ scale: Double = 1) -> [Float] {
      (0..<count).map { _ in Float(scale * random.normal()) }
    }
    let count = 24
    let outputs = draw(count * head.outputs)
    var deviations: [Float] = []
    var samples = Samples(count: count, actions: draw(count * head.actionWidth))
    if case .categorical(let choices) = head {
      samples.actions = (0..<count).map { _ in Float(random.integer(below: choices)) }
      if masked {
        samples.masks = (0..<(count * choices)).map { _ in random.uniform() < 0.5 ? 0 : 1 }
        for row in 0..<count { samples.masks![row * choices + Int(samples.actions[row])] = 1 }
      }
    } else {
      deviations = draw(head.outputs, 0.3)
    }
    samples.advantages = draw(count)
    samples.returns = draw(count)
    samples.oldValues = draw(count)
    let values = draw(count)
    let doubles = outputs.map { Double($0) }
    let deviationDoubles = deviations.map { Double($0) }
    let valueDoubles = values.map { Double($0) }
    let width = head.outputs
    samples.logProbabilities = (0..<count).map { row in
      let (logProbability, _) = distribution(
        head, doubles[row * width..<(row + 1) * width], deviationDoubles,
        samples.actions[row * head.actionWidth..<(row + 1) * head.actionWidth],
        samples.masks.map { Array($0[row * width..<(row + 1) * width]) })
      return Float(logProbability + 0.3 * random.normal())
    }
    let result = samples.loss(
      head, outputs: outputs, logDeviations: deviations, values: values, settings: settings)
    expectClose(
      result.terms.total,
      total(
        head, samples, settings, outputs: doubles, deviations: deviationDoubles,
        values: valueDoubles), relative: 1e-9, absolute: 1e-9, "loss")
    expectClose(
      result.outputGradient,
      finiteDifferences(at: doubles) {
        total(
          head, samples, settings, outputs: $0, deviations: deviationDoubles, values: valueDoubles)
      }, relative: 1e-5, absolute: 1e-8, "\(head) by outputs")
    expectClose(
      result.logDeviationGradient,
      finiteDifferences(at: deviationDoubles) {
        total(head, samples, settings, outputs: doubles, deviations: $0, values: valueDoubles)
      }, relative: 1e-5, absolute: 1e-8, "\(head) by log deviations")
    expectClose(
      result.valueGradient,
      finiteDifferences(at: valueDoubles) {
        total(head, samples, settings, outputs: doubles, deviations: deviationDoubles, values: $0)
      }, relative: 1e-5, absolute: 1e-8, "\(head) by values")
    #expect(result.terms.clipFraction > 0.1 && result.terms.clipFraction < 0.9)
  }

  private let heads: [PolicyHead] = [
    .categorical(choices: 2), .categorical(choices: 5), .gaussian(width: 1), .gaussian(width: 3),
  ]

  @Test func gradientsOfTheLossMatchFiniteDifferences() {
    for head in heads {
      for valueClip in [nil, 0.4] {
        for normalizes in [true, false] {
          check(
            head,
            PPOLossSettings(
              clip: 0.2, valueClip: valueClip, entropyCoefficient: 0.03, valueCoefficient: 0.7,
              normalizesAdvantages: normalizes))
        }
      }
    }
  }

  @Test func gradientsWithMasksMatchFiniteDifferences() {
    check(
      .categorical(choices: 5),
      PPOLossSettings(
        clip: 0.2, entropyCoefficient: 0.05, valueCoefficient: 0.5, normalizesAdvantages: true),
      masked: true)
  }

  @Test func hugeLogitsAndCertainChoicesStayFinite() {
    var samples = Samples(count: 2, actions: [0, 1])
    samples.advantages = [1, -1]
    samples.logProbabilities = [0, -2000]
    let result = samples.loss(
      .categorical(choices: 3), outputs: [2000, 0, -2000, 2000, 0, -1], logDeviations: [],
      values: [0, 0],
      settings: PPOLossSettings(
        clip: 0.2, entropyCoefficient: 0.1, valueCoefficient: 0.5, normalizesAdvantages: false))
    #expect(result.terms.total.isFinite && result.terms.entropy == 0)
    #expect(result.outputGradient.allSatisfy { $0.isFinite })
  }

  @Test func oneSampleIsLearnedFromWithoutNormalisingItsAdvantage() {
    var samples = Samples(count: 1, actions: [0])
    samples.advantages = [2]
    samples.logProbabilities = [Float(log(0.5))]
    let terms = samples.loss(
      .categorical(choices: 2), outputs: [0, 0], logDeviations: [], values: [0],
      settings: PPOLossSettings(
        clip: 0.2, entropyCoefficient: 0, valueCoefficient: 0, normalizesAdvantages: true)
    ).terms
    expectClose(terms.policy, -2, relative: 1e-6, "policy loss")
  }
}
