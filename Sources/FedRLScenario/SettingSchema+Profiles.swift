public import FedRLCore
internal import FedRLSimulation

extension SettingSchema {
  /// What `device_overrides` may hold.
  static let devices = SettingSchema(profileDescriptions(DeviceProfile.builtIn.map(\.rows))) {
    name, value in
    problem(value) { number throws(ProfileError) in
      _ = try DeviceProfile.builtIn[0].overriding([name: number])
    }
  }

  /// What `link_overrides` may hold.
  static let links = SettingSchema(profileDescriptions(LinkProfile.builtIn.map(\.rows))) {
    name, value in
    problem(value) { number throws(ProfileError) in
      _ = try LinkProfile.builtIn[0].overriding([name: number])
    }
  }

  private static func profileDescriptions(_ profiles: [[ProfileRow]]) -> [SettingDescription] {
    var result: [SettingDescription] = []
    for row in profiles.joined() where !result.contains(where: { $0.name == row.name }) {
      result.append(
        SettingDescription(
          name: row.name, type: "number", unit: row.unit, range: "",
          defaultValue: .text("the profile's"), text: row.text, acceptsDistribution: true))
    }
    return result
  }

  private static func problem(
    _ value: SettingValue, _ check: (Double) throws(ProfileError) -> Void
  ) -> String? {
    guard let number = value.number else { return "expected a number, got \(value.description)" }
    do throws(ProfileError) {
      try check(number)
      return nil
    } catch .range(_, let got, let expected) {
      return "expected \(expected), got \(got)"
    } catch {
      return error.description
    }
  }
}

/// What `device_overrides` and `link_overrides` may hold, for `fedrl describe`.
public enum ProfileOverrides {
  public static var devices: [SettingDescription] { SettingSchema.devices.descriptions }
  public static var links: [SettingDescription] { SettingSchema.links.descriptions }
}

extension SettingValue {
  /// A number or an integer as a number.
  var number: Double? {
    switch self {
    case .integer(let integer): Double(integer)
    case .number(let number): number
    default: nil
    }
  }
}
