public import FedRLNumerics

/// The fleet's model: shared parameters and shared observation statistics.
public struct GlobalModel: Sendable, Equatable {
  public var version: ModelVersion
  /// Rounds of the whole training, for schedules that follow the fleet's progress.
  public var rounds: Int
  /// Over the shared layout.
  public var parameters: ParameterVector
  /// Observation statistics; `nil` where they stay with the members or are not used.
  public var moments: Moments?

  public init(
    version: ModelVersion = .initial, rounds: Int, parameters: ParameterVector,
    moments: Moments? = nil
  ) {
    precondition(rounds > 0, "a training of \(rounds) rounds")
    self.version = version
    self.rounds = rounds
    self.parameters = parameters
    self.moments = moments
  }

  /// The fleet's progress before and after the round that trains on this model, in 0...1.
  public var progress: (start: Double, end: Double) {
    let total = Double(rounds)
    return (
      min(Double(version.number) / total, 1), min(Double(version.number + 1) / total, 1)
    )
  }

  public func encodeState(into encoder: inout StateEncoder) {
    encoder.encode(version.number)
    encoder.encode(rounds)
    encoder.encode(parameters.values)
    encoder.encode(moments != nil)
    guard let moments else { return }
    encoder.encode(moments.count)
    encoder.encode(moments.mean)
    encoder.encode(moments.m2)
  }

  /// - Parameter layout: the shared layout.
  public init(from decoder: inout StateDecoder, layout: ParameterLayout)
    throws(StateDecoder.Failure)
  {
    let version = try decoder.decode(Int.self)
    let rounds = try decoder.decode(Int.self)
    let values = try decoder.decodeArray(of: Float.self)
    guard (0...Int(UInt32.max)).contains(version), rounds > 0, values.count == layout.count else {
      throw .invalid(
        "a model of version \(version), \(rounds) rounds and \(values.count) parameters, "
          + "expected \(layout.count) parameters")
    }
    self.init(
      version: ModelVersion(version), rounds: rounds,
      parameters: ParameterVector(layout: layout, values: values))
    guard try decoder.decode(Bool.self) else { return }
    let count = try decoder.decode(Double.self)
    let mean = try decoder.decodeArray(of: Double.self)
    let m2 = try decoder.decodeArray(of: Double.self)
    guard mean.count == m2.count else {
      throw .invalid("moments of \(mean.count) means and \(m2.count) squares")
    }
    moments = Moments(count: count, mean: mean, m2: m2)
  }
}
