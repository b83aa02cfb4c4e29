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
  /// The Python that has the other libraries, and the one that has PufferLib, whose requirements
  /// conflict with the others'; without them these are not measured.
  var python: String?
  var pufferPython: String?
  var groups: [String] = []

  struct Failure: Error, CustomStringConvertible {
    let description: String
  }

  mutating func parse(_ arguments: [String]) throws {
    var rest = arguments[...]
    func number(_ name: String, atLeast least: Int) throws -> Int {
      guard let text = rest.popFirst(), let value = Int(text), value >= least else {
        throw Failure(description: "\(name): expected an integer of at least \(least)")
      }
      return value
    }
    func text(_ name: String) throws -> String {
      guard let text = rest.popFirst(), !text.isEmpty else {
        throw Failure(description: "\(name): expected a file")
      }
      return text
    }
    while let argument = rest.popFirst() {
      switch argument {
      case "--json": isJSON = true
      case "--repetitions": repetitions = try number(argument, atLeast: 5)
      case "--threads": threads = try number(argument, atLeast: 1)
      case "--fedrl": binary = try text(argument)
      case "--compare": base = try text(argument)
      case "--save": save = try text(argument)
      case "--python": python = try text(argument)
      case "--puffer-python": pufferPython = try text(argument)
      case _ where argument.hasPrefix("-"):
        throw Failure(description: "unknown option \(argument)")
      default: groups.append(argument)
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
