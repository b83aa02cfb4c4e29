extension DeviceProfile {
  /// Microcontrollers, accelerators, single-board computers and a vehicle's computer, small to large.
  public static let builtIn: [DeviceProfile] = microcontrollers + accelerators + computers

  private typealias Value = (number: Double, kind: ProfileValue.Kind, source: String)

  private static let autoencoder = "MLPerf Tiny anomaly detection, 264,192 MACs per inference"
  private static let scaledTraining =
    "scaled from the int8 rate by the cost of float32 and of the backward pass"
  private static let typicalBattery = "a usual battery in a robot of this size"
  private static let board = "the manufacturer's data sheet"
  private static let hpl = "HPL in geerlingguy/top500-benchmark"

  private static func profile(
    _ name: String, _ summary: String, _ role: Role, _ numbers: [(Quantity, Value)]
  ) -> DeviceProfile {
    DeviceProfile(
      name, summary, role,
      Dictionary(
        uniqueKeysWithValues: numbers.map { quantity, value in
          (
            quantity,
            ProfileValue(
              value.number, unit: quantity.unit, kind: value.kind, source: value.source)
          )
        }))
  }

  private static func microcontroller(
    _ name: String, _ summary: String, inference: Value, training: Double, memoryKiB: Double,
    flashMiB: Double, batteryWh: Double, power: Value, energy: Value
  ) -> DeviceProfile {
    let trainingSource =
      training == 0 ? "has no floating-point unit: training is not offered" : scaledTraining
    return profile(
      name, summary, .actor,
      [
        (.inferenceRate, inference),
        (.trainingRate, (training, .estimate, trainingSource)),
        (.memory, (memoryKiB, .published, board)),
        (.flash, (flashMiB * 1024, .published, board)),
        (.battery, (batteryWh, .estimate, typicalBattery)),
        (.activePower, power),
        (.energyPerMAC, energy),
      ])
  }

  private static func measuredEnergy(_ watts: Double, _ microjoules: String) -> Value {
    (watts, .derived, "\(microjoules) per inference at the rate above, \(autoencoder)")
  }

  private static func energy(_ nanojoules: Double, _ microjoules: String) -> Value {
    (nanojoules, .derived, "\(microjoules) per inference, \(autoencoder)")
  }

  private static func esp(_ cycles: String) -> String {
    "\(cycles) cycles per MAC, from ESP-NN timings of person detection (about 7.2 MMAC)"
  }

  private static let microcontrollers = [
    microcontroller(
      "mcu-m0", "Cortex-M0+ at 64 MHz: STM32G0B1, RP2040 class",
      inference: (6.5, .derived, "24.45 inferences/s, HALE int8, \(autoencoder)"), training: 0,
      memoryKiB: 144, flashMiB: 0.5, batteryWh: 1.5,
      power: (0.02, .estimate, "order of the data sheet's run current"),
      energy: (3.3, .estimate, "active power over the inference rate, rounded up")),
    microcontroller(
      "mcu-m4", "Cortex-M4 at 120 MHz: STM32L4R5",
      inference: (50, .derived, "190.5 inferences/s, X-CUBE-AI int8, \(autoencoder)"),
      training: 0.004, memoryKiB: 640, flashMiB: 2, batteryWh: 2,
      power: measuredEnergy(0.039, "203.4 µJ"), energy: energy(0.77, "203.4 µJ")),
    microcontroller(
      "mcu-m33", "Cortex-M33 at 160 MHz: STM32U575",
      inference: (78, .derived, "293.3 inferences/s, X-CUBE-AI int8, \(autoencoder)"),
      training: 0.008, memoryKiB: 768, flashMiB: 2, batteryWh: 2,
      power: measuredEnergy(0.024, "81.9 µJ"), energy: energy(0.31, "81.9 µJ")),
    microcontroller(
      "mcu-m7", "Cortex-M7 at 280 MHz: STM32H7A3",
      inference: (216, .derived, "818.3 inferences/s, X-CUBE-AI int8, \(autoencoder)"),
      training: 0.02, memoryKiB: 1229, flashMiB: 2, batteryWh: 10,
      power: measuredEnergy(0.136, "165.7 µJ"), energy: energy(0.63, "165.7 µJ")),
    microcontroller(
      "mcu-m85", "Cortex-M85 at 480 MHz: RA8D1",
      inference: (498, .derived, "1884 inferences/s, TFLM int8, \(autoencoder)"),
      training: 0.05, memoryKiB: 1024, flashMiB: 2, batteryWh: 10,
      power: (0.4, .estimate, "order of the data sheet's run current"),
      energy: (0.8, .estimate, "active power over the inference rate")),
    microcontroller(
      "nano-drone", "Cortex-M4F at 168 MHz of a palm-sized drone: STM32F405",
      inference: (70, .estimate, "scaled by clock from the STM32L4R5, \(autoencoder)"),
      training: 0.006, memoryKiB: 192, flashMiB: 1, batteryWh: 0.9,
      power: (0.2, .estimate, "order of the data sheet's run current; motors not counted"),
      energy: (1.0, .estimate, "between the STM32L4R5's and older processes'")),
    microcontroller(
      "esp32", "Xtensa LX6 at 240 MHz", inference: (19, .estimate, esp("12.7")), training: 0.002,
      memoryKiB: 520, flashMiB: 4, batteryWh: 3.7,
      power: (0.15, .estimate, "order of the data sheet's run current, radio off"),
      energy: (8, .estimate, "active power over the inference rate")),
    microcontroller(
      "esp32-s3", "Xtensa LX7 with vector instructions at 240 MHz",
      inference: (133, .estimate, esp("1.8")), training: 0.01, memoryKiB: 512, flashMiB: 8,
      batteryWh: 3.7,
      power: (0.18, .estimate, "order of the data sheet's run current, radio off"),
      energy: (1.3, .estimate, "active power over the inference rate")),
    microcontroller(
      "esp32-c3", "RISC-V at 160 MHz", inference: (17, .estimate, esp("9.5")), training: 0,
      memoryKiB: 400, flashMiB: 4, batteryWh: 3.7,
      power: (0.08, .estimate, "order of the data sheet's run current, radio off"),
      energy: (5, .estimate, "active power over the inference rate")),
  ]

  private static let accelerators = [
    profile(
      "npu-u55", "Cortex-M55 with an Ethos-U55-128 at 500 MHz", .actor,
      [
        (.inferenceRate, (390, .measured, "Vela compiler's cycle count of a small MLP")),
        (
          .inferencePeakRate, (64_000, .derived, "128 MACs per cycle at 500 MHz")
        ),
        (.trainingRate, (0, .published, "the unit computes int8 inference only")),
        (.memory, (4096, .estimate, "a usual part of this class")),
        (.flash, (8192, .estimate, "a usual part of this class")),
        (.battery, (5, .estimate, typicalBattery)),
        (.activePower, (0.05, .estimate, "order of published parts of this class")),
        (.energyPerMAC, (0.05, .estimate, "order of published parts of this class")),
      ]),
    profile(
      "edge-tpu", "Coral USB accelerator beside a host", .accelerator,
      [
        (.inferenceRate, (2_000_000, .published, "4 TOPS peak, Coral data sheet")),
        (.inferenceFixedTime, (0.5, .estimate, "a transfer over USB and back")),
        (.trainingRate, (0, .published, "the unit computes int8 inference only")),
        (.activePower, (2, .published, "2 TOPS per watt, Coral data sheet")),
        (.energyPerMAC, (0.001, .derived, "2 W over the peak rate")),
      ]),
  ]

  private static let computers = [
    profile(
      "pi-zero2w", "Raspberry Pi Zero 2 W", .learner,
      [
        (.inferenceRate, (1_000, .estimate, "four Cortex-A53 at 1 GHz, small layers")),
        (
          .trainingRate,
          (0.2, .estimate, "float32 small batches, beside 0.37 GFLOP/s FP64 of \(hpl)")
        ),
        (.memory, (512 * 1024, .published, board)),
        (.battery, (10, .estimate, typicalBattery)),
        (.activePower, (2.1, .published, hpl)),
        (.energyPerMAC, (2, .estimate, "active power over the inference rate")),
      ]),
    singleBoard(
      "pi-4", "Raspberry Pi 4", inference: 6_000, hplRate: 11.9, training: 1.2, memoryGiB: 4,
      watts: 7.2, nanojoules: 1.2),
    singleBoard(
      "pi-5", "Raspberry Pi 5", inference: 18_000, hplRate: 35.2, training: 3.5, memoryGiB: 8,
      watts: 12.7, nanojoules: 0.7),
    profile(
      "jetson-orin-nano", "Jetson Orin Nano 8 GB", .learner,
      [
        (.inferenceRate, (60_000, .estimate, "small layers, far below 40 sparse int8 TOPS")),
        (.trainingRate, (5, .estimate, "six Cortex-A78AE, small batches")),
        (.acceleratedTrainingRate, (100, .estimate, "8 % of 1.28 TFLOP/s FP32 peak")),
        (.memory, (8 * 1_048_576, .published, board)),
        (.battery, (100, .estimate, typicalBattery)),
        (.activePower, (15, .derived, "within 7 to 25 W of the data sheet")),
        (.energyPerMAC, (0.25, .estimate, "active power over the inference rate")),
      ]),
    profile(
      "vehicle-pc", "A road vehicle's computer", .learner,
      [
        (.inferenceRate, (200_000, .estimate, "a desktop processor, small layers")),
        (.trainingRate, (50, .estimate, "a desktop processor, small batches")),
        (.memory, (32 * 1_048_576, .estimate, "a usual computer of this class")),
        (.battery, (50_000, .estimate, "an electric car's traction battery")),
        (.activePower, (60, .estimate, "a desktop processor under load")),
        (.energyPerMAC, (0.3, .estimate, "active power over the inference rate")),
      ]),
  ]

  private static func singleBoard(
    _ name: String, _ summary: String, inference: Double, hplRate: Double, training: Double,
    memoryGiB: Double, watts: Double, nanojoules: Double
  ) -> DeviceProfile {
    profile(
      name, summary, .learner,
      [
        (.inferenceRate, (inference, .estimate, "int8 on all cores, small layers")),
        (
          .trainingRate,
          (
            training, .derived,
            "\(hplRate) GFLOP/s, \(hpl), times an estimated efficiency of small batches of 0.1"
          )
        ),
        (.memory, (memoryGiB * 1_048_576, .published, board)),
        (.battery, (40, .estimate, typicalBattery)),
        (.activePower, (watts, .published, hpl)),
        (.energyPerMAC, (nanojoules, .derived, "active power over the estimated inference rate")),
      ])
  }
}
