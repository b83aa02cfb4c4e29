public import FedRLCore

/// `[output]`: where the run folder stands, and what is saved.
public struct OutputSettings: SettingsGroup, Equatable {
  /// Folder of run folders, relative to the working directory.
  public var directory = "runs"
  public var checkpointSeconds = 30.0
  public var keepCheckpoints = 3
  public var savesEgress = true

  public init() {}

  public static var settings: [Setting<Self>] {
    [
      .text(
        "directory", \.directory, isPath: true,
        "folder that run folders are made in, seen from the working directory; --out replaces it"),
      .number(
        "checkpoint_every_seconds", \.checkpointSeconds, unit: "s", range: 0...86_400,
        "a checkpoint is written after a round once this much real time has passed"),
      .integer(
        "keep_checkpoints", \.keepCheckpoints, range: 1...1000, "newest checkpoints that are kept"),
      .boolean("save_egress", \.savesEgress, "whether egress.jsonl lists every message that left"),
    ]
  }
}
