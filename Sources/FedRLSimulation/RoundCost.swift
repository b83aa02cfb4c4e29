/// What an agent does in a round, as counts.
public struct RoundWork: Sendable, Equatable {
  public var environmentSteps = 0
  /// Simulated seconds between two actions.
  public var controlPeriodSeconds = 0.0
  /// Environment steps per second of an agent that trains in simulation; `nil` collects in real time.
  public var simulatedStepsPerSecond: Double?
  /// Floating-point operations of training.
  public var trainingFLOPs = 0.0
  /// Forward passes while collecting.
  public var inferences = 0
  /// Multiply-accumulates of one forward pass.
  public var inferenceMACs = 0
  /// Of the model received and of the update sent.
  public var bytesDown = 0
  public var bytesUp = 0

  public init() {}
}

/// Why an agent cannot take its turn at all.
public enum RoundCostError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The device has a training rate of 0.
  case cannotTrain(device: String)
  /// The link's limits forbid a transfer.
  case cannotComplete(link: String, reason: String)

  public var description: String {
    switch self {
    case .cannotTrain(let device):
      "device \(device) cannot train: its training rate is 0 (it runs policies only)"
    case .cannotComplete(let link, let reason):
      "the round cannot complete over link \(link): \(reason)"
    }
  }
}

/// Time and energy of one agent's round.
///
/// `t = t_down + t_collect + t_train + t_up`, with collecting at one control period per step (or at
/// the simulator's rate), training FLOPs over the device's rate, and transfers at half a round trip
/// plus bytes × 8 over the rate, duty cycle included. A control period is stretched to the time of
/// one forward pass where the device is slower than that.
///
/// `E = E_session + bytes × E_byte + t_train × P_active + inferences × MACs × E_MAC`. Lost bytes are
/// sent again: bytes ÷ (1 − loss) are expected to cross.
public struct RoundCost: Sendable, Equatable {
  public let downloadSeconds: Double
  public let collectSeconds: Double
  public let trainSeconds: Double
  public let uploadSeconds: Double
  /// Of the session, receiving and sending.
  public let radioJoules: Double
  public let trainJoules: Double
  public let inferenceJoules: Double

  public var transferSeconds: Double { downloadSeconds + uploadSeconds }
  public var totalSeconds: Double { transferSeconds + collectSeconds + trainSeconds }
  public var totalJoules: Double { radioJoules + trainJoules + inferenceJoules }

  public init(of work: RoundWork, on device: DeviceProfile, over link: LinkProfile)
    throws(RoundCostError)
  {
    let crossing = 1 / (1 - link.loss)
    downloadSeconds = try Self.download(work.bytesDown, over: link)
    uploadSeconds = try Self.transfer(
      work.bytesUp, rate: link.upRate, direction: "up", over: link)
    collectSeconds = Self.collect(work, on: device)
    if work.trainingFLOPs > 0 {
      guard device.canTrain else { throw .cannotTrain(device: device.name) }
      trainSeconds = work.trainingFLOPs / device.trainingRate
    } else {
      trainSeconds = 0
    }
    let bytes =
      Double(work.bytesDown) * link.downEnergy + Double(work.bytesUp) * link.upEnergy
    let isConnected = work.bytesDown + work.bytesUp > 0
    radioJoules = (isConnected ? link.sessionEnergy : 0) + bytes * crossing
    trainJoules = trainSeconds * device.activePower
    inferenceJoules =
      Double(work.inferences) * Double(work.inferenceMACs) * device.energyPerMAC
  }

  /// Seconds to collect.
  private static func collect(_ work: RoundWork, on device: DeviceProfile) -> Double {
    let steps = Double(work.environmentSteps)
    if let rate = work.simulatedStepsPerSecond { return steps / rate }
    let inference =
      device.inferenceFixedSeconds + Double(work.inferenceMACs) / device.inferenceRate
    return steps * max(work.controlPeriodSeconds, inference)
  }

  private static func download(_ bytes: Int, over link: LinkProfile) throws(RoundCostError)
    -> Double
  {
    if let perDay = link.downlinksPerDay {
      let messages = (Double(bytes) / (link.maximumPayload ?? .infinity)).rounded(.up)
      guard messages <= perDay else {
        throw .cannotComplete(
          link: link.name,
          reason: "\(bytes) bytes down are \(Int(messages)) messages, at most \(Int(perDay)) a day"
        )
      }
    }
    return try transfer(bytes, rate: link.downRate, direction: "down", over: link)
  }

  /// Seconds of one message: half a round trip and the bytes expected to cross.
  private static func transfer(
    _ bytes: Int, rate: Double, direction: String, over link: LinkProfile
  ) throws(RoundCostError) -> Double {
    if bytes == 0 { return 0 }
    guard rate > 0 else {
      throw .cannotComplete(link: link.name, reason: "it carries nothing \(direction)")
    }
    return link.roundTripSeconds / 2 + Double(bytes) * 8 / (1 - link.loss) / rate
  }
}
