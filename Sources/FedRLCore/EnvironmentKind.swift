/// What an environment may need to load itself.
public struct EnvironmentContext: Sendable {
  /// Relative paths in settings start here: the scenario file's folder.
  public let baseDirectory: String

  public init(baseDirectory: String) { self.baseDirectory = baseDirectory }

  /// A setting's path made absolute.
  public func resolve(_ path: String) -> String {
    path.hasPrefix("/") ? path : baseDirectory + "/" + path
  }
}

/// An environment could not be made from its settings; the message says what was found and expected.
public struct EnvironmentError: Error, Equatable, CustomStringConvertible {
  /// The setting at fault, where one is.
  public let setting: String?
  public let message: String

  public init(setting: String? = nil, _ message: String) {
    self.setting = setting
    self.message = message
  }
  public var description: String { message }
}

/// The result of one evaluated episode.
public struct EpisodeRecord: Sendable, Equatable {
  public var seed: UInt64
  /// Sum of rewards.
  public var episodeReturn: Double
  public var steps: Int
  public var end: EpisodeEnd
  /// In the order of the specification; NaN where there is none.
  public var metrics: [Double]
  /// `specification.listMetrics`, each oldest first.
  public var lists: [[Double]]

  public init(
    seed: UInt64, episodeReturn: Double, steps: Int, end: EpisodeEnd, metrics: [Double],
    lists: [[Double]] = []
  ) {
    self.seed = seed
    self.episodeReturn = episodeReturn
    self.steps = steps
    self.end = end
    self.metrics = metrics
    self.lists = lists
  }
}

/// Sees an episode as it runs: called before every step with what draws the world as it is then.
public typealias EpisodeWatch = (_ draw: (inout Drawing) -> Void) throws -> Void

/// A configured environment from which batches are made: maps loaded, settings checked.
///
/// Shared by all workers; agents that use the same file share its memory.
public protocol EnvironmentKind: Sendable {
  var specification: EnvironmentSpecification { get }
  func makeBatch(count: Int) -> any BatchEnvironment

  /// What a person should know about what was loaded: sizes, what was left out.
  var notes: [String] { get }
  /// Scripted policies to compare with, such as `random-bounce`.
  var baselines: [String] { get }
  /// One episode of a scripted policy, at most `maximumEpisodeSteps` long.
  func runBaseline(_ name: String, seed: UInt64) throws -> EpisodeRecord
  /// The same episode, shown to `watch` before every step and after the last; for replays.
  func runBaseline(_ name: String, seed: UInt64, watch: EpisodeWatch) throws -> EpisodeRecord
}

extension EnvironmentKind {
  public var notes: [String] { [] }
  public var baselines: [String] { [] }
  public func runBaseline(_ name: String, seed: UInt64) throws -> EpisodeRecord {
    throw EnvironmentError("\(specification.name) has no baseline named \(name)")
  }
  public func runBaseline(_ name: String, seed: UInt64, watch: EpisodeWatch) throws
    -> EpisodeRecord
  {
    throw EnvironmentError("\(specification.name) does not show its baselines")
  }
}

/// Environments that a registry knows by the beginning of their names: `gymnasium:CartPole-v1`.
public struct EnvironmentFamily: Sendable {
  public let prefix: String
  /// What stands for the rest of a name in help texts: `ID`.
  public let placeholder: String
  public let summary: String
  /// What `fedrl describe` prints; the same for all members.
  public let settings: [SettingDescription]
  private let member: @Sendable (String) -> EnvironmentEntry

  /// - Parameter make: gets the whole name besides.
  public init<Settings: SettingsGroup>(
    prefix: String, placeholder: String, summary: String, settings: Settings.Type,
    make:
      @escaping @Sendable (_ name: String, Settings, EnvironmentContext) throws ->
      any EnvironmentKind
  ) {
    self.prefix = prefix
    self.placeholder = placeholder
    self.summary = summary
    self.settings = Settings.descriptions
    member = { name in
      EnvironmentEntry(name: name, summary: summary, settings: settings) {
        try make(name, $0, $1)
      }
    }
  }

  /// The entry of the environment called `name`, or `nil` where the name is not of this family.
  public func entry(named name: String) -> EnvironmentEntry? {
    name.hasPrefix(prefix) ? member(name) : nil
  }
}

/// A line of the registry: a name, its settings, and how to make the environment.
public struct EnvironmentEntry: Sendable {
  public let name: String
  public let summary: String
  /// What `fedrl describe` prints.
  public let settings: [SettingDescription]
  /// Decodes settings and reports all their problems; loads nothing.
  public let check: @Sendable (_ table: SettingTable, _ path: String) -> [SettingProblem]
  /// What is wrong with one value of one setting, or `nil`: for the ends of distributions.
  public let checkSetting: @Sendable (_ name: String, _ value: SettingValue) -> String?
  /// Loads the environment. Throws `SettingProblems` or `EnvironmentError`.
  public let make: @Sendable (SettingTable, EnvironmentContext) throws -> any EnvironmentKind

  public init<Settings: SettingsGroup>(
    name: String, summary: String, settings: Settings.Type,
    make: @escaping @Sendable (Settings, EnvironmentContext) throws -> any EnvironmentKind
  ) {
    self.name = name
    self.summary = summary
    self.settings = Settings.descriptions
    check = { table, path in
      var problems: [SettingProblem] = []
      _ = Settings(decoding: table, at: path, problems: &problems)
      return problems
    }
    checkSetting = { Settings.problem(withValue: $1, of: $0) }
    self.make = { table, context in
      var problems: [SettingProblem] = []
      let decoded = Settings(decoding: table, at: "[environment]", problems: &problems)
      if !problems.isEmpty { throw SettingProblems(problems) }
      return try make(decoded, context)
    }
  }
}
