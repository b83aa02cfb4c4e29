import FedRLClassicControl
import FedRLCore
import FedRLDrone
import FedRLNetworks
import FedRLPPO
import FedRLReferenceWorlds
import FedRLVacuum
import FedRLVehicle
import Foundation

/// What is measured: environments and learners as the scenarios use them.
enum Subjects {
  /// The package's root folder.
  static let root: String = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path

  /// A vacuum in a home that the project ships.
  static func vacuum(
    _ change: (inout VacuumSettings) -> Void = { _ in }, home: Int = 1
  ) throws -> VacuumKind {
    var settings = VacuumSettings()
    let number = home < 10 ? "0\(home)" : "\(home)"
    settings.map = root + "/Environments/Vacuum/Homes/home-\(number).yaml"
    change(&settings)
    return try VacuumKind(settings: settings, context: EnvironmentContext(baseDirectory: "."))
  }

  /// As in `Scenarios/vacuum-homes.toml`: compact observation with guidance, no far window.
  static func flagshipVacuum(home: Int = 1) throws -> VacuumKind {
    try vacuum(
      {
        $0.actionPeriod = 0.4
        $0.guidance = true
        $0.farWindow = false
      }, home: home)
  }

  /// A car on a circuit that the project ships.
  static func vehicle(_ change: (inout VehicleSettings) -> Void = { _ in }) throws -> VehicleKind {
    var settings = VehicleSettings()
    settings.track = root + "/Environments/Vehicle/Tracks/circuit-02.csv"
    change(&settings)
    return try VehicleKind(settings: settings, context: EnvironmentContext(baseDirectory: "."))
  }

  static let home = root + "/Environments/Vacuum/Homes/home-01.yaml"

  /// A drone in moderate turbulence among obstacles. Actions are small, so that most episodes fly on to
  /// their end.
  static func drone(map: String) throws -> DroneKind {
    var settings = DroneSettings()
    settings.map = map
    settings.windClass = .moderate
    settings.obstacleDensity = 0.1
    settings.thrustRange = 0.05
    return try DroneKind(settings: settings, context: EnvironmentContext(baseDirectory: "."))
  }

  /// As in `Scenarios/vacuum-homes.toml`.
  static var flagshipSettings: PPOSettings {
    var settings = PPOSettings()
    settings.environments = 4
    settings.steps = 512
    settings.minibatch = 512
    settings.epochs = 5
    settings.normalizeObservations = true
    settings.normalizeRewards = true
    return settings
  }

  /// rl-zoo's for CartPole.
  static var cartPoleSettings: PPOSettings {
    var settings = PPOSettings()
    settings.environments = 8
    settings.steps = 32
    settings.minibatch = 256
    settings.epochs = 20
    settings.learningRate = 1e-3
    settings.gamma = 0.98
    settings.gaeLambda = 0.8
    return settings
  }

  /// 4,096 copies and one layer of 128 for policy and value, as PufferLib trains its CartPole.
  static var wideSettings: PPOSettings {
    var settings = PPOSettings()
    settings.environments = 4096
    settings.steps = 64
    settings.minibatch = 4096
    settings.epochs = 1
    settings.learningRate = 3e-3
    settings.gamma = 0.98
    settings.gaeLambda = 0.9
    settings.hidden = [128]
    settings.trunk = .shared
    return settings
  }

  static var cartPole: CartPoleKind { CartPoleKind() }

  static var lunarLander: LunarLanderKind { LunarLanderKind() }

  /// rl-zoo's for LunarLander.
  static var lunarLanderSettings: PPOSettings {
    var settings = PPOSettings()
    settings.environments = 16
    settings.steps = 1024
    settings.minibatch = 64
    settings.epochs = 4
    settings.gamma = 0.999
    settings.gaeLambda = 0.98
    settings.entropy = 0.01
    settings.learningRate = 3e-4
    return settings
  }

  /// A world of the same shape that costs nothing.
  static func idle(like kind: any EnvironmentKind) -> IdleWorld {
    IdleWorld(
      observations: kind.specification.observations.count, actions: kind.specification.actions)
  }
}

extension ActionSpace {
  /// For `IdleWorld`.
  static var twoNumbers: ActionSpace { .box(BoxSpace(shape: [2], low: -1, high: 1, name: "a")) }
}
