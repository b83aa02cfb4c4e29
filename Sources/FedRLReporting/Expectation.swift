import FedRLCore

/// What a scenario expects of a number in `summary.json`: an `[expect]` entry.
public struct Expectation: Sendable, Equatable {
  /// Keys joined by dots: `arms.federated.final.coverage_ratio`. A key may itself hold dots.
  public let path: String
  public let minimum: Double?
  public let maximum: Double?
  /// A number, text or boolean it must equal.
  public let equals: JSONValue?

  public init(
    path: String, minimum: Double? = nil, maximum: Double? = nil, equals: JSONValue? = nil
  ) {
    self.path = path
    self.minimum = minimum
    self.maximum = maximum
    self.equals = equals
  }

  /// `≥ 0.8 and ≤ 1.0`.
  public var condition: String {
    var parts: [String] = []
    if let equals { parts.append("= \(equals.text)") }
    if let minimum { parts.append("≥ \(minimum)") }
    if let maximum { parts.append("≤ \(maximum)") }
    return parts.isEmpty ? "any value" : parts.joined(separator: " and ")
  }

  /// Looks the value up and judges it. A value that is missing or `null` does not hold.
  public func evaluated(in summary: JSONValue) -> ExpectationResult {
    let found = Self.value(at: path, in: summary)
    let holds: Bool
    if let found, found != .null {
      let inEquality = equals.map { Self.same($0, found) } ?? true
      let aboveMinimum = minimum.map { (found.double ?? -.infinity) >= $0 } ?? true
      let belowMaximum = maximum.map { (found.double ?? .infinity) <= $0 } ?? true
      holds = inEquality && aboveMinimum && belowMaximum
    } else {
      holds = false
    }
    return ExpectationResult(
      expectation: self, value: found, holds: holds,
      suggestion: found == nil ? nearestName(to: path, among: Self.paths(of: summary)) : nil)
  }

  private static func same(_ a: JSONValue, _ b: JSONValue) -> Bool {
    if let first = a.double, let second = b.double { return first == second }
    return a == b
  }

  /// Follows a path, trying the shortest first key first.
  private static func value(at path: String, in json: JSONValue) -> JSONValue? {
    if let value = json[path] { return value }
    for dot in path.indices where path[dot] == "." {
      if let inner = json[String(path[..<dot])],
        let value = value(at: String(path[path.index(after: dot)...]), in: inner)
      {
        return value
      }
    }
    return nil
  }

  /// The paths of all values that are no objects.
  private static func paths(of json: JSONValue, prefix: String = "") -> [String] {
    guard let members = json.members else { return [prefix] }
    return members.flatMap {
      paths(of: $0.value, prefix: prefix.isEmpty ? $0.key : prefix + "." + $0.key)
    }
  }
}

/// Whether an expectation held, and on what value.
public struct ExpectationResult: Sendable, Equatable {
  public let expectation: Expectation
  /// `nil` where the summary has no such key.
  public let value: JSONValue?
  public let holds: Bool
  /// A key that may have been meant.
  public let suggestion: String?

  /// `arms.federated.final.coverage_ratio: expected ≥ 0.8, got 0.71`.
  public var message: String {
    let got =
      switch value {
      case nil: "no such value" + (suggestion.map { "; did you mean \($0)?" } ?? "")
      case .some(.null): "null"
      case .some(let value): value.text
      }
    return "\(expectation.path): expected \(expectation.condition), got \(got)"
  }

  var json: JSONValue {
    var members: [JSONValue.Member] = [.init("path", .text(expectation.path))]
    if let equals = expectation.equals { members.append(.init("equals", equals)) }
    if let minimum = expectation.minimum { members.append(.init("min", .number(minimum))) }
    if let maximum = expectation.maximum { members.append(.init("max", .number(maximum))) }
    members.append(.init("value", value ?? .null))
    members.append(.init("holds", .boolean(holds)))
    return .object(members)
  }
}
