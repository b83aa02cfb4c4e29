/// How an `[expect]` entry came out.
public struct ExpectationResult: Sendable, Equatable {
  /// Dotted path in `summary.json`: `arms.federated.final.coverage_ratio`.
  public let quantity: String
  /// What was expected of it: `>= 0.8`.
  public let condition: String
  /// `nil` where the run has no such number.
  public let value: Double?
  public let holds: Bool

  public init(quantity: String, condition: String, value: Double?, holds: Bool) {
    self.quantity = quantity
    self.condition = condition
    self.value = value
    self.holds = holds
  }

  /// `arms.federated.final.coverage_ratio: expected >= 0.8, got 0.71`.
  public var message: String {
    "\(quantity): expected \(condition), got " + (value.map { "\($0)" } ?? "no such value")
  }

  var json: JSONValue {
    [
      "quantity": .text(quantity), "condition": .text(condition), "value": .optional(value),
      "holds": .boolean(holds),
    ]
  }
}

extension JSONValue {
  /// The number at a dotted path, trying the shortest first key first: a key may itself hold dots.
  public func number(at path: String) -> Double? {
    if let value = self[path]?.double { return value }
    for dot in path.indices where path[dot] == "." {
      let rest = String(path[path.index(after: dot)...])
      if let value = self[String(path[..<dot])]?.number(at: rest) { return value }
    }
    return nil
  }
}
