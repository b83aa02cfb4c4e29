internal import FedRLCore
internal import FedRLNumerics

/// A setting whose value is drawn once per agent, as written in a scenario.
///
/// - `{ uniform = [low, high] }`: a number in [low, high), or an integer in low...high.
/// - `{ normal = [mean, deviation] }`: drawn again while it is outside the setting's range, at most
///   ``redraws`` times, so the range truncates it; rounded for an integer.
/// - `{ choice = [a, b, …] }`: one of them, with equal chance.
/// - `{ each = [a, b, …] }`: in turn, by the agent's index.
///
/// `choice` and `each` also take a pattern of files: `"maps/*.yaml"`.
enum Distribution: Equatable {
  case uniform(Double, Double)
  case normal(mean: Double, deviation: Double)
  case choice([SettingValue])
  case each([SettingValue])

  static let names = ["uniform", "normal", "choice", "each"]
  /// How often a normal number outside the setting's range is drawn again.
  static let redraws = 1000

  /// Whether a value is meant as a distribution: a table with one of the names as its only key.
  static func isMeant(by value: SettingValue) -> Bool {
    guard case .table(let table) = value, table.count == 1 else { return false }
    return names.contains(table.first!.key)
  }

  /// What to say of a table that is nearly a distribution: `; did you mean uniform?`.
  static func hint(for value: SettingValue) -> String {
    guard case .table(let table) = value, table.count == 1,
      let near = nearestName(to: table.first!.key, among: names)
    else { return "" }
    return "; did you mean \(near)?"
  }

  /// - Parameters:
  ///   - value: for which `isMeant` holds.
  ///   - type: the setting's type, as in `SettingDescription`.
  ///   - folder: where patterns of files start.
  ///   - check: what is wrong with one value of the setting.
  /// - Throws: what is wrong, as a message.
  init(
    _ value: SettingValue, type: String, folder: String, check: (SettingValue) -> String?
  ) throws(DistributionProblem) {
    guard case .table(let table) = value, let (name, content) = table.first else {
      throw .init("expected a distribution, got \(value.description)")
    }
    switch name {
    case "uniform":
      let (low, high) = try Self.pair(content, "uniform = [low, high]", type: type)
      guard low <= high else {
        throw .init("expected low ≤ high in uniform, got \(content.description)")
      }
      if type == "integer", high - low >= 0x1p53 {
        throw .init("expected fewer than 2^53 integers in uniform, got \(content.description)")
      }
      self = .uniform(low, high)
      try Self.checkAll([low, high].map { Self.value($0, type: type, rounded: false) }, check)
    case "normal":
      let (mean, deviation) = try Self.pair(content, "normal = [mean, deviation]", type: type)
      guard deviation >= 0 else {
        throw .init("expected a deviation ≥ 0 in normal, got \(content.description)")
      }
      self = .normal(mean: mean, deviation: deviation)
      try Self.checkAll([Self.value(mean, type: type, rounded: true)], check)
    default:
      let elements = try Self.elements(content, name: name, folder: folder)
      self = name == "choice" ? .choice(elements) : .each(elements)
      try Self.checkAll(elements, check)
    }
  }

  private static func pair(_ content: SettingValue, _ form: String, type: String)
    throws(DistributionProblem) -> (Double, Double)
  {
    guard type == "number" || type == "integer" else {
      throw .init(
        "expected choice or each for a \(type), got \(form.prefix { $0 != " " })")
    }
    guard case .list(let values) = content, values.count == 2,
      let first = values[0].number, let second = values[1].number, first.isFinite,
      second.isFinite
    else { throw .init("expected { \(form) } with two numbers, got \(content.description)") }
    return (first, second)
  }

  private static func elements(_ content: SettingValue, name: String, folder: String)
    throws(DistributionProblem) -> [SettingValue]
  {
    switch content {
    case .text(let pattern):
      let files = Files.matching(pattern, in: folder)
      if files.isEmpty {
        throw .init("no file matches \(pattern)" + (pattern.hasPrefix("/") ? "" : " in \(folder)"))
      }
      return files.map { .text($0) }
    case .list(let elements) where !elements.isEmpty: return elements
    default:
      throw .init(
        "expected \(name) = [a, b, …] or a pattern of files, got \(content.description)")
    }
  }

  private static func checkAll(_ values: [SettingValue], _ check: (SettingValue) -> String?)
    throws(DistributionProblem)
  {
    for value in values {
      if let message = check(value) { throw .init(message) }
    }
  }

  private static func value(_ number: Double, type: String, rounded: Bool) -> SettingValue {
    if type == "integer", let exact = Int(exactly: rounded ? number.rounded() : number) {
      return .integer(exact)
    }
    return .number(number)
  }

  /// Draws a value.
  /// - Parameters:
  ///   - random: the stream of this agent and this setting.
  ///   - index: the agent's place, for `each`.
  /// - Throws: where a normal number fell outside the range `redraws` times.
  func draw(
    type: String, random: RandomStream, index: Int, check: (SettingValue) -> String?
  ) throws(DistributionProblem) -> SettingValue {
    var random = random
    switch self {
    case .uniform(let low, let high):
      if type == "integer" {
        return .integer(Int(low) + random.integer(below: Int(high) - Int(low) + 1))
      }
      return .number(random.uniform(low, high))
    case .normal(let mean, let deviation):
      for _ in 0..<Self.redraws {
        let value = Self.value(mean + deviation * random.normal(), type: type, rounded: true)
        if check(value) == nil { return value }
      }
      throw .init(
        "normal = [\(mean), \(deviation)] gave nothing within the range in \(Self.redraws) draws")
    case .choice(let values): return values[random.integer(below: values.count)]
    case .each(let values): return values[index % values.count]
    }
  }

  /// As written in a scenario, patterns of files expanded.
  func written(type: String) -> SettingValue {
    func end(_ number: Double) -> SettingValue { Self.value(number, type: type, rounded: false) }
    return switch self {
    case .uniform(let low, let high): .table(["uniform": .list([end(low), end(high)])])
    case .normal(let mean, let deviation):
      .table(["normal": .list([end(mean), end(deviation)])])
    case .choice(let values): .table(["choice": .list(values)])
    case .each(let values): .table(["each": .list(values)])
    }
  }
}

/// What is wrong with a distribution.
struct DistributionProblem: Error, Equatable {
  let message: String
  init(_ message: String) { self.message = message }
}
