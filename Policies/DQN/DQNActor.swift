public import FedRLCore
import FedRLNetworks
public import FedRLNumerics

/// The policy alone: the action of the largest value. With random numbers it explores as much as training
/// did last.
public final class DQNActor: Actor {
  private let network: QNetwork
  private let weights: FloatBuffer
  private var normalizer: ObservationNormalizer
  private let seen: FloatBuffer
  private let exploration: Double
  private let copies: Int

  init(_ kind: DQNKind, copies: Int) {
    precondition(copies > 0)
    self.copies = copies
    exploration = kind.settings.explorationFinal
    network = QNetwork(kind.design, maximumRows: copies, trains: false)
    weights = FloatBuffer(count: kind.layout.count)
    normalizer = ObservationNormalizer(width: kind.design.inputs)
    seen = FloatBuffer(count: copies * kind.design.inputs)
  }

  public let stateWidth = 0

  public func load(_ parameters: ParameterVector, observationMoments: Moments?) {
    precondition(
      parameters.count == weights.count,
      "\(parameters.count) parameters for a policy of \(weights.count)")
    weights.pointer.update(from: parameters.values, count: weights.count)
    network.load(weights.pointer)
    normalizer.load(observationMoments)
  }

  public func act(
    observations: Span<Float>, masks: Span<Float>, state: inout MutableSpan<Float>,
    random: UnsafeMutablePointer<RandomStream>?, into actions: inout MutableSpan<Float>
  ) {
    let (width, choices) = (network.design.inputs, network.design.choices)
    let rows = observations.count / width
    precondition(
      rows <= copies && observations.count == rows * width && actions.count == rows
        && (masks.isEmpty || masks.count == rows * choices),
      "\(observations.count) observations, \(masks.count) masks and \(actions.count) actions for "
        + "at most \(copies) rows")
    guard rows > 0 else { return }
    observations.withUnsafeBufferPointer {
      normalizer.apply($0.baseAddress!, into: seen.pointer, rows: rows)
    }
    let values = network.forward(weights.pointer, seen.pointer, rows: rows)
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: choices) { mask in
      for row in 0..<rows {
        if !masks.isEmpty {
          for choice in 0..<choices { mask[choice] = masks[row * choices + choice] == 0 ? 0 : 1 }
        }
        let possible = masks.isEmpty ? nil : UnsafePointer(mask.baseAddress!)
        let choice =
          if let random, random.pointee.uniform() < exploration {
            TDTargets.randomChoice(mask: possible, choices: choices, random: &random.pointee)
          } else {
            TDTargets.greedyChoice(
              values + row * choices * network.design.atoms, mask: possible, choices: choices,
              atoms: network.design.atoms)
          }
        precondition(choice != nil, "row \(row) has no possible action")
        actions[row] = Float(choice!)
      }
    }
  }
}
