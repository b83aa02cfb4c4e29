/// w ← w + η Δ̄; FedAvg with η = 1.
/// - SeeAlso: McMahan et al., arXiv:1602.05629; Reddi et al., arXiv:2003.00295, for η.
public struct FederatedAveraging: ServerOptimizer, Equatable {
  /// η > 0.
  public let learningRate: Double

  public init(learningRate: Double = 1) {
    precondition(learningRate > 0, "a server learning rate of \(learningRate)")
    self.learningRate = learningRate
  }

  public var name: String { "fedavg" }

  public mutating func step(_ parameters: inout [Double], meanDelta: [Double]) {
    precondition(parameters.count == meanDelta.count)
    for index in parameters.indices { parameters[index] += learningRate * meanDelta[index] }
  }
}
