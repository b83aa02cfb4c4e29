internal import FedRLCore

extension Scenario {
  /// The file's tables that cannot be told from the drawn values: distributions as written, patterns
  /// of files expanded.
  package struct Source: Sendable, Equatable {
    var environment: SettingTable
    var environmentDefaults: SettingTable
    var groups: [GroupSource]
    var evaluationEnvironment: SettingTable
    /// Names in order of declaration.
    var environmentSettings: [String]
    var policySettings: [String]
  }

  package struct GroupSource: Sendable, Equatable {
    var name: String
    /// All settings of the group but its environment's.
    var settings: SettingTable
    var environment: SettingTable
  }
}
