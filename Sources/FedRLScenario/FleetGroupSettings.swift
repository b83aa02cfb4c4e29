public import FedRLCore

/// Where an agent's experience comes from.
public enum ExperienceSource: String, Sendable, CaseIterable {
  /// A robot acts in the world: one control period of fleet time per step.
  case realTime = "real-time"
  /// The agent trains in a simulator, which steps at a rate of its own.
  case simulation
}

/// `[[fleet]]`: a group of agents declared together.
///
/// All but `name` and `count` may be distributions, drawn once per agent.
public struct FleetGroupSettings: SettingsGroup, Equatable {
  /// Empty for `fleet`, or `group1`, `group2`, … where there are several.
  public var name = ""
  public var count = 1
  public var device = "pi-4"
  public var link = "wifi-linux"
  public var stepsPerRound = 2048
  /// 0: no budget in episodes.
  public var episodesPerRound = 0
  public var collects = ExperienceSource.realTime
  public var simulatedStepsPerSecond = 1000.0
  /// False on mains. Where the environment models the robot's battery, that is the only one.
  public var hasDeviceBattery = true
  public var deviceOverrides: SettingTable = [:]
  public var linkOverrides: SettingTable = [:]
  public var environment: SettingTable = [:]

  public init() {}

  public static var settings: [Setting<Self>] {
    [
      .text("name", \.name, "name of the group; its agents are name/1, name/2, …"),
      .integer("count", \.count, range: 1...100_000, "agents in the group"),
      .text("device", \.device, "device profile; see fedrl list devices"),
      .text("link", \.link, "link profile; see fedrl list links"),
      .integer(
        "steps_per_round", \.stepsPerRound, unit: "steps", range: 1...1_000_000_000,
        "budget: environment steps of an agent in a round, over all its copies"),
      .integer(
        "episodes_per_round", \.episodesPerRound, unit: "episodes", range: 0...1_000_000,
        "episodes of an agent with whose end its round ends before its steps are used up, at the end "
          + "of a rollout; 0 is no such limit"),
      .choice(
        "collects", \.collects,
        "real-time costs a control period of fleet time per step; simulation runs at its own rate"),
      .number(
        "simulated_steps_per_second", \.simulatedStepsPerSecond, unit: "steps/s",
        range: 0.001...1e9,
        "environment steps per second of fleet time when collecting in simulation"),
      .boolean(
        "device_battery", \.hasDeviceBattery,
        "whether the device's battery limits the agent; false for mains; an environment that models "
          + "the robot's battery replaces it"),
      .table(
        "device_overrides", \.deviceOverrides,
        "values of the device profile to replace; may be distributions"),
      .table(
        "link_overrides", \.linkOverrides,
        "values of the link profile to replace; may be distributions"),
      .table(
        "environment", \.environment,
        "settings of this group's environment, on top of [environment]; may be distributions"),
    ]
  }

  /// The name of a group as it stands in a file: its own, or one made from its place.
  static func name(of group: SettingValue, at index: Int, of count: Int) -> String {
    if case .table(let table) = group, case .text(let name) = table["name"], !name.isEmpty {
      return name
    }
    return count == 1 ? "fleet" : "group\(index + 1)"
  }
}
