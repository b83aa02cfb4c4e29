private import FedRLCore

/// What an agent computes with: rates, memory, battery and energy, each with its source.
public struct DeviceProfile: Sendable, Equatable {
  public enum Role: String, Sendable, CaseIterable {
    /// Runs a policy; training it, where possible at all, is slow.
    case actor
    /// Runs a policy beside a host that does everything else.
    case accelerator
    case learner
  }

  enum Quantity: String, ProfileQuantity {
    case inferenceRate = "inference_mmac_per_s"
    case inferencePeakRate = "inference_peak_mmac_per_s"
    case inferenceFixedTime = "inference_fixed_ms"
    case trainingRate = "training_gflop_per_s"
    case acceleratedTrainingRate = "gpu_training_gflop_per_s"
    case memory = "memory_kib"
    case flash = "flash_kib"
    case battery = "battery_wh"
    case activePower = "active_w"
    case energyPerMAC = "energy_nj_per_mac"

    var unit: String {
      switch self {
      case .inferenceRate, .inferencePeakRate: "MMAC/s"
      case .inferenceFixedTime: "ms"
      case .trainingRate, .acceleratedTrainingRate: "GFLOP/s"
      case .memory, .flash: "KiB"
      case .battery: "Wh"
      case .activePower: "W"
      case .energyPerMAC: "nJ/MAC"
      }
    }

    var text: String {
      switch self {
      case .inferenceRate: "multiply-accumulates of a small int8 policy, reached in practice"
      case .inferencePeakRate: "the same at best, with large layers; not used by the round model"
      case .inferenceFixedTime: "time of every inference whatever its size"
      case .trainingRate: "float32 training, reached in practice; 0 cannot train"
      case .acceleratedTrainingRate: "the same on the GPU; not used by the round model"
      case .memory: "working memory"
      case .flash: "program memory"
      case .battery: "charge of a full battery; absent for a host's or the mains"
      case .activePower: "power while computing"
      case .energyPerMAC: "energy of inference"
      }
    }

    var range: (contains: (Double) -> Bool, text: String) {
      switch self {
      case .inferenceRate: ({ $0 > 0 && $0.isFinite }, "a number above 0")
      case .battery: ({ $0 > 0 && $0.isFinite }, "a number above 0")
      default: Self.notNegative
      }
    }
  }

  /// As scenarios name it: `pi-4`.
  public let name: String
  /// One line for `fedrl list devices`.
  public let summary: String
  public let role: Role
  private var values: [Quantity: ProfileValue]

  init(_ name: String, _ summary: String, _ role: Role, _ values: [Quantity: ProfileValue]) {
    self.name = name
    self.summary = summary
    self.role = role
    self.values = values
  }

  private func number(_ quantity: Quantity) -> Double { values[quantity]?.value ?? 0 }

  /// Multiply-accumulates per second.
  public var inferenceRate: Double { number(.inferenceRate) * 1e6 }
  /// Seconds of every inference whatever its size.
  public var inferenceFixedSeconds: Double { number(.inferenceFixedTime) * 1e-3 }
  /// Floating-point operations per second; 0 for a device that cannot train.
  public var trainingRate: Double { number(.trainingRate) * 1e9 }
  public var canTrain: Bool { trainingRate > 0 }
  /// Bytes; `nil` where it is the host's.
  public var memoryBytes: Double? { values[.memory].map { $0.value * 1024 } }
  /// Bytes; `nil` for cards, disks and hosts.
  public var flashBytes: Double? { values[.flash].map { $0.value * 1024 } }
  /// Joules; `nil` for a host's battery or the mains.
  public var batteryJoules: Double? { values[.battery].map { $0.value * 3600 } }
  /// Watts.
  public var activePower: Double { number(.activePower) }
  /// Joules per multiply-accumulate.
  public var energyPerMAC: Double { number(.energyPerMAC) * 1e-9 }

  /// What `fedrl describe` prints, in a fixed order.
  public var rows: [ProfileRow] { Quantity.rows(values) }

  /// The names an override may use.
  public static var quantityNames: [String] { Quantity.allCases.map(\.rawValue) }

  /// The same device with some numbers replaced, by the names and in the units of ``rows``.
  public func overriding(_ table: [String: Double]) throws(ProfileError) -> DeviceProfile {
    var profile = self
    profile.values.merge(try Quantity.decode(table)) { $1 }
    return profile
  }

  /// The built-in profile of that name.
  public static func named(_ name: String) throws(ProfileError) -> DeviceProfile {
    if let profile = builtIn.first(where: { $0.name == name }) { return profile }
    let known = builtIn.map(\.name)
    throw .unknownProfile(name, nearest: nearestName(to: name, among: known), known: known)
  }
}
