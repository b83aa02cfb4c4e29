public import FedRLNumerics

extension Coordinator {
  private static var stateFormat: UInt32 { 1 }

  /// Writes what the coming rounds depend on.
  /// - Precondition: no round is open.
  public func encodeState(into encoder: inout StateEncoder) {
    encoder.encode(Self.stateFormat)
    encoder.encode(shared.digest.value)
    switch state {
    case .idle: encoder.encode(UInt8(0))
    case .waiting: encoder.encode(UInt8(1))
    case .finished: encoder.encode(UInt8(2))
    case .round(let open):
      preconditionFailure("the state was saved while round \(open.round) was open")
    }
    encoder.encode(available.sorted().map { UInt32($0.index) })
    model.encodeState(into: &encoder)
    optimizer.encodeState(into: &encoder)
  }

  /// Takes up where ``encodeState(into:)`` left off, with the same configuration and layout.
  public mutating func decodeState(from decoder: inout StateDecoder)
    throws(StateDecoder.Failure)
  {
    let format = try decoder.decode(UInt32.self)
    guard format == Self.stateFormat else {
      throw .invalid("coordinator state of format \(format), expected \(Self.stateFormat)")
    }
    let digest = LayoutDigest(value: try decoder.decode(UInt64.self))
    guard digest == shared.digest else {
      throw .invalid("coordinator state of layout \(digest), expected \(shared.digest)")
    }
    let name = try decoder.decode(UInt8.self)
    let members = try decoder.decodeArray(of: UInt32.self)
    let model = try GlobalModel(from: &decoder, layout: shared.layout)
    guard model.moments?.mean.count == self.model.moments?.mean.count else {
      throw .invalid("coordinator state with other observation statistics")
    }
    try optimizer.decodeState(from: &decoder)
    switch name {
    case 0: state = .idle
    case 1: state = .waiting
    case 2: state = .finished
    default: throw .invalid("coordinator state \(name)")
    }
    available = Set(members.map { MemberID(Int($0)) })
    self.model = model
  }
}
