import FedRLNetworks
import FedRLNumerics

/// A gradient step of the size that DQN makes with rl-zoo's settings for CartPole (4-256-256-2, ReLU,
/// batch 64, Huber loss, gradient norm at most 10, Adam) on a batch that is given: the target network's
/// pass, the online network's, back-propagation, clipping, Adam.
final class ValueUpdate {
  static let widths = [4, 256, 256, 2]
  static let rows = 64

  private let online: MultilayerPerceptron
  private let target: MultilayerPerceptron
  private let count: Int
  private let weights, targetWeights, gradient, first, second: FloatBuffer
  private let observations, nextObservations, outputGradient: FloatBuffer
  private let adam = Adam(epsilon: 1e-8)
  private var steps = 0

  init() {
    var layout = ParameterLayout()
    let pairs = Array(zip(Self.widths, Self.widths.dropFirst()))
    let layers = pairs.enumerated().map { index, pair in
      DenseLayer(
        inputs: pair.0, outputs: pair.1, activation: index == pairs.count - 1 ? nil : .relu,
        name: "q.\(index)", part: .actor, in: &layout)
    }
    online = MultilayerPerceptron(layers: layers, maximumRows: Self.rows, trains: true)
    target = MultilayerPerceptron(layers: layers, maximumRows: Self.rows, trains: false)
    count = layout.count
    var random = RandomStream(seed: 1)
    func numbers(_ count: Int, deviation: Double) -> FloatBuffer {
      let buffer = FloatBuffer(count: count)
      for index in 0..<count { buffer.pointer[index] = Float(deviation * random.normal()) }
      return buffer
    }
    weights = numbers(count, deviation: 0.06)
    targetWeights = numbers(count, deviation: 0.06)
    gradient = FloatBuffer(count: count)
    first = FloatBuffer(count: count)
    second = FloatBuffer(count: count)
    observations = numbers(Self.rows * Self.widths[0], deviation: 1)
    nextObservations = numbers(Self.rows * Self.widths[0], deviation: 1)
    outputGradient = FloatBuffer(count: Self.rows * Self.widths.last!)
    online.load(weights.pointer)
    target.load(targetWeights.pointer)
  }

  func step() {
    let rows = Self.rows
    let next = target.forward(targetWeights.pointer, nextObservations.pointer, rows: rows)
    let values = online.forward(weights.pointer, observations.pointer, rows: rows)
    for row in 0..<rows {
      let goal = 1 + 0.99 * max(next[2 * row], next[2 * row + 1])
      let action = row & 1
      // The Huber loss's derivative, of the mean.
      let error = min(max(values[2 * row + action] - goal, -1), 1)
      outputGradient.pointer[2 * row + action] = error / Float(rows)
      outputGradient.pointer[2 * row + 1 - action] = 0
    }
    online.backward(
      weights.pointer, observations.pointer, rows: rows, outputGradient: outputGradient.pointer,
      gradient: gradient.pointer)
    let norm = Kernels.sumOfSquares(gradient.pointer, count: count).squareRoot()
    steps += 1
    adam.step(
      weights.pointer, firstMoments: first.pointer, secondMoments: second.pointer,
      gradient: gradient.pointer, count: count, step: steps, learningRate: 2.3e-3,
      gradientScale: clipFactor(norm: norm, maximum: 10))
    online.load(weights.pointer)
  }
}
