public import FedRLCore
public import FedRLSimulation

extension Scenario {
  /// One agent of the fleet, with what was drawn for it.
  public struct Member: Sendable, Equatable {
    /// Place in the fleet, from 0.
    public var index: Int
    /// Place in its group, from 0.
    public var indexInGroup: Int
    /// `group/3`: the group's name and the agent's place in it, from 1.
    public var name: String
    public var group: String
    /// All settings of its environment; no distributions are left.
    public var environmentSettings: SettingTable
    /// The named profile with the scenario's overrides.
    public var device: DeviceProfile
    /// The named profile with the scenario's overrides.
    public var link: LinkProfile
    /// Budget: environment steps over all copies in a round.
    public var stepsPerRound: Int
    /// Budget in episodes, where it is used up earlier; `nil` for none.
    public var episodesPerRound: Int?
    /// Whether the budget was drawn; then preparing rounds it to whole rollouts.
    public var drawsSteps: Bool
    /// Environment steps per second of fleet time of an agent that trains in simulation; `nil` for
    /// one control period per step.
    public var simulatedStepsPerSecond: Double?
    /// Whether the device's battery limits the agent.
    public var hasDeviceBattery: Bool
    /// What was drawn for it, by key: `device`, `environment.map`, `device_overrides.battery_wh`.
    public var drawn: SettingTable

    /// Whether its experience comes from a simulator instead of the world.
    public var trainsInSimulation: Bool { simulatedStepsPerSecond != nil }
  }

  /// A named environment that policies are evaluated in.
  public struct EvaluationEnvironment: Sendable, Equatable {
    /// Unique in the scenario: a map's base name, a value, or the environment's name.
    public var name: String
    /// No distributions are left.
    public var settings: SettingTable

    public init(name: String, settings: SettingTable) {
      self.name = name
      self.settings = settings
    }
  }
}
