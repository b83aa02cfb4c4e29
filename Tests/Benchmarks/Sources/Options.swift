import FedRLSimulation

/// What the command line asks for.
struct Options {
  var isJSON = false
  /// Times that each figure is measured.
  var repetitions = 5
  /// Of the figures that use several threads.
  var threads = WorkerPool.processorCount
  /// The `fedrl` executable; without it start-up is not measured.
  var binary: String?
  /// An earlier run's lines of JSON, to compare with.
  var base: String?
  /// Where the lines of JSON go besides.
  var save: String?
  /// What was built, for the lines of JSON: a commit's hash.
  var commit = ""
  /// The Python that has the other libraries, and the one that has PufferLib, whose requirements
  /// conflict with the others'; without them these are not measured.
  var python: String?
  var pufferPython: String?
  var groups: [String] = []

  static let groupNames = [
    "environments", "inference", "updates", "training", "federation", "checkpoints", "allocations",
    "start", "peers",
  ]

  struct Failure: Error, CustomStringConvertible {
    let description: String
  }

  mutating func parse(_ arguments: [String]) throws {
    var rest = arguments[...]
    func number(_ name: String, _ range: ClosedRange<Int>) throws -> Int {
      let text = rest.popFirst()
      guard let value = text.flatMap({ Int($0) }), range.contains(value) else {
        throw Failure(
          description: "\(name): expected an integer in \(range.lowerBound)...\(range.upperBound), "
            + "got \(text.map { $0.isEmpty ? "nothing" : $0 } ?? "nothing")")
      }
      return value
    }
    func text(_ name: String) throws -> String {
      guard let text = rest.popFirst(), !text.isEmpty, !text.hasPrefix("--") else {
        throw Failure(description: "\(name): expected a file")
      }
      return text
    }
    while var argument = rest.popFirst() {
      if argument.hasPrefix("--"), let end = argument.firstIndex(of: "=") {
        rest.insert(String(argument[argument.index(after: end)...]), at: rest.startIndex)
        argument = String(argument[..<end])
      }
      switch argument {
      case "--json": isJSON = true
      case "--repetitions": repetitions = try number(argument, 1...1000)
      case "--threads": threads = try number(argument, 1...1024)
      case "--fedrl": binary = try text(argument)
      case "--compare": base = try text(argument)
      case "--save": save = try text(argument)
      case "--commit": commit = try text(argument)
      case "--python": python = try text(argument)
      case "--puffer-python": pufferPython = try text(argument)
      case _ where argument.hasPrefix("-"):
        throw Failure(description: "unknown option \(argument)")
      case _ where !argument.isEmpty && Self.groupNames.contains(where: { $0.hasPrefix(argument) }):
        groups.append(argument)
      default:
        throw Failure(
          description: "unknown group \(argument); expected the beginning of "
            + Self.groupNames.joined(separator: ", "))
      }
    }
  }

  /// The Python that runs a work of `peers.py`.
  func python(for work: [String]) -> String? {
    work[0].contains("puffer") ? pufferPython : python
  }

  func wants(_ group: String) -> Bool {
    groups.isEmpty || groups.contains { group.hasPrefix($0) }
  }
}
