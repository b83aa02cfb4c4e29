import FedRLSimulation
import Testing

@Suite struct RoundCostTests {
  /// 4,096 steps of 0.2 s, 24 GFLOP, a 30 kB model each way, an actor of 5,000 MACs.
  var work: RoundWork {
    var work = RoundWork()
    work.environmentSteps = 4096
    work.controlPeriodSeconds = 0.2
    work.trainingFLOPs = 24e9
    work.inferences = 4096
    work.inferenceMACs = 5000
    work.bytesDown = 30_000
    work.bytesUp = 30_000
    return work
  }

  func near(_ value: Double, _ expected: Double) -> Bool {
    abs(value - expected) <= 1e-12 * abs(expected)
  }

  @Test func aPiOverWiFiEqualsTheHandComputation() throws {
    let cost = try RoundCost(of: work, on: .named("pi-4"), over: .named("wifi-linux"))
    #expect(near(cost.collectSeconds, 819.2))
    #expect(near(cost.trainSeconds, 20))
    // Half of 5 ms, and 240,000 bits ÷ 0.995.
    #expect(near(cost.downloadSeconds, 0.0025 + 240_000 / 0.995 / 80e6))
    #expect(near(cost.uploadSeconds, 0.0025 + 240_000 / 0.995 / 50e6))
    #expect(near(cost.totalSeconds, 839.2 + 0.005 + 240_000 / 0.995 * (1 / 80e6 + 1 / 50e6)))
    #expect(near(cost.radioJoules, 0.1 + 30_000 / 0.995 * (1.1e-6 + 2.3e-6)))
    #expect(near(cost.trainJoules, 20 * 7.2))
    #expect(near(cost.inferenceJoules, 4096 * 5000 * 1.2e-9))
    #expect(
      near(cost.totalJoules, cost.radioJoules + cost.trainJoules + cost.inferenceJoules))
  }

  @Test func trainingInSimulationCollectsAtTheSimulatorsRate() throws {
    var work = work
    work.simulatedStepsPerSecond = 1024
    let cost = try RoundCost(of: work, on: .named("pi-4"), over: .named("ethernet"))
    #expect(cost.collectSeconds == 4)
  }

  @Test func aSlowForwardPassStretchesTheControlPeriod() throws {
    var work = work
    work.trainingFLOPs = 0
    // 6.5 MMAC at 6.5 MMAC/s take a second.
    work.inferenceMACs = 6_500_000
    let cost = try RoundCost(of: work, on: .named("mcu-m0"), over: .named("ethernet"))
    #expect(near(cost.collectSeconds, 4096))
    #expect(cost.trainSeconds == 0)
  }

  @Test func aDeviceWithoutATrainingRateCannotTrain() throws {
    let error = #expect(throws: RoundCostError.self) {
      try RoundCost(of: work, on: .named("esp32-c3"), over: .named("wifi-esp32"))
    }
    #expect(error == .cannotTrain(device: "esp32-c3"))
    #expect(error?.description.contains("esp32-c3 cannot train") == true)
    // With a rate of its own it can.
    let device = try DeviceProfile.named("esp32-c3").overriding(["training_gflop_per_s": 0.001])
    let cost = try RoundCost(of: work, on: device, over: .named("wifi-esp32"))
    #expect(near(cost.trainSeconds, 24_000))
  }

  @Test func aDutyCycleStretchesTheUpload() throws {
    var work = work
    work.bytesDown = 0
    work.bytesUp = 6_700
    let lora = try LinkProfile.named("lorawan-sf7")
    let cost = try RoundCost(of: work, on: .named("pi-4"), over: lora)
    // 53,600 bits ÷ 0.95 at 48 bit/s, and half of 2 s: a third of an hour.
    #expect(near(cost.uploadSeconds, 1 + 53_600 / 0.95 / 48))
    #expect(near(cost.radioJoules, 6_700 / 0.95 * 160e-6))
    #expect(cost.downloadSeconds == 0)
  }

  @Test func limitsThatForbidATransferSaySo() throws {
    let pi = try DeviceProfile.named("pi-4")
    // 30,000 B are 136 messages of 222 B.
    let many = #expect(throws: RoundCostError.self) {
      try RoundCost(of: work, on: pi, over: .named("lorawan-sf7"))
    }
    #expect(
      many
        == .cannotComplete(
          link: "lorawan-sf7", reason: "30000 bytes down are 136 messages, at most 10 a day"))
    let none = #expect(throws: RoundCostError.self) {
      try RoundCost(of: work, on: pi, over: .named("lorawan-sf12"))
    }
    #expect(none == .cannotComplete(link: "lorawan-sf12", reason: "it carries nothing down"))
    #expect(none?.description.contains("cannot complete over link lorawan-sf12") == true)
    var small = work
    small.bytesDown = 2_220
    #expect(try RoundCost(of: small, on: pi, over: .named("lorawan-sf7")).downloadSeconds > 0)
  }

  @Test func noTransferOpensNoSession() throws {
    var work = work
    work.bytesUp = 0
    work.bytesDown = 0
    let cost = try RoundCost(of: work, on: .named("pi-4"), over: .named("nb-iot"))
    #expect(cost.radioJoules == 0 && cost.transferSeconds == 0)
  }
}
