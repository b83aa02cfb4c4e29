private import FedRLCore

/// A number of a device or link profile, with how far to trust it.
public struct ProfileValue: Sendable, Equatable {
  public enum Kind: String, Sendable, CaseIterable {
    /// Stands in the source.
    case published
    /// Computed from published numbers.
    case derived
    /// Measured by a tool or on a device.
    case measured
    /// An informed guess.
    case estimate
    /// The scenario says so.
    case given
  }

  /// In `unit`.
  public let value: Double
  public let unit: String
  public let kind: Kind
  public let source: String

  public init(_ value: Double, unit: String, kind: Kind, source: String) {
    self.value = value
    self.unit = unit
    self.kind = kind
    self.source = source
  }
}

/// A line of what `fedrl describe` prints about a profile.
public struct ProfileRow: Sendable, Equatable {
  /// As an override names it.
  public let name: String
  public let value: Double
  public let unit: String
  public let kind: ProfileValue.Kind
  public let source: String
  /// What the quantity is.
  public let text: String
}

/// What is wrong with a profile's name or with an override.
public enum ProfileError: Error, Equatable, Sendable, CustomStringConvertible {
  case unknownProfile(String, nearest: String?, known: [String])
  case unknownQuantity(String, nearest: String?)
  case range(String, got: Double, expected: String)

  public var description: String {
    switch self {
    case .unknownProfile(let name, let nearest, let known):
      "no profile is named \(name); "
        + (nearest.map { "did you mean \($0)?" } ?? "known are \(known.joined(separator: ", "))")
    case .unknownQuantity(let name, let nearest):
      "unknown key \(name)" + (nearest.map { "; did you mean \($0)?" } ?? "")
    case .range(let name, let got, let expected): "\(name): expected \(expected), got \(got)"
    }
  }
}

/// A number that profiles of one kind have: its name, unit, range and meaning.
protocol ProfileQuantity: RawRepresentable, CaseIterable, Hashable, Sendable
where RawValue == String {
  var unit: String { get }
  var text: String { get }
  /// What an override may be, and how that reads.
  var range: (contains: (Double) -> Bool, text: String) { get }
}

extension ProfileQuantity {
  static var notNegative: (contains: (Double) -> Bool, text: String) {
    ({ $0 >= 0 && $0.isFinite }, "a number of at least 0")
  }

  /// The known quantities in `table`, as values that the scenario gave.
  static func decode(_ table: [String: Double]) throws(ProfileError) -> [Self: ProfileValue] {
    var values: [Self: ProfileValue] = [:]
    for (key, number) in table.sorted(by: { $0.key < $1.key }) {
      guard let quantity = Self(rawValue: key) else {
        let known = allCases.map(\.rawValue)
        throw .unknownQuantity(key, nearest: nearestName(to: key, among: known))
      }
      guard quantity.range.contains(number) else {
        throw .range(key, got: number, expected: quantity.range.text)
      }
      values[quantity] = ProfileValue(
        number, unit: quantity.unit, kind: .given, source: "the scenario")
    }
    return values
  }

  static func rows(_ values: [Self: ProfileValue]) -> [ProfileRow] {
    allCases.compactMap { quantity in
      values[quantity].map {
        ProfileRow(
          name: quantity.rawValue, value: $0.value, unit: $0.unit, kind: $0.kind,
          source: $0.source, text: quantity.text)
      }
    }
  }
}
