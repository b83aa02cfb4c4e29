public import FedRLCore
import FedRLNetworks
public import FedRLNumerics

/// The policy alone: evaluation, replays, deployment.
public final class PPOActor: Actor {
  private let head: PolicyHead
  private let network: ActorCriticNetwork
  private let weights: FloatBuffer
  private var normalizer: ObservationNormalizer
  private let seen: FloatBuffer
  private let logProbabilities: FloatBuffer
  private let copies: Int

  init(_ kind: PPOKind, copies: Int) {
    precondition(copies > 0)
    head = kind.head
    self.copies = copies
    network = ActorCriticNetwork(kind.design, maximumRows: copies, trains: false)
    weights = FloatBuffer(count: kind.layout.count)
    normalizer = ObservationNormalizer(width: kind.design.inputs)
    seen = FloatBuffer(count: copies * kind.design.inputs)
    logProbabilities = FloatBuffer(count: copies)
  }

  public var stateWidth: Int { network.design.memoryUnits }

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
    let width = network.design.inputs
    let rows = observations.count / width
    precondition(
      rows <= copies && observations.count == rows * width
        && actions.count == rows * head.actionWidth
        && (masks.isEmpty || masks.count == rows * head.outputs)
        && state.count == rows * stateWidth,
      "\(observations.count) observations, \(masks.count) masks, \(state.count) remembered numbers "
        + "and \(actions.count) actions for at most \(copies) rows")
    guard rows > 0 else { return }
    observations.withUnsafeBufferPointer {
      normalizer.apply($0.baseAddress!, into: seen.pointer, rows: rows)
    }
    let outputs = state.withUnsafeMutableBufferPointer {
      network.act(
        weights.pointer, seen.pointer, rows: rows, state: $0.isEmpty ? nil : $0.baseAddress)
    }
    masks.withUnsafeBufferPointer { masks in
      let masks = masks.isEmpty ? nil : masks.baseAddress
      actions.withUnsafeMutableBufferPointer {
        choose(outputs, masks: masks, rows: rows, random: random, actions: $0.baseAddress!)
      }
    }
  }

  private func choose(
    _ outputs: UnsafePointer<Float>, masks: UnsafePointer<Float>?, rows: Int,
    random: UnsafeMutablePointer<RandomStream>?, actions: UnsafeMutablePointer<Float>
  ) {
    if let random {
      let impossible = head.sample(
        outputs,
        logDeviations: network.design.logDeviationOffset.map {
          UnsafePointer(weights.pointer + $0)
        }, masks: masks, rows: rows, random: &random.pointee, actions: actions,
        logProbabilities: logProbabilities.pointer)
      precondition(impossible == nil, "row \(impossible ?? 0) has no possible action")
    } else {
      head.mode(outputs, masks: masks, rows: rows, actions: actions)
    }
    guard case .gaussian(let width) = head else { return }
    for index in 0..<(rows * width) { actions[index] = min(max(actions[index], -1), 1) }
  }
}
