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
    while let argument = rest.popFirst() {
      switch argument {
      case "--json": isJSON = true
      case "--repetitions": repetitions = try number(argument, atLeast: 5)
      case "--threads": threads = try number(argument, atLeast: 1)
      case "--fedrl": binary = rest.popFirst()
      case _ where argument.hasPrefix("-"):
        throw Failure(description: "unknown option \(argument)")
      default: groups.append(argument)
      }
    }
  }

  func wants(_ group: String) -> Bool {
    groups.isEmpty || groups.contains { group.hasPrefix($0) }
  }
}
