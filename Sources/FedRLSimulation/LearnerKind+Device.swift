public import FedRLCore

extension LearnerKind {
  /// What an agent on that device keeps from turn to turn: no more than the device has memory for.
  public func makeMemory(on device: DeviceProfile) -> any AgentMemory {
    makeMemory(byteLimit: device.memoryBytes.map { max(Int($0) - workingBytes, leastMemoryBytes) })
  }
}
