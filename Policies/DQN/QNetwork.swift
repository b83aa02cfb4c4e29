import FedRLNetworks
import FedRLNumerics

/// Forward and backward passes of a ``QNetworkDesign``, with room for one batch.
///
/// Parameters and gradient are flat vectors of the caller's, who calls ``load(_:)`` whenever the
/// parameters changed. After construction nothing is allocated. One owner at a time.
package final class QNetwork {
  package let design: QNetworkDesign
  private let trunk: NetworkColumn?
  private let choices: MultilayerPerceptron
  private let state: MultilayerPerceptron?
  /// `[maximumRows, A, N]`: what the dueling streams add up to.
  private let combined: FloatBuffer
  /// Gradients: by the trunk's outputs `[maximumRows, last shared]`, by advantages `[maximumRows, A, N]`,
  /// by the state's value `[maximumRows, N]`.
  private let featureGradient: FloatBuffer
  private let choiceGradient: FloatBuffer
  private let stateGradient: FloatBuffer

  package init(_ design: QNetworkDesign, maximumRows: Int, trains: Bool) {
    self.design = design
    func network(_ layers: [DenseLayer]) -> MultilayerPerceptron? {
      layers.isEmpty
        ? nil : MultilayerPerceptron(layers: layers, maximumRows: maximumRows, trains: trains)
    }
    trunk = design.trunkColumn.map {
      NetworkColumn($0, maximumRows: maximumRows, trains: trains)
    }
    choices = network(design.choiceLayers)!
    state = network(design.stateLayers)
    let isDueling = design.isDueling
    combined = FloatBuffer(count: isDueling ? maximumRows * choices.outputs : 0)
    featureGradient = FloatBuffer(
      count: trains ? (design.trunkColumn?.outputs ?? 0) * maximumRows : 0)
    choiceGradient = FloatBuffer(count: trains && isDueling ? maximumRows * choices.outputs : 0)
    stateGradient = FloatBuffer(count: trains && isDueling ? maximumRows * design.atoms : 0)
  }

  /// Takes note of new weights.
  /// - Parameter parameters: `[layout.count]`, which later calls get too.
  package func load(_ parameters: UnsafePointer<Float>) {
    trunk?.load(parameters)
    choices.load(parameters)
    state?.load(parameters)
  }

  /// Values of all actions; with dueling streams `Q[a] = V + A[a] − mean(A)` (arXiv:1511.06581, eq. 9).
  /// - Parameter x: `[rows, inputs]`, as the network sees them.
  /// - Returns: `[rows, A, N]`, valid until the next call.
  package func forward(
    _ parameters: UnsafePointer<Float>, _ x: UnsafePointer<Float>, rows: Int
  ) -> UnsafeMutablePointer<Float> {
    let features = trunk.map { UnsafePointer($0.forward(parameters, x, rows: rows)) } ?? x
    let advantages = choices.forward(parameters, features, rows: rows)
    guard let state else { return advantages }
    let values = state.forward(parameters, features, rows: rows)
    let (count, atoms) = (design.choices, design.atoms)
    let share = 1 / Float(count)
    for row in 0..<rows {
      for atom in 0..<atoms {
        let first = row * count * atoms + atom
        var sum: Float = 0
        for choice in 0..<count { sum += advantages[first + choice * atoms] }
        let base = values[row * atoms + atom] - sum * share
        for choice in 0..<count {
          let index = first + choice * atoms
          combined.pointer[index] = advantages[index] + base
        }
      }
    }
    return combined.pointer
  }

  /// Back-propagates through the latest ``forward(_:_:rows:)``.
  /// - Parameters:
  ///   - x: the same observations.
  ///   - outputGradient: `[rows, A, N]`
  ///   - gradient: `[layout.count]`, overwritten.
  package func backward(
    _ parameters: UnsafePointer<Float>, _ x: UnsafePointer<Float>, rows: Int,
    outputGradient: UnsafeMutablePointer<Float>, gradient: UnsafeMutablePointer<Float>
  ) {
    let features = trunk.map { UnsafePointer($0.output) } ?? x
    let featureGradient = trunk == nil ? nil : self.featureGradient.pointer
    if let state {
      split(outputGradient, rows: rows)
      choices.backward(
        parameters, features, rows: rows, outputGradient: choiceGradient.pointer,
        gradient: gradient, inputGradient: featureGradient)
      state.backward(
        parameters, features, rows: rows, outputGradient: stateGradient.pointer,
        gradient: gradient, inputGradient: featureGradient, addsToInput: true)
    } else {
      choices.backward(
        parameters, features, rows: rows, outputGradient: outputGradient, gradient: gradient,
        inputGradient: featureGradient)
    }
    trunk?.backward(
      parameters, x, rows: rows, outputGradient: self.featureGradient.pointer, gradient: gradient)
  }

  /// The streams' shares in a gradient by values.
  private func split(_ gradient: UnsafePointer<Float>, rows: Int) {
    let (count, atoms) = (design.choices, design.atoms)
    let share = 1 / Float(count)
    for row in 0..<rows {
      for atom in 0..<atoms {
        let first = row * count * atoms + atom
        var sum: Float = 0
        for choice in 0..<count { sum += gradient[first + choice * atoms] }
        stateGradient.pointer[row * atoms + atom] = sum
        for choice in 0..<count {
          let index = first + choice * atoms
          choiceGradient.pointer[index] = gradient[index] - sum * share
        }
      }
    }
  }
}
