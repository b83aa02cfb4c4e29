private import FedRLCore

/// What an agent talks over: rates, latency, loss, energy and limits, each with its source.
public struct LinkProfile: Sendable, Equatable {
  enum Quantity: String, ProfileQuantity {
    case upRate = "up_kbit_per_s"
    case downRate = "down_kbit_per_s"
    case roundTrip = "rtt_ms"
    case loss = "loss"
    case sessionEnergy = "session_j"
    case upEnergy = "up_uj_per_byte"
    case downEnergy = "down_uj_per_byte"
    case dutyCycle = "duty_cycle"
    case maximumPayload = "max_payload_bytes"
    case downlinksPerDay = "downlinks_per_day"

    var unit: String {
      switch self {
      case .upRate, .downRate: "kbit/s"
      case .roundTrip: "ms"
      case .loss, .dutyCycle: "1"
      case .sessionEnergy: "J"
      case .upEnergy, .downEnergy: "µJ/B"
      case .maximumPayload: "B"
      case .downlinksPerDay: "1/day"
      }
    }

    var text: String {
      switch self {
      case .upRate: "rate to the server while sending"
      case .downRate: "rate from the server"
      case .roundTrip: "time of a message to the server and back, besides its bytes"
      case .loss: "share of bytes lost, and sent again"
      case .sessionEnergy: "energy of connecting, once per round"
      case .upEnergy: "energy of sending"
      case .downEnergy: "energy of receiving"
      case .dutyCycle: "largest share of time spent sending; absent for no limit"
      case .maximumPayload: "bytes of one radio message; absent for no limit"
      case .downlinksPerDay: "radio messages one member may be sent in a day; absent for no limit"
      }
    }

    var range: (contains: (Double) -> Bool, text: String) {
      switch self {
      case .loss: ({ $0 >= 0 && $0 < 1 }, "a number in [0, 1)")
      case .dutyCycle: ({ $0 > 0 && $0 <= 1 }, "a number in (0, 1]")
      case .maximumPayload: ({ $0 >= 1 && $0.isFinite }, "a number of at least 1")
      default: Self.notNegative
      }
    }
  }

  /// As scenarios name it: `nb-iot`.
  public let name: String
  /// One line for `fedrl list links`.
  public let summary: String
  private var values: [Quantity: ProfileValue]

  init(_ name: String, _ summary: String, _ values: [Quantity: ProfileValue]) {
    self.name = name
    self.summary = summary
    self.values = values
  }

  private func number(_ quantity: Quantity) -> Double { values[quantity]?.value ?? 0 }

  /// Bits per second, over time: the duty cycle is in it.
  public var upRate: Double { number(.upRate) * 1e3 * (values[.dutyCycle]?.value ?? 1) }
  /// Bits per second.
  public var downRate: Double { number(.downRate) * 1e3 }
  /// Seconds.
  public var roundTripSeconds: Double { number(.roundTrip) * 1e-3 }
  /// In [0, 1).
  public var loss: Double { number(.loss) }
  /// Joules, once per round.
  public var sessionEnergy: Double { number(.sessionEnergy) }
  /// Joules per byte.
  public var upEnergy: Double { number(.upEnergy) * 1e-6 }
  /// Joules per byte.
  public var downEnergy: Double { number(.downEnergy) * 1e-6 }
  /// Bytes; `nil` for no limit.
  public var maximumPayload: Double? { values[.maximumPayload]?.value }
  public var downlinksPerDay: Double? { values[.downlinksPerDay]?.value }

  /// What `fedrl describe` prints, in a fixed order.
  public var rows: [ProfileRow] { Quantity.rows(values) }

  /// The names an override may use.
  public static var quantityNames: [String] { Quantity.allCases.map(\.rawValue) }

  /// The same link with some numbers replaced, by the names and in the units of ``rows``.
  public func overriding(_ table: [String: Double]) throws(ProfileError) -> LinkProfile {
    var profile = self
    profile.values.merge(try Quantity.decode(table)) { $1 }
    return profile
  }

  /// The built-in profile of that name.
  public static func named(_ name: String) throws(ProfileError) -> LinkProfile {
    if let profile = builtIn.first(where: { $0.name == name }) { return profile }
    let known = builtIn.map(\.name)
    throw .unknownProfile(name, nearest: nearestName(to: name, among: known), known: known)
  }
}
