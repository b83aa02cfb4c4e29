public import FedRLNumerics

/// How the server turns a mean change into a new model.
public protocol ServerOptimizer: Sendable {
  /// As scenarios name it.
  var name: String { get }

  /// Moves the parameters in place.
  /// - Parameters:
  ///   - parameters: `[count]`, the present model's.
  ///   - meanDelta: `[count]`.
  mutating func step(_ parameters: inout [Double], meanDelta: [Double])

  /// Writes what the next steps depend on.
  func encodeState(into encoder: inout StateEncoder)
  mutating func decodeState(from decoder: inout StateDecoder) throws(StateDecoder.Failure)
}

extension ServerOptimizer {
  public func encodeState(into encoder: inout StateEncoder) {}
  public mutating func decodeState(from decoder: inout StateDecoder)
    throws(StateDecoder.Failure)
  {}

  /// Computes in `Double` and rounds each parameter once to `Float`.
  public mutating func apply(_ meanDelta: [Double], to parameters: inout ParameterVector) {
    var values = parameters.values.map { Double($0) }
    step(&values, meanDelta: meanDelta)
    for index in values.indices { parameters.values[index] = Float(values[index]) }
  }
}
