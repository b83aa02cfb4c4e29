import Foundation

/// The same work in another library: a child that runs `peers.py`, which says how to talk to it.
final class Peer {
  /// The library's name and version.
  let library: String
  private let child: Child

  struct Missing: Error, CustomStringConvertible {
    let description: String
  }

  /// Starts it and waits until its set-up is done.
  init(python: String, work: [String]) throws {
    let script = Subjects.root + "/Tests/Benchmarks/peers.py"
    guard let child = Child(python, [script] + work) else {
      throw Missing(description: "\(python) could not be started")
    }
    guard let answer = child.object() else {
      throw Missing(description: "peers.py \(work.joined(separator: " ")) ended without an answer")
    }
    guard answer["ready"] as? Bool == true, let library = answer["library"] as? String else {
      throw Missing(description: answer["why"] as? String ?? "no reason given")
    }
    self.child = child
    self.library = library
  }

  deinit { child.write("end") }

  /// One repetition.
  /// - Returns: `nil` where it did not reach its goal.
  func run(_ repetition: Int) throws -> Double? {
    child.write("go \(repetition)")
    guard let answer = child.object() else { throw Missing(description: "it ended early") }
    if let error = answer["error"] as? String { throw Missing(description: error) }
    return answer["value"] as? Double
  }
}
