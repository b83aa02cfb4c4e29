extension LinkProfile {
  private typealias Value = (number: Double, kind: ProfileValue.Kind, source: String)

  private static let airtime = "SX127x airtime formula, 125 kHz, coding rate 4/5"
  private static let regional = "LoRaWAN Regional Parameters 1.0.3, EU868"
  private static let dutyLimit = "EU868 sub-band rule, ETSI EN 300 220"
  private static let thesis = "nRF9160 measurements of Rostad, NTNU 2020, at 3.7 V"
  private static let huang = "Huang et al., MobiSys 2012"
  private static let usual = "a usual figure of the technology"
  private static let transmit = "+13 dBm at 29 mA and 3.3 V"

  private static func guess(_ number: Double, _ source: String = usual) -> Value {
    (number, .estimate, source)
  }

  private static func link(
    _ name: String, _ summary: String, up: Value, down: Value, roundTrip: Value, loss: Value,
    session: Value, upEnergy: Value, downEnergy: Value, limits: [(Quantity, Value)] = []
  ) -> LinkProfile {
    let numbers: [(Quantity, Value)] =
      [
        (.upRate, up), (.downRate, down), (.roundTrip, roundTrip), (.loss, loss),
        (.sessionEnergy, session), (.upEnergy, upEnergy), (.downEnergy, downEnergy),
      ] + limits
    return LinkProfile(
      name, summary,
      Dictionary(
        uniqueKeysWithValues: numbers.map { quantity, value in
          (
            quantity,
            ProfileValue(
              value.number, unit: quantity.unit, kind: value.kind, source: value.source)
          )
        }))
  }

  /// Slow to fast.
  public static let builtIn: [LinkProfile] = longRange + cellular + local

  private static let longRange = [
    link(
      "lorawan-sf7", "LoRaWAN near its gateway; a model cannot be sent down to every member",
      up: (4.8, .derived, "222 B in 369 ms, \(airtime)"),
      down: guess(0.01, "what gateways can spare for one member"),
      roundTrip: (2000, .derived, "the second receive window opens after 2 s"),
      loss: guess(0.05), session: (0, .derived, "nothing is set up"),
      upEnergy: (160, .derived, "\(airtime), \(transmit)"), downEnergy: guess(60),
      limits: [
        (.dutyCycle, (0.01, .published, dutyLimit)),
        (.maximumPayload, (222, .published, regional)),
        (
          .downlinksPerDay,
          (10, .published, "The Things Network fair use policy, quoted from memory")
        ),
      ]),
    link(
      "lorawan-sf12", "LoRaWAN far from its gateway; nothing of size comes down",
      up: (0.15, .derived, "51 B in 2,793 ms, \(airtime)"),
      down: (0, .derived, "510 B a day in fair use leave nothing for models"),
      roundTrip: guess(4000), loss: guess(0.10), session: (0, .derived, "nothing is set up"),
      upEnergy: (5200, .derived, "\(airtime), \(transmit)"), downEnergy: guess(1500),
      limits: [
        (.dutyCycle, (0.01, .published, dutyLimit)),
        (.maximumPayload, (51, .published, regional)),
      ]),
  ]

  private static let cellular = [
    link(
      "nb-iot", "Narrow-band cellular; a session costs more than its bytes", up: guess(30),
      down: guess(25), roundTrip: guess(2000), loss: guess(0.02),
      session: (1.8, .derived, "attach 267 mC and secure connection 213.9 mC, \(thesis)"),
      upEnergy: (200, .derived, "28.76 mC for 536 B, \(thesis)"), downEnergy: guess(60)),
    link(
      "lte-m", "Cellular for machines", up: guess(200), down: guess(250), roundTrip: guess(120),
      loss: guess(0.01), session: guess(0.5), upEnergy: guess(30), downEnergy: guess(12)),
    link(
      "lte-cat4", "Cellular data of phones and vehicles",
      up: (6_000, .published, "median, \(huang)"), down: (13_000, .published, "median, \(huang)"),
      roundTrip: (70, .published, "median, \(huang)"), loss: guess(0.005),
      session: (12, .derived, "tail of 11.6 s at 1.06 W, \(huang), quoted from memory"),
      upEnergy: (3.5, .derived, "438 mW per Mbit/s, \(huang), quoted from memory"),
      downEnergy: (0.42, .derived, "52 mW per Mbit/s, \(huang), quoted from memory")),
  ]

  private static let local = [
    link(
      "ble-2m", "Bluetooth Low Energy at 2 Mbit/s, to a gateway in the room", up: guess(700),
      down: guess(700), roundTrip: guess(30), loss: guess(0.01), session: guess(0.005),
      upEnergy: guess(0.2), downEnergy: guess(0.2),
      limits: [
        (
          .maximumPayload,
          (244, .derived, "251 B of the Bluetooth Core link layer less 7 B of headers")
        )
      ]),
    link(
      "wifi-esp32", "Wi-Fi of a microcontroller",
      up: guess(5_000, "a quarter of the 20 Mbit/s TCP of the ESP-IDF documentation"),
      down: guess(5_000, "a quarter of the 20 Mbit/s TCP of the ESP-IDF documentation"),
      roundTrip: guess(10), loss: guess(0.01), session: guess(0.3, "an association"),
      upEnergy: guess(1.3, "180 to 240 mA at 3.3 V and 5 Mbit/s"),
      downEnergy: guess(0.6, "95 to 100 mA at 3.3 V and 5 Mbit/s")),
    link(
      "wifi-linux", "Wi-Fi of a single-board computer", up: guess(50_000), down: guess(80_000),
      roundTrip: guess(5), loss: guess(0.005), session: guess(0.1, "an association"),
      upEnergy: (
        2.3, .derived,
        "283 mW per Mbit/s of a phone of 2012, \(huang), quoted from memory; less today"
      ),
      downEnergy: (
        1.1, .derived,
        "137 mW per Mbit/s of a phone of 2012, \(huang), quoted from memory; less today"
      )),
    link(
      "ethernet", "Gigabit Ethernet", up: (1_000_000, .published, "IEEE 802.3ab"),
      down: (1_000_000, .published, "IEEE 802.3ab"), roundTrip: guess(0.3), loss: guess(0),
      session: guess(0), upEnergy: guess(0.01), downEnergy: guess(0.01)),
  ]
}
