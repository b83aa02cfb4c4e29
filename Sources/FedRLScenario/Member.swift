public import FedRLCore

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
    /// Name of a device profile.
    public var device: String
    /// Values of the device profile that this agent replaces.
    public var deviceOverrides: SettingTable
    /// Name of a link profile.
    public var link: String
    public var linkOverrides: SettingTable
    /// Budget: environment steps over all copies in a round.
    public var stepsPerRound: Int
    /// Whether the budget was drawn; then preparing rounds it to whole rollouts.
    public var drawsSteps: Bool
    /// Whether its experience costs no fleet time beyond computing (trained in simulation), instead
    /// of one control period per step.
    public var trainsInSimulation: Bool

    public init(
      index: Int, indexInGroup: Int, name: String, group: String,
      environmentSettings: SettingTable, device: String, deviceOverrides: SettingTable,
      link: String, linkOverrides: SettingTable, stepsPerRound: Int, drawsSteps: Bool = false, trainsInSimulation: Bool
    ) {
      self.index = index
      self.indexInGroup = indexInGroup
      self.name = name
      self.group = group
      self.environmentSettings = environmentSettings
      self.device = device
      self.deviceOverrides = deviceOverrides
      self.link = link
      self.linkOverrides = linkOverrides
      self.stepsPerRound = stepsPerRound
      self.drawsSteps = drawsSteps
      self.trainsInSimulation = trainsInSimulation
    }
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
