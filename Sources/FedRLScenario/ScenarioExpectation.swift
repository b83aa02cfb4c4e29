/// A line of `[expect]`: a quantity of `summary.json` and what must hold of it.
public struct ScenarioExpectation: Sendable, Equatable, CustomStringConvertible {
  public enum Comparison: String, Sendable, CaseIterable {
    case atLeast = ">="
    case atMost = "<="
    case above = ">"
    case below = "<"

    public func holds(_ value: Double, _ bound: Double) -> Bool {
      switch self {
      case .atLeast: value >= bound
      case .atMost: value <= bound
      case .above: value > bound
      case .below: value < bound
      }
    }
  }

  /// What a quantity is compared with.
  public enum Bound: Sendable, Equatable, CustomStringConvertible {
    case number(Double)
    /// Another quantity of the same summary, and what is added to it.
    case quantity(String, plus: Double)

    public var description: String {
      switch self {
      case .number(let value): "\(value)"
      case .quantity(let name, plus: 0): name
      case .quantity(let name, let offset):
        "\(name) \(offset < 0 ? "-" : "+") \(offset.magnitude)"
      }
    }
  }

  /// Dotted path in `summary.json`: `arms.federated.final.coverage_ratio`, `totals.bytes_up`.
  public var quantity: String
  public var comparison: Comparison
  public var bound: Bound

  public init(quantity: String, comparison: Comparison, bound: Bound) {
    self.quantity = quantity
    self.comparison = comparison
    self.bound = bound
  }

  public var description: String { "\(quantity) \(comparison.rawValue) \(bound)" }

  /// What was found of an expectation.
  public struct Outcome: Sendable, Equatable {
    public let expectation: ScenarioExpectation
    /// The quantity's value; `nil` where the run has none.
    public let value: Double?
    /// The bound's value; `nil` where it names a quantity that the run does not have.
    public let bound: Double?
    /// False where either is missing or not a number.
    public let holds: Bool

    /// `>= 0.8`, or `> baselines.spiral.coverage_ratio + 0.1 (0.64)`.
    public var condition: String {
      let sign = expectation.comparison.rawValue
      guard case .quantity = expectation.bound else { return "\(sign) \(expectation.bound)" }
      return "\(sign) \(expectation.bound) (\(bound.map { "\($0)" } ?? "missing"))"
    }
  }

  /// Judges the expectation by a run's quantities.
  /// - Parameter lookup: the value at a dotted path of the summary, or `nil`.
  public func judge(_ lookup: (String) -> Double?) -> Outcome {
    let value = lookup(quantity)
    let limit: Double? =
      switch bound {
      case .number(let number): number
      case .quantity(let name, let offset): lookup(name).map { $0 + offset }
      }
    let holds =
      if let value, let limit { comparison.holds(value, limit) } else { false }
    return Outcome(expectation: self, value: value, bound: limit, holds: holds)
  }
}
