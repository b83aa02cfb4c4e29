import FedRLSimulation
import Testing

@Suite struct ProfileTests {
  @Test func noValueLacksASourceOrAKind() {
    let rows =
      DeviceProfile.builtIn.map { ($0.name, $0.rows) }
      + LinkProfile.builtIn.map { ($0.name, $0.rows) }
    for (name, rows) in rows {
      #expect(rows.count >= 5, "\(name)")
      for row in rows {
        #expect(row.source.count >= 8, "\(name) \(row.name)")
        #expect(row.kind != .given, "\(name) \(row.name)")
        #expect(!row.unit.isEmpty && !row.text.isEmpty, "\(name) \(row.name)")
        #expect(row.value.isFinite && row.value >= 0, "\(name) \(row.name)")
      }
    }
  }

  @Test func allProfilesAreThereOnce() {
    #expect(
      DeviceProfile.builtIn.map(\.name) == [
        "mcu-m0", "mcu-m4", "mcu-m33", "mcu-m7", "mcu-m85", "nano-drone", "esp32", "esp32-s3",
        "esp32-c3", "npu-u55", "edge-tpu", "pi-zero2w", "pi-4", "pi-5", "jetson-orin-nano",
        "vehicle-pc",
      ])
    #expect(
      LinkProfile.builtIn.map(\.name) == [
        "lorawan-sf7", "lorawan-sf12", "nb-iot", "lte-m", "lte-cat4", "ble-2m", "wifi-esp32",
        "wifi-linux", "ethernet",
      ])
  }

  @Test func numbersAreGivenInSIUnits() throws {
    let pi = try DeviceProfile.named("pi-4")
    #expect(pi.inferenceRate == 6e9 && pi.trainingRate == 1.2e9 && pi.canTrain)
    #expect(pi.memoryBytes == 4_294_967_296 && pi.flashBytes == nil)
    #expect(pi.batteryJoules == 144_000 && pi.activePower == 7.2)
    #expect(pi.energyPerMAC == 1.2e-9)
    #expect(try DeviceProfile.named("edge-tpu").batteryJoules == nil)
    #expect(try DeviceProfile.named("edge-tpu").inferenceFixedSeconds == 0.5e-3)
    let lora = try LinkProfile.named("lorawan-sf7")
    #expect(lora.upRate == 48 && lora.downRate == 10 && lora.roundTripSeconds == 2)
    #expect(lora.loss == 0.05)
    #expect(abs(lora.upEnergy - 160e-6) < 1e-18 && abs(lora.downEnergy - 60e-6) < 1e-18)
    #expect(lora.maximumPayload == 222 && lora.downlinksPerDay == 10)
    let nb = try LinkProfile.named("nb-iot")
    #expect(nb.sessionEnergy == 1.8 && nb.upRate == 30_000 && nb.maximumPayload == nil)
  }

  /// Derived values against the published ones they come from.
  @Test func derivedValuesFollowFromTheirSources() throws {
    func near(_ value: Double, _ expected: Double, _ tolerance: Double = 0.03) -> Bool {
      abs(value - expected) <= tolerance * expected
    }
    let macs = 264_192.0
    let rates = [
      ("mcu-m0", 24.45), ("mcu-m4", 190.5), ("mcu-m33", 293.3), ("mcu-m7", 818.3),
      ("mcu-m85", 1884),
    ]
    for (name, inferences) in rates {
      #expect(near(try DeviceProfile.named(name).inferenceRate, inferences * macs), "\(name)")
    }
    for (name, microjoules, rate) in [
      ("mcu-m4", 203.4, 190.5), ("mcu-m33", 81.9, 293.3), ("mcu-m7", 165.7, 818.3),
    ] {
      let device = try DeviceProfile.named(name)
      #expect(near(device.energyPerMAC, microjoules * 1e-6 / macs), "\(name)")
      #expect(near(device.activePower, microjoules * 1e-6 * rate), "\(name)")
    }
    #expect(near(try DeviceProfile.named("pi-4").trainingRate, 0.1 * 11.9e9))
    #expect(near(try DeviceProfile.named("pi-5").trainingRate, 0.1 * 35.2e9))
    // 222 B in 369 ms; 51 B in 2,793 ms; 29 mA at 3.3 V meanwhile.
    #expect(near(try LinkProfile.named("lorawan-sf7").upRate, 0.01 * 222 * 8 / 0.369))
    #expect(near(try LinkProfile.named("lorawan-sf12").upRate, 0.01 * 51 * 8 / 2.793))
    #expect(near(try LinkProfile.named("lorawan-sf7").upEnergy, 0.369 * 0.029 * 3.3 / 222))
    #expect(near(try LinkProfile.named("lorawan-sf12").upEnergy, 2.793 * 0.029 * 3.3 / 51))
    // 28.76 mC at 3.7 V for 536 B; 267 + 213.9 mC.
    #expect(near(try LinkProfile.named("nb-iot").upEnergy, 28.76e-3 * 3.7 / 536))
    #expect(near(try LinkProfile.named("nb-iot").sessionEnergy, (267 + 213.9) * 1e-3 * 3.7))
    #expect(near(try LinkProfile.named("lte-cat4").sessionEnergy, 11.6 * 1.06))
    #expect(near(try LinkProfile.named("lte-cat4").upEnergy, 438e-9 * 8))
    #expect(near(try LinkProfile.named("wifi-linux").downEnergy, 137e-9 * 8))
  }

  @Test func aMistypedNameGetsTheNearest() {
    #expect(
      throws: ProfileError.unknownProfile(
        "pi4", nearest: "pi-4", known: DeviceProfile.builtIn.map(\.name))
    ) { try DeviceProfile.named("pi4") }
    let error = #expect(throws: ProfileError.self) { try LinkProfile.named("carrier-pigeon-post") }
    #expect(error?.description.contains("known are lorawan-sf7, ") == true)
  }

  @Test func overridesReplaceValuesAndSaySo() throws {
    let pi = try DeviceProfile.named("pi-4").overriding(["battery_wh": 20, "flash_kib": 1])
    #expect(pi.batteryJoules == 72_000 && pi.flashBytes == 1024)
    #expect(pi.rows.first { $0.name == "battery_wh" }?.kind == .given)
    #expect(pi.rows.first { $0.name == "active_w" }?.kind == .published)
    let link = try LinkProfile.named("wifi-linux").overriding(["loss": 0.5, "duty_cycle": 0.1])
    #expect(link.loss == 0.5 && abs(link.upRate - 5e6) < 1e-6)
  }

  @Test func badOverridesAreRefused() throws {
    let pi = try DeviceProfile.named("pi-4")
    #expect(throws: ProfileError.unknownQuantity("batery_wh", nearest: "battery_wh")) {
      try pi.overriding(["batery_wh": 1])
    }
    #expect(
      throws: ProfileError.range("battery_wh", got: 0, expected: "a number above 0")
    ) { try pi.overriding(["battery_wh": 0]) }
    let link = try LinkProfile.named("ethernet")
    for (key, value) in [("loss", 1), ("loss", -0.1), ("duty_cycle", 0), ("rtt_ms", .infinity)] {
      #expect(throws: ProfileError.self) { try link.overriding([key: value]) }
    }
  }
}
