public import FedRLCore

/// `[scenario]`: what the run is called, how long it is, and its seed.
public struct ScenarioSettings: SettingsGroup, Equatable {
  /// Empty for the file's base name.
  public var name = ""
  public var description = ""
  public var seed = 1
  public var rounds = 10
  /// Seconds of real time; 0 for none.
  public var maximumSeconds = 0.0
  /// Folder in which relative paths start, itself relative to the file's folder.
  public var base = "."

  public init() {}

  public static var settings: [Setting<Self>] {
    [
      .text("name", \.name, "name of the run and its folder; the file's name where empty"),
      .text("description", \.description, "what the scenario shows, in a sentence"),
      .integer(
        "seed", \.seed, range: 0...Int.max,
        "names every random number of training; --seed replaces it"),
      .integer(
        "rounds", \.rounds, range: 1...1_000_000,
        "versions of the fleet's model to make; --rounds replaces it"),
      .number(
        "max_seconds", \.maximumSeconds, unit: "s", range: 0...1e9,
        "real time after which the run saves its state and ends; 0 for no limit"),
      .text(
        "base", \.base, isPath: true,
        "folder in which relative paths start, seen from the scenario file's folder"),
    ]
  }
}
