public import FedRLNumerics

/// An agent's battery from round to round.
///
/// Under ``restLevel`` the agent sits rounds out and charges; it takes part again from
/// ``resumeLevel`` on.
public struct DeviceBattery: Sendable, Equatable {
  public let capacityJoules: Double
  /// State of charge in 0...1.
  public private(set) var level: Double
  /// Whether the agent sits out.
  public private(set) var isResting = false
  /// In 0...1.
  public let restLevel: Double
  public let resumeLevel: Double
  /// Watts while resting; 0 for an agent that nobody charges.
  public let chargePower: Double

  /// - Parameters:
  ///   - capacityWh: above 0.
  ///   - chargePower: watts; `nil` fills the battery in two hours.
  public init(
    capacityWh: Double, level: Double = 1, restLevel: Double = 0.1, resumeLevel: Double = 0.9,
    chargePower: Double? = nil
  ) {
    precondition(capacityWh > 0, "a battery of \(capacityWh) Wh")
    precondition((0...1).contains(level), "a battery level of \(level)")
    precondition(
      restLevel >= 0 && restLevel <= resumeLevel && resumeLevel <= 1,
      "a battery that rests under \(restLevel) and resumes at \(resumeLevel)")
    precondition((chargePower ?? 0) >= 0, "a charger of \(chargePower ?? 0) W")
    capacityJoules = capacityWh * 3600
    self.level = level
    self.restLevel = restLevel
    self.resumeLevel = resumeLevel
    self.chargePower = chargePower ?? capacityWh / 2
    isResting = level < restLevel
  }

  public var chargeWh: Double { level * capacityJoules / 3600 }

  /// Takes energy out.
  /// - Returns: whether there was enough; if not, the battery is empty.
  @discardableResult
  public mutating func drain(_ joules: Double) -> Bool {
    precondition(joules >= 0, "\(joules) J were drained")
    let left = level - joules / capacityJoules
    level = max(left, 0)
    if level < restLevel { isResting = true }
    return left >= 0
  }

  /// Charges a resting agent; one that takes part is not charged.
  public mutating func rest(seconds: Double) {
    precondition(seconds >= 0, "a rest of \(seconds) s")
    guard isResting else { return }
    level = min(level + chargePower * seconds / capacityJoules, 1)
    // Charging for exactly `secondsToResume` may end one rounding below.
    if level >= resumeLevel - 1e-9 { isResting = false }
  }

  /// Seconds until the agent takes part again; `nil` if nobody charges it.
  public var secondsToResume: Double? {
    guard isResting else { return 0 }
    return chargePower > 0 ? (resumeLevel - level) * capacityJoules / chargePower : nil
  }

  public func encodeState(into encoder: inout StateEncoder) {
    encoder.encode(level)
    encoder.encode(isResting)
  }

  public mutating func decodeState(from decoder: inout StateDecoder)
    throws(StateDecoder.Failure)
  {
    let level = try decoder.decode(Double.self)
    guard (0...1).contains(level) else { throw .invalid("a battery level of \(level)") }
    self.level = level
    isResting = try decoder.decode(Bool.self)
  }
}
