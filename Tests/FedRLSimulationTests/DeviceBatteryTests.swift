import FedRLNumerics
import FedRLSimulation
import Testing

@Suite struct DeviceBatteryTests {
  @Test func drainingLowersTheLevelUntilTheAgentRests() {
    var battery = DeviceBattery(capacityWh: 10, level: 0.5)
    let first = battery.drain(3600)
    #expect(first)
    #expect(abs(battery.level - 0.4) < 1e-12 && !battery.isResting)
    let second = battery.drain(3600 * 3.1)
    #expect(second)
    #expect(abs(battery.level - 0.09) < 1e-12 && battery.isResting)
    #expect(abs(battery.chargeWh - 0.9) < 1e-9)
    let third = battery.drain(36_000)
    #expect(!third)
    #expect(battery.level == 0)
  }

  @Test func exactlyTheRestLevelStillTakesPart() {
    #expect(!DeviceBattery(capacityWh: 1, level: 0.1).isResting)
    #expect(DeviceBattery(capacityWh: 1, level: 0.0999).isResting)
  }

  @Test func restingChargesUntilTheResumeLevel() throws {
    var battery = DeviceBattery(capacityWh: 10, level: 0.05, chargePower: 5)
    // 0.85 of 10 Wh at 5 W.
    let seconds = try #require(battery.secondsToResume)
    #expect(abs(seconds - 1.7 * 3600) < 1e-6)
    battery.rest(seconds: seconds / 2)
    #expect(battery.isResting && abs(battery.level - 0.475) < 1e-9)
    battery.rest(seconds: battery.secondsToResume!)
    #expect(!battery.isResting && battery.secondsToResume == 0)
    // One that takes part is not charged.
    let level = battery.level
    battery.rest(seconds: 3600)
    #expect(battery.level == level)
  }

  @Test func withoutAChargerNobodyResumes() {
    let battery = DeviceBattery(capacityWh: 10, level: 0, chargePower: 0)
    #expect(battery.secondsToResume == nil)
  }

  @Test func theStateSurvivesACheckpoint() throws {
    var battery = DeviceBattery(capacityWh: 10, level: 0.05)
    battery.rest(seconds: 100)
    var encoder = StateEncoder()
    battery.encodeState(into: &encoder)
    var other = DeviceBattery(capacityWh: 10)
    var decoder = StateDecoder(encoder.bytes)
    try other.decodeState(from: &decoder)
    #expect(other == battery)
  }
}
